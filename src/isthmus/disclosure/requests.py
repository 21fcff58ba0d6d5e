"""Requests that are refused whoever asks: advice on ways to take, help to stop people, and looking up a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources

from isthmus.disclosure.shapes import SHAPES
from isthmus.errors import DisclosureError, Problem


@cache
def _refused() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Kinds of request with the patterns that give them away, from ``refused_requests.txt``."""
    parts: dict[str, str] = {}
    found = []
    for line in resources.files("isthmus.disclosure").joinpath("refused_requests.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, sign, pattern = re.split(r"( = |: )", line, maxsplit=1)
        for part, inside in parts.items():
            pattern = pattern.replace(f"<{part}>", inside)
        if sign == " = ":
            parts[name] = pattern
        else:
            found.append((name, re.compile(pattern)))
    return tuple(found)


PERSON = "a look-up of a person"

_WHY = {
    "route advice": (
        "aggregate questions: how many people, where, when, and what they need",
        (
            "Isthmus gives no route advice of any kind: no cheapest, shortest, fastest or safest way. A number that is right on "
            "average can send a family to its death, and those who sell ways would use it first"
        ),
    ),
    "interdiction": (
        "questions of need, waiting, cost of assistance and lives",
        (
            "Isthmus answers nothing whose use is to find or stop people: no detection probability, patrol or capture. Entry "
            "rules and closures can be put in as scenarios, to see what they do to people"
        ),
    ),
    PERSON: (
        "aggregate questions",
        "Isthmus holds nothing about any person and looks nobody up; take the number, address or account out",
    ),
}


def refuse_request(*texts: str, where: str = "request") -> None:
    """Pass if nothing in the texts asks for what Isthmus does not give.

    Raises:
        DisclosureError: Route advice, interdiction or a person is asked for; each with its reason.
    """
    problems = problems_of(texts, where)
    if problems:
        raise DisclosureError(problems)


def problems_of(texts: Iterable[str], where: str) -> list[Problem]:
    """One problem for each kind of request in the texts that is refused."""
    asked = dict.fromkeys(kind for text in texts for kind in kinds_of(text))
    return [Problem(where, _WHY[kind][0], f"a request for {kind}", _WHY[kind][1]) for kind in asked]


def kinds_of(text: str) -> list[str]:
    """What is asked for in a text that is refused, each kind once."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[\s/=,;:?!\"'()]+", " ", re.sub(r"[_\-\u2010-\u2015]+|%20|\+", " ", plain))
    found = dict.fromkeys(kind for kind, pattern in _refused() if pattern.search(plain))
    if any(shape.search(text) for shape in SHAPES.values()):
        found[PERSON] = None
    return list(found)
