"""Tables of official figures: read strictly, all problems at once, kept as typed flows and stocks."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, field, replace
from decimal import Decimal
from functools import cached_property, partial
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

from isthmus.data import cells
from isthmus.data.columns import CHECKPOINTS, COLUMNS, LONG, Form, form_of, header_problems, person_problems
from isthmus.data.csvtext import records, shortened, text_of
from isthmus.data.periods import end_of, is_year
from isthmus.data.series import Figure, FlowSeries, Gap, StockSeries, series_of
from isthmus.errors import FiguresError, Problem

_Numbered = tuple[int, Problem]
"""A problem and the line it is in."""

_READERS: dict[str, Callable[[str], Any]] = {
    "series": cells.identifier,
    "place": cells.identifier,
    "checkpoint": cells.identifier,
    "measure": cells.identifier,
    "group": cells.group,
    "nationality": cells.group,
    "period": cells.period,
    "kind": cells.kind,
    "unit": cells.required,
    "publisher": cells.required,
    "published_or_seen": cells.published,
    "confidence": cells.confidence,
    "note": str,
}


@dataclass(frozen=True)
class Figures:
    """A table of official figures, every row in every vintage."""

    rows: tuple[Figure, ...]
    path: Path | None = field(default=None, compare=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the series, in the order of the table."""
        return tuple(dict.fromkeys(row.series for row in self.rows))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the rows, 64 hexadecimal digits; blanks and quoting of the file do not matter."""
        return hashlib.sha256(self.to_csv().encode()).hexdigest()

    @cached_property
    def _keyed(self) -> dict[tuple[str, str, str], tuple[Figure, ...]]:
        keyed: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
        for row in self.rows:
            keyed[row.series, row.group, row.place].append(row)
        return {key: tuple(rows) for key, rows in keyed.items()}

    def groups(self, name: str) -> tuple[str, ...]:
        """Return the groups that a series has figures for."""
        return tuple(dict.fromkeys(group for series, group, _ in self._keyed if series == name))

    def vintages(self, name: str, *, group: str | None = None, place: str | None = None) -> tuple[Figure, ...]:
        """Return the figures of one series, group and place in every vintage.

        Raises:
            FiguresError: there is none, or several groups or places fit.
        """
        keys = [k for k in self._keyed if k[0] == name and group in (None, k[1]) and place in (None, k[2])]
        if len(keys) == 1:
            return self._keyed[keys[0]]
        where = f"{self.path or 'figures'}: {name}"
        if not keys and name not in self.names:
            raise FiguresError.one(
                where=where,
                expected="a series of the table of figures",
                found=f"no series {name!r}",
                remedy=cells.nearest(name, self.names),
            )
        if not keys:
            there = ", ".join(sorted(f"{g} at {p}" for s, g, p in self._keyed if s == name))
            raise FiguresError.one(
                where=where,
                expected=f"figures for {group or 'a group'} at {place or 'a place'}",
                found=f"figures only for {there}",
                remedy="ask for one of these, or add the figures to the table",
            )
        several = ", ".join(f"{g} at {p}" for _, g, p in sorted(keys))
        raise FiguresError.one(
            where=where,
            expected="one group and place",
            found=f"{len(keys)}: {several}",
            remedy="name the group; where one group is counted at several places, name a series for each",
        )

    def series(self, name: str, *, group: str | None = None, place: str | None = None) -> FlowSeries | StockSeries:
        """Return a series in its latest vintage; ``group`` and ``place`` may be left out where there is one.

        Raises:
            FiguresError: there is none, or several groups or places fit.
        """
        return series_of(self.vintages(name, group=group, place=place))

    def gaps(self) -> tuple[Gap, ...]:
        """Return the periods inside each series' span that have no number. A finding, not an error."""
        return tuple(chain.from_iterable(series_of(rows).gaps() for rows in self._keyed.values()))

    def to_csv(self) -> str:
        """Return the table in the project's own form; reading it gives the same figures."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in self.rows:
            writer.writerow(["" if c is None else number(c) if isinstance(c, float) else c for c in astuple(row)[:-1]])
        return text.getvalue()


THOUSANDS = 3
"""Digits of a group of thousands."""


def number(value: float) -> str:
    """Return a value as a plain decimal, whole numbers without a point, and never with three decimals only.

    ``1.625`` could be 1,625 written with a point for thousands, and is refused where people are counted.
    """
    text = format(Decimal(repr(value)).normalize(), "f")
    return f"{text}0" if len(text.partition(".")[2]) == THOUSANDS else text


def read_figures(path: Path | str, *, seen: dt.date | None = None) -> Figures:
    """Read a table of official figures, in the project's own form or in the long form.

    The long form has the columns ``period, nationality, checkpoint, measure, kind, unit, value, publisher``;
    its figures are confidence S2, and seen at the end of its last period unless told otherwise.

    Args:
        path: CSV file, UTF-8, at most 20 MB.
        seen: Day on which the figures were seen, where the table has no such column.

    Raises:
        FiguresError: with every problem of the file.
    """
    path = Path(path)
    lines = records(path, text_of(path))
    first = next(lines, None)
    if first is None:
        remedy = f"start the file with the line {','.join(COLUMNS)}"
        raise FiguresError.one(where=str(path), expected="a table of figures", found="an empty file", remedy=remedy)
    where = f"{path}:{first[0]}"
    header = [column.strip() for column in first[1]]
    form = form_of(header)
    # Rows are not read beside a column about a person, so that no message can quote what such a column holds.
    wrong = person_problems(where, header) or header_problems(where, header, form)
    if wrong:
        raise FiguresError(wrong)
    rows, problems = _rows(path, header, form, lines)
    if not rows and not problems:
        raise FiguresError.one(where=where, expected="figures below the header", found="none", remedy="add rows")
    if form is LONG:
        rows = _dated(rows, seen)
    problems = sorted([*problems, *_clashes(path, rows)], key=itemgetter(0))
    if problems:
        raise FiguresError(shortened(path, [problem for _, problem in problems]))
    return Figures(tuple(rows), path)


def _rows(
    path: Path, header: Sequence[str], form: Form, lines: Iterator[tuple[int, list[str]]]
) -> tuple[list[Figure], list[_Numbered]]:
    rows: list[Figure] = []
    problems: list[_Numbered] = []
    for line, record in lines:
        if len(record) != len(header):
            found = f"{len(record)} cells"
            remedy = "put a cell that holds a comma in double quotes, and keep blank cells"
            expected = f"{len(header)} cells, as in the header"
            problems.append((line, Problem(f"{path}:{line}: row", expected, found, remedy)))
            continue
        text = dict(zip(header, (cell.strip() for cell in record), strict=True))
        read, faults = _cells(text)
        problems += [(line, Problem(f"{path}:{line}: {c}", f.expected, f.found, f.remedy)) for c, f in faults]
        if not faults:
            rows.append(_figure(read, form, line))
    return rows, problems


def _cells(text: dict[str, str]) -> tuple[dict[str, Any], list[tuple[str, cells.CellError]]]:
    read: dict[str, Any] = {}
    faults: list[tuple[str, cells.CellError]] = []

    def attempt(column: str, reading: Callable[[], Any]) -> None:
        try:
            read[column] = reading()
        except cells.CellError as fault:
            faults.append((column, fault))

    for column, cell in text.items():
        if column != "value":
            attempt(column, partial(_READERS[column], cell))
    attempt("value", partial(cells.value, text["value"], text["unit"]))
    if "period" in read and "published_or_seen" in read:
        try:
            cells.check_published(read["published_or_seen"], read["period"])
        except cells.CellError as fault:
            faults.append(("published_or_seen", fault))
    return read, faults


def _figure(read: dict[str, Any], form: Form, line: int) -> Figure:
    if form is LONG:
        place, measure = read.pop("checkpoint"), read.pop("measure")
        series, place = CHECKPOINTS.get((place, measure), (f"{place}_{measure}", place))
        defaults = {"published_or_seen": "", "confidence": "S2", "series": series, "place": place}
        read = defaults | {"group": read.pop("nationality")} | read
    return Figure(**read, line=line)


def _dated(rows: list[Figure], seen: dt.date | None) -> list[Figure]:
    """Date the rows that carry no date of their own."""
    if not rows:
        return rows
    day = (seen or max(end_of(row.period) for row in rows)).isoformat()
    return [row if row.published_or_seen else replace(row, published_or_seen=day) for row in rows]


def _clashes(path: Path, rows: Sequence[Figure]) -> list[_Numbered]:
    """Return what is wrong between rows: figures given twice, series that change their nature."""
    problems: list[_Numbered] = []
    heads: dict[str, Figure] = {}
    given: dict[tuple[object, ...], Figure] = {}
    for row in rows:
        head = heads.setdefault(row.series, row)
        one = given.setdefault((row.series, row.place, row.group, row.period, row.seen), row)
        where = f"{path}:{row.line}"
        if one is not row:
            expected = "one figure for a series, group, place, period and date of publication"
            found = f"{row.series} {row.group} {row.period} again, first in line {one.line}"
            remedy = "delete one of the two; a revision has its own published_or_seen"
            problems.append((row.line, Problem(f"{where}: period", expected, found, remedy)))
        for column in ("kind", "unit"):
            first, here = getattr(head, column), getattr(row, column)
            if first != here:
                expected = f"{first!r}, as in line {head.line}: a series keeps its {column}"
                remedy = "give the other figures a series of their own"
                problems.append((row.line, Problem(f"{where}: {column}", expected, repr(here), remedy)))
        if is_year(head.period) != is_year(row.period):
            expected = f"a {'year' if is_year(head.period) else 'month'}, as in line {head.line}: no series mixes the two"
            remedy = f"give the other figures a series of their own, such as {row.series[:33]}_yearly"
            problems.append((row.line, Problem(f"{where}: period", expected, repr(row.period), remedy)))
    return problems
