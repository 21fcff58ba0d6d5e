"""Which past months a run forecasts from: those asked for, the usual ones, or some of them; loads nothing that computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus.forecast.backtest.origins import told_by, usual_origins, wanted_origins

if TYPE_CHECKING:
    from isthmus.pipeline.job import Task

QUICK_ORIGINS = 8
"""Origins of a quick run."""


def backtest_origins(task: Task) -> tuple[str, ...]:
    """Usual origins; a quick run takes some of them, spread evenly."""
    corridor = task.loaded.corridor
    origins = usual_origins(corridor.time.fit_from, task.last_fitted, told_by(corridor))
    gaps = len(origins) - 1
    if task.quick and len(origins) > QUICK_ORIGINS:
        return tuple(origins[k * gaps // (QUICK_ORIGINS - 1)] for k in range(QUICK_ORIGINS))
    return origins


def origins_of(task: Task, asked: int | tuple[str, ...] | None) -> tuple[str, ...]:
    """The origins asked for: so many of the last, or these months, or the usual ones.

    Raises:
        InputError: Origins outside the data, or more than there are.
    """
    corridor = task.loaded.corridor
    first, last, told = corridor.time.fit_from, task.last_fitted, told_by(corridor)
    if asked is None:
        return backtest_origins(task) or wanted_origins(first, last, told=told)
    if isinstance(asked, int):
        return wanted_origins(first, last, count=asked, told=told)
    return wanted_origins(first, last, months=asked, told=told)
