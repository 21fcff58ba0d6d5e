"""Part of a month: what a publisher has counted so far, by day, week or dekad, as a small table of its own.

Such figures are read for the month under way and used once; they are not kept with a run, since nationalities finer than a month
are not for release.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from isthmus.errors import FiguresError, Problem
from isthmus.timegrid import month_end

COLUMNS = ("series", "from", "to", "value")


@dataclass(frozen=True)
class Part:
    """People, or events, counted from one day to another of one month, both included.

    Attributes:
        series: As the corridor file names it.
        value: What was counted.
    """

    series: str
    begin: dt.date
    end: dt.date
    value: float

    @property
    def month(self) -> str:
        """The month that it is part of."""
        return f"{self.begin:%Y-%m}"

    @property
    def share(self) -> float:
        """Share of the days of the month."""
        return ((self.end - self.begin).days + 1) / month_end(self.month).day


def read_parts(path: Path, series: Sequence[str]) -> tuple[Part, ...]:
    """Read a table with the columns ``series, from, to, value``.

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
    if missing := [name for name in COLUMNS if name not in columns]:
        raise FiguresError.one(
            where=f"{path}:1", expected=f"the columns {', '.join(COLUMNS)}", found=f"no {missing[0]}",
            remedy="add it: the first and last day counted, both included, as YYYY-MM-DD",
        )  # fmt: skip
    found = [_part(f"{path}:{n + 2}", row, series) for n, row in enumerate(rows)]
    problems = [one for one in found if isinstance(one, Problem)]
    parts = [one for one in found if isinstance(one, Part)]
    problems += _twice(str(path), parts)
    if problems:
        raise FiguresError(problems)
    return tuple(parts)


def _part(where: str, row: dict[str, str], series: Sequence[str]) -> Part | Problem:
    name = (row["series"] or "").strip()
    if name not in series:
        return Problem(f"{where}: series", "a series of the corridor", repr(name), f"use one of: {', '.join(series[:6])} …")
    try:
        begin, end = (dt.date.fromisoformat((row[column] or "").strip()) for column in ("from", "to"))
    except ValueError:
        return Problem(f"{where}: from, to", "days as YYYY-MM-DD", f"{row['from']!r}, {row['to']!r}", "write both days")
    if end < begin or (begin.year, begin.month) != (end.year, end.month):
        remedy = "split a week that goes on into the next month in two, by days"
        return Problem(f"{where}: from, to", "days of one month, the first one first", f"{begin} to {end}", remedy)
    try:
        value = float(row["value"])
    except (TypeError, ValueError):
        value = -1.0
    if not 0 <= value < float("inf"):
        return Problem(f"{where}: value", "a count, zero or more", repr(row["value"]), "leave out days not reported")
    return Part(name, begin, end, value)


def _twice(where: str, parts: Sequence[Part]) -> Iterable[Problem]:
    for k, one in enumerate(parts):
        for other in parts[:k]:
            if one.series == other.series and one.begin <= other.end and other.begin <= one.end:
                found = f"{one.series} from {one.begin} and from {other.begin}, which overlap"
                yield Problem(where, "each day once", found, "keep one of the two")


def digest_of(parts: Sequence[Part]) -> str:
    """What the parts are, in one word."""
    return hashlib.sha256(repr(parts).encode()).hexdigest() if parts else ""
