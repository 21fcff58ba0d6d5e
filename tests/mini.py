"""Three groups of the shipped corridor `darien` over a short time."""

from __future__ import annotations

import numpy as np

from isthmus.forecast.predict import draw_figures
from isthmus.forecast.prior import prior_predictive
from isthmus.forecast.predict import Predictor
from isthmus.model.network import compile_model
from isthmus.spec.load import load
from isthmus.spec.schema import Corridor

GROUPS = ("CUB", "ECU", "VEN")


def corridor(*, groups=GROUPS, fit="gaussian", **series):
    """The corridor with these groups; keywords change one series each."""
    document = load("darien").corridor.model_dump(by_alias=True, mode="json", exclude_none=True)
    document["groups"] = {name: group for name, group in document["groups"].items() if name in groups}
    document["series"] = {name: one | series.get(name, {}) for name, one in document["series"].items() if one["group"] in groups}
    document["entry_rules"] = [rule for rule in document["entry_rules"] if rule["group"] in groups]
    document["policies"] = document["queues"] = {}
    document["fit"] = fit
    return Corridor.model_validate(document)


def model(last, **changes):
    return compile_model(corridor(**changes), last)


def figures(built, seed=1):
    """Figures drawn from the prior, NaN before the first fitted month, ``(series, month)``."""
    mean = prior_predictive(Predictor(built), built.knowledge, n_samples=2, seed=seed)[:1]
    drawn = draw_figures(mean, np.full((1, mean.shape[1]), 40.0), np.random.default_rng(seed))[0]
    drawn[:, : built.fit_from] = np.nan
    return np.minimum(drawn, 1e6)
