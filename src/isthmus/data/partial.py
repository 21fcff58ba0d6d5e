"""Part of a month: what a publisher has counted so far, by day, week or dekad, as a small table of its own.

A row is of a week (``2024-W23``, from Monday), a dekad (``2024-06-D2``), a day, or from one day to another. Figures of two months
are split by days, each day alike. Such figures are read for months to come and used once; they are not kept with a run, since
nationalities finer than a month are not for release. Where a publisher's latest days fill up later, a column ``reported`` says
what share of their people is expected in the count by now.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from isthmus.data import cells
from isthmus.data.columns import Form, header_problems, person_problems
from isthmus.data.csvtext import records, shortened, text_of
from isthmus.errors import FiguresError, Problem
from isthmus.timegrid import month_end

BY_DAYS = Form("parts of a month", ("series", "from", "to", "value"), ("reported", "note"))
"""First and last day counted, both included."""
BY_PERIOD = Form("parts of a month", ("series", "period", "value"), ("reported", "note"))
"""A week, a dekad or a day."""
MOST_SPLIT = 7
"""Days that a row may span where it goes on into the next month."""
_WEEK, _DEKAD = re.compile(r"(\d{4})-W(\d{2})"), re.compile(r"(\d{4}-\d{2})-D([123])")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHARE = re.compile(r"[0-9]*\.?[0-9]+")

Read = TypeVar("Read")


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


@dataclass(frozen=True)
class _Row:
    """A part with the line that it is in."""

    line: int
    part: Part


def read_parts(path: Path, series: Sequence[str], months: Sequence[str]) -> tuple[Part, ...]:
    """Read a table with the columns ``series, from, to, value``, or ``series, period, value``; ``reported`` may stand beside.

    Args:
        path: CSV file, UTF-8.
        series: Those of the corridor.
        months: Months ahead of the fit. A row of none of them is refused; of a week that begins before the first or goes on after
            the last, the days outside are left aside.

    Raises:
        FiguresError: All that is wrong with it.
    """
    lines = records(path, text_of(path))
    first, header = next(lines, (1, []))
    header = [column.strip() for column in header]
    form = BY_PERIOD if "period" in header else BY_DAYS
    wrong = person_problems(f"{path}:{first}", header) or header_problems(f"{path}:{first}", header, form)
    if wrong:
        raise FiguresError(wrong)
    rows: list[_Row] = []
    problems: list[tuple[int, Problem]] = []
    for line, record in lines:
        found = _parts(f"{path}:{line}", header, record, series, months)
        problems += [(line, one) for one in found if isinstance(one, Problem)]
        rows += [_Row(line, one) for one in found if isinstance(one, Part)]
    problems += _twice(path, rows)
    if problems:
        raise FiguresError(shortened(path, [problem for _, problem in sorted(problems, key=lambda one: one[0])]))
    if not rows:
        remedy = "add what was counted so far, or leave --partial out"
        raise FiguresError.one(where=str(path), expected="figures below the header", found="none", remedy=remedy)
    return tuple(row.part for row in rows if row.part.month in months)


def _parts(
    where: str, header: Sequence[str], record: Sequence[str], series: Sequence[str], months: Sequence[str]
) -> list[Part | Problem]:
    """The parts of a row by month, or all that is wrong with the row."""
    if len(record) != len(header):
        remedy = "put a cell that holds a comma in double quotes, and keep blank cells"
        return [Problem(f"{where}: row", f"{len(header)} cells, as in the header", f"{len(record)} cells", remedy)]
    row = dict(zip(header, (cell.strip() for cell in record), strict=True))
    problems: list[Part | Problem] = []

    def read(column: str, reading: Callable[[str], Read]) -> Read | None:
        try:
            return reading(row[column])
        except cells.CellError as fault:
            problems.append(Problem(f"{where}: {column}", fault.expected, fault.found, fault.remedy))
            return None

    name = read("series", lambda text: _known(text, series))
    if "period" in row:
        days = read("period", period_days)
    else:
        begin, end = read("from", _day), read("to", _day)
        days = (begin, end) if begin and end else None
    if days is not None:
        columns = "period" if "period" in row else "from, to"
        problems += [replace(one, where=f"{where}: {columns}") for one in _misplaced(*days, months)]
    value = read("value", _count)
    reported = read("reported", _reported) if "reported" in row else 1.0
    if problems or name is None or days is None or value is None or reported is None:
        return problems
    return list(_split(Part(name, *days, value, reported)))


def _known(text: str, series: Sequence[str]) -> str:
    if text not in series:
        raise cells.CellError(
            expected="a series of the corridor", found=cells.quoted(text), remedy=cells.nearest(text, list(series))
        )
    return text


def _count(text: str) -> float:
    expected, remedy = "a count, zero or more", "write digits only, with a point for decimals; leave out days not reported"
    try:
        value = cells.value(text, "persons")
    except cells.CellError as fault:
        raise cells.CellError(expected=expected, found=fault.found, remedy=remedy) from None
    if value is None:
        raise cells.CellError(expected=expected, found="nothing", remedy=remedy)
    return value


def _reported(text: str) -> float:
    """Share of the people of a row's days in its count."""
    share = float(text) if _SHARE.fullmatch(text) else 0.0 if text else 1.0
    if not 0 < share <= 1:
        raise cells.CellError(
            expected="a share above 0 and up to 1, or nothing for days that are all in",
            found=cells.quoted(text),
            remedy="write 0.8 where a fifth is still to come; leave out days of which nothing is in yet",
        )
    return share


