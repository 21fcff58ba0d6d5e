"""Dates in order: the grid, entry rules, policies, claims."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator

from isthmus.spec.check.finding import Finding
from isthmus.spec.document import Path, show
from isthmus.spec.schema import Corridor, EntryRule

YEARS = (1950, 2100)
"""First and last year a grid may touch."""

MAX_MONTHS = 600
"""Longest grid, months."""


def _month(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def check_time(corridor: Corridor) -> Iterator[Finding]:
    """Months are in order, the reference lies on the grid, and the grid is of sane length."""
    time = corridor.time
    named = {"start": time.start, "fit_from": time.fit_from, "fit_to": time.fit_to, "reference": time.reference}
    for key, value in named.items():
        if value is not None and not YEARS[0] <= int(value[:4]) <= YEARS[1]:
            yield Finding(("time", key), f"a month from {YEARS[0]} to {YEARS[1]}", show(value), "check the year")
    if time.fit_from < time.start:
        yield _order(("time", "fit_from"), f"a month from `start` ({time.start}) on", time.fit_from)
    if time.fit_to is not None and time.fit_to < time.fit_from:
        yield _order(("time", "fit_to"), f"a month from `fit_from` ({time.fit_from}) on", time.fit_to)
    last = _month(time.fit_to) + time.horizon_months if time.fit_to is not None else None
    if time.reference < time.start or (last is not None and _month(time.reference) > last):
        expected = f"a month of the grid, from `start` ({time.start}) to the end of the forecast"
        yield Finding(("time", "reference"), expected, show(time.reference), "choose a month with figures")
    if last is not None and last - _month(time.start) >= MAX_MONTHS:
        expected = f"a grid of at most {MAX_MONTHS} months"
        yield Finding(("time", "start"), expected, f"{last - _month(time.start) + 1} months", "start later")


def _order(path: Path, expected: str, found: object) -> Finding:
    return Finding(path, expected, str(found), "put the dates in order")


def check_entry_rules(corridor: Corridor) -> Iterator[Finding]:
    """A rule ends after it begins and is announced no later than it begins."""
    for index, rule in enumerate(corridor.entry_rules):
        path: Path = ("entry_rules", index)
        if rule.to is not None and rule.to <= rule.from_:
            yield _order((*path, "to"), f"a date after `from` ({rule.from_})", rule.to)
        yield from _announced((*path, "announced"), rule.announced, "from", rule.from_)


def _announced(path: Path, announced: dt.date | None, key: str, begins: dt.date) -> Iterator[Finding]:
    if announced is not None and announced > begins:
        yield _order(path, f"a date no later than `{key}` ({begins})", announced)


def check_rule_overlaps(corridor: Corridor) -> Iterator[Finding]:
    """At most one entry rule holds for a group at a place on any day."""
    held: dict[tuple[str, str], list[tuple[int, EntryRule]]] = defaultdict(list)
    for index, rule in enumerate(corridor.entry_rules):
        held[rule.group, rule.place].append((index, rule))
    for (group, place), rules in held.items():
        rules.sort(key=lambda pair: pair[1].from_)
        reach: tuple[int, dt.date] | None = None
        for index, rule in rules:
            if reach is not None and rule.from_ < reach[1]:
                yield Finding(
                    ("entry_rules", index, "from"),
                    f"one rule at a time for {group} at `{place}`",
                    f"{rule.from_}, when entry_rules.{reach[0]} still holds",
                    f"end the earlier rule: `to: {rule.from_}`",
                )
            end = rule.to or dt.date.max
            if reach is None or end > reach[1]:
                reach = (index, end)


def check_policies(corridor: Corridor) -> Iterator[Finding]:
    """A policy ends after it begins and is announced no later than it begins."""
    for name, policy in corridor.policies.items():
        if policy.until is not None and policy.until <= policy.date:
            yield _order(("policies", name, "until"), f"a date after `date` ({policy.date})", policy.until)
        yield from _announced(("policies", name, "announced"), policy.announced, "date", policy.date)


def check_claims(corridor: Corridor) -> Iterator[Finding]:
    """The period of a claim is two years or two months in order, and a ratio has two series."""
    for name, claim in corridor.claims.items():
        if claim.period is not None:
            first, last = claim.period
            if not all(re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", part) for part in claim.period):
                expected, remedy = "first and last period as YYYY or YYYY-MM", 'write ["2023-01", "2023-12"]'
                yield Finding(("claims", name, "period"), expected, f"{show(first)} and {show(last)}", remedy)
            elif first[: len(last)] > last[: len(first)]:
                yield _order(("claims", name, "period"), "the first period before the last", f"{first} and {last}")
        if claim.check == "ratio_of_series" and len(claim.series) != 2:
            expected, remedy = "two series: the part and the whole", "name both"
            yield Finding(("claims", name, "series"), expected, f"{len(claim.series)}", remedy)
