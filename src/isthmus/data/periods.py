"""Months and years as they are written in tables of figures."""

from __future__ import annotations

import datetime as dt

from isthmus.timegrid import month_end, month_range, month_start

_YEAR = len("2023")
_MONTH = len("2023-01")


def is_year(period: str) -> bool:
    """Return whether a well-formed period is a year."""
    return len(period) == _YEAR


def first_month(period: str) -> str:
    """Return the month itself, or January of a year."""
    return f"{period}-01" if is_year(period) else period


def last_month(period: str) -> str:
    """Return the month itself, or December of a year."""
    return f"{period}-12" if is_year(period) else period


def periods_between(first: str, last: str) -> tuple[str, ...]:
    """Return all months (or all years) from ``first`` to ``last``, both included; empty if reversed."""
    if is_year(first):
        return tuple(f"{year:04d}" for year in range(int(first), int(last) + 1))
    return month_range(first, last)


def start_of(period: str) -> dt.date:
    """Return the first day of a month or year."""
    return month_start(first_month(period))


def end_of(period: str) -> dt.date:
    """Return the last day of a year or month, or the day itself."""
    return dt.date.fromisoformat(period) if len(period) > _MONTH else month_end(last_month(period))
