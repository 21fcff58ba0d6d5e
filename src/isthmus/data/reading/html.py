"""Tables and links of web pages."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin

from isthmus.data.reading.rows import Cell, Grid

_MAX_SPAN = 100


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a web page."""

    url: str
    text: str


def tables(text: str) -> list[Grid]:
    """Return the tables of a web page as rows of cells; a cell over several columns or rows is repeated."""
    reader = _Tables()
    reader.feed(text)
    reader.close()
    return [grid for grid in reader.tables if grid]


def links(text: str, base: str) -> list[Link]:
    """Return the links of a web page, with full addresses, in order."""
    reader = _Links()
    reader.feed(text)
    reader.close()
    return [Link(urljoin(base, href.strip()), " ".join(words.split())) for href, words in reader.found if href]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append((dict(attrs).get("href") or "", ""))
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            href, words = self.found[-1]
            self.found[-1] = (href, f"{words}{data}"[:300])


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Grid] = []
        self._open: list[int] = []
        self._cell: list[str] | None = None
        self._span = (1, 1)
        self._pending: dict[tuple[int, int], Cell] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
            self._open.append(len(self.tables) - 1)
            self._pending = {}
        elif tag == "tr" and self._open:
            self._finish_cell()
            self.tables[self._open[-1]].append([])
        elif tag in {"td", "th"} and self._open and self.tables[self._open[-1]]:
            self._finish_cell()
            values = dict(attrs)
            self._span = (_span(values.get("colspan")), _span(values.get("rowspan")))
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr"}:
            self._finish_cell()
        elif tag == "table" and self._open:
            self._finish_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _finish_cell(self) -> None:
        if self._cell is None:
            return
        text = " ".join("".join(self._cell).split()) or None
        self._cell = None
        grid = self.tables[self._open[-1]]
        row, at = grid[-1], len(grid) - 1
        self._fill(row, at)
        for _ in range(self._span[0]):
            for below in range(1, self._span[1]):
                self._pending[at + below, len(row)] = text
            row.append(text)
        self._fill(row, at)

    def _fill(self, row: list[Cell], at: int) -> None:
        """Put in the cells that reach down from the rows above."""
        while (at, len(row)) in self._pending:
            row.append(self._pending.pop((at, len(row))))


def _span(text: str | None) -> int:
    return min(int(text), _MAX_SPAN) if text and text.isascii() and text.isdigit() and int(text[:4]) else 1
