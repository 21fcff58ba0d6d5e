"""Figures that do not fit their neighbours, and columns that changed places."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from isthmus.data.arrival.batch import Batch, Points, listed, shown
from isthmus.data.periods import is_year
from isthmus.data.store.records import Finding, Key
from isthmus.timegrid import month_index

REACH = 6
"""Months on either side that a figure is compared with."""
SPIKE, STEP = 3.0, 5.0
"""Factor against the neighbours from which one month between others, and the newest month, is suspicious."""
SMALLEST = 100.0
"""Counts below this jump by themselves."""
_SOFT = 10.0


def jumps(batch: Batch) -> Iterator[Finding]:
    """Hold back single months far off their neighbours, and a newest month far off those before it.

    The factor must also be unusual for the series itself: four times the median change between neighbouring months.
    """
    for key, points in batch.both.items():
        monthly = {month_index(period): value for period, value in points.items() if not is_year(period)}
        for period in batch.changed(key):
            if is_year(period):
                continue
            at = month_index(period)
            before = [monthly[m] for m in range(at - REACH, at) if m in monthly]
            after = [monthly[m] for m in range(at + 1, at + REACH + 1) if m in monthly]
            if len(before) < 3 or max(monthly[at], median(before)) < SMALLEST:
                continue
            level = median([*before, *after]) if after else median(before[-3:])
            far = abs(_log(monthly[at]) - _log(level))
            usual = _usual_change(before) if not after else _usual_change([*before, *after])
            if far < math.log(SPIKE if after else STEP) or far < 4 * usual:
                continue
            # A new level and a way up or down are news, not errors: the months beside it share them.
            beside = [*before[-2:], *after[:2]] if after else before[-2:]
            if min(abs(_log(monthly[at]) - _log(value)) for value in beside) < math.log(SPIKE):
                continue
            around = "its neighbours" if after else "the months before it"
            text = f"{shown(key)}: {monthly[at]:,.0f} in {period}, where {around} are about {level:,.0f}"
            yield Finding("jump", text, held=True, key=key, period=period)


def swapped(batch: Batch) -> Iterator[Finding]:
    """Hold back figures of two series that look like each other's: columns that changed places in a file."""
    for first in batch.about.series:
        for other in first.distinct_from:
            for key in batch.now:
                if key[0] != first.name:
                    continue
                pair: Key = (other, key[1], key[2])
                months = [period for period in batch.changed(key) if period in batch.now.get(pair, {}) and not is_year(period)]
                months = [period for period in months if _look_swapped(batch, key, pair, period)]
                for period in months:
                    text = (
                        f"{shown(key)} and {other}: {batch.now[key][period]:,.0f} and {batch.now[pair][period]:,.0f} in "
                        f"{listed(months)} fit the months before better the other way round"
                    )
                    yield Finding("swapped", text, held=True, key=key, period=period)
                    yield Finding("swapped", text, held=True, key=pair, period=period)


def rebased(batch: Batch) -> Iterator[Finding]:
    """Hold back a history that moved as a whole: a definition that changed."""
    for key, points in batch.now.items():
        before = batch.before.get(key, {})
        common = [period for period in points if before.get(period, 0.0) >= _SOFT and points[period] > 0]
        if len(common) < 6:
            continue
        ratio = median(points[period] / before[period] for period in common)
        if not 0.8 <= ratio <= 1.25:
            text = f"{shown(key)}: {len(common)} figures moved by a factor of {ratio:.2f} as a whole: has the definition changed?"
            for period in batch.changed(key):
                yield Finding("definition", text, held=True, key=key, period=period)


def _look_swapped(batch: Batch, key: Key, pair: Key, period: str) -> bool:
    mine, theirs = _recent(batch.before.get(key, {}), period), _recent(batch.before.get(pair, {}), period)
    here, there = batch.now[key][period], batch.now[pair][period]
    if len(mine) < 3 or len(theirs) < 3 or min(here, there) < _SOFT or max(here, there) < SMALLEST:
        return False
    level, other = _log(median(mine)), _log(median(theirs))
    as_is = abs(_log(here) - level) + abs(_log(there) - other)
    exchanged = abs(_log(here) - other) + abs(_log(there) - level)
    return as_is > 2 * math.log(2.0) and exchanged < as_is / 3


def _recent(points: Points, period: str) -> list[float]:
    at = month_index(period)
    return [value for month, value in points.items() if not is_year(month) and at - 12 <= month_index(month) < at]


def _usual_change(values: list[float]) -> float:
    changes = [abs(_log(b) - _log(a)) for a, b in pairwise(values)]
    return max(median(changes), 0.1) if changes else 0.1


def _log(value: float) -> float:
    return math.log(max(value, 0.0) + _SOFT)
