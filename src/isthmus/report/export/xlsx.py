"""A workbook with one sheet per question, to be read without a manual."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from isthmus.report.export.gather import Gathered
from isthmus.report.export.questions import Question, first_lines, questions
from isthmus.report.language import say

WIDE, NARROW = 46, 13
LONG_TEXT = 24


def write_xlsx(gathered: Gathered, path: Path) -> None:
    """A first sheet that says how to read the rest, then a sheet for each question."""
    from openpyxl import Workbook  # noqa: PLC0415 - heavy

    asked = questions(gathered)
    book = Workbook()
    first = book.active
    first.title = say("Read first")
    _first_sheet(first, gathered, asked)
    for question in asked:
        _sheet(book.create_sheet(question.sheet[:31]), question)
    book.properties.creator = "Isthmus"
    book.properties.title = say(gathered.view.corridor.title)
    book.save(path)


def _first_sheet(sheet: Any, gathered: Gathered, asked: list[Question]) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - heavy

    sheet.append([say(gathered.view.corridor.title)])
    sheet["A1"].font = Font(bold=True, size=16)
    sheet.append([say(gathered.view.corridor.summary)])
    sheet.append([])
    for line in first_lines(gathered):
        sheet.append([line])
    sheet.append([])
    sheet.append([say("Sheets")])
    sheet.cell(sheet.max_row, 1).font = Font(bold=True)
    for question in asked:
        sheet.append([f"{question.sheet}: {question.question}"])
        sheet.cell(sheet.max_row, 1).hyperlink = f"#'{question.sheet[:31]}'!A1"
        sheet.cell(sheet.max_row, 1).font = Font(underline="single", color="0068A8")
    sheet.column_dimensions["A"].width = 110
    for row in range(1, sheet.max_row + 1):
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    _page(sheet)


def _sheet(sheet: Any, question: Question) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - heavy
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    width = len(question.columns)
    for row, (text, font) in enumerate(
        (
            (question.question, Font(bold=True, size=14)),
            (question.answer, Font(size=11)),
            (question.about, Font(size=10, italic=True)),
        ),
        start=1,
    ):
        sheet.cell(row, 1, text).font = font
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=max(width, 2))
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 15 * (1 + len(text) // 130) + 4
    head = 5
    for column, name in enumerate(question.columns, start=1):
        cell = sheet.cell(head, column, say(name))
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DCE6EF")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for offset, values in enumerate(question.rows, start=1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(head + offset, column, value)
            if isinstance(value, float):
                cell.number_format = "#,##0" if value.is_integer() else "#,##0.00"
    for column in range(1, width + 1):
        texts = [values[column - 1] for values in question.rows]
        longest = max((len(text) for text in texts if isinstance(text, str)), default=0)
        sheet.column_dimensions[get_column_letter(column)].width = max(NARROW, min(WIDE, longest + 2)) if longest else NARROW
    sheet.freeze_panes = sheet.cell(head + 1, 2)
    if question.rows:
        sheet.auto_filter.ref = f"A{head}:{get_column_letter(width)}{head + len(question.rows)}"
    _page(sheet)


def _page(sheet: Any) -> None:
    """A4, landscape, as wide as the paper."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "5:5" if sheet.freeze_panes else None
