"""Workbooks (XLSX), read without formulas, macros or links, and within bounds."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from typing import IO, Any

from isthmus.data.reading.rows import MAX_ROWS, Cell, Grid, too_long
from isthmus.errors import SourceError

MAX_UNPACKED = 400_000_000
"""Bytes of all parts of a workbook together."""
MAX_COLUMNS = 500
MAX_SHEETS = 60


def sheets(body: IO[bytes], where: str) -> dict[str, Grid]:
    """Return the visible sheets of a workbook as rows of cells, in order.

    Raises:
        SourceError: It is not an XLSX workbook, is encrypted, or unpacks to too much.
    """
    _check_parts(body, where)
    from openpyxl import load_workbook  # noqa: PLC0415  only where a workbook is read

    body.seek(0)
    try:
        with warnings.catch_warnings():
            # Publishers' styles and extensions are no concern of ours.
            warnings.simplefilter("ignore")
            book = load_workbook(body, read_only=True, data_only=True, keep_links=False)
            try:
                found = {}
                for sheet in book.worksheets[:MAX_SHEETS]:
                    if sheet.sheet_state == "visible":
                        sheet.reset_dimensions()
                        found[sheet.title] = _grid(sheet, where)
            finally:
                book.close()
    except SourceError:
        raise
    except Exception as error:  # openpyxl raises whatever the part it stumbled over raises
        raise _unreadable(where, f"{type(error).__name__}: {error}"[:120]) from error
    return found


def _grid(sheet: Any, where: str) -> Grid:
    grid: Grid = []
    blank = 0
    for row in sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True):
        cells = [_cell(value) for value in row]
        while cells and cells[-1] is None:
            cells.pop()
        # Sheets are often formatted to their last row: blank rows count only once something follows them.
        if not cells:
            blank += 1
            if blank > MAX_ROWS:
                break
            continue
        grid.extend([] for _ in range(blank))
        blank = 0
        grid.append(cells)
        if len(grid) > MAX_ROWS:
            raise too_long(where)
    return grid


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value).strip() or None


def _check_parts(body: IO[bytes], where: str) -> None:
    body.seek(0)
    try:
        with zipfile.ZipFile(body) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
            names = set(parts.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        body.seek(0)
        old = body.read(4) == b"\xd0\xcf\x11\xe0"
        found = "an old .xls file, or one with a password" if old else f"a file that is not a whole workbook ({error})"
        raise _unreadable(where, found) from error
    if "xl/workbook.xml" not in names:
        raise _unreadable(where, "an archive without a workbook")
    if unpacked > MAX_UNPACKED:
        raise _unreadable(where, f"a workbook that unpacks to {unpacked / 1e6:,.0f} MB")


def _unreadable(where: str, found: str) -> SourceError:
    return SourceError.one(
        where=where,
        expected="an XLSX workbook",
        found=found,
        remedy="open it in a spreadsheet program and save it as XLSX or CSV; nothing was stored",
    )
