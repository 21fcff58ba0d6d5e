"""Blocks that a fit left out, laid over its draws: their quantities are drawn from their priors, all else stays as learned."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np

from isthmus.forecast.predict import Forecast, Predictor
from isthmus.model.network import Knowledge, Model
from isthmus.streams import stream


def left_out(whole: Model, fitted: Model) -> tuple[str, ...]:
    """Names of the quantities of a corridor that the fit did not know of."""
    known = set(fitted.table.names)
    return tuple(name for name in whole.table.names if name not in known)


def with_assumed(whole: Predictor, fitted: Model, forecast: Forecast, knowledge: Knowledge, *, seed: int) -> Forecast:
    """The draws of a forecast carried through the whole corridor.

    Args:
        whole: Compiled prediction of the corridor with all its blocks.
        fitted: The model that was fitted.
        forecast: Its draws.
        knowledge: What is in force in the whole corridor.
        seed: Root seed; each quantity left out has a stream of its own, the same that scenarios draw it from.

    Returns:
        The same draws with more unknowns, their paths, and the corridor simulated anew; figures stay as forecast by the fit.
    """
    if whole.model is fitted:
        return forecast
    names, added = whole.model.table.names, set(left_out(whole.model, fitted))
    n_samples, at = len(forecast.scalars), {name: k for k, name in enumerate(fitted.table.names)}
    columns = [
        stream(seed, "strength", name).standard_normal(n_samples) if name in added else forecast.scalars[:, at[name]]
        for name in names
    ]
    scalars = np.stack(columns, axis=1) if columns else np.zeros((n_samples, 0))
    simulated = jax.tree.map(np.asarray, whole.simulated(scalars, forecast.paths, knowledge))
    return replace(forecast, scalars=scalars, simulated=simulated)
