"""Tables with a country in each line and a month in each column, as ministries print them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from isthmus.data.reading.months import month_number
from isthmus.data.reading.names import country_code
from isthmus.data.reading.numbers import whole
from isthmus.data.reading.rows import Cell, Grid, as_text, plain
from isthmus.errors import Problem, SourceError

ALL = "ALL"

_TOTAL = re.compile(r"(gran )?total( general| anual| acumulado)?")
_YEAR = re.compile(r"\b(20[0-9]{2})\b")
_REGIONS = frozenset({
    "africa", "america", "america del norte", "america del sur", "america central", "centroamerica", "sudamerica", "suramerica",
    "norteamerica", "antillas", "islas del caribe", "el caribe", "caribe", "asia", "europa", "oceania", "apatridas y otros",
    "country", "pais", "nacionalidad", "region", "continente", "subtotal", "sub total",
})  # fmt: skip
"""Lines of such tables that are no countries, as plain names."""


@dataclass
class Crosstab:
    """What a table says, by country and month."""

    year: int
    values: dict[tuple[str, str], float | None] = field(default_factory=dict)
    """(group, ``YYYY-MM``) to count; the group ``ALL`` is the table's own total line."""
    stated: dict[str, float] = field(default_factory=dict)
    """Group to the table's own sum over the months."""
    merged: list[str] = field(default_factory=list)
    """Countries that stand in several lines, which are added."""
    unknown: list[str] = field(default_factory=list)
    """Names that are no country, with what stands beside them."""
    regions: dict[str, float] = field(default_factory=dict)
    """Sums by region that the table prints between its countries."""
    last: str = ""
    """Last month in which any country has a number above zero."""


def crosstab(grids: Mapping[str, Grid], *, where: str, year: int | None = None) -> list[Crosstab]:
    """Read every table that has months as columns.

    Months to come, which such tables fill with blanks or zeros, are left out: all after the last month with a count.

    Args:
        grids: Rows of cells by sheet.
        where: For messages.
        year: Where the table does not say. It is looked for above the months, then in the sheet's name.

    Raises:
        SourceError: There is no such table, a year is missing, or a cell is not a count.
    """
    found: list[Crosstab] = []
    problems: list[Problem] = []
    for sheet, grid in grids.items():
        at = f"{where}{f': {sheet}' if sheet else ''}"
        head = _head(grid)
        if head is None:
            continue
        number, columns, total = head
        stands = year or _year_of(grid[: number + 1], sheet)
        if stands is None:
            problems.append(Problem(at, "the year above the months or in the sheet's name", "none", "report the file's new form"))
            continue
        found.append(_read(grid, number, columns, total, stands, at, problems))
    if not found and not problems:
        names = ", ".join(repr(sheet) for sheet in grids)[:150]
        problems.append(
            Problem(
                where,
                "a table with months as columns",
                f"none in {names or 'an empty file'}",
                "the publisher changed its file: report it",
            )
        )
    if problems:
        raise SourceError(problems[:50])
    return found


def _head(grid: Grid) -> tuple[int, dict[int, int], int | None] | None:
    """Return (line, column to month, column of the total) of the line that names the months."""
    for number, cells in enumerate(grid):
        columns = {at: month for at, cell in enumerate(cells) if isinstance(cell, str) and (month := month_number(cell))}
        named = set(columns.values())
        if len(named) >= 3 or (len(named) >= 1 and 1 in named and _country_word(grid, number)):
            total = _total_in(cells)
            if total is None and number:
                total = _total_in(grid[number - 1])
            return number, columns, total
    return None


def _total_in(cells: list[Cell]) -> int | None:
    """Return the column whose head is a total."""
    return next((at for at, cell in enumerate(cells) if isinstance(cell, str) and _TOTAL.fullmatch(plain(cell))), None)


def _country_word(grid: Grid, number: int) -> bool:
    words = {plain(cell) for cells in grid[max(0, number - 1) : number + 1] for cell in cells if isinstance(cell, str)}
    return bool(words & {"pais", "nacionalidad", "country", "pais de nacionalidad"})


def _year_of(above: Grid, sheet: str) -> int | None:
    for cells in reversed(above):
        for cell in cells:
            if match := _YEAR.search(as_text(cell)):
                return int(match[1])
    match = _YEAR.search(sheet)
    return int(match[1]) if match else None


def _read(
    grid: Grid, head: int, columns: dict[int, int], total: int | None, year: int, where: str, problems: list[Problem]
) -> Crosstab:
    table = Crosstab(year)
    for number, cells in enumerate(grid[head + 1 :], start=head + 2):
        first = min(columns)
        name = next((as_text(cell) for cell in cells[: min(first, total if total is not None else first)] if as_text(cell)), "")
        numbers = {
            at: as_text(cells[at]) if at < len(cells) else "" for at in (*columns, *([total] if total is not None else []))
        }
        if not name or not any(numbers.values()):
            continue
        try:
            read = {at: whole(text) for at, text in numbers.items()}
        except ValueError as error:
            if any(letter.isdigit() for letter in "".join(numbers.values())):
                problems.append(
                    Problem(f"{where}: line {number}: {name}", "counts", str(error), "nothing was stored; report the file's form")
                )
            continue
        _take(table, name, read, columns, total)
    table.last = max((month for (_, month), value in table.values.items() if value), default="")
    table.values = {key: value for key, value in table.values.items() if key[1] <= table.last}
    return table


def _take(table: Crosstab, name: str, read: dict[int, float | None], columns: dict[int, int], total: int | None) -> None:
    key = plain(name)
    stated = read.get(total) if total is not None else None
    months = {f"{table.year:04d}-{month:02d}": read[at] for at, month in columns.items()}
    sum_of = stated if stated is not None else sum(value or 0.0 for value in months.values())
    group = ALL if _TOTAL.fullmatch(key) else country_code(name)
    if key in _REGIONS:
        table.regions[name] = sum_of
    elif group is None:
        table.unknown.append(f"{name}: {sum_of:,.0f}")
    else:
        if group == ALL or group not in {known for known, _ in table.values}:
            table.values |= {(group, month): value for month, value in months.items()}
            table.stated.pop(group, None)
        else:
            table.merged.append(name)
            for month, value in months.items():
                if value is not None:
                    table.values[group, month] = (table.values.get((group, month)) or 0.0) + value
        if stated is not None:
            table.stated[group] = table.stated.get(group, 0.0) + stated
