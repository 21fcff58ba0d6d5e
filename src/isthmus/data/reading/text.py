"""Bytes to lines of text, with the charset that fits, in bounded memory."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO, Self

from isthmus.errors import SourceError

LONGEST_LINE = 1_000_000
"""Letters."""

_BLOCK = 1 << 20
_TITLE = re.compile(rb"<title[^>]*>([^<]{0,200})", re.IGNORECASE)


class Lines:
    """The lines of a text, in bounded pieces; leaving the ``with`` block keeps the body open, to be read again."""

    def __init__(self, body: IO[bytes], charset: str, where: str) -> None:
        body.seek(0)
        self._where = where
        self._decoder = codecs.getreader(charset)(body)
        self._text = self._pieces()

    def __enter__(self) -> Self:
        """Return the lines."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: the body stays open."""

    def __iter__(self) -> Iterator[str]:
        """Return the lines, with their ends.

        Raises:
            SourceError: A line is longer than any line of a table.
        """
        return self._text

    def __next__(self) -> str:
        """Return the next line."""
        return next(self._text)

    def whole(self) -> str:
        """Return the text at once."""
        return self._decoder.read()

    def _pieces(self) -> Iterator[str]:
        rest, held = "", ""
        while block := self._decoder.read(_BLOCK):
            # A carriage return at the end of a block may be half of a line's end.
            text = f"{rest}{held}{block}"
            held = "\r" if text.endswith("\r") else ""
            lines = text.removesuffix(held).replace("\r\n", "\n").replace("\r", "\n").split("\n")
            rest = lines.pop()
            yield from (f"{line}\n" for line in lines)
            if len(rest) > LONGEST_LINE:
                raise SourceError.one(
                    where=self._where,
                    expected=f"lines of at most {LONGEST_LINE:,} letters",
                    found="a longer one",
                    remedy="the file is not a table of text, or it is damaged; nothing was stored",
                )
        if rest or held:
            yield f"{rest}\n" if held else rest


def decoded(body: IO[bytes], where: str, declared: str | None = None) -> Lines:
    """Return the text of a body.

    UTF-8 is believed wherever the bytes are UTF-8, whatever the server declares; then a byte order mark, then what is
    declared, then Windows-1252, which is what spreadsheets in the Americas and Europe write.

    Raises:
        SourceError: None of them fits.
    """
    body.seek(0)
    start = body.read(4)
    charset = ""
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        charset = "utf-16"
    else:
        for name in ("utf-8-sig", declared or "", "cp1252"):
            if name and _fits(body, name):
                charset = name
                break
    if not charset:
        raise SourceError.one(
            where=where,
            expected="text in UTF-8 or Windows-1252",
            found=f"bytes that are neither{f', declared as {declared}' if declared else ''}",
            remedy="the file is damaged or not text; nothing was stored",
        )
    return Lines(body, charset, where)


def looks_like_html(body: IO[bytes]) -> bool:
    """Return whether a body begins as a web page does."""
    body.seek(0)
    start = body.read(2048).lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    body.seek(0)
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<table")) or (start.startswith(b"<") and b"<html" in start)


def refuse_html(body: IO[bytes], where: str, expected: str) -> None:
    """Raise where a web page came instead of data.

    Raises:
        SourceError: It is a web page; its title is shown.
    """
    if not looks_like_html(body):
        return
    title = _TITLE.search(body.read(20_000))
    body.seek(0)
    words = " ".join(title[1].decode("utf-8", "replace").split()) if title else ""
    raise SourceError.one(
        where=where,
        expected=expected,
        found=f"a web page{f' titled {words!r}' if words else ''}",
        remedy="the publisher's server wants a browser or the file has moved: open the address, save the file, use --from",
    )


def printable(lines: Iterator[str]) -> Iterator[str]:
    """Return lines without NUL, which no table has and the CSV reader stumbles over."""
    return (line.replace("\0", "") for line in lines)


def _fits(body: IO[bytes], charset: str) -> bool:
    try:
        decoder = codecs.getincrementaldecoder(charset)("strict")
    except LookupError:
        return False
    body.seek(0)
    try:
        while block := body.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