def _day(text: str) -> dt.date:
    try:
        if _DAY.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise cells.CellError(expected="a day as YYYY-MM-DD", found=cells.quoted(text), remedy="write a day that the calendar has")


def period_days(text: str) -> tuple[dt.date, dt.date]:
    """First and last day of a week of ISO 8601, a dekad or a day.

    Raises:
        CellError: It is none of these, or none that a calendar has.
    """
    try:
        if week := _WEEK.fullmatch(text):
            monday = dt.date.fromisocalendar(int(week[1]), int(week[2]), 1)
            return monday, monday + dt.timedelta(days=6)
        if dekad := _DEKAD.fullmatch(text):
            first = dt.date.fromisoformat(f"{dekad[1]}-{10 * int(dekad[2]) - 9:02d}")
            return first, month_end(dekad[1]) if dekad[2] == "3" else first + dt.timedelta(days=9)
        if _DAY.fullmatch(text):
            day = dt.date.fromisoformat(text)
            return day, day
    except (ValueError, OverflowError):  # the last week of the calendar goes on into the year 10000
        pass
    raise cells.CellError(
        expected="a week 2024-W23, a dekad 2024-06-D2 or a day 2024-06-11",
        found=cells.quoted(text),
        remedy="write one of these, or columns `from` and `to`",
    )


def _misplaced(begin: dt.date, end: dt.date, months: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the days of a row: in the wrong order, of more than a month, of no month to come."""
    found = f"{begin} to {end}"
    if end < begin:
        yield Problem("", "the first day first", found, "exchange the two days")
        return
    if f"{begin:%Y-%m}" != f"{end:%Y-%m}" and (end - begin).days >= MOST_SPLIT:
        remedy = f"split what goes on into the next month by days; up to {MOST_SPLIT} days are split for you"
        yield Problem("", "days of one month", found, remedy)
    if f"{end:%Y-%m}" < months[0]:
        remedy = "leave it out: months up to there are taken from the table of figures, and a whole month's figure belongs there"
        yield Problem("", f"days from {months[0]} on, the month after the last one fitted", found, remedy)
    if f"{begin:%Y-%m}" > months[-1]:
        remedy = "correct the year or the month; the forecast ends there (`time.horizon_months`)"
        yield Problem("", f"days up to {months[-1]}", found, remedy)


def _split(part: Part) -> Iterable[Part]:
    """A part by months, its days alike."""
    last = min(month_end(part.month), part.end)
    days = (part.end - part.begin).days + 1
    first = (last - part.begin).days + 1
    yield replace(part, end=last, value=part.value * first / days)
    if last < part.end:
        yield replace(part, begin=last + dt.timedelta(days=1), value=part.value * (days - first) / days)


def _twice(path: Path, rows: Sequence[_Row]) -> Iterator[tuple[int, Problem]]:
    """Rows that count a day again; each is held against the row that reached furthest before it."""
    furthest: dict[str, _Row] = {}
    for row in sorted(rows, key=lambda one: (one.part.begin, one.line)):
        before = furthest.get(row.part.series)
        if before is not None and row.part.begin <= before.part.end:
            earlier, later = sorted((before, row), key=attrgetter("line"))
            found = f"{row.part.series}, {_said(later.part)}, again: line {earlier.line} has {_said(earlier.part)}"
            where = f"{path}:{later.line}: days"
            yield later.line, Problem(where, "each day of a series once", found, "keep one of the two")
        if before is None or row.part.end > before.part.end:
            furthest[row.part.series] = row


def _said(part: Part) -> str:
    return f"{part.begin} to {part.end}" if part.begin < part.end else f"{part.begin}"


def digest_of(parts: Sequence[Part]) -> str:
    """What the parts are, in one word."""
    return hashlib.sha256(repr(parts).encode()).hexdigest() if parts else ""
