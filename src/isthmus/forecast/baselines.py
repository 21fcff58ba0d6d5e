"""Rivals: what anyone could say from the series alone. All are normal on log(1 + y), floored at zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]

LEAST_SD = 0.05
"""Floor of a one-step standard deviation on the log scale, for series that hardly moved so far."""


def normal_draws(location: Floats, sd: Floats, n_draws: int) -> Floats:
    """Evenly spaced quantiles as draws of figures, ``(draw, horizon)``."""
    quantiles = ndtri((np.arange(n_draws) + 0.5) / n_draws)[:, None]
    return np.asarray(np.maximum(np.expm1(location + sd * quantiles), 0.0))


def random_walk(history: Floats, horizon: int, n_draws: int) -> Floats | None:
    """The last figure, without drift, ``(draw, horizon)``; None where there are fewer than three figures.

    Args:
        history: Figures by month to the origin, NaN where missing, ``(month,)``.
        horizon: Months ahead.
        n_draws: Draws.
    """
    seen = np.flatnonzero(~np.isnan(history))
    if len(seen) < 3:
        return None
    logs = np.log1p(history[seen])
    sd = max(float(np.sqrt(np.mean(np.diff(logs) ** 2 / np.diff(seen)))), LEAST_SD)
    ahead = np.arange(1, horizon + 1) + (len(history) - 1 - seen[-1])
    return normal_draws(np.full(horizon, logs[-1]), sd * np.sqrt(ahead), n_draws)


def seasonal_naive(history: Floats, horizon: int, n_draws: int) -> Floats | None:
    """The figure of the same month a year before, ``(draw, horizon)``; None where it or its past errors are missing."""
    if len(history) < 12:
        return None
    logs = np.log1p(history)
    errors = logs[12:] - logs[:-12]
    errors = errors[~np.isnan(errors)]
    target = np.arange(len(history), len(history) + horizon)
    location = logs[target - 12 * ((target - len(history)) // 12 + 1)]
    if len(errors) < 3 or np.isnan(location).any():
        return None
    return normal_draws(location, np.full(horizon, max(float(np.sqrt(np.mean(errors**2))), LEAST_SD)), n_draws)


RIVALS = {"random_walk": random_walk, "seasonal_naive": seasonal_naive}
