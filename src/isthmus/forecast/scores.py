"""Proper scores of draws against what came, lower is better (Gneiting and Raftery 2007, JASA 102:359; Bracher et al. 2021)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

INTERVALS = (0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
"""Central intervals of the weighted interval score."""


def crps(draws: Floats, observed: Floats | float) -> Floats:
    """Continuous ranked probability score of an ensemble, ``E|X - y| - E|X - X'|/2``; the draw axis comes first."""
    ordered = np.sort(draws, axis=0)
    n = len(ordered)
    weights = (2 * np.arange(1, n + 1) - n - 1).reshape(-1, *[1] * (ordered.ndim - 1))
    spread = (weights * ordered).sum(axis=0) / n**2
    return np.asarray(np.abs(ordered - observed).mean(axis=0) - spread)


def crps_log(draws: Floats, observed: Floats | float) -> Floats:
    """CRPS on log(1 + y)."""
    return crps(np.log1p(draws), np.log1p(observed))


def weighted_interval_score(draws: Floats, observed: Floats | float) -> Floats:
    """Weighted interval score of the ensemble's quantiles over `INTERVALS` and the median; the draw axis comes first."""
    total = 0.5 * np.abs(np.median(draws, axis=0) - observed)
    for width in INTERVALS:
        alpha = 1 - width
        low, high = np.quantile(draws, [alpha / 2, 1 - alpha / 2], axis=0)
        penalty = np.maximum(low - observed, 0) + np.maximum(observed - high, 0)
        total = total + alpha / 2 * ((high - low) + 2 / alpha * penalty)
    return np.asarray(total / (len(INTERVALS) + 0.5))


def covered(draws: Floats, observed: Floats | float, width: float) -> NDArray[np.bool_]:
    """Whether the central interval of ``width`` holds what came; the draw axis comes first."""
    low, high = np.quantile(draws, [(1 - width) / 2, (1 + width) / 2], axis=0)
    return np.asarray((low <= observed) & (observed <= high))


def pit(draws: Floats, observed: Floats | float) -> Floats:
    """Probability integral transform, ties counted half: uniform if forecasts are calibrated; the draw axis comes first."""
    below, ties = (draws < observed).mean(axis=0), (draws == observed).mean(axis=0)
    return np.asarray(below + 0.5 * ties)


def relative_skill(ours: Floats, theirs: Floats) -> float:
    """Geometric mean over (series, horizon) of the ratio of mean CRPS on log(1 + y).

    Args:
        ours: Scores, ``(origin, series, horizon)``, NaN where there is none; used where both have one.
        theirs: The rival's, same shape.
    """
    return float(_relative_skills(ours, theirs, np.ones((1, len(ours))))[0])


def _relative_skills(ours: Floats, theirs: Floats, counts: Floats) -> Floats:
    """`relative_skill` of many resamples, each a count of every origin, ``(resample, origin)`` to ``(resample,)``."""
    both = ~np.isnan(ours) & ~np.isnan(theirs)
    mine, rival = (counts @ np.where(both, scores, 0.0).reshape(len(ours), -1) for scores in (ours, theirs))
    told = (counts @ both.reshape(len(ours), -1) > 0) & (mine > 0) & (rival > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(told, np.log(mine / rival), 0.0).sum(axis=1)
    n = told.sum(axis=1)
    return np.asarray(np.where(n > 0, np.exp(ratio / np.maximum(n, 1)), np.nan))


def skill_interval(
    ours: Floats,
    theirs: Floats,
    generator: np.random.Generator,
    *,
    block: int = 3,
    n_resamples: int = 1000,
    width: float = 0.95,
) -> tuple[float, float]:
    """Interval of `relative_skill` by circular block bootstrap over origins (Politis and Romano 1992)."""
    return skill_intervals(ours, theirs, generator, (width,), block=block, n_resamples=n_resamples)[0]


def skill_intervals(
    ours: Floats,
    theirs: Floats,
    generator: np.random.Generator,
    widths: Sequence[float],
    *,
    block: int = 3,
    n_resamples: int = 1000,
) -> list[tuple[float, float]]:
    """Several of them from the same resamples."""
    n = len(ours)
    starts = generator.integers(0, n, (n_resamples, -(-n // block)))
    rows = (starts[:, :, None] + np.arange(block)).reshape(n_resamples, -1)[:, :n] % n
    counts = (rows[:, :, None] == np.arange(n)).sum(axis=1).astype(float)
    skills = _relative_skills(ours, theirs, counts)
    if np.isnan(skills).all():
        return [(float("nan"), float("nan"))] * len(widths)
    ends = [((1 - width) / 2, (1 + width) / 2) for width in widths]
    return [(float(low), float(high)) for low, high in np.nanquantile(skills, ends)]
