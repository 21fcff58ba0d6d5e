"""Part of a month: what a publisher has counted so far, by day, week or dekad, as a small table of its own.

A row is of a week (``2024-W23``, from Monday), a dekad (``2024-06-D2``), a day, or from one day to another. Figures of two months
are split by days, each day alike. Such figures are read for months to come and used once; they are not kept with a run, since
nationalities finer than a month are not for release. Where a publisher's latest days fill up later, a column ``reported`` says
what share of their people is expected in the count by now.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from isthmus.errors import FiguresError, Problem
from isthmus.timegrid import month_end

COLUMNS = ("series", "from", "to", "value")
PERIOD = "period"
"""Column that stands in for ``from`` and ``to``."""
REPORTED = "reported"
"""Column that may be left out: share of the people of these days who are expected in the count by now."""
MOST_SPLIT = 7
"""Days that a row may span where it goes on into the next month."""
_WEEK, _DEKAD = re.compile(r"(\d{4})-W(\d{2})"), re.compile(r"(\d{4}-\d{2})-D([123])")


@dataclass(frozen=True)
class Part:
    """People, or events, counted from one day to another of one month, both included.

    Attributes:
        series: As the corridor file names it.
        value: What was counted.
        reported: Share of the people of these days who are expected in the count by now, above 0 and up to 1.
    """

    series: str
    begin: dt.date
    end: dt.date
    value: float
    reported: float = 1.0

    @property
    def month(self) -> str:
        """The month that it is part of."""
        return f"{self.begin:%Y-%m}"

    @property
    def share(self) -> float:
        """Share of the days of the month."""
        return ((self.end - self.begin).days + 1) / month_end(self.month).day


def read_parts(path: Path, series: Sequence[str]) -> tuple[Part, ...]:
    """Read a table with the columns ``series, from, to, value``, or ``series, period, value``; ``reported`` may stand beside.

    Raises:
        FiguresError: All that is wrong with it.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            table = csv.DictReader(handle)
            rows, columns = list(table), table.fieldnames or []
    except (OSError, UnicodeDecodeError) as error:
        raise FiguresError.one(
            where=str(path), expected="a table of figures of part of a month", found=str(error), remedy="name a CSV file"
        ) from error
    wanted = (COLUMNS[0], PERIOD, COLUMNS[3]) if PERIOD in columns else COLUMNS
    if missing := [name for name in wanted if name not in columns]:
        raise FiguresError.one(
            where=f"{path}:1", expected=f"the columns {', '.join(wanted)}", found=f"no {missing[0]}",
            remedy="add it: the first and last day counted, both included, as YYYY-MM-DD; or a `period` such as 2024-W23",
        )  # fmt: skip
    found = [_parts(f"{path}:{n + 2}", row, series) for n, row in enumerate(rows)]
    problems = [one for one in found if isinstance(one, Problem)]
    parts = [part for one in found if not isinstance(one, Problem) for part in one]
    problems += _twice(str(path), parts)
    if problems:
        raise FiguresError(problems)
    return tuple(parts)


def _parts(where: str, row: dict[str, str], series: Sequence[str]) -> tuple[Part, ...] | Problem:
    name = (row["series"] or "").strip()
    if name not in series:
        return Problem(f"{where}: series", "a series of the corridor", repr(name), f"use one of: {', '.join(series[:6])} …")
    days = _days(where, row)
    if isinstance(days, Problem):
        return days
    begin, end = days
    if end < begin or ((begin.year, begin.month) != (end.year, end.month) and (end - begin).days >= MOST_SPLIT):
        remedy = f"split what goes on into the next month by days; up to {MOST_SPLIT} days are split for you"
        return Problem(f"{where}: from, to", "days of one month, the first one first", f"{begin} to {end}", remedy)
    try:
        value = float(row["value"])
    except (TypeError, ValueError):
        value = -1.0
    if not 0 <= value < float("inf"):
        return Problem(f"{where}: value", "a count, zero or more", repr(row["value"]), "leave out days not reported")
    reported = _reported(row)
    if reported is None:
        expected = "a share above 0 and up to 1, or nothing for days that are all in"
        return Problem(f"{where}: {REPORTED}", expected, repr(row[REPORTED]), "write 0.8 where a fifth is still to come")
    return tuple(_split(Part(name, begin, end, value, reported)))


def _reported(row: dict[str, str]) -> float | None:
    """Share of the people of a row's days in its count; None where that is no share."""
    text = (row.get(REPORTED) or "").strip()
    try:
        share = float(text) if text else 1.0
    except ValueError:
        return None
    return share if 0 < share <= 1 else None


def _days(where: str, row: dict[str, str]) -> tuple[dt.date, dt.date] | Problem:
    """First and last day of a row."""
    try:
        if PERIOD in row:
            return period_days((row[PERIOD] or "").strip())
        begin, end = (dt.date.fromisoformat((row[column] or "").strip()) for column in ("from", "to"))
    except ValueError:
        if PERIOD in row:
            expected = "a week 2024-W23, a dekad 2024-06-D2 or a day 2024-06-11"
            return Problem(f"{where}: {PERIOD}", expected, repr(row[PERIOD]), "write one of these, or columns `from` and `to`")
        return Problem(f"{where}: from, to", "days as YYYY-MM-DD", f"{row['from']!r}, {row['to']!r}", "write both days")
    return begin, end


def period_days(text: str) -> tuple[dt.date, dt.date]:
    """First and last day of a week of ISO 8601, a dekad or a day.

    Raises:
        ValueError: It is none of these, or none that a calendar has.
    """
    if week := _WEEK.fullmatch(text):
        monday = dt.date.fromisocalendar(int(week[1]), int(week[2]), 1)
        return monday, monday + dt.timedelta(days=6)
    if dekad := _DEKAD.fullmatch(text):
        first = dt.date.fromisoformat(f"{dekad[1]}-{10 * int(dekad[2]) - 9:02d}")
        return first, month_end(dekad[1]) if dekad[2] == "3" else first + dt.timedelta(days=9)
    day = dt.date.fromisoformat(text)
    return day, day


def _split(part: Part) -> Iterable[Part]:
    """A part by months, its days alike."""
    last = min(month_end(part.month), part.end)
    days = (part.end - part.begin).days + 1
    first = (last - part.begin).days + 1
    yield replace(part, end=last, value=part.value * first / days)
    if last < part.end:
        yield replace(part, begin=last + dt.timedelta(days=1), value=part.value * (days - first) / days)


def _twice(where: str, parts: Sequence[Part]) -> Iterable[Problem]:
    for k, one in enumerate(parts):
        for other in parts[:k]:
            if one.series == other.series and one.begin <= other.end and other.begin <= one.end:
                found = f"{one.series} from {one.begin} and from {other.begin}, which overlap"
                yield Problem(where, "each day once", found, "keep one of the two")


def digest_of(parts: Sequence[Part]) -> str:
    """What the parts are, in one word."""
    return hashlib.sha256(repr(parts).encode()).hexdigest() if parts else ""
