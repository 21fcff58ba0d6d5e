"""The naive rivals: the last figure, and the figure of a year before."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.rivals.outlook import Outlook

Floats = NDArray[np.float64]

LEAST_FIGURES = 3


def too_few(history: Floats) -> str | None:
    """Why nothing can be said of a series, or None where something can."""
    n = int((~np.isnan(history)).sum())
    return None if n >= LEAST_FIGURES else f"fewer than {LEAST_FIGURES} figures by then"


def random_walk(history: Floats, horizon: int) -> Outlook | str:
    """The last figure, without drift; the spread is that of past steps and grows with the root of time.

    Args:
        history: Figures by month to the origin, NaN where missing, ``(month,)``.
        horizon: Months ahead.
    """
    if (silent := too_few(history)) is not None:
        return silent
    seen = np.flatnonzero(~np.isnan(history))
    logs = np.log1p(history[seen])
    sd = float(np.sqrt(np.mean(np.diff(logs) ** 2 / np.diff(seen))))
    ahead = np.arange(1, horizon + 1) + (len(history) - 1 - seen[-1])
    return Outlook.single(np.full(horizon, logs[-1]), max(sd, 0.05) * np.sqrt(ahead))


def seasonal_naive(history: Floats, horizon: int) -> Outlook | str:
    """The figure of the same month a year before, with the spread of past such errors."""
    if len(history) < 12:
        return "less than a year of figures"
    logs = np.log1p(history)
    errors = logs[12:] - logs[:-12]
    errors = errors[~np.isnan(errors)]
    target = np.arange(len(history), len(history) + horizon)
    location = logs[target - 12 * ((target - len(history)) // 12 + 1)]
    if len(errors) < LEAST_FIGURES:
        return f"fewer than {LEAST_FIGURES} figures with one a year before"
    if np.isnan(location).any():
        return "the figure of a year before is missing"
    return Outlook.single(location, np.full(horizon, float(np.sqrt(np.mean(errors**2)))))


NAIVE: dict[str, Callable[[Floats, int], Outlook | str]] = {"random_walk": random_walk, "seasonal_naive": seasonal_naive}
