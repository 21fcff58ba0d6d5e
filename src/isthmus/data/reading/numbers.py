"""Counts as publishers write them; what is not surely a number is refused."""

from __future__ import annotations

import re

MISSING = frozenset(
    {"", "-", "--", "\u2013", "\u2014", "n/a", "na", "n.d.", "nd", "n.a.", "s/d", "sd", "...", "..", "null", "none"}
)
"""What publishers write where they report nothing; in small letters."""

_PLAIN = re.compile(r"[0-9]+(\.0+)?")
_GROUPED = re.compile(r"[0-9]{1,3}([,.'\u2019 \u00a0\u202f])[0-9]{3}(\1[0-9]{3})*")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")


def whole(text: str, *, missing: frozenset[str] = MISSING) -> float | None:
    """Read a count: digits, with the same separator between all thousands; None where nothing is reported.

    Raises:
        ValueError: It is not a count.
    """
    text = text.strip().removesuffix("*").strip()
    if text.casefold() in missing:
        return None
    if _PLAIN.fullmatch(text):
        return float(text)
    if match := _GROUPED.fullmatch(text):
        return float(text.replace(match[1], ""))
    message = f"{text[:40]!r} is not a count"
    raise ValueError(message)


def measured(text: str, *, decimal: str = ".", thousands: str = "", missing: frozenset[str] = MISSING) -> float | None:
    """Read a measured number with the given decimal mark; None where nothing is reported.

    Raises:
        ValueError: It is not a number in this form.
    """
    text = text.strip()
    if text.casefold() in missing:
        return None
    for separator in thousands:
        text = text.replace(separator, "")
    if decimal != ".":
        text = text.replace(decimal, ".")
    if not _DECIMAL.fullmatch(text):
        message = f"{text[:40]!r} is not a number"
        raise ValueError(message)
    return float(text)
