"""Answers from a folder of files instead of the network: saved by hand, or recorded for a test."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

from isthmus.data.web.answer import Answer
from isthmus.data.web.client import Query
from isthmus.errors import SourceError


@dataclass
class Folder:
    """Serves addresses from a folder.

    ``answers.csv`` in it says which file answers which address (columns ``url, file``); without it, a file answers
    the address that ends in its name.
    """

    source: str
    path: Path
    answers: list[Answer] = field(default_factory=list)

    def get(
        self, url: str, *, query: Query | None = None, headers: Mapping[str, str] | None = None, only_if_changed: bool = False
    ) -> Answer:
        """Return the file that answers an address.

        Raises:
            SourceError: There is none.
        """
        del headers, only_if_changed
        full = f"{url}{'&' if '?' in url else '?'}{urlencode(query)}" if query else url
        file = self._index().get(full) or self.path / unquote(urlsplit(full).path).rstrip("/").rpartition("/")[2]
        if not file.is_file():
            raise SourceError.one(
                where=f"{self.source}: {full}",
                expected=f"a file {file.name!r} in {self.path}, or a line for this address in {self.path / 'answers.csv'}",
                found="none",
                remedy="open the address in a browser, save it there, and run the same command again",
            )
        digest = hashlib.sha256()
        with file.open("rb") as body:
            while block := body.read(1 << 20):
                digest.update(block)
        answer = Answer(self.source, full, file.open("rb"), file.stat().st_size, digest.hexdigest())
        self.answers.append(answer)
        return answer

    def close(self) -> None:
        """Close the files."""
        for answer in self.answers:
            answer.body.close()

    def _index(self) -> dict[str, Path]:
        index = self.path / "answers.csv"
        if not index.is_file():
            return {}
        with index.open(encoding="utf-8-sig", newline="") as lines:
            return {row["url"]: self.path / row["file"] for row in csv.DictReader(lines) if row.get("url") and row.get("file")}
