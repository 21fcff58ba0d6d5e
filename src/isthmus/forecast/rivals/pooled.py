"""A regression over all series at once: how the months after any month came out, in units of each series' own movements.

What a series did lately, what the others of its checkpoint and of its group did, and how far its group's next count upstream
stands from its usual distance, are regressed on what came 1 to 6 months later, over all series and past months, robustly and with
a ridge. Small counts rise from near zero more than they fall. A series moves as much as it lately did, drawn towards what series
of its size do, so one with few figures borrows from the others. The spread is that of past standardised errors. Everything is on
log(1 + y), and nothing after the origin is seen.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.rivals.outlook import LEAST_SD, Outlook
from isthmus.streams import stream

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

COMPONENTS = 64
"""Normals that an outlook is made of."""
CARRIED = 3
"""Months that a missing figure is stood in for by the last."""
HALF_LIFE = 6.0
"""Months after which a step says half as much about the size of the next."""
BORROWED = 8.0
"""Steps that what series of this size do counts for."""
MEMORY = 24.0
"""Months after which a past forecast says half as much."""
RIDGE = 0.3
"""Pull of slopes towards none, per observation and unit of a feature's mean square."""
WIDTH = 0.85
"""Factor on the spread: pooled errors are wider than those of most series. Chosen on the first half of `darien`'s origins."""
MOST_STEP, MOST_ERROR = 2.0, 8.0
WINDOW = 4
USUAL = 6
"""Months whose mean is a series' usual distance from the count upstream."""
LEAST_CASES = 100


class Panel(NamedTuple):
    """All series up to the origin.

    Attributes:
        logs: log(1 + y), gaps bridged for a few months, ``(series, month)``.
        seen: Where a figure is.
        scale: Size of a month's movement as known then.
        features: What is known of each series and month, ``(series, month, feature)``.
    """

    logs: Floats
    seen: Bools
    scale: Floats
    features: Floats


def pooled_regression(
    history: Floats, groups: Sequence[int], checkpoints: Sequence[str], horizon: int, upstream: Sequence[int] = ()
) -> list[Outlook | str]:
    """What the regression says of each series.

    Args:
        history: Figures to the origin, NaN where missing, ``(series, month)``.
        groups: Group of each series.
        checkpoints: Where each series counts.
        horizon: Months ahead.
        upstream: Position of the group's series next before each on the way, -1 where there is none; absent: of none.
    """
    before = np.asarray(upstream if len(upstream) else np.full(len(history), -1), np.intp)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # means of months without any figure are not numbers, and not used
        panel = _panel(history, np.asarray(groups), np.asarray(checkpoints), before)
    ahead = [_ahead(panel, h) for h in range(1, horizon + 1)]
    if any(one is None for one in ahead):
        return [f"fewer than {LEAST_CASES} past months and series to learn from"] * len(history)
    slopes, errors = zip(*(one for one in ahead if one is not None), strict=True)
    order = stream(0, "pooled", "components").permutation(COMPONENTS)
    last, scale = panel.logs[:, -1], panel.scale[:, -1]
    centre = last[:, None] + panel.features[:, -1] @ np.stack(slopes, axis=1)
    around = np.stack(errors, axis=1)[order]
    locations = centre[:, None] + scale[:, None, None] * around
    sd = np.maximum(scale[:, None, None] * np.ptp(around, axis=0) / COMPONENTS, LEAST_SD)
    return [
        Outlook(np.maximum(where, 0.0), np.broadcast_to(wide, where.shape).copy())
        if np.isfinite(where).all()
        else f"no figure in the last {CARRIED + 1} months"
        for where, wide in zip(locations, sd, strict=True)
    ]


def _panel(history: Floats, groups: NDArray[np.intp], checkpoints: NDArray[np.str_], before: NDArray[np.intp]) -> Panel:
    logs, seen = _bridged(np.log1p(history)), ~np.isnan(history)
    step = np.diff(logs, axis=1, prepend=np.nan)
    away, tame = logs - _late_mean(logs, WINDOW), np.clip(step, -1.5, 1.5)
    distance = np.where(before[:, None] >= 0, logs[before] - logs, np.nan)
    here, of_group, group_away = (np.zeros_like(logs) for _ in range(3))
    for name in np.unique(checkpoints):
        here[checkpoints == name] = np.nanmean(tame[checkpoints == name], axis=0)
    for group in np.unique(groups):
        of_group[groups == group] = np.nanmean(tame[groups == group], axis=0)
        group_away[groups == group] = np.nanmean(away[groups == group], axis=0)
    scale = _scales(logs, step)
    small = scale * np.exp(-0.5 * np.nan_to_num(logs))
    known = [step, away, here, of_group, group_away, distance - _late_mean(distance, USUAL), small]
    return Panel(logs, seen, scale, np.nan_to_num(np.stack(known, axis=2)))


