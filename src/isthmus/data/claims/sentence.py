"""A sentence with a number in it, taken apart: how many, of whom, of what, when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from isthmus.data.claims.subjects import Subject, group_of, subject_of
from isthmus.data.reading.months import month_number
from isthmus.errors import InputError

Bound = Literal["at least", "about", "at most"]

_YEAR = r"(?:19|20)[0-9]{2}"
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_WHEN = rf"(?:(?:{_MONTH})\s+)?{_YEAR}"
_NUMBER = re.compile(
    r"(?<![\w.,-])([0-9]{1,3}(?:[,.' \u2019\u00a0\u202f][0-9]{3})+|[0-9]+(?:\.[0-9]+)?)"
    r"(?:\s*(million|thousand|mn|m|k))?(?![\w%])",
    re.IGNORECASE,
)
_SHARE = re.compile(r"[0-9]\s*(%|per ?cent)|\b(half|third|quarter)s? of\b", re.IGNORECASE)
_TIMES = {"million": 1e6, "mn": 1e6, "m": 1e6, "thousand": 1e3, "k": 1e3}
_AT_LEAST = re.compile(r"\b(more than|over|at least|above|exceed\w*|upwards of|no fewer than|> ?)\s*[^0-9]{0,12}$", re.IGNORECASE)
_AT_MOST = re.compile(r"\b(fewer than|less than|under|at most|below|up to|no more than)\s*[^0-9]{0,12}$", re.IGNORECASE)
_BETWEEN = re.compile(
    rf"\b(?:between|from)\s+({_WHEN})\s+(?:and|to|until)\s+({_WHEN})|({_YEAR})\s*[-\u2013\u2014]\s*({_YEAR})",
    re.IGNORECASE,
)
_FIRST = re.compile(rf"\bfirst\s+(\w+)\s+months?\s+of\s+({_YEAR})", re.IGNORECASE)
_SINCE = re.compile(rf"\bsince\s+({_WHEN})", re.IGNORECASE)
_IN = re.compile(rf"\b(?:in|during|of|throughout)\s+({_WHEN})|\b({_WHEN})\b", re.IGNORECASE)
_AT_A_MOMENT = re.compile(r"\b(pending|waiting|at the end of|are living|were living|year-end|backlog)\b", re.IGNORECASE)
_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
}


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence says."""

    text: str
    number: float
    bound: Bound
    group: str
    label: str
    flows: tuple[str, ...]
    stocks: tuple[str, ...]
    place: str | None
    first: str | None
    """``YYYY`` or ``YYYY-MM``; None where the sentence names no time."""
    last: str | None
    """None for "since"."""
    kind: Literal["flow", "stock"] = "flow"


def read_sentence(text: str) -> Statement:
    """Take a sentence apart.

    Raises:
        InputError: It has no number, names nobody, or is about nothing that the figures count; with everything missing.
    """
    subject = subject_of(text)
    group = group_of(text)
    first, last, rest = _period(text)
    count = _NUMBER.search(rest)
    missing = [
        *(["a number of people, such as 600,000"] if count is None or _SHARE.search(rest) else []),
        *(["a nationality, such as 'Chinese' or 'from China', or 'people' for all"] if group is None else []),
        *(["what is counted: asylum, the Darién, entries to Ecuador, encounters at the US border, …"] if subject is None else []),
    ]
    if missing or count is None or group is None or subject is None:
        raise InputError.one(
            where=f"claim {text[:80]!r}",
            expected="; ".join(missing),
            found="a share" if _SHARE.search(rest) else "none in the sentence",
            remedy="write the sentence with them, or a YAML list with the fields of docs/data.md",
        )
    return Statement(
        text, _value(count), _bound(rest[: count.start()]), group, *_counted(subject), first, last, _kind(text, subject)
    )


def _counted(subject: Subject) -> tuple[str, tuple[str, ...], tuple[str, ...], str | None]:
    return subject.label, subject.flows, subject.stocks, subject.place


def _kind(text: str, subject: Subject) -> Literal["flow", "stock"]:
    at_a_moment = bool(_AT_A_MOMENT.search(text)) or not subject.flows
    return "stock" if subject.stocks and at_a_moment else "flow"


def _value(match: re.Match[str]) -> float:
    digits = match[1]
    plain = re.sub(r"[,' \u2019\u00a0\u202f]", "", digits)
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", plain) and not match[2]:
        plain = plain.replace(".", "")
    return float(plain) * _TIMES.get((match[2] or "").casefold(), 1.0)


def _bound(before: str) -> Bound:
    if _AT_LEAST.search(before):
        return "at least"
    return "at most" if _AT_MOST.search(before) else "about"


def _period(text: str) -> tuple[str | None, str | None, str]:
    """Return first and last period, and the sentence without them, so that no year passes for the number."""
    if match := _FIRST.search(text):
        months = _WORDS.get(match[1].casefold()) or (int(match[1]) if match[1].isdigit() else 0)
        if 1 <= months <= 12:
            return f"{match[2]}-01", f"{match[2]}-{months:02d}", _without(text, match)
    if match := _BETWEEN.search(text):
        return _when(match[1] or match[3]), _when(match[2] or match[4]), _without(text, match)
    if match := _SINCE.search(text):
        return _when(match[1]), None, _without(text, match)
    if match := _IN.search(text):
        when = _when(match[1] or match[2])
        return when, when, _without(text, match)
    return None, None, text


def _when(text: str) -> str:
    *month, year = text.split()
    return f"{year}-{month_number(month[0]):02d}" if month else year


def _without(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
