"""The language of page, brief and sheets: sentences by a message catalogue, numbers and dates by locale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Literal

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "es")

NBSP = "\N{NO-BREAK SPACE}"

_LANGUAGE: ContextVar[Language] = ContextVar("language", default="en")
_OWN: ContextVar[dict[str, str]] = ContextVar("own", default={})  # noqa: B039  never changed, only replaced
_MISSED: ContextVar[set[str] | None] = ContextVar("missed", default=None)

_WORD = re.compile(r"[^\W\d_]{2,}")
_KEPT_TOGETHER = re.compile(r"(?<=[\d}]) (?=%)")


@contextmanager
def speaking(language: Language, own: dict[str, str] | None = None) -> Iterator[None]:
    """Speak a language inside a ``with`` block.

    Args:
        language: English is what the code is written in.
        own: Further sentences, such as the labels of a corridor file.
    """
    before, beside = _LANGUAGE.set(language), _OWN.set(own or {})
    try:
        yield
    finally:
        _LANGUAGE.reset(before)
        _OWN.reset(beside)


@contextmanager
def noting_what_is_missed() -> Iterator[set[str]]:
    """Collect the sentences for which the catalogue has nothing, inside a ``with`` block; for tests and translators."""
    missed: set[str] = set()
    before = _MISSED.set(missed)
    try:
        yield missed
    finally:
        _MISSED.reset(before)


def language() -> Language:
    """The language spoken."""
    return _LANGUAGE.get()


def say(sentence: str, /, **values: object) -> str:
    """A sentence in the language spoken, its gaps filled; words that fill a gap are translated too.

    Without gaps it serves for any text on its way out: what the catalogue does not have stays as it is.
    """
    text = _translated(sentence)
    if not values:
        return text
    return text.format(**{name: _translated(value) if isinstance(value, str) else value for name, value in values.items()})


def many(one: str, several: str, n: int, /, **values: object) -> str:
    """A sentence about one or about several."""
    return say(one if n == 1 else several, n=n, **values)


def spoken_number(text: str) -> str:
    """A number written with English marks (``1,234.5``) with the marks of the language."""
    marks = _marks(language())
    return text if marks is None else text.translate(marks)


def month_name(month: int) -> str:
    """Short name of a month, 1 to 12."""
    return _months(language())[month]


def catalogue(wanted: Language) -> dict[str, str]:
    """English sentence to sentence; empty for English."""
    return {} if wanted == "en" else read_catalogue(f"locale/{wanted}/LC_MESSAGES/isthmus.po", wanted)


@cache
def read_catalogue(path: str, locale: str) -> dict[str, str]:
    """Messages of a catalogue of this package, plain spaces in place of no-break ones in what is looked up."""
    from babel.messages.pofile import read_po  # noqa: PLC0415 - heavy, and English needs none

    file = resources.files("isthmus.report").joinpath(path)
    return {
        _plain(str(message.id)): _KEPT_TOGETHER.sub(NBSP, str(message.string))
        for message in read_po(BytesIO(file.read_bytes()), locale=locale)
        if message.id and message.string and not message.fuzzy
    }


def _translated(text: str) -> str:
    if language() == "en":
        return text
    key = _plain(text)
    found = _OWN.get().get(key) or catalogue(language()).get(key)
    if found is None:
        missed = _MISSED.get()
        if missed is not None and _WORD.search(text):
            missed.add(key)
        return text
    return found


def _plain(text: str) -> str:
    return text.replace(NBSP, " ")


@cache
def _marks(wanted: Language) -> dict[int, str] | None:
    if wanted == "en":
        return None
    from babel.numbers import get_decimal_symbol, get_group_symbol  # noqa: PLC0415 - heavy, and English needs none

    return {ord(","): get_group_symbol(wanted), ord("."): get_decimal_symbol(wanted)}


@cache
def _months(wanted: Language) -> dict[int, str]:
    if wanted == "en":
        names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
        return dict(enumerate(names, start=1))
    from babel.dates import get_month_names  # noqa: PLC0415 - heavy, and English needs none

    return {number: str(name) for number, name in get_month_names("abbreviated", locale=wanted).items()}
