"""A CSV file of figures as lines of cells, and where it is broken."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from isthmus.errors import FiguresError, Problem

MAX_BYTES = 20_000_000
"""Largest table read; official monthly series are a thousand times smaller."""

MAX_PROBLEMS = 200
"""Problems shown for one file; the rest are counted."""


def text_of(path: Path) -> str:
    """Return the text of a file in UTF-8.

    Raises:
        FiguresError: It cannot be read, is too large, or is in another encoding.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise FiguresError.one(
                where=str(path),
                expected=f"a table of at most {MAX_BYTES // 1_000_000} MB",
                found=f"{size / 1e6:.0f} MB",
                remedy="keep the corridor's series and leave out the rest",
            )
        raw = path.read_bytes()
    except OSError as error:
        raise FiguresError.one(
            where=str(path), expected="a readable CSV file", found=error.strerror or str(error), remedy="check the path"
        ) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        guess = "UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "Latin-1 or Windows-1252"
        byte = raw[error.start]
        raise FiguresError.one(
            where=f"{path}:{line}",
            expected="text in UTF-8",
            found=f"byte 0x{byte:02X}, which {guess} files have" + (f" for {chr(byte)!r}" if guess[0] == "L" else ""),
            remedy="save the file as UTF-8; in Excel: Save As, 'CSV UTF-8 (Comma delimited)'",
        ) from None


def records(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line where the record begins, cells), blank lines left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise FiguresError.one(
            where=f"{path}:{line}",
            expected="comma-separated cells, quotes in pairs",
            found=str(error),
            remedy="correct the line; a cell with a comma or a quote stands in double quotes",
        ) from None


def shortened(path: Path, problems: list[Problem]) -> list[Problem]:
    """Return the first `MAX_PROBLEMS`, and how many more there are."""
    if len(problems) <= MAX_PROBLEMS:
        return problems
    rest = f"{len(problems) - MAX_PROBLEMS} more problems in this file"
    return [*problems[:MAX_PROBLEMS], Problem(str(path), "", rest, "correct the ones above first")]
