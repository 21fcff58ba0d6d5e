"""Periods as tables write them: how long each is, how fine, and which lies in which."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from isthmus.timegrid import month_end, month_start

_DEKAD = re.compile(r"(\d{4}-\d{2})-D([123])")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})")
_QUARTER = re.compile(r"(\d{4})-?Q([1-4])")
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Span:
    """A period from its first to its last day, both in it."""

    first: dt.date
    last: dt.date
    grain: str
    """``day``, ``week``, ``dekad``, ``month``, ``quarter``, ``year``; for a span of several, its length in days."""

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.last - self.first).days + 1

    def holds(self, other: Span) -> bool:
        """Whether the other period lies inside."""
        return self.first <= other.first and other.last <= self.last


def span_of(period: str) -> Span | None:
    """The days of ``2024``, ``2024-Q2``, ``2024-06``, ``2024-06-D1``, ``2024-W23``, ``2024-06-05`` or ``2024-06/2024-11``.

    A number of steps (``3 months ahead``) or any other word is no period.
    """
    if "/" in period:
        begin, end = (span_of(part) for part in period.split("/", 1))
        if begin is None or end is None or end.last < begin.first:
            return None
        days = (end.last - begin.first).days + 1
        return Span(begin.first, end.last, f"{days} days")
    try:
        return _single(period)
    except ValueError:
        return None


def _single(period: str) -> Span | None:
    if _MONTH.fullmatch(period):
        return Span(month_start(period), month_end(period), "month")
    if re.fullmatch(r"\d{4}", period):
        return Span(dt.date(int(period), 1, 1), dt.date(int(period), 12, 31), "year")
    if found := _QUARTER.fullmatch(period):
        first = 3 * int(found[2]) - 2
        return Span(dt.date(int(found[1]), first, 1), month_end(f"{found[1]}-{first + 2:02d}"), "quarter")
    return _shorter(period)


def _shorter(period: str) -> Span | None:
    """A period shorter than a month."""
    if found := _DEKAD.fullmatch(period):
        start = month_start(found[1])
        begin, end = {"1": (1, 10), "2": (11, 20), "3": (21, month_end(found[1]).day)}[found[2]]
        return Span(start.replace(day=begin), start.replace(day=end), "dekad")
    if found := _WEEK.fullmatch(period):
        monday = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return Span(monday, monday + dt.timedelta(days=6), "week")
    if _DAY.fullmatch(period):
        day = dt.date.fromisoformat(period)
        return Span(day, day, "day")
    return None
