"""What looks like a person in a table: column names, and values under whatever name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from isthmus.data.columns import person_problems
from isthmus.disclosure.shapes import SHAPES
from isthmus.errors import Problem

_BIRTH = re.compile(r"(?:19\d\d|20[01]\d)[-/.](?:0[1-9]|1[0-2])[-/.](?:0[1-9]|[12]\d|3[01])")
_NAME = re.compile(r"[A-Z\u00c0-\u00de][a-z\u00df-\u00ff'-]+(?:[ ,]+[A-Z\u00c0-\u00de][a-z\u00df-\u00ff'.-]*){1,3}")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
_POSITION = re.compile(r"-?\d{1,3}\.\d{3,}")
_SHARE = 0.5
_FEW = 3

OWN_WORDS = frozenset({"label", "source", "publisher", "note", "trigger", "standard", "price_list", "label_horizon"})
"""Columns of sentences, in which proper names of offices and places stand."""
_HARMLESS = frozenset({"place", "leg", "period", "series", "model", "item", "source", "label", "edition", "standard"})


def columns_about_people(where: str, columns: Sequence[str]) -> list[Problem]:
    """A problem for each column whose name is about a person or a forbidden trait."""
    return person_problems(where, [name for name in columns if name not in _HARMLESS])


def values_about_people(where: str, words: Mapping[str, Sequence[Any]]) -> list[Problem]:
    """A problem for each column whose values look like people, whatever its name says; the values are not repeated."""
    problems = []
    for name, values in words.items():
        looks = look_of(name, values)
        if looks:
            problems.append(
                Problem(
                    f"{where}: column '{name}'",
                    "aggregates only",
                    f"values that look like {looks} (not repeated here)",
                    "a column is judged by what is in it, not by its name; aggregate outside Isthmus and delete the column",
                )
            )
    return problems


def look_of(name: str, values: Sequence[Any]) -> str:
    """What the values of a column look like; empty where they look like nothing about a person."""
    texts = list(dict.fromkeys(str(value) for value in values if value is not None and value != ""))
    for what, shape in SHAPES.items():
        if any(shape.search(text) for text in texts):
            return what
    if name in OWN_WORDS or len(texts) < _FEW:
        return ""
    for what, shape in (("dates of birth", _BIRTH), ("names of people", _NAME), ("names of people", _HAN_NAME),
                        ("exact positions", _POSITION)):  # fmt: skip
        if name != "period" and sum(bool(shape.fullmatch(text.strip())) for text in texts) >= _SHARE * len(texts):
            return what
    return ""
