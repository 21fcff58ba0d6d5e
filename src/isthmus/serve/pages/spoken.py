"""Sentences of the claims checker and names of series in the reader's language, with its numbers and dates."""

from __future__ import annotations

from typing import Any

from babel.numbers import format_decimal, format_percent

from isthmus.data.claims.said import Change, Count, Period, Said, Series, Subject, Times
from isthmus.report.language import say as spoken
from isthmus.report.words import period_name
from isthmus.serve.web.language import Language, say


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
