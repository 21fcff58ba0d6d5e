"""The workshop's form: kinds of change with their fields, a form turned into a scenario document, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from isthmus.errors import InputError, Problem
from isthmus.report.language import say as spoken
from isthmus.report.parameters import leg_name
from isthmus.serve.web.language import Language, say

if TYPE_CHECKING:
    from isthmus.spec.schema import Corridor

MOST = 12
"""Changes in one scenario."""
SHARE_SD, FACTOR_SD = {"unsure": 0.7, "very": 1.4}, {"unsure": 0.4, "very": 0.8}
"""Widths of the priors of strengths that are not known: of shares (logit), of other quantities (log)."""

Choice = Literal["group", "place", "leg", "driver", "requirement", "direction"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form.

    Attributes:
        kind: A choice from the corridor, a number, a share between 0 and 1, or days.
        words: What it is called, in English.
        start: What stands there at first.
    """

    name: str
    kind: Choice | Literal["number", "share", "days"]
    words: str
    start: str = ""
    many: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of change."""

    words: str
    fields: tuple[Field, ...]
    announced: bool = False


_SHARE, _PLACE, _LEGS = (
    Field("share", "share", "Share", "0.5"),
    Field("place", "place", "Place"),
    Field("legs", "leg", "Legs", many=True),
)
_GROUP, _RAMP = Field("group", "group", "Nationality"), Field("ramp_days", "days", "Days to build up", "0")

KINDS: dict[str, Kind] = {
    "entry_rule": Kind(
        "Entry rule changed", (_GROUP, _PLACE, Field("requirement", "requirement", "Requirement")), announced=True
    ),
    "close": Kind("Border or leg closed", (_LEGS, Field("share", "share", "Share of the ways closed", "1"), _RAMP)),
    "cap": Kind("Capacity limited", (_PLACE, Field("per_day", "number", "Persons a day", "100"))),
    "stop": Kind("Boats or buses stopped", (_PLACE,)),
    "removals": Kind("Removals funded", (_PLACE, Field("share", "share", "Share of arrivals sent back", "0.02"), _RAMP)),
    "asylum": Kind(
        "Asylum access narrowed or widened",
        (_PLACE, Field("direction", "direction", "Direction"), Field("size", "number", "Value lost or gained", "0.25"), _RAMP),
    ),
    "pathway": Kind(
        "Safe pathway opened",
        (_GROUP, _PLACE, Field("per_month", "number", "Places a month", "500"),
         Field("replacing", "share", "Share who would have set out along the corridor", "0.2")),
    ),
    "information": Kind(
        "Official information",
        (_LEGS, Field("per_month", "number", "Rate at which belief moves to the truth, a month", "0.3"), _RAMP),
    ),
    "advertising": Kind("Advertising by facilitators", (Field("factor", "number", "Factor on attention", "2"), _RAMP)),
    "driver": Kind(
        "Driver moved", (Field("driver", "driver", "Driver"), Field("change", "number", "Change, in its unit", "0.1"), _RAMP)
    ),
    "flights": Kind("Flights to a hub cut", (_PLACE, Field("share", "share", "Share of seats lost", "0.5"), _RAMP)),
    "storms": Kind(
        "Storm season",
        (_LEGS, Field("capacity", "share", "Factor on capacity", "0.7"), Field("harm", "number", "Factor on hazards", "1.3")),
    ),
}  # fmt: skip

PARTS = {"name": "Name of the scenario", "changes": "Add a change"}
"""Parts of the form that a problem may be about."""
_WHERE = re.compile(r"(?:shocks\.change_|^change )(?P<n>\d+)(?:(?:\.|: )(?P<field>.+?))?(?:\.\w+)?$")

REQUIREMENTS = {
    "visa_free": "no visa",
    "visa_on_arrival": "visa on arrival",
    "e_visa": "electronic visa",
    "visa_required": "visa required",
    "transit_visa": "transit visa",
    "closed": "closed",
}
DIRECTIONS = {"narrowed": "narrowed", "widened": "widened"}
SURE = {"exact": "as given", "unsure": "about, unsure", "very": "about, very unsure"}


def kinds_for(corridor: Corridor) -> dict[str, Kind]:
    """The kinds that mean something in a corridor."""
    missing = set()
    if not corridor.drivers:
        missing.add("driver")
    if corridor.information is None:
        missing |= {"information", "advertising"}
    return {name: kind for name, kind in KINDS.items() if name not in missing}


def options(corridor: Corridor, field: Field, kind: str) -> dict[str, str]:
    """What may be chosen: value to words. Inside ``speaking``."""
    if field.kind == "place":
        roles = {"asylum": {"destination"}, "pathway": {"destination"}, "flights": {"hub"}, "removals": {"transit", "bottleneck"}}
        wanted = roles.get(kind, {"transit", "bottleneck", "hub"})
        wanted = wanted | {"destination"} if kind == "entry_rule" else wanted
        return {key: spoken(place.label) for key, place in corridor.places.items() if place.role in wanted}
    if field.kind == "leg":
        known = corridor.information.legs if kind == "information" and corridor.information else corridor.legs
        return {key: leg_name(corridor, key) for key, leg in corridor.legs.items() if leg.kind == "forward" and key in known}
    return {
        "group": {key: spoken(group.label) for key, group in corridor.groups.items()},
        "driver": {key: spoken(getattr(driver, "label", key)) for key, driver in corridor.drivers.items()},
        "requirement": REQUIREMENTS,
        "direction": DIRECTIONS,
    }.get(field.kind, {})


def document_of(form: Mapping[str, list[str]], *, who: str) -> dict[str, Any]:
    """The scenario document of a filled form.

    Raises:
        InputError: No name, no change, too many, or a field that is not a number; everything at once.
    """
    problems: list[Problem] = []
    label = " ".join(_one(form, "label").split())[:120]
    if not label:
        problems.append(Problem("name", "what the scenario is called", "nothing", "give it a name"))
    numbers = sorted(match[1] for key in form if (match := re.fullmatch(r"kind-([0-9]{1,4})", key)))
    if not numbers or len(numbers) > MOST:
        problems.append(Problem("changes", f"1 to {MOST} changes", str(len(numbers)), "add a change or take some away"))
    shocks = {f"change_{n}": _shock(form, n, who, problems) for n in numbers[:MOST]}
    if problems:
        raise InputError(problems)
    return {"label": label, "shocks": shocks}


def _shock(form: Mapping[str, list[str]], n: str, who: str, problems: list[Problem]) -> dict[str, Any]:
    name = _one(form, f"kind-{n}")
    kind = KINDS.get(name)
    if kind is None:
        problems.append(Problem(f"change {n}", f"one of {', '.join(KINDS)}", name[:40], "choose a kind"))
        return {}
    out: dict[str, Any] = {"kind": name}
    sure = _one(form, f"sure-{n}")
    for field in kind.fields:
        given = [value for value in form.get(f"{field.name}-{n}", []) if value]
        out |= dict(_entry(field, given, sure, f"change {n}: {field.words.lower()}", problems))
    for date in ("from", "to", *(("announced",) if kind.announced else ())):
        if value := _one(form, f"{date}-{n}"):
            out[date] = value
    if "from" not in out:
        problems.append(Problem(f"change {n}: from", "a day", "nothing", "say when it begins"))
    out["source"] = _one(form, f"source-{n}")[:200] or f"assumed in the workshop by {who}"
    return out


def _entry(field: Field, given: list[str], sure: str, where: str, problems: list[Problem]) -> Iterator[tuple[str, Any]]:
    if field.many:
        if given or field.name != "legs":
            yield field.name, given
        else:
            problems.append(Problem(where, "at least one", "none", "choose one"))
    elif not given:
        problems.append(Problem(where, "a value", "nothing", "fill it in"))
    elif field.kind in {"number", "share", "days"}:
        value = _number(given[0])
        if value is None:
            problems.append(Problem(where, "a number such as 0.5", given[0][:40], "write a number"))
        else:
            yield field.name, value if field.kind == "days" else strength(field, value, sure)
    else:
        yield field.name, given[0]


def strength(field: Field, value: float, sure: str) -> float | dict[str, Any]:
    """A number, or a prior around it where it is not known."""
    source = "assumed in the workshop"
    if field.kind == "share" and sure in SHARE_SD and 0 < value < 1:
        return {"dist": "logitnormal", "median": value, "sd_logit": SHARE_SD[sure], "source": source}
    if field.kind == "number" and sure in FACTOR_SD and value > 0:
        return {"dist": "lognormal", "median": value, "sd_log": FACTOR_SD[sure], "source": source}
    return value


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def _one(form: Mapping[str, list[str]], name: str) -> str:
    return (form.get(name) or [""])[0].strip()


@dataclass(frozen=True, slots=True)
class Filled:
    """One change as the form shows it."""

    n: int
    kind: str
    values: dict[str, Any]
    sure: str


def asked(form: Mapping[str, list[str]]) -> list[Filled]:
    """A filled form's changes as they were written, to show it again with what is wrong."""
    found = []
    for n in sorted(match[1] for key in form if (match := re.fullmatch(r"kind-([0-9]{1,4})", key))):
        kind = KINDS.get(_one(form, f"kind-{n}"))
        if kind is not None:
            values: dict[str, Any] = {name: _one(form, f"{name}-{n}") for name in ("announced", "from", "to", "source")}
            for field in kind.fields:
                values[field.name] = form.get(f"{field.name}-{n}", []) if field.many else _one(form, f"{field.name}-{n}")
            found.append(Filled(int(n), _one(form, f"kind-{n}"), values, _one(form, f"sure-{n}") or "exact"))
    return found[:MOST]


