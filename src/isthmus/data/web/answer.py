"""An answer as adapters see it: where it came from, and its body as rows, sheets, tables or JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import IO, Any

from isthmus.data.reading.html import Link, links, tables
from isthmus.data.reading.rows import Grid, Row, csv_rows, grid_of_csv, named_rows
from isthmus.data.reading.sheets import sheets
from isthmus.data.reading.text import decoded, looks_like_html, refuse_html
from isthmus.errors import SourceError

MAX_JSON = 64_000_000
MAX_HTML = 32_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a publisher sent; the body is a file that vanishes when it is closed."""

    source: str
    url: str
    body: IO[bytes] = field(repr=False)
    size: int
    sha256: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """Source and address, for messages."""
        return f"{self.source}: {self.url}"

    @property
    def published(self) -> dt.date | None:
        """Day on which the publisher last changed it, as its server says; None where it does not."""
        try:
            return parsedate_to_datetime(self.headers.get("last-modified", "")).date()
        except ValueError:
            return None

    @property
    def charset(self) -> str | None:
        """Charset that the server declares."""
        _, _, rest = self.headers.get("content-type", "").partition("charset=")
        return rest.split(";")[0].strip("\"' ") or None

    @property
    def is_html(self) -> bool:
        """Whether the body is a web page, whatever the server calls it."""
        return looks_like_html(self.body)

    def rows(self, required: Sequence[str], *, delimiter: str | None = None) -> Iterator[Row]:
        """Read the body as CSV, one row at a time; blank lines are left out.

        Args:
            required: Columns that must be there; capitals, accents and blanks do not matter.
            delimiter: Between cells. Absent: comma, semicolon or tab, whichever the header has most of.

        Raises:
            SourceError: It is a web page, lacks columns, or cannot be read.
        """
        refuse_html(self.body, self.where, "a CSV file")
        return csv_rows(decoded(self.body, self.where, self.charset), required, where=self.where, delimiter=delimiter)

    def sheets(self) -> dict[str, Grid]:
        """Read the body as an XLSX workbook: rows of cells by sheet."""
        refuse_html(self.body, self.where, "an XLSX workbook")
        return sheets(self.body, self.where)

    def grids(self) -> dict[str, Grid]:
        """Read the body as a workbook, a web page or CSV, whichever it is: rows of cells by sheet or table."""
        if self._starts_with(b"PK"):
            return self.sheets()
        if self.is_html:
            return {f"table {n}": grid for n, grid in enumerate(self.tables(), start=1)}
        return {"": grid_of_csv(decoded(self.body, self.where, self.charset), where=self.where)}

    def records(self, required: Sequence[str]) -> Iterator[Row]:
        """Read rows below the first line that has the required columns, in a CSV file, a workbook or a web page."""
        if not self._starts_with(b"PK") and not self.is_html:
            return self.rows(required)
        return named_rows(self.grids(), required, where=self.where)

    def tables(self) -> list[Grid]:
        """Read the tables of a web page."""
        return tables(self._text(MAX_HTML))

    def links(self) -> list[Link]:
        """Return the links of a web page, as full addresses."""
        return links(self._text(MAX_HTML), self.url)

    def json(self) -> Any:
        """Read the body as JSON.

        Raises:
            SourceError: It is a web page, too long, or not JSON.
        """
        refuse_html(self.body, self.where, "JSON")
        try:
            return json.loads(self._text(MAX_JSON))
        except (ValueError, RecursionError) as error:
            raise SourceError.one(
                where=self.where, expected="JSON", found=str(error)[:100], remedy="try again later; nothing was stored"
            ) from error

    def _text(self, limit: int) -> str:
        if self.size > limit:
            raise SourceError.one(
                where=self.where,
                expected=f"at most {limit // 1_000_000} MB",
                found=f"{self.size / 1e6:.0f} MB",
                remedy="ask for less at a time",
            )
        with decoded(self.body, self.where, self.charset) as lines:
            return lines.whole()

    def _starts_with(self, mark: bytes) -> bool:
        self.body.seek(0)
        start = self.body.read(len(mark))
        self.body.seek(0)
        return start == mark
