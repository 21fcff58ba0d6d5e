"""Scenarios as a workbook that needs no manual: one sheet a question, units and sources on each."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from isthmus.serve.library.results import CHANGE, Result
from isthmus.serve.web.language import Language, say

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SHEETS = (
    ("Summary", "What each scenario changes over all months ahead, against the baseline, paired by draw"),
    ("By month", "The same month by month"),
    ("Levels", "What is expected in each scenario and in the baseline, month by month"),
)
NUMBERS = ("median", "lo50", "hi50", "lo90", "hi90")
HEADS = ("Scenario", "What", "Place", "Leg", "Nationality", "Period", "Kind", "Unit", "Median", "50 % from", "50 % to",
         "90 % from", "90 % to", "Status", "Source")  # fmt: skip


def workbook(named: Sequence[tuple[str, Result]], about: Sequence[tuple[str, str]], language: Language) -> bytes:
    """The workbook.

    Args:
        named: Scenarios by label.
        about: Names and values of what the last sheet says: corridor, run, draws, what was changed.
        language: Of headings and sentences.
    """
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, words in SHEETS:
        _sheet(book.create_sheet(say(language, title)), say(language, words), _rows(title, named, language), language)
    sheet = book.create_sheet(say(language, "About"))
    for row in about:
        sheet.append([_safe(cell) for cell in row])
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 28, 110
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _rows(title: str, named: Sequence[tuple[str, Result]], language: Language) -> list[list[Any]]:
    found = []
    for k, (label, result) in enumerate(named):
        for row in result.rows:
            change, whole = row["measure"].endswith(CHANGE), len(row["period"]) != 7
            baseline = row["scenario"] == "baseline"
            wanted = {"Summary": change and whole, "By month": change and not whole, "Levels": not change and not whole}[title]
            if wanted and not (baseline and k > 0):
                found.append(_cells(say(language, "Baseline") if baseline else label, row, language))
    return found


def _cells(label: str, row: Mapping[str, Any], language: Language) -> list[Any]:
    words = (row["measure"], row["place"], row["leg"], row["group"], row["period"], row["kind"], row["unit"])
    status = say(language, "withheld") if row["median"] is None else ""
    return [_safe(label), *map(_safe, words), *(row[name] for name in NUMBERS), status, _safe(row["source"])]


def _sheet(sheet: Worksheet, words: str, rows: Sequence[Sequence[Any]], language: Language) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415

    sheet.append([words])
    sheet.append([say(language, "An empty number with the status withheld is a count under 10; others are rounded to 5.")])
    sheet.append([say(language, head) for head in HEADS])
    for cell in (*sheet[1], *sheet[3]):
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append(list(row))
    sheet.freeze_panes = "A4"
    sheet.auto_filter.ref = f"A3:{sheet.cell(3, len(HEADS)).coordinate[:-1]}{max(3, sheet.max_row)}"
    for n, width in enumerate((30, 26, 18, 26, 12, 18, 8, 10, 10, 10, 10, 10, 10, 10, 44)):
        sheet.column_dimensions["ABCDEFGHIJKLMNO"[n]].width = width


def _safe(text: object) -> str:
    """Text that a spreadsheet program does not take for a formula."""
    words = str(text)
    return f"'{words}" if words[:1] in {"=", "+", "-", "@"} else words