def where_words(items: Sequence[Filled], where: str, language: Language) -> str:
    """Which field of the form a problem is about, as the form calls it; what is about none stays as it is."""
    if where in PARTS:
        return say(language, PARTS[where])
    found = _WHERE.search(where)
    if found is None:
        return where
    at = next((k for k, item in enumerate(items, start=1) if str(item.n) == found["n"]), 0)
    kind = KINDS[items[at - 1].kind] if at else None
    words = {field.words.lower(): field.words for field in kind.fields} if kind else {}
    words |= {field.name: field.words for field in kind.fields} if kind else {}
    words |= {"from": "From", "to": "Until", "announced": "Announced", "source": "Source"}
    field = words.get((found["field"] or "").lower(), "")
    said = f"{at}. {say(language, kind.words)}" if kind else say(language, "Add a change")
    return f"{said}: {say(language, field)}" if field else said


def filled(document: Mapping[str, Any] | None) -> list[Filled]:
    """A document's changes for the form; kinds and fields that the form does not know are left out."""
    found = []
    for k, (name, shock) in enumerate((document or {}).get("shocks", {}).items(), start=1):
        numbered = re.fullmatch(r"change_([0-9]{1,4})", name)
        n = int(numbered[1]) if numbered else k
        if shock.get("kind") not in KINDS:
            continue
        values, sure = {}, "exact"
        for key, value in shock.items():
            if isinstance(value, Mapping):
                spread = value.get("sd_logit", 0) / 0.7 if "sd_logit" in value else value.get("sd_log", value.get("sd", 0)) / 0.4
                sure = "very" if spread > 1.5 else "unsure"
            values[key] = value.get("median", value.get("mean")) if isinstance(value, Mapping) else value
        found.append(Filled(n, shock["kind"], values, sure))
    return found
