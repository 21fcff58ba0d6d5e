"""Names that must exist: places, groups, legs, series, countries, frictions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus.spec.check.finding import Finding
from isthmus.spec.countries import alpha2_codes, alpha3_codes, code_like
from isthmus.spec.document import Path, did_you_mean, show
from isthmus.spec.past_changes import past_changes, priors_in
from isthmus.spec.schema import Corridor

REFERENCES: dict[str, str] = {
    "groups.*.origin": "places",
    "groups.*.pull.<key>": "places",
    "legs.*.from": "places",
    "legs.*.to": "places",
    "entry_rules.*.place": "places",
    "entry_rules.*.group": "groups",
    "policies.*.place": "places",
    "policies.*.effects.*.group": "groups",
    "drivers.*.group": "groups",
    "groups.*.departures.*.pool": "pools",
    "groups.*.sensitivity.pool": "pools",
    "series.*.detection.pool": "pools",
    "series.*.detection_drift.pool": "pools",
    "series.*.baseline.pool": "pools",
    "series.*.dispersion.pool": "pools",
    "shared.*.groups.*": "groups",
    "queues.<key>": "places",
    "queues.*.legs.*": "legs",
    "money.budgets.<key>": "groups",
    "money.extortion_usd.<key>": "legs",
    "information.legs.<key>": "legs",
    "information.campaigns.*.groups.*": "groups",
    "information.campaigns.*.legs.*": "legs",
    "impacts.places.*": "places",
    "impacts.services.*.place": "places",
    "impacts.towns.<key>": "places",
    "impacts.cases.*.place": "places",
    "impacts.triggers.*.place": "places",
    "impacts.triggers.*.series": "series",
    "impacts.others.<key>": "places",
    "series.*.group": "groups",
    "series.*.watches.arrivals_at": "places",
    "series.*.watches.departures_on.*": "legs",
    "series.*.watches.arrivals_on.*": "legs",
}
"""Fields that name an entry of a block."""

_ONE = {"places": "place", "groups": "group", "legs": "leg", "series": "series", "pools": "population"}
_EFFECT_TARGETS = {"leg": "legs", "settle": "places", "detection": "series"}


def select(data: Any, pattern: str) -> Iterator[tuple[Path, Any]]:
    """Yield path and value of the fields a pattern covers; ``*`` is any key or index, ``<key>`` the keys."""
    parts = pattern.split(".")
    waiting: list[tuple[Path, Any]] = [((), data)]
    for part in parts:
        below: list[tuple[Path, Any]] = []
        for path, value in waiting:
            if isinstance(value, dict):
                if part == "<key>":
                    below += [((*path, key), key) for key in value]
                elif part == "*":
                    below += [((*path, key), item) for key, item in value.items()]
                elif part in value:
                    below.append(((*path, part), value[part]))
            elif isinstance(value, list) and part == "*":
                below += [((*path, index), item) for index, item in enumerate(value)]
        waiting = below
    yield from ((path, value) for path, value in waiting if value is not None)


def as_written(corridor: Corridor) -> dict[str, Any]:
    """Return the corridor as plain data with the keys of the file."""
    return corridor.model_dump(mode="json", by_alias=True)


def check_names(corridor: Corridor) -> Iterator[Finding]:
    """Every place, group, leg and series that is named exists."""
    data = as_written(corridor)
    for pattern, block in REFERENCES.items():
        for path, name in select(data, pattern):
            if name not in data[block]:
                yield _unknown(path, name, block, list(data[block]))


def _unknown(path: Path, name: str, block: str, known: list[str]) -> Finding:
    return Finding(path, f"a {_ONE[block]} named under `{block}`", show(name), did_you_mean(name, known))


def check_effect_targets(corridor: Corridor) -> Iterator[Finding]:
    """An effect names the leg, place or series that it shifts; one on departures names none."""
    data = as_written(corridor)
    for path, effect in select(data, "policies.*.effects.*"):
        block, name = _EFFECT_TARGETS.get(effect["on"]), effect["id"]
        if block is None and name is not None:
            yield Finding((*path, "id"), "no `id` for an effect on departures", show(name), "name the group instead")
        elif block is not None and name is None:
            wanted = f"`id`: the {_ONE[block]} that shifts"
            yield Finding(path, wanted, "nothing", f"add `id` with a name from `{block}`")
        elif block is not None and name not in data[block]:
            yield _unknown((*path, "id"), name, block, list(data[block]))


def check_past_changes(corridor: Corridor) -> Iterator[Finding]:
    """A prior from past changes of entry rules has some that were measured by its day."""
    for path, prior in priors_in(corridor.model_dump()):
        alike = [one for one in past_changes() if (one.before, one.after) == (prior["before"], prior["after"])]
        kind = [one for one in alike if one.size is not None]
        if not any(one.known_by <= prior["known_by"] for one in kind):
            wanted = f"a change from {prior['before']} to {prior['after']} of the registry, measured by {prior['known_by']}"
            first = min((one.known_by for one in kind), default=None)
            remedy = f"the first was known by {first}" if first else "give a prior of your own; none of this kind was measured"
            yield Finding((*path, "known_by"), wanted, "none", remedy)


EVERYONE = "ALL"
"""Code of people of all nationalities, as in figures."""


def check_codes(corridor: Corridor) -> Iterator[Finding]:
    """Groups and countries are codes of ISO 3166-1; ``ALL`` is the group of all nationalities, and only that one."""
    for code, group in corridor.groups.items():
        if group.total != (code == EVERYONE):
            remedy = f"name the group {EVERYONE}" if group.total else "say `total: true`, or name a nationality"
            yield Finding(("groups", code), f"{EVERYONE} for people of all nationalities, and for them alone", show(code), remedy)
        elif code not in alpha3_codes() and not group.total:
            origin = corridor.places.get(group.origin)
            home = alpha2_codes().get(origin.country) if origin is not None else None
            meant = code_like(code, letters=3) or (home.alpha3 if home is not None else None)
            expected = "a nationality as ISO 3166-1 alpha-3 code"
            yield Finding(("groups", code), expected, show(code), _code_remedy(meant))
    for name, place in corridor.places.items():
        if place.country not in alpha2_codes():
            yield Finding(
                ("places", name, "country"),
                "a country as ISO 3166-1 alpha-2 code",
                show(place.country),
                _code_remedy(code_like(place.country, letters=2)),
            )


def check_everyone(corridor: Corridor) -> Iterator[Finding]:
    """Blocks in which people of all groups meet count nobody twice; in a queue the total takes up no place."""
    everyone = [code for code, group in corridor.groups.items() if group.total]
    for name in ("money", "information", "facilitators", "harm", "asylum", "reverse") if everyone else ():
        if getattr(corridor, name):
            found = f"`groups.{everyone[0]}` says `total: true`"
            yield Finding((name,), "groups of whom nobody is in two", found, "leave out the group, or the block")


def _code_remedy(meant: str | None) -> str:
    return f"did you mean `{meant}`?" if meant else "look the code up in ISO 3166-1"


def check_coordinates(corridor: Corridor) -> Iterator[Finding]:
    """Coordinates are no finer than a town."""
    for name, place in corridor.places.items():
        for key, value in (("lat", place.lat), ("lon", place.lon)):
            if abs(value * 100 - round(value * 100)) > 1e-6:
                yield Finding(
                    ("places", name, key),
                    "at most two decimals (a town or region, about 1 km)",
                    show(value),
                    f"write {value:.1f}; finer positions can expose people",
                )


def check_origins(corridor: Corridor) -> Iterator[Finding]:
    """A group starts at a place whose role is origin."""
    for code, group in corridor.groups.items():
        place = corridor.places.get(group.origin)
        if place is not None and place.role != "origin":
            origins = [name for name, other in corridor.places.items() if other.role == "origin"]
            remedy = f"set the role of `{group.origin}` to origin, or start at: {', '.join(origins) or 'a new place'}"
            found = f"`{group.origin}`, a place of role {place.role}"
            yield Finding(("groups", code, "origin"), "a place of role origin", found, remedy)


def check_destinations(corridor: Corridor) -> Iterator[Finding]:
    """A destination says what ending the journey there is worth; a pull goes to such a place."""
    for name, place in corridor.places.items():
        if place.role == "destination" and place.settle is None:
            remedy = "add `settle`: 0.0 at the destination that the others are measured against"
            yield Finding(("places", name), "`settle` at a destination", "nothing", remedy)
    for code, group in corridor.groups.items():
        for name in group.pull:
            pulled = corridor.places.get(name)
            if pulled is not None and pulled.settle is None and pulled.role != "destination":
                remedy = f"add `settle` to the place `{name}`, or take the pull out"
                found = f"`{name}`, where nobody settles"
                yield Finding(("groups", code, "pull", name), "a place where people settle", found, remedy)


def check_friction(corridor: Corridor) -> Iterator[Finding]:
    """Every entry requirement in use has a friction."""
    for index, rule in enumerate(corridor.entry_rules):
        if rule.requirement not in corridor.choice.friction:
            yield Finding(
                ("entry_rules", index, "requirement"),
                "a requirement with a friction under `choice.friction`",
                show(rule.requirement),
                f"add `choice.friction.{rule.requirement}`",
            )
