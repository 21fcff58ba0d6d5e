"""Tables of attributes beside an instance: read, checked and kept, for the rules of `pressures` and for none.

``demographics_<attribute>.csv`` has a weight for each value by place; ``region_attributes_<name>.csv``,
``location_attributes_<name>.csv`` and ``flood_level.csv`` have a number by day, linear in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from isthmus.interop.flee.geography import Geography
from isthmus.interop.flee.rows import Findings, Row, nearest, read_rows


@dataclass(frozen=True)
class AttributeTable:
    """One file."""

    name: str
    """File name without its ending."""
    rows: tuple[str, ...]
    """Days, or values of the attribute."""
    columns: dict[str, tuple[float, ...]]
    """Numbers by place or region; of demographics also ``Default``."""

    def by_day(self, column: str, days: int) -> tuple[float, ...]:
        """Return the numbers of a column on each day, linear between the days of the file."""
        known = [int(day) for day in self.rows]
        values, out, n = self.columns[column], [], 0
        for day in range(days):
            while n + 2 < len(known) and known[n + 1] <= day:
                n += 1
            share = (day - known[n]) / (known[n + 1] - known[n]) if n + 1 < len(known) else 0.0
            after = values[min(n + 1, len(values) - 1)]
            out.append(values[n] + share * (after - values[n]))
        return tuple(out)


def read_attributes(
    folder: Path, findings: Findings, geography: Geography, days: int, used: tuple[str, ...] = ()
) -> tuple[AttributeTable, ...]:
    """Read all tables of the input folder; ``used`` are those that rules of the settings go by."""
    places = set(geography.index)
    regions = {place.region for place in geography.places}
    kinds = (
        ("demographics_*.csv", places | {"Default"}, False),
        ("location_attributes_*.csv", places, True),
        ("region_attributes_*.csv", regions, True),
        ("flood_level.csv", places, True),
    )
    return tuple(
        _table(path, findings, known, days if dated else 0, used)
        for pattern, known, dated in kinds
        for path in sorted(folder.glob(pattern))
    )


def _table(path: Path, findings: Findings, known: set[str], days: int, used: tuple[str, ...]) -> AttributeTable:
    rows, header = read_rows(path, findings)
    if not header and rows:
        header, rows = [cell.strip() for cell in rows[0].cells], rows[1:]
    columns = {}
    for column, name in enumerate(header[1:], start=1):
        if name and name not in known:
            flee = "the column has no effect"
            findings.strict(f"{path}:1", "names of locations.csv", f"'{name}'", nearest(name, known), flee=flee)
        elif name:
            columns[name] = tuple(findings.number(row, column, name) or 0.0 for row in rows)
    if days:
        _check_days(path, rows, findings, days)
    if path.stem not in used:
        remedy = "kept; counts do not depend on it: no rule that is on in the settings uses it"
        findings.warn(str(path), "rules that use it", "a table of attributes", remedy)
    return AttributeTable(path.stem, tuple(row.cells[0].strip() for row in rows), columns)


def _check_days(path: Path, rows: list[Row], findings: Findings, days: int) -> None:
    numbers = [findings.integer(row, 0, "#Day") for row in rows]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return
    if any(later <= earlier for earlier, later in pairwise(known)):
        findings.error(str(path), "days in order, each once", ", ".join(map(str, known[:8])), "sort them")
    elif not known or known[0] > 0 or known[-1] < days - 1:
        found = f"days {known[0]} to {known[-1]}" if known else "none"
        remedy = "add a row for the first and the last day; Flee stops at a day outside"
        findings.error(str(path), f"rows from day 0 to day {days - 1} or later", found, remedy)
