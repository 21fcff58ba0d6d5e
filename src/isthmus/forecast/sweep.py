"""How much a quantity that the figures cannot see decides: each swept over its prior, the rest of a draw held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.predict import Forecast, Predictor
from isthmus.model.network import Knowledge

Floats = NDArray[np.float64]

ENDS = (-1.6449, 1.6449)
"""Ends of the prior's central 90 %, in its standard deviations."""
AT_ONCE = 16
"""Settings that share one run of the compiled corridor, each with its part of the draws."""


class Swept(NamedTuple):
    """Ratio of figures expected ahead to those with the quantity as learned, median over draws.

    Attributes:
        names: Quantities swept.
        ratio: ``(quantity, end, series)``.
        settings: Natural value at each end, ``(quantity, end)``.
    """

    names: tuple[str, ...]
    ratio: Floats
    settings: Floats


def swept(predictor: Predictor, forecast: Forecast, knowledge: Knowledge, names: Sequence[str]) -> Swept:
    """Sweep quantities from the low to the high end of their priors.

    Paths are held as the draw has them, so what the figures fixed in the past moves with the quantity: read it as the size of
    an assumption, not as a forecast.

    Args:
        predictor: Compiled prediction.
        forecast: Draws to start from.
        knowledge: What is in force.
        names: Quantities of the model's table.
    """
    table, months = predictor.model.table, slice(forecast.last + 1, None)
    n_draws = len(forecast.scalars)
    part = np.arange(n_draws) % AT_ONCE
    base = np.asarray(forecast.simulated.mean)[:, :, months].sum(axis=2)
    wanted = [(n, e) for n in range(len(names)) for e in range(len(ENDS))]
    ratio = np.ones((len(names), len(ENDS), base.shape[1]))
    for first in range(0, len(wanted), AT_ONCE):
        scalars = np.array(forecast.scalars)
        together = wanted[first : first + AT_ONCE]
        for k, (n, e) in enumerate(together):
            scalars[part == k, table.names.index(names[n])] = ENDS[e]
        found = np.asarray(predictor.simulated(scalars, forecast.paths, knowledge).mean)[:, :, months].sum(axis=2)
        for k, (n, e) in enumerate(together):
            ratio[n, e] = np.median(found[part == k] / np.maximum(base[part == k], 1e-9), axis=0)
    parameters = [table.parameters[table.names.index(name)] for name in names]
    settings = np.array([[float(p.natural(p.location + p.sd * np.asarray(end))) for end in ENDS] for p in parameters])
    return Swept(tuple(names), ratio, settings.reshape(len(names), len(ENDS)))
