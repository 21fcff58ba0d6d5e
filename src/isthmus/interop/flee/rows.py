"""Reading small CSV files with the line of each row, and collecting everything that is wrong."""

from __future__ import annotations

import csv
import difflib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from isthmus.errors import FiguresError, Problem
from isthmus.interop.flee.quirks import Mode, Quirk


class InstanceError(FiguresError):
    """A Flee instance is wrong."""


@dataclass(frozen=True)
class Row:
    """One row of a file, comments and blank lines left out."""

    path: Path
    line: int
    cells: tuple[str, ...]

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.path}:{self.line}"

    def cell(self, column: int) -> str:
        """Return a cell, nothing where the row is shorter."""
        return self.cells[column] if column < len(self.cells) else ""


@dataclass
class Findings:
    """What is wrong with an instance, and what Flee does that its author may not expect."""

    mode: Mode
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def error(self, where: str, expected: str, found: str, remedy: str) -> None:
        """Note something that neither Flee nor we can run with."""
        problem = Problem(where=where, expected=expected, found=found, remedy=remedy)
        if problem not in self.problems:
            self.problems.append(problem)

    def warn(self, where: str, expected: str, found: str, remedy: str) -> None:
        """Note something that is run as it stands."""
        problem = Problem(where=where, expected=expected, found=found, remedy=remedy)
        if problem not in self.warnings:
            self.warnings.append(problem)

    def quirk(self, quirk: Quirk, where: str, expected: str, found: str, *, refuse: bool = True) -> None:
        """Note where a quirk of Flee matters: a warning that names it, or in `Mode.FIXED` an error if it is to be refused."""
        if self.mode is Mode.COMPAT:
            self.warn(where, expected, found, f"Flee's {quirk.name}: {quirk.value.flee}")
        elif refuse:
            self.error(
                where, expected, found, f"correct it, or run with --mode flee-compat to have what Flee does ({quirk.name})"
            )

    def strict(self, where: str, expected: str, found: str, remedy: str, *, flee: str) -> None:
        """Note an error that Flee runs with: a warning that says how in `Mode.COMPAT`."""
        if self.mode is Mode.COMPAT:
            self.warn(where, expected, found, f"as in Flee, {flee}")
        else:
            self.error(where, expected, found, remedy)

    def raise_if_any(self) -> None:
        """Raise all problems at once."""
        if self.problems:
            raise InstanceError(self.problems)

    def integer(self, row: Row, column: int, name: str) -> int | None:
        """Read a whole number from a cell; nothing, and a problem, if it is none."""
        text = row.cell(column).strip()
        try:
            return int(text)
        except ValueError:
            self.error(row.where, f"a whole number in '{name}'", f"'{text}'", "correct the number")
            return None

    def number(self, row: Row, column: int, name: str) -> float | None:
        """Read a finite number from a cell; nothing, and a problem, if it is none."""
        text = row.cell(column).strip()
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            return value
        self.error(
            row.where, f"a finite number in '{name}'", f"'{text}'", "correct the number; Flee stops or draws at random here"
        )
        return None


def read_rows(path: Path, findings: Findings, *, needed: bool = True) -> tuple[list[Row], list[str]]:
    """Read a file.

    Args:
        path: The file.
        findings: Takes what is wrong.
        needed: Whether its absence is.

    Returns:
        Rows but for comments and blank lines, and the cells of the first comment, which names the columns.
    """
    if not path.is_file():
        if needed:
            findings.error(str(path), "a file of a Flee instance", "no such file", "add it, or name the folder above it")
        return [], []
    try:
        return _rows(path, findings)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        findings.error(str(path), "a table in UTF-8, separated by commas", str(error), "save it as such")
        return [], []


def nearest(name: str, known: Iterable[str]) -> str:
    """Return words that offer the nearest known name."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean '{near[0]}'?" if near else "correct the name, or add it"


def _rows(path: Path, findings: Findings) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    header: list[str] = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        for line, cells in _lines(csv.reader(file)):
            if not any(cell.strip() for cell in cells):
                if cells:
                    findings.warn(f"{path}:{line}", "a row or an empty line", "only commas", "left out; Flee stops here")
            elif cells[0].startswith("#"):
                header = header or [cells[0].lstrip("#").strip(), *(cell.strip() for cell in cells[1:])]
            else:
                rows.append(Row(path, line, tuple(cells)))
    return rows, header


def _lines(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for cells in reader:
        yield reader.line_num, cells  # type: ignore[attr-defined]
