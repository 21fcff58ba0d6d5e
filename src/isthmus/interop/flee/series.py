"""Observed stocks of people in camps: ``data_layout.csv``, its files, and corrections of over-registration.

The interpolation, the summing of several files and the truncation to whole persons are Flee's.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from isthmus.interop.flee.quirks import Mode, Quirk
from isthmus.interop.flee.rows import Findings, Row, nearest, read_rows

Table = list[tuple[int, float]]
"""Day since the start and stock, in the order of the file."""


@dataclass(frozen=True)
class Stocks:
    """Whole persons by name and day, as Flee interpolates them."""

    names: tuple[str, ...]
    """As in the layout; the first is the total."""
    values: tuple[tuple[int, ...], ...]
    """(name, day)."""
    where: tuple[str, ...]
    """File and line of each in the layout."""

    def of(self, name: str) -> tuple[int, ...]:
        """Return a series."""
        return self.values[self.names.index(name)]


def read_stocks(folder: Path, corrections: Path, findings: Findings, *, start: dt.date, days: int, hasten: int) -> Stocks:
    """Read all observed series, corrected and interpolated to days."""
    tables: dict[str, Table] = {}
    where: dict[str, str] = {}
    for row in read_rows(folder / "data_layout.csv", findings)[0]:
        files = [name.strip() for name in row.cells[1:] if name.strip()]
        if not files:
            continue
        parts = [_table(folder / name, findings, start=start, hasten=hasten, layout=row) for name in files]
        parts = [part for part in parts if part]
        if row.cells[0] in tables:
            findings.error(row.where, "names that differ", f"'{row.cells[0]}' again", "remove one of the rows")
        if parts:
            table = parts[0]
            for other in parts[1:]:
                table = _added(table, other, findings, row)
            tables[row.cells[0]] = table
            where.setdefault(row.cells[0], row.where)
    if tables and next(iter(tables)) != "total":
        findings.strict(
            next(iter(where.values())),
            "'total' in the first row",
            f"'{next(iter(tables))}'",
            "put the total first",
            flee="the first row is left out of the sum over camps",
        )
    for row in read_rows(corrections, findings, needed=False)[0]:
        _correct(row, tables, findings, start)
    values = tuple(tuple(interpolate(table, day) for day in range(days)) for table in tables.values())
    return Stocks(tuple(tables), values, tuple(where.values()))


def interpolate(table: Table, day: int) -> int:
    """Return the stock of a day: linear between entries, held before the first and after the last, truncated."""
    if day <= table[0][0]:
        return int(table[0][1])
    for (old_day, old), (new_day, new) in pairwise(table):
        if day < new_day:
            return int(old + float(day - old_day) / float(new_day - old_day) * (new - old))
    return int(table[-1][1])


def read_date(row: Row, column: int, findings: Findings) -> dt.date | None:
    """Read a date; nothing, and a problem, if it is none."""
    try:
        year, month, day = (int(part) for part in row.cell(column).strip().split("-"))
        return dt.date(year, month, day)
    except ValueError:
        findings.error(row.where, "a date such as 2015-05-01", f"'{row.cell(column)}'", "correct it")
        return None


def _table(path: Path, findings: Findings, *, start: dt.date, hasten: int, layout: Row) -> Table:
    if not path.is_file():
        findings.error(layout.where, "a file of source_data", f"'{path.name}'", "add the file or correct its name")
        return []
    table: Table = []
    for number, row in enumerate(read_rows(path, findings)[0]):
        if len(row.cells) < 2 or row.cells[1] == "" or (number == 0 and row.cells[0] in {"", "Date", "DateTime"}):
            continue
        day = _day(row, 0, start, findings)
        count = findings.integer(row, 1, "count")
        if day is not None and count is not None:
            table.append((day, count / hasten))
    late = [row for row, following in pairwise(table) if following[0] <= row[0]]
    if late:
        findings.warn(str(path), "dates in order, each once", f"day {late[0][0]} before an earlier or equal one", "as it stands")
    if not table:
        findings.error(str(path), "rows of date and count", "none", "add them; before the first date the first count holds")
    return table


def _day(row: Row, column: int, start: dt.date, findings: Findings) -> int | None:
    day = read_date(row, column, findings)
    return None if day is None else (day - start).days


def _added(first: Table, second: Table, findings: Findings, row: Row) -> Table:
    proper = _added_everywhere(first, second)
    if findings.mode is Mode.FIXED:
        return proper
    cut = _added_as_flee(first, second)
    last = max(first[-1][0], second[-1][0]) + 1
    if any(interpolate(cut, day) != interpolate(proper, day) for day in range(last + 1)):
        findings.quirk(Quirk.SUMMED_SERIES_CUT, row.where, "files with the same dates", f"{', '.join(row.cells[1:])}")
    return cut


def _added_everywhere(first: Table, second: Table) -> Table:
    days = sorted({day for day, _ in (*first, *second)})
    return [(day, _at(first, day) + _at(second, day)) for day in days]


def _at(table: Table, day: int) -> float:
    if day <= table[0][0]:
        return table[0][1]
    for (old_day, old), (new_day, new) in pairwise(table):
        if day < new_day:
            return old + (day - old_day) / (new_day - old_day) * (new - old)
    return table[-1][1]


def _added_as_flee(first: Table, second: Table) -> Table:
    """Walk through the second file; entries of the first before each date take the second's last count."""
    total: Table = []
    position, carried = 0, 0.0
    for day, count in second:
        while day > first[position][0]:
            total.append((first[position][0], carried + first[position][1]))
            if position == len(first) - 1:
                break
            position += 1
        if day == first[position][0]:
            total.append((day, count + first[position][1]))
            position = min(position + 1, len(first) - 1)
            carried = count
        elif day < first[position][0]:
            total.append((day, count + first[position][1]))
            carried = count
    return total


def _correct(row: Row, tables: dict[str, Table], findings: Findings, start: dt.date) -> None:
    """Scale a series before the date on which it was registered anew."""
    if len(row.cells) < 2:
        return
    name, day = row.cells[0], _day(row, 1, start, findings)
    if name not in tables:
        findings.error(row.where, "a name of data_layout.csv", f"'{name}'", nearest(name, tables))
        return
    if day is None or day < 0:
        return
    table = tables[name]
    at = [n for n, (entry, _) in enumerate(table) if entry == day and n > 0]
    if not at:
        expected = f"a date in the series of {name}"
        if findings.mode is Mode.COMPAT:
            findings.warn(row.where, expected, row.cells[1], "no correction is made; Flee stops here")
        else:
            findings.error(row.where, expected, row.cells[1], "give the date of an entry")
        return
    for n in at:
        before = table[n - 1][1]
        if before == 0.0:
            findings.error(row.where, "a count above 0 before the correction", "0", "correct the series or the date")
            return
        factor = table[n][1] / before
        table[:n] = [(entry, count * factor) for entry, count in table[:n]]
