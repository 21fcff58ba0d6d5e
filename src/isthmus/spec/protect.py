"""Protection in code: groups are nationalities, and nobody is ever a row (design, section 5).

Works on the document as written, before the schema has seen it, so that the refusal explains itself.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources

from isthmus.errors import Problem
from isthmus.spec.document import Node, Path

_FREE_TEXT = frozenset({"source", "note", "text", "title", "summary", "price_source", "url"})
_LABELLED = frozenset({"groups", "series", "places", "legs"})
"""Blocks whose labels name people or counts of people; policies and drivers name public events."""

_WORD = re.compile(r"[a-z]+")


@cache
def _refused(kind: str) -> dict[str, str]:
    """Return the refused terms of a kind (``word`` or ``key``) and what they are about."""
    text = resources.files("isthmus.spec").joinpath("refused.csv").read_text(encoding="utf-8")
    return {row["term"]: row["about"] for row in csv.DictReader(text.splitlines()) if row["kind"] == kind}


def refused_word(word: str) -> str:
    """What a word is about that no group of people may be named by: ``ethnicity``, ``religion`` ...; empty if nothing."""
    return next((_refused("word")[plain] for plain in _words(word) if plain in _refused("word")), "")


def check_protection(document: Node) -> list[Problem]:
    """Return keys and labels that single out people by more than nationality, or that describe a person."""
    problems = []
    for path, key, node in _entries(document):
        words = _words(key)
        if key.lower().replace("-", "_") in _refused("key"):
            problems.append(_about_a_person(document, path, key))
        if key == "label" and path[0] in _LABELLED and isinstance(node.value, str):
            words += _words(node.value)
        found = next((word for word in words if word in _refused("word")), None)
        if found:
            problems.append(_finer_than_nationality(document, path, found))
    return problems


def _about_a_person(document: Node, path: Path, key: str) -> Problem:
    return Problem(
        document.locate(path),
        "aggregates only: places, legs, rules and monthly figures",
        f"`{key}`, which describes a person",
        "take it out; Isthmus holds nothing about individuals",
    )


def _finer_than_nationality(document: Node, path: Path, word: str) -> Problem:
    return Problem(
        document.locate(path),
        "groups of people by nationality only",
        f'"{word}" ({_refused("word")[word]})',
        "describe people by nationality and nothing finer: figures by ethnicity, religion, politics or health can be "
        "used against those they describe",
    )


def _entries(document: Node) -> Iterator[tuple[Path, str, Node]]:
    """Yield path, key and value of every mapping entry that is not free text."""
    waiting: list[tuple[Path, Node]] = [((), document)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node.value, dict):
            for key, child in node.value.items():
                if key not in _FREE_TEXT:
                    yield (*path, key), key, child
                    waiting.append(((*path, key), child))
        elif isinstance(node.value, list):
            waiting.extend(((*path, index), child) for index, child in enumerate(node.value))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _WORD.findall(plain)
