"""Intensity of conflict by place and day: ``conflicts.csv``, a row a day from day 0."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from isthmus.interop.flee.geography import Geography
from isthmus.interop.flee.quirks import Quirk
from isthmus.interop.flee.rows import Findings, Row, nearest, read_rows

NOTHING = 0.000001
"""Intensity below which there is no conflict."""


def read_conflicts(path: Path, findings: Findings, geography: Geography, days: int) -> dict[int, tuple[float, ...]] | None:
    """Read the intensities of each place that the file names; nothing if there is no file."""
    if not path.is_file():
        _note_later_zones(findings, geography)
        return None
    rows, header = _table(path, findings)
    if not header:
        findings.error(str(path), "a first line '#Day,<place>,...'", "none", "add it")
        return {}
    _check_days(path, rows, findings, days)
    columns = {}
    for column, name in enumerate(header[1:], start=1):
        if _is_place(name, header, path, findings, geography):
            values = tuple(findings.number(row, column, name) or 0.0 for row in rows)
            columns[geography.index[name]] = values
            _note_changes(name, values[:days], rows, findings)
    return columns


def _note_changes(name: str, values: tuple[float, ...], rows: list[Row], findings: Findings) -> None:
    """Say where an intensity changes while it is positive, once a place."""
    for day, (before, now) in enumerate(pairwise(values), start=1):
        if before > NOTHING and now > NOTHING and before != now:
            found = f"{before:g} to {now:g} at '{name}'"
            expected = "an intensity that stays while it is positive"
            findings.quirk(Quirk.INTENSITY_FROZEN, rows[day].where, expected, found, refuse=False)
            return


def _note_later_zones(findings: Findings, geography: Geography) -> None:
    for place in geography.places:
        if place.kind == "conflict" and place.conflict_date > 0:
            found = f"conflict_date {place.conflict_date} and no conflicts.csv"
            findings.quirk(Quirk.CONFLICT_DATE_IGNORED, place.where, "conflicts.csv", found, refuse=False)


def _table(path: Path, findings: Findings) -> tuple[list[Row], list[str]]:
    """Return rows and header; Flee takes the first line for the header, whether it begins with # or not."""
    rows, header = read_rows(path, findings)
    if not header and rows and not rows[0].cells[0].strip().isdigit():
        return rows[1:], [cell.strip() for cell in rows[0].cells]
    return rows, header


def _check_days(path: Path, rows: list[Row], findings: Findings, days: int) -> None:
    if len(rows) < days:
        remedy = "add a row per day, or shorten Length in sim_period.csv; Flee stops at the first day without a row"
        findings.error(f"{path}:{rows[-1].line if rows else 1}", f"{days} rows, one per day", f"{len(rows)}", remedy)
    for number, row in enumerate(rows):
        if row.cells[0].strip() != str(number):
            remedy = "days are counted by rows; the first column is not read"
            findings.warn(row.where, f"day {number}", f"'{row.cells[0]}'", remedy)
            break


def _is_place(name: str, header: list[str], path: Path, findings: Findings, geography: Geography) -> bool:
    if not name:
        return False
    if name not in geography.index:
        remedy = nearest(name, geography.index)
        findings.strict(f"{path}:1", "names of locations.csv", f"'{name}'", remedy, flee="the column has no effect")
        return False
    if header.count(name) > 1:
        findings.error(f"{path}:1", "each place once", f"'{name}' more than once", "remove the columns that are too many")
    return True
