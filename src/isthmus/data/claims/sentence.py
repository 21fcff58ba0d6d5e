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
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|enero|febrero|marzo|abril|mayo"
    r"|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre)"
)
_WHEN = rf"(?:(?:{_MONTH})\s+(?:del?\s+)?)?{_YEAR}"
_GAPS = "' \u2019\u00a0\u202f"
_TIMES = {"million": 1e6, "mn": 1e6, "m": 1e6, "thousand": 1e3, "k": 1e3, "millones": 1e6, "millón": 1e6, "mil": 1e3}
_NUMBER = re.compile(
    rf"(?<![\w.,-])([0-9]{{1,3}}(?:[,.{_GAPS}][0-9]{{3}})+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)?)"
    rf"(?:\s*({'|'.join(sorted(_TIMES, key=len, reverse=True))}))?(?![\w%])",
    re.IGNORECASE,
)
_SPANISH = re.compile(
    r"\b(de|del|en|el|la|los|las|un[oa]s|desde|entre|hasta|más|menos|personas|ciudadan[oa]s|millones|mil|y)\b", re.IGNORECASE
)
_ENGLISH = re.compile(r"\b(the|of|in|have|has|were|was|since|between|and|from|than|people|million|thousand)\b", re.IGNORECASE)
_SHARE = re.compile(
    r"[0-9]\s*(%|per ?cent|por ciento)|\b(half|third|quarter)s? of\b|\b(mitad|tercio|cuarto|(tercera|cuarta) parte) de\b",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    r"(\b(?<!no )more than|\bover|\bat least|\babove|\bexceed\w*|\bupwards of|\bno fewer than|> ?"
    r"|\b(?<!no )m[aá]s de|\bal menos|\bpor lo menos|\bcomo mínimo|\bno menos de|\bsuper\w+|\bpor encima de)\s*[^0-9]{0,12}$",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"\b(fewer than|less than|under|at most|below|up to|no more than"
    r"|menos de|hasta|como máximo|a lo sumo|por debajo de|no m[aá]s de)\s*[^0-9]{0,12}$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    rf"\b(?:between|from|entre|de|desde)\s+({_WHEN})\s+(?:and|to|until|y|a|hasta)\s+({_WHEN})"
    rf"|({_YEAR})\s*[-\u2013\u2014]\s*({_YEAR})",
    re.IGNORECASE,
)
_FIRST = re.compile(
    rf"\b(?:first\s+(\w+)\s+months?\s+of|primer(?:os)?\s+(\w+)\s+mes(?:es)?\s+del?(?:\s+año)?)\s+({_YEAR})", re.IGNORECASE
)
_SINCE = re.compile(rf"\b(?:since|desde)\s+({_WHEN})", re.IGNORECASE)
_IN = re.compile(rf"\b(?:in|during|of|throughout|en|durante|de)\s+({_WHEN})|\b({_WHEN})\b", re.IGNORECASE)
_AT_A_MOMENT = re.compile(
    r"\b(pending|waiting|at the end of|are living|were living|year-end|backlog"
    r"|pendientes?|en espera|esperan|a finales de|al final de|al cierre de|viven|vivían)\b",
    re.IGNORECASE,
)
_ENGLISH_NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
_SPANISH_NUMBERS = ["un", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once"]
_WORDS = {word: n for words in (_ENGLISH_NUMBERS, _SPANISH_NUMBERS) for n, word in enumerate(words, start=1)}


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
        text, _value(count, text), _bound(rest[: count.start()]), group, *_counted(subject), first, last, _kind(text, subject)
    )


def _counted(subject: Subject) -> tuple[str, tuple[str, ...], tuple[str, ...], str | None]:
    return subject.label, subject.flows, subject.stocks, subject.place


def _kind(text: str, subject: Subject) -> Literal["flow", "stock"]:
    at_a_moment = bool(_AT_A_MOMENT.search(text)) or not subject.flows
    return "stock" if subject.stocks and at_a_moment else "flow"


def _value(match: re.Match[str], text: str) -> float:
    """The number, its marks read as the sentence's language writes them: `1.234,5` is Spanish, `1,234.5` English."""
    digits, times = re.sub(f"[{_GAPS}]", "", match[1]), match[2]
    marks = [mark for mark in digits if mark in ",."]
    if len(set(marks)) == 2:
        whole, part = digits.rsplit(marks[-1], 1)
        digits = f"{re.sub('[,.]', '', whole)}.{part}"
    elif marks and re.fullmatch(r"[0-9]{1,3}([,.][0-9]{3})+", digits) and not _is_decimal(marks, text, times=times):
        digits = digits.replace(marks[0], "")
    else:
        digits = digits.replace(",", ".")
    return float(digits) * _TIMES.get((times or "").casefold(), 1.0)


def _is_decimal(marks: list[str], text: str, *, times: str | None) -> bool:
    """Whether one mark with three digits behind it is a decimal one: only of so many thousands or millions."""
    if len(marks) > 1 or not times:
        return False
    return marks[0] == "." or (len(_SPANISH.findall(text)) > 1 and not _ENGLISH.search(text))


def _bound(before: str) -> Bound:
    if _AT_LEAST.search(before):
        return "at least"
    return "at most" if _AT_MOST.search(before) else "about"


def _period(text: str) -> tuple[str | None, str | None, str]:
    """Return first and last period, and the sentence without them, so that no year passes for the number."""
    if match := _FIRST.search(text):
        word = (match[1] or match[2]).casefold()
        months = _WORDS.get(word) or (int(word) if word.isdigit() else 0)
        if 1 <= months <= 12:
            return f"{match[3]}-01", f"{match[3]}-{months:02d}", _without(text, match)
    if match := _BETWEEN.search(text):
        return _when(match[1] or match[3]), _when(match[2] or match[4]), _without(text, match)
    if match := _SINCE.search(text):
        return _when(match[1]), None, _without(text, match)
    if match := _IN.search(text):
        when = _when(match[1] or match[2])
        return when, when, _without(text, match)
    return None, None, text


def _when(text: str) -> str:
    *month, year = text.split()  # of ``mayo de 2024`` the first and the last word
    return f"{year}-{month_number(month[0]):02d}" if month else year


def _without(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
