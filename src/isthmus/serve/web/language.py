"""The reader's language, and our own sentences in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Literal

from babel import negotiate_locale
from babel.messages.pofile import read_po

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "es")
NAMES: dict[Language, str] = {"en": "English", "es": "Español"}
COOKIE = "language"


@cache
def sentences(language: Language) -> dict[str, str]:
    """English sentence to translated sentence; empty for English."""
    return catalogue(language, "serve.po")


def catalogue(language: Language, name: str) -> dict[str, str]:
    """English to translated words of one of our catalogues; empty for English."""
    if language == "en":
        return {}
    file = resources.files("isthmus.serve") / "locale" / language / "LC_MESSAGES" / name
    messages = read_po(BytesIO(file.read_bytes()), locale=language)
    return {str(message.id): str(message.string) for message in messages if message.id and message.string}


@contextmanager
def speaking(language: Language, *corridors: str) -> Iterator[None]:
    """Charts, tables and numbers of the report in a language inside a ``with`` block, with the own words of corridors."""
    from isthmus.report.language import speaking as speaking_report  # noqa: PLC0415

    own = {english: said for corridor in corridors if corridor for english, said in _own(corridor, language).items()}
    with speaking_report(language, own):
        yield


@cache
def _own(corridor: str, language: Language) -> dict[str, str]:
    from isthmus.report.translations import own_words  # noqa: PLC0415

    return own_words(corridor, language)


def say(language: Language, sentence: str, **values: object) -> str:
    """A sentence in a language, its gaps filled."""
    text = sentences(language).get(sentence, sentence)
    return text.format(**values) if values else text


def language_of(cookie: str | None, accepted: str) -> Language:
    """The language chosen, else the first of the browser's that we speak, else English."""
    for language in LANGUAGES:
        if cookie == language:
            return language
    wanted = [part.partition(";")[0].strip().replace("-", "_") for part in accepted[:200].split(",")]
    found = negotiate_locale([name for name in wanted if name], list(LANGUAGES))
    return "es" if found == "es" else "en"


def language_of_headers(headers: dict[str, str]) -> Language:
    """The language of a request by its headers alone."""
    cookies = dict(part.strip().partition("=")[::2] for part in headers.get("cookie", "").split(";"))
    return language_of(cookies.get(COOKIE), headers.get("accept-language", ""))
