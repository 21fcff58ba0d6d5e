"""Rows by the names of their columns, strictly: a column that is missing is said, with the nearest one there is."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from isthmus.data.cells import quoted
from isthmus.data.reading.text import Lines, printable
from isthmus.errors import Problem, SourceError

Cell = str | int | float | None
Grid = list[list[Cell]]
"""Rows of cells; dates are ``YYYY-MM-DD``."""

MAX_ROWS = 200_000
"""Of a grid; longer tables come as CSV and are read row by row."""

_GAPS = re.compile(r"[^a-z0-9#+]+")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table."""

    line: int
    cells: Mapping[str, str]
    """By the plain name of the column."""
    where: str

    def __getitem__(self, column: str) -> str:
        """Return a cell, without blanks around it."""
        return self.cells[plain(column)]

    def get(self, column: str) -> str:
        """Return a cell, or nothing where there is no such column."""
        return self.cells.get(plain(column), "")

    def error(self, *, at: str, expected: str) -> SourceError:
        """Return the error that a cell is not what it should be."""
        return SourceError.one(
            where=f"{self.where}: line {self.line}: {at}",
            expected=expected,
            found=quoted(self.get(at)),
            remedy="nothing of this file was stored; if the publisher's form has changed, report it",
        )


def plain(name: object) -> str:
    """Return a column's name as it is compared: small letters, no accents, single blanks."""
    text = unicodedata.normalize("NFKD", str(name)).casefold()
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return _GAPS.sub(" ", text).strip()


def csv_rows(lines: Lines, required: Sequence[str], *, where: str, delimiter: str | None = None) -> Iterator[Row]:
    """Yield the rows of a CSV file whose first line that is not blank names the columns.

    Raises:
        SourceError: Columns are missing, or a row cannot be read.
    """
    with lines:
        head = next((line for line in lines if line.strip()), "")
        if delimiter is None:
            delimiter = max(",;\t", key=head.count)
        names = [plain(cell) for cell in next(csv.reader([head], delimiter=delimiter), [])]
        check_columns(names, required, where=where)
        reader = csv.reader(printable(iter(lines)), delimiter=delimiter, strict=True)
        try:
            for record in reader:
                if not any(cell.strip() for cell in record):
                    continue
                line = reader.line_num + 1
                if len(record) != len(names):
                    raise _ragged(where, line, len(names), len(record))
                yield Row(line, dict(zip(names, (cell.strip() for cell in record), strict=True)), where)
        except (csv.Error, UnicodeDecodeError) as error:
            raise SourceError.one(
                where=f"{where}: line {reader.line_num + 1}",
                expected="cells in the form of CSV",
                found=str(error)[:100],
                remedy="the file is damaged or cut off; nothing was stored",
            ) from error


def grid_of_csv(lines: Lines, *, where: str) -> Grid:
    """Return a CSV file as rows of cells, without asking for names of columns.

    Raises:
        SourceError: It cannot be read or is too long.
    """
    grid: Grid = []
    with lines:
        text = printable(iter(lines))
        head = next((line for line in text if line.strip()), "")
        delimiter = max(",;\t", key=head.count)
        try:
            grid.append(list(next(csv.reader([head], delimiter=delimiter), [])))
            for record in csv.reader(text, delimiter=delimiter, strict=True):
                grid.append(list(record))
                if len(grid) > MAX_ROWS:
                    raise too_long(where)
        except (csv.Error, UnicodeDecodeError) as error:
            raise SourceError.one(
                where=where, expected="cells in the form of CSV", found=str(error)[:100], remedy="nothing was stored"
            ) from error
    return grid


def named_rows(grids: Mapping[str, Grid], required: Sequence[str], *, where: str) -> Iterator[Row]:
    """Yield the rows below the first line, in any sheet, that names all required columns.

    Raises:
        SourceError: No line does; the nearest one is shown.
    """
    nearest_line: list[str] = []
    for sheet, grid in grids.items():
        for number, cells in enumerate(grid):
            names = [plain(cell) if cell is not None else "" for cell in cells]
            if {plain(name) for name in required} <= set(names):
                yield from _below(grid, number, names, f"{where}{f': {sheet}' if sheet else ''}")
                return
            if sum(plain(name) in names for name in required) >= sum(plain(name) in nearest_line for name in required):
                nearest_line = names
    check_columns(nearest_line, required, where=where)


def _below(grid: Grid, head: int, names: list[str], where: str) -> Iterator[Row]:
    for number, cells in enumerate(grid[head + 1 :], start=head + 2):
        texts = [as_text(cell) for cell in cells[: len(names)]]
        if any(texts):
            texts += [""] * (len(names) - len(texts))
            yield Row(number, {name: text for name, text in zip(names, texts, strict=True) if name}, where)


def as_text(cell: Cell) -> str:
    """Return a cell as text, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def check_columns(names: Sequence[str], required: Sequence[str], *, where: str) -> None:
    """Raise where columns are missing or twice there.

    Raises:
        SourceError: With a problem for each.
    """
    problems = []
    for column in required:
        count = list(names).count(plain(column))
        if count == 1:
            continue
        near = get_close_matches(plain(column), names, n=1)
        there = f"{count} of them" if count else f"{', '.join(filter(None, names)) or 'no columns'}"
        remedy = (
            f"the publisher may have renamed it to {near[0]!r}: " if near and not count else "the publisher changed its file: "
        )
        problems.append(
            Problem(f"{where}: columns", f"a column {column!r}", there[:200], remedy + "nothing was stored; report it")
        )
    if problems:
        raise SourceError(problems)


def too_long(where: str) -> SourceError:
    """Return the error that a table has too many rows to be one of figures."""
    return SourceError.one(
        where=where, expected=f"at most {MAX_ROWS:,} rows", found="more", remedy="nothing was stored; save the table as CSV"
    )


def _ragged(where: str, line: int, expected: int, found: int) -> SourceError:
    return SourceError.one(
        where=f"{where}: line {line}",
        expected=f"{expected} cells, as in the header",
        found=f"{found}",
        remedy="the file is damaged or cut off; nothing was stored",
    )
