"""The cells of a table of figures: text in, a typed value or a fault out."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import get_args

from isthmus.data.periods import first_month
from isthmus.data.series import Kind
from isthmus.spec.primitives import Confidence

COUNT_UNITS = frozenset({"persons", "people", "events", "applications", "cases", "claims"})
FIRST_YEAR, LAST_YEAR = 1900, 2200

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_GROUP = re.compile(r"[A-Z]{3}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"[0-9]{4}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN = re.compile(r"[0-9]+(\.[0-9]+)?")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+")
_SEPARATED = re.compile(r"[0-9]{1,3}([.,'\u2019_ \u00a0\u202f][0-9]{3})+([.,][0-9]+)?")
_THREE_DECIMALS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_NOT_A_NUMBER = frozenset({"nan", "na", "n/a", "null", "none", "-", "--", ".", "..", "inf", "infinity", "∞"})
_LONGEST_QUOTE = 60


class CellError(Exception):
    """A cell that cannot be read: what was expected, what was found, what to do."""

    def __init__(self, *, expected: str, found: str, remedy: str) -> None:
        self.expected, self.found, self.remedy = expected, found, remedy
        super().__init__(expected, found, remedy)


def quoted(text: str) -> str:
    """Return the text as an error shows it: quoted, shortened."""
    return repr(text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…") if text else "nothing"


def nearest(text: str, known: Sequence[str]) -> str:
    """Return ``did you mean x?`` for the nearest known word, or the words there are."""
    close = get_close_matches(text.strip().lower(), known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"use one of: {', '.join(known)}"


def identifier(text: str) -> str:
    """Read the name of a series or place."""
    if not _ID.fullmatch(text):
        expected = "a lower-case name of letters, digits and underscores, at most 40 long"
        remedy = "write it as the corridor file does, such as ecuador_entries"
        raise CellError(expected=expected, found=quoted(text), remedy=remedy)
    return text


def group(text: str) -> str:
    """Read a nationality."""
    if not _GROUP.fullmatch(text):
        expected = "a nationality as ISO 3166-1 alpha-3 code (CHN), or ALL for all together"
        remedy = "groups are nationalities and nothing finer: use the country's code"
        raise CellError(expected=expected, found=quoted(text), remedy=remedy)
    return text


def period(text: str) -> str:
    """Read a month or a year."""
    expected = "a month YYYY-MM or a year YYYY"
    if _DAY.fullmatch(text):
        remedy = "add the days up to months, or hand them over with --partial: days are too fine to publish"
        raise CellError(expected=expected, found=quoted(text), remedy=remedy)
    if not (_MONTH.fullmatch(text) or _YEAR.fullmatch(text)):
        raise CellError(expected=expected, found=quoted(text), remedy="write January 2023 as 2023-01")
    if not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        between = f"a year from {FIRST_YEAR} to {LAST_YEAR}"
        raise CellError(expected=between, found=quoted(text), remedy="correct the year")
    return text


def kind(text: str) -> Kind:
    """Read ``flow`` or ``stock``."""
    if text == "flow":
        return "flow"
    if text == "stock":
        return "stock"
    expected = "'flow' (counted over the period) or 'stock' (present at its end)"
    raise CellError(expected=expected, found=quoted(text), remedy=nearest(text, get_args(Kind)))


def confidence(text: str) -> Confidence:
    """Read a confidence code."""
    codes: tuple[Confidence, ...] = get_args(Confidence)
    for code in codes:
        if text == code:
            return code
    expected = "a confidence code: S seen at the source, S2 seen in a copy, D derived, C computed, B background"
    raise CellError(expected=expected, found=quoted(text), remedy=f"write one of {', '.join(codes)}")


def required(text: str) -> str:
    """Read a text that must be there."""
    if not text:
        raise CellError(expected="a text", found="nothing", remedy="fill the cell")
    return text


def published(text: str) -> str:
    """Read the date on which a figure was published or seen."""
    expected = "a date YYYY-MM-DD, or YYYY-MM"
    remedy = "write the day on which the figure was published or seen, such as 2024-05-31"
    if not (_DAY.fullmatch(text) or _MONTH.fullmatch(text)):
        raise CellError(expected=expected, found=quoted(text), remedy=remedy)
    try:
        dt.date.fromisoformat(text if _DAY.fullmatch(text) else f"{text}-01")
    except ValueError:
        raise CellError(expected=expected, found=f"{quoted(text)}, which no calendar has", remedy=remedy) from None
    return text


def check_published(text: str, of_period: str) -> None:
    """Refuse a figure that was published before its period began."""
    # Month against month: a date may be written as YYYY-MM.
    if text[:7] < first_month(of_period):
        expected = f"a date not before the period {of_period}"
        raise CellError(expected=expected, found=quoted(text), remedy="correct the period or the date of publication")


def value(text: str, unit: str) -> float | None:
    """Read a count or amount in ``unit``; a blank cell means that nothing was reported."""
    if not text:
        return None
    if not _PLAIN.fullmatch(text) or (unit in COUNT_UNITS and _THREE_DECIMALS.fullmatch(text)):
        raise _number_error(text)
    number = float(text)
    if not math.isfinite(number):
        raise CellError(expected="a finite number", found=quoted(text), remedy="correct the number")
    return number


def _number_error(text: str) -> CellError:
    """Say what kind of not-a-plain-number a text is."""
    found, remedy = quoted(text), "write digits only, with a point for decimals"
    if text.lower().lstrip("+-") in _NOT_A_NUMBER:
        remedy = "leave the cell blank where nothing was reported"
    elif text[0] in "-\u2212":
        found += ", a negative number"
        remedy = "correct the sign; a blank cell means not reported"
    elif _SEPARATED.fullmatch(text):
        found += ", a number with thousands separators"
        remedy = "write it without separators, with a point for decimals"
    elif _SCIENTIFIC.fullmatch(text):
        found += ", scientific notation"
        remedy = "write out all digits"
    expected = "a plain decimal number of zero or more, such as 1234 or 0.5, or a blank cell"
    return CellError(expected=expected, found=found, remedy=remedy)
