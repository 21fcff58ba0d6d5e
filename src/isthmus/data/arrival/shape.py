"""Months that are missing, come twice, repeat each other or are not over; numbers that are no counts or are rounded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from isthmus.data.arrival.batch import Batch, Points, listed, shown
from isthmus.data.cells import COUNT_UNITS
from isthmus.data.periods import is_year, last_month, periods_between
from isthmus.data.store.records import Finding

_MANY = 5
"""Nationalities from which two equal months are no chance."""


def given_twice(batch: Batch) -> Iterator[Finding]:
    """Hold back figures that came twice with different numbers; list those that came twice with the same."""
    seen: dict[tuple[str, str, str, str], float | None] = {}
    same: dict[str, list[str]] = defaultdict(list)
    for reading in batch.readings:
        at = (reading.series, reading.place, reading.group, reading.period)
        if at not in seen:
            seen[at] = reading.value
        elif seen[at] == reading.value:
            same[reading.series].append(f"{reading.group} {reading.period}")
        else:
            key = at[:3]
            text = f"{shown(key)}: {reading.period} came twice, with {_number(seen[at])} and with {_number(reading.value)}"
            yield Finding("repeated", text, held=True, key=key, period=reading.period)
    for series, which in same.items():
        yield Finding("repeated", f"{series}: came twice with the same number: {listed(which)}")


def missing_months(batch: Batch) -> Iterator[Finding]:
    """List months inside a series' span for which no nationality has a figure."""
    spans: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (series, place, _), points in batch.both.items():
        spans[series, place] |= set(points)
    for (series, place), periods in sorted(spans.items()):
        first, last = min(periods), max(periods)
        if is_year(first) != is_year(last):
            continue
        missing = [period for period in periods_between(first, last) if period not in periods]
        if missing:
            yield Finding(
                "missing", f"{series} at {place}: nothing for {listed(missing, 12)}; missing is not zero, and is not filled"
            )


def no_longer_there(batch: Batch) -> Iterator[Finding]:
    """List series that end earlier than they did, or have lost periods: a file cut off, or figures withdrawn."""
    gone: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key, before in batch.before.items():
        now = batch.now.get(key)
        if now is not None and (lost := sorted(period for period in before if period > min(now) and period not in now)):
            gone[key[0], key[1]].append(f"{key[2]} {lost[0]}" + (f" to {lost[-1]}" if len(lost) > 1 else ""))
    for (series, place), which in sorted(gone.items()):
        kept = "what was known stays: look whether the publisher's file is whole"
        text = f"{series} at {place}: no longer given: {listed(which)}; {kept}"
        yield Finding("withdrawn", text)


def repeated_months(batch: Batch) -> Iterator[Finding]:
    """Hold back a month whose nationalities have the very numbers of the month before."""
    months: dict[tuple[str, str], dict[str, Points]] = defaultdict(lambda: defaultdict(dict))
    for (series, place, group), points in batch.both.items():
        for period, value in points.items():
            if not is_year(period):
                months[series, place][period][group] = value
    for (series, place), by_month in months.items():
        ordered = sorted(by_month)
        for earlier, later in pairwise(ordered):
            one, two = by_month[earlier], by_month[later]
            counted = [group for group in two if two[group] > 0]
            if len(counted) < _MANY or sum(two[group] >= 20 for group in counted) < 3:
                continue
            if all(one.get(group) == two[group] for group in counted):
                text = f"{series} at {place}: {len(counted)} nationalities have the same numbers in {later} as in {earlier}"
                for group in counted:
                    if later in batch.changed((series, place, group)):
                        yield Finding("repeated", text, held=True, key=(series, place, group), period=later)


def twins(batch: Batch) -> Iterator[Finding]:
    """Hold back a series that repeats another one, such as regular entries given once more as irregular ones."""
    for about in batch.about.series:
        for other in about.distinct_from:
            for (series, place, group), points in batch.now.items():
                if series != about.name:
                    continue
                theirs = batch.now.get((other, place, group), {})
                common = [period for period in points if points[period] > 0 and period in theirs]
                if len(common) < 3 or sum(points[period] for period in common) < 100:
                    continue
                if all(points[period] == theirs[period] for period in common):
                    text = f"{shown((series, place, group))}: repeats {other} in all of {len(common)} periods"
                    for period in common:
                        yield Finding("twin", text, held=True, key=(series, place, group), period=period)


def not_over(batch: Batch) -> Iterator[Finding]:
    """Hold back periods that are not over: they would pass for a fall."""
    for key in batch.now:
        late = [period for period in batch.changed(key) if last_month(period) > batch.last_over]
        for period in late:
            text = f"{shown(key)}: {period} is not over ({batch.last_over} is the last month that is)"
            yield Finding("not over", text, held=True, key=key, period=period)


def no_counts(batch: Batch) -> Iterator[Finding]:
    """Hold back negative numbers and fractions where people or events are counted."""
    for key, points in batch.now.items():
        if batch.series[key[0]].unit not in COUNT_UNITS:
            continue
        for period in batch.changed(key):
            if points[period] < 0 or not float(points[period]).is_integer():
                text = f"{shown(key)}: {points[period]:g} in {period} is no count"
                yield Finding("no count", text, held=True, key=key, period=period)


def rounded(batch: Batch) -> Iterator[Finding]:
    """List series whose numbers are all multiples of five: cells of a few people may be off by two."""
    values: dict[str, list[float]] = defaultdict(list)
    for (series, _, group), points in batch.now.items():
        if group != "ALL" and batch.series[series].unit in COUNT_UNITS:
            values[series] += [value for value in points.values() if 0 < value < 100]
    for series, small in sorted(values.items()):
        if len(small) >= 20 and all(value % 5 == 0 for value in small):
            yield Finding("rounded", f"{series}: all {len(small)} figures under 100 are multiples of 5, so each may be off by 2")


def definitions(batch: Batch) -> Iterator[Finding]:
    """List series whose definition is not the one they were stored under."""
    for about in batch.about.series:
        before = batch.definitions.get(about.name, "")
        if before and before != about.counts:
            yield Finding("definition", f"{about.name}: was defined as '{before}', is now '{about.counts}'")


def _number(value: float | None) -> str:
    return "nothing" if value is None else f"{value:,.0f}"
