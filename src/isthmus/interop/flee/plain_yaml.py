"""Settings files of the simplest form, read without a YAML library, which takes longer to import than most instances to run.

Keys in nested blocks with whole numbers, decimals, true, false, words, and flat lists of numbers: what Flee's settings files are.
Whatever else is in a file, nothing is returned, and `settings` has the library read it; the result is the same.
"""

from __future__ import annotations

import re
from typing import NamedTuple

Value = None | bool | int | float | str | list[int | float]

_STRANGE = re.compile(r"[^\n\x20-\x7e]")
_ENTRY = re.compile(r"( *)([A-Za-z][A-Za-z0-9_]*):(?: +(.*?))?\s*")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]*")
_WORD = re.compile(r"[a-z_]{6,}")
_SWITCH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class Item(NamedTuple):
    """A key of the file."""

    section: str
    """The key of the block that it is in, nothing at the top."""
    key: str
    value: Value
    opens: bool
    """Whether a block of its own follows, or nothing at all."""
    line: int


def plain_items(text: str) -> list[Item] | None:
    """Return all keys in their order; nothing where the file is not of the simplest form, in ASCII."""
    text = text.replace("\r\n", "\n")
    if _STRANGE.search(text):
        return None
    found: list[Item] = []
    blocks = [(-1, "")]
    """Indents of the open blocks and the keys that opened them."""
    expect_deeper = True
    for number, line in enumerate(text.split("\n"), start=1):
        bare = re.sub(r"(?:^|\s)#.*", "", line)
        if not bare.strip():
            continue
        entry = _ENTRY.fullmatch(bare)
        if entry is None:
            return None
        indent, key, written = len(entry[1]), entry[2], entry[3] or ""
        if not _enter(blocks, indent, found, expect_deeper=expect_deeper):
            return None
        value = _value(written)
        if written and value is None:
            return None
        found.append(Item(blocks[-1][1], key, value, not written, number))
        expect_deeper = not written
    return None if len({(item.section, item.key) for item in found}) < len(found) else found


def _enter(blocks: list[tuple[int, str]], indent: int, found: list[Item], *, expect_deeper: bool) -> bool:
    """Open or leave blocks for a line of this indent; whether that can be."""
    if indent > blocks[-1][0]:
        blocks.append((indent, found[-1].key if found else ""))
        return expect_deeper and (bool(found) or indent == 0)
    while blocks[-1][0] > indent:
        blocks.pop()
    return blocks[-1][0] == indent


def _value(written: str) -> Value:
    """Read a value; nothing where it takes more than this."""
    if written in _SWITCH:
        return _SWITCH[written]
    if written.startswith("[") and written.endswith("]"):
        cells = [_number(cell.strip()) for cell in written[1:-1].split(",")]
        numbers = [cell for cell in cells if cell is not None]
        return numbers if len(numbers) == len(cells) else None
    number = _number(written)
    if number is None and _WORD.fullmatch(written):
        return written
    return number


def _number(written: str) -> int | float | None:
    if _WHOLE.fullmatch(written):
        return int(written)
    return float(written) if _DECIMAL.fullmatch(written) else None
