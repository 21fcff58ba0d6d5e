"""Rolling origins: fit on what was known, forecast, move on a month, score against the rivals on the same figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.forecast import scores
from isthmus.forecast.baselines import RIVALS
from isthmus.forecast.predict import Predictor, thin
from isthmus.inference.fit import Effort, Posterior, fit_batch
from isthmus.inference.posterior import Evidence
from isthmus.model.network import Knowledge, Model
from isthmus.streams import stream_seed
from isthmus.timegrid import month_end

Floats = NDArray[np.float64]

EFFORT = Effort(chains=2, warmup=300, draws=300, search=500)
QUICK = Effort(chains=2, warmup=200, draws=100, search=300)
N_SAMPLES = 400
MODELS = ("isthmus", *RIVALS)
MEASURES = ("crps_log", "wis", "covered50", "covered90")


@dataclass(frozen=True)
class Backtest:
    """Scores of all origins.

    Attributes:
        origins: Last fitted month of each.
        scores: By measure, ``(model, origin, series, horizon)``, NaN where nothing could be scored.
        largest_rhat: Of each origin's fit, ``(origin,)``.
    """

    origins: tuple[str, ...]
    scores: dict[str, Floats]
    largest_rhat: Floats

    def of(self, measure: str, model: str) -> Floats:
        """Scores of one model, ``(origin, series, horizon)``."""
        return np.asarray(self.scores[measure][MODELS.index(model)])


def evidence_at(values: Floats, last: int, knowledge: Knowledge) -> Evidence:
    """Evidence that ends in month ``last``; later figures are blanked before anything sees them."""
    seen = values.copy()
    seen[:, last + 1 :] = np.nan
    return Evidence(np.nan_to_num(seen), ~np.isnan(seen), last, knowledge)


def score_draws(draws: Floats, observed: Floats) -> dict[str, Floats]:
    """All measures of draws ``(draw, ...)`` against figures ``(...)``, NaN where there is no figure."""
    known = np.where(np.isnan(observed), 0.0, observed)
    raw = {
        "crps_log": scores.crps_log(draws, known),
        "wis": scores.weighted_interval_score(draws, known),
        "covered50": scores.covered(draws, known, 0.5).astype(float),
        "covered90": scores.covered(draws, known, 0.9).astype(float),
    }
    return {name: np.where(np.isnan(observed), np.nan, score) for name, score in raw.items()}


def backtest(
    model: Model,
    values: Floats,
    origins: Sequence[str],
    knowledge: Callable[[dt.date], Knowledge],
    *,
    horizon: int,
    seed: int,
    effort: Effort = EFFORT,
    progress: Callable[[float], None] = lambda _: None,
) -> Backtest:
    """Fit and forecast from each origin.

    Args:
        model: Compiled to at least the last origin plus the horizon.
        values: Figures, NaN where missing, ``(series, month of the grid)``.
        origins: Last fitted month of each origin.
        knowledge: Rules and policies known on a day; called with the last day of each origin's month.
        horizon: Months ahead.
        seed: Root seed.
        effort: Sampling effort of each fit.
        progress: Called with the share done.
    """
    lasts = [model.grid.position(origin) for origin in origins]
    evidence = [evidence_at(values, last, knowledge(month_end(o))) for o, last in zip(origins, lasts, strict=True)]
    seeds = [stream_seed(seed, "backtest", origin) for origin in origins]
    posteriors = fit_batch(model, evidence, seeds=seeds, effort=effort, progress=progress)
    return score_origins(model, values, origins, evidence, posteriors, horizon=horizon, seed=seed)


def score_origins(
    model: Model, values: Floats, origins: Sequence[str], evidence: Sequence[Evidence], posteriors: Sequence[Posterior],
    *, horizon: int, seed: int,
) -> Backtest:  # fmt: skip
    """Forecast from fitted origins and score."""
    predictor = Predictor(model)
    shape = (len(MODELS), len(origins), len(model.sights), horizon)
    out = {measure: np.full(shape, np.nan) for measure in MEASURES}
    for n, (origin, seen, posterior) in enumerate(zip(origins, evidence, posteriors, strict=True)):
        first = int(seen.last) + 1
        window = slice(first, min(first + horizon, model.grid.n_months))
        observed = np.full((len(model.sights), horizon), np.nan)
        observed[:, : window.stop - first] = values[:, window]
        forecast = predictor.predict(thin(posterior.vectors, N_SAMPLES), seen, seed=seed, names=("backtest", origin))
        draws = np.zeros((len(forecast.predicted), len(model.sights), horizon))
        draws[:, :, : window.stop - first] = forecast.predicted[:, :, window]
        for measure, score in score_draws(draws, observed).items():
            out[measure][0, n] = score
        for row, rival in enumerate(RIVALS.values(), start=1):
            for k in range(len(model.sights)):
                rival_draws = rival(values[k, model.fit_from : first], horizon, N_SAMPLES)
                if rival_draws is None:
                    continue
                for measure, score in score_draws(rival_draws, observed[k]).items():
                    out[measure][row, n, k] = score
    rhat = np.array([p.diagnostics.rhat.max() for p in posteriors])
    return Backtest(tuple(origins), out, rhat)
