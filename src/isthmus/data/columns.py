"""The two forms of a table of figures, told apart by their headers; columns about persons are refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from isthmus.data.cells import quoted
from isthmus.errors import Problem

COLUMNS = (
    "series",
    "place",
    "group",
    "period",
    "kind",
    "unit",
    "value",
    "publisher",
    "published_or_seen",
    "confidence",
    "note",
)

CHECKPOINTS = {
    ("ecuador", "entries"): ("ecuador_entries", "ecuador"),
    ("ecuador", "exits"): ("ecuador_exits", "ecuador"),
    ("colombia", "irregular_transits"): ("colombia_transits", "colombia"),
    ("darien", "irregular_transits"): ("darien_transits", "darien"),
    ("honduras", "irregular_entries"): ("honduras_entries", "honduras"),
    ("mexico", "irregular_events"): ("mexico_events", "mexico"),
    ("us_southwest_border", "encounters"): ("us_encounters", "us_border"),
    ("us_southwest_border", "apprehensions_usbp"): ("us_apprehensions", "us_border"),
}
"""(checkpoint, measure) of the long form to (series, place); others keep their own names."""


@dataclass(frozen=True, slots=True)
class Form:
    """A way of writing a table of figures."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns the form knows."""
        return self.required + self.optional


OWN = Form("figures", COLUMNS[:-1], ("note",))
LONG = Form(
    "long form",
    ("period", "nationality", "checkpoint", "measure", "kind", "unit", "value", "publisher"),
    ("published_or_seen", "confidence", "note"),
)

_PERSON = frozenset({
    "name", "names", "surname", "forename", "firstname", "lastname", "fullname", "alias", "passport", "document",
    "phone", "telephone", "mobile", "cell", "msisdn", "imei", "email", "mail", "birth", "birthdate", "birthday", "dob",
    "born", "age", "ages", "handle", "username", "user", "account", "profile", "wechat", "whatsapp", "telegram",
    "facebook", "tiktok", "douyin", "weibo", "url", "address", "street", "iris", "fingerprint", "biometric", "photo",
    "face", "person", "individual", "lat", "lon", "lng", "long", "latitude", "longitude", "gps", "coordinates",
    "geolocation", "nombre", "nombres", "apellido", "apellidos", "pasaporte", "telefono", "celular", "correo",
    "nacimiento", "edad", "cedula",
})  # fmt: skip
_FORBIDDEN = frozenset({
    "ethnicity", "ethnic", "race", "religion", "religious", "faith", "politics", "political", "party", "opinion",
    "health", "disease", "diagnosis", "disability", "hiv", "pregnancy", "orientation",
})  # fmt: skip
_OF_A_THING = frozenset({"series", "place", "country", "group", "unit", "publisher", "checkpoint", "measure", "column"})
"""Beside one of these, ``name`` is not a person's."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


def form_of(header: Sequence[str]) -> Form:
    """Return the form whose columns the header has most of."""
    return max((OWN, LONG), key=lambda form: sum(c in header for c in form.required) / len(form.required))


def person_problems(where: str, header: Sequence[str]) -> list[Problem]:
    """Return a problem for each column about a person or a forbidden trait."""
    problems = []
    for column in header:
        words = {w.lower() for w in _WORD.findall(column)} | {column.strip().lower()}
        if words & (_PERSON - {"name"} if words & _OF_A_THING else _PERSON):
            expected = "aggregate figures only: no column may describe a person or an exact position"
            remedy = "aggregate to months, places and nationalities outside Isthmus, and delete the column and its rows"
        elif words & _FORBIDDEN:
            expected = "groups by nationality only: ethnicity, religion, politics and health are refused"
            remedy = "delete the column and add its rows together"
        else:
            continue
        problems.append(Problem(f"{where}: {quoted(column)}", expected, f"a column {quoted(column)}", remedy))
    return problems


def header_problems(where: str, header: Sequence[str], form: Form) -> list[Problem]:
    """Return what is wrong with a header: one column holding all, unknown, missing and repeated columns."""
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        mark = "semicolons" if ";" in header[0] else "tabs"
        expected = f"columns separated by commas: {','.join(form.required)}"
        return [Problem(where, expected, f"columns separated by {mark}", "save the table as CSV with commas")]
    problems = []
    unknown = [c for c in header if c not in form.columns]
    missing = [c for c in form.required if c not in header]
    for column in unknown:
        close = get_close_matches(column.strip().lower(), form.columns, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else "delete the column"
        expected = f"only the columns of the {form.name}: {', '.join(form.columns)}"
        problems.append(Problem(f"{where}: {quoted(column)}", expected, f"an unknown column {quoted(column)}", remedy))
    for column in missing:
        close = get_close_matches(column, unknown, n=1)
        remedy = f"rename {close[0]!r}" if close else "add the column"
        problems.append(Problem(f"{where}: {column}", f"a column {column!r}", "none", remedy))
    for column in sorted({c for c in header if header.count(c) > 1}):
        found = f"{header.count(column)} columns {quoted(column)}"
        problems.append(Problem(f"{where}: {quoted(column)}", "each column once", found, "delete the copies"))
    return problems