def _late_mean(values: Floats, months: int) -> Floats:
    """Mean of a month and those before it, ``months`` in all, what is missing left out, ``(series, month)``."""
    begins = np.maximum(np.arange(values.shape[1]) - months + 1, 0)
    return np.stack([np.nanmean(values[:, b : t + 1], axis=1) for t, b in enumerate(begins)], axis=1)


def _bridged(logs: Floats) -> Floats:
    out, age = logs.copy(), np.zeros(len(logs))
    for t in range(1, logs.shape[1]):
        missing = np.isnan(logs[:, t])
        age = np.where(missing, age + 1, 0)
        out[:, t] = np.where(missing & (age <= CARRIED), out[:, t - 1], logs[:, t])
    return out


def _scales(logs: Floats, step: Floats) -> Floats:
    """Size of a month's movement by series and month: of its late steps, drawn towards that of series of its size."""
    keep = 0.5 ** (1 / HALF_LIFE)
    squares, counts, out = np.zeros(len(logs)), np.zeros(len(logs)), np.full(logs.shape, np.nan)
    for t in range(logs.shape[1]):
        there = ~np.isnan(step[:, t])
        squares = keep * squares + np.where(there, np.minimum(np.nan_to_num(step[:, t]) ** 2, MOST_STEP**2), 0.0)
        counts = keep * counts + there
        known = (counts > 1) & ~np.isnan(logs[:, t])
        if known.sum() < 3:
            continue
        size = np.column_stack([np.ones(len(logs)), np.nan_to_num(logs[:, t], nan=2.0)])
        line = np.linalg.lstsq(size[known], np.log(squares[known] / counts[known] + 1e-3), rcond=None)[0]
        out[:, t] = np.sqrt((squares + BORROWED * np.exp(size @ line)) / (counts + BORROWED))
    return np.asarray(np.maximum(out, LEAST_SD))


def _ahead(panel: Panel, h: int) -> tuple[Floats, Floats] | None:
    """Slopes ``(feature,)`` and quantiles of standardised errors ``(component,)``; none from too few cases."""
    x, y, weight = _cases(panel, h)
    if len(y) < LEAST_CASES:
        return None
    ridge = RIDGE * weight.sum() * np.diag(np.mean(x**2, axis=0) + 1e-3)
    trust, slopes = np.ones(len(y)), np.zeros(x.shape[1])
    for _ in range(3):
        scaled = x * (weight * trust)[:, None]
        slopes = np.linalg.solve(scaled.T @ x + ridge, scaled.T @ y)
        trust = np.minimum(1.0, 1.5 * np.sqrt(h) / np.maximum(np.abs(y - x @ slopes), 1e-9))
    errors = y - x @ slopes
    order = np.argsort(errors)
    mass = (np.cumsum(weight[order]) - 0.5 * weight[order]) / weight.sum()
    quantiles = np.interp((np.arange(COMPONENTS) + 0.5) / COMPONENTS, mass, errors[order])
    return slopes, WIDTH * (quantiles - np.median(quantiles))


def _cases(panel: Panel, h: int) -> tuple[Floats, Floats, Floats]:
    """Features, movements and weights of past months whose targets have come, in units of each series' scale."""
    months = panel.logs.shape[1]
    begin, end = slice(WINDOW - 1, months - h), slice(WINDOW - 1 + h, months)
    base, scale = panel.logs[:, begin], panel.scale[:, begin]
    there = panel.seen[:, end] & ~np.isnan(base) & ~np.isnan(scale)
    moved = np.clip((panel.logs[:, end] - base) / scale, -MOST_ERROR, MOST_ERROR)
    age = np.arange(months - h - WINDOW, -1, -1)
    weight = np.broadcast_to(0.5 ** (age / MEMORY), moved.shape)
    return (panel.features[:, begin] / scale[:, :, None])[there], moved[there], weight[there]
