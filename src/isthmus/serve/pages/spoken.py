"""Sentences of the claims checker and names of series in the reader's language, with its numbers and dates."""

from __future__ import annotations

import re
from typing import Any

from babel import Locale
from babel.numbers import format_decimal, format_percent

from isthmus.data.claims.said import Change, Count, Period, Said, Series, Subject, Times
from isthmus.data.periods import is_year
from isthmus.report.language import say as spoken
from isthmus.report.language import spoken_number
from isthmus.report.words import capital as first_capital
from isthmus.report.words import period_name
from isthmus.serve.web.details import translated
from isthmus.serve.web.language import Language, say
from isthmus.spec.countries import alpha3_codes

ALL = "ALL"
_NUMBER = re.compile(r"\d[\d,.]*\d(?=%| |$|[^\w-])")
_MONTH = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])\b(?!-)")
_KEY = re.compile(r"\b(\w+) \(([A-Z]{3}) at (\w+)\)")
"""How a check names a series."""
CONFIDENCE = {
    "S": "seen in the named source",
    "S2": "seen in a copy",
    "D": "derived",
    "C": "computed from published data",
    "B": "background",
}
"""What the codes of confidence mean."""


def series_words(language: Language, name: str) -> str:
    """Name of a series in words: ``darien_transits`` as ``darien transits``, or as a reader of the language calls it."""
    return say(language, name.replace("_", " "))


def in_words(language: Language, text: str) -> str:
    """A sentence of the claims checker; text that is none stays. Inside ``speaking``, for units and months."""
    if not isinstance(text, Said):
        return text
    return say(language, text.form, **{name: _value(language, value) for name, value in text.values.items()})


def _value(language: Language, value: Any) -> str:  # noqa: PLR0911 - one for each kind
    match value:
        case Count():
            return str(format_decimal(round(value), locale=language))
        case Times():
            return str(format_decimal(round(value, 1), locale=language))
        case Change():
            sign = "+" if value >= 0 else ""
            return sign + str(format_percent(round(value, 2), locale=language))
        case Period():
            return period_name(str(value))
        case Series():
            return series_words(language, str(value))
        case Subject():
            return _subject(language, str(value))
        case Said():
            return in_words(language, value)
        case _:
            return str(value)


def _subject(language: Language, text: str) -> str:
    """What is counted; a capital at its beginning stays one."""
    known = say(language, text)
    if known != text:
        return known
    lower = text[:1].lower() + text[1:]
    said = say(language, lower) if say(language, lower) != lower else spoken(lower)
    return said[:1].upper() + said[1:] if text[:1].isupper() else said


def nation(language: Language, code: str) -> str:
    """A nationality's country in words, its code behind; ``ALL`` is everybody."""
    if code == ALL:
        return say(language, "all nationalities")
    known = alpha3_codes().get(code)
    name = Locale.parse(language).territories.get(known.alpha2) if known is not None else None
    return f"{name} ({code})" if name else code


def period_words(period: str) -> str:
    """``2024-05`` as ``May 2024``; a year as it is. Inside ``speaking``."""
    return period_name(period) if period and (is_year(period) or len(period) == len("2024-05")) else period


def finding_words(language: Language, text: str) -> str:
    """What a check found, with the numbers of the language. Inside ``speaking``."""
    said = translated(language, text)
    if said != text:
        said = _NUMBER.sub(lambda found: spoken_number(found[0]), said)
    said = _MONTH.sub(lambda found: period_name(found[0]), said)
    return _KEY.sub(lambda found: _key_words(language, *found.groups()), said)


def _key_words(language: Language, series: str, group: str, place: str) -> str:
    return f"{first_capital(series_words(language, series))} ({nation(language, group)}, {series_words(language, place)})"
