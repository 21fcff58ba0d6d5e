"""Sums that must close: stated totals, nationalities against all, years against their months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from isthmus.data.arrival.batch import Batch, shown
from isthmus.data.periods import first_month, is_year, last_month, periods_between
from isthmus.data.store.records import Finding

SLACK = 0.5
"""Persons: sums of counts close exactly."""
SUSPICIOUS = 0.05
"""Relative difference from which the figures behind a sum are held back."""


def stated_totals(batch: Batch) -> Iterator[Finding]:
    """Hold the publisher's own sums against the figures they are sums of.

    A total for part of a year is compared with the same months, never with another year's whole.
    """
    for stated in batch.stated:
        key = (stated.series, stated.place, stated.group)
        points = batch.now.get(key, {})
        span = periods_between(first_month(stated.first), last_month(stated.last))
        inside = [period for period in span if period in points]
        if not inside:
            continue
        total = sum(points[period] for period in inside)
        months = f"{inside[0]} to {inside[-1]}"
        yield from _off(
            batch, key, inside, total, stated.value, f"the months {months} add up to {total:,.0f}", "the publisher's total"
        )


def groups_and_all(batch: Batch) -> Iterator[Finding]:
    """Hold the sum over nationalities against the figure for all of them."""
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    for (series, place, group), points in batch.now.items():
        if group != "ALL":
            for period, value in points.items():
                sums[series, place, period] += value
    for (series, place, period), total in sorted(sums.items()):
        key = (series, place, "ALL")
        everybody = batch.now.get(key, {}).get(period)
        if everybody is None:
            continue
        if batch.series[series].closed or total > everybody + SLACK:
            words = f"the nationalities of {period} add up to {total:,.0f}"
            yield from _off(batch, key, [period], total, everybody, words, "all together")


def years_and_months(batch: Batch) -> Iterator[Finding]:
    """Hold yearly totals against the months of the same year."""
    for (series, place, group), points in batch.both.items():
        monthly = batch.series[series].total_of
        if monthly is None:
            continue
        other = (monthly, place, group)
        months = batch.both.get(other) or batch.before.get(other, {})
        for year, value in sorted(points.items()):
            if not is_year(year):
                continue
            there = [month for month in periods_between(first_month(year), last_month(year)) if month in months]
            total = sum(months[month] for month in there)
            # Months that are not there yet can only add: part of a year may not exceed the whole.
            if len(there) == 12 or total > value + SLACK:
                words = f"{len(there)} months of {year} add up to {total:,.0f}"
                yield from _off(batch, (series, place, group), [year], total, value, words, "the year's figure")


def _off(
    batch: Batch, key: tuple[str, str, str], periods: list[str], total: float, stated: float, words: str, against: str
) -> Iterator[Finding]:
    difference = total - stated
    if abs(difference) <= SLACK:
        return
    share = abs(difference) / max(abs(stated), 1.0)
    changed = set(batch.changed(key))
    held = [period for period in periods if period in changed] if share > SUSPICIOUS else []
    text = f"{shown(key)}: {words}; {against} is {stated:,.0f} ({difference:+,.0f}, {share:.1%})"
    if not held:
        yield Finding("sum", text, held=False, key=key, period=periods[-1])
    for period in held:
        yield Finding("sum", text, held=True, key=key, period=period)
