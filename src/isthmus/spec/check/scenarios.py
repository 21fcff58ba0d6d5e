"""Scenarios: names that exist, dates in order, strengths within their bounds, no two shocks that contradict each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import combinations

from isthmus.spec.check.finding import Finding
from isthmus.spec.document import Path, did_you_mean, one_of, show
from isthmus.spec.primitives import LogitNormalPrior, LognormalPrior, Quantity
from isthmus.spec.scenarios import (
    AsylumShock, CapShock, CloseShock, Dated, DriverShock, EntryRuleShock, FlightsShock, InformationShock, PathwayShock,
    RemovalsShock, Scenario, StopShock, StormsShock,
)  # fmt: skip
from isthmus.spec.schema import Corridor

SHARES = {"share", "replacing", "brought_forward", "other_way", "capacity"}
"""Strengths from 0 to 1."""
POSITIVE = {"per_day", "per_month", "size", "factor", "harm", "deterrence", "give_up", "claims"}
"""Strengths of at least 0."""

Where = tuple[Path, Dated]


def shocks(corridor: Corridor) -> Iterator[Where]:
    """All shocks of the file with their paths."""
    for name, scenario in corridor.scenarios.items():
        for key, shock in scenario.shocks.items():
            yield ("scenarios", name, "shocks", key), shock


def check_shock_names(corridor: Corridor) -> Iterator[Finding]:
    """Groups, places, legs and drivers that a shock names exist."""
    known = {
        "group": ("groups", list(corridor.groups)),
        "place": ("places", list(corridor.places)),
        "driver": ("drivers", list(corridor.drivers)),
        "legs": ("legs", list(corridor.legs)),
    }
    for path, shock in shocks(corridor):
        for field, (block, names) in known.items():
            value = getattr(shock, field, None)
            for index, name in enumerate(value if isinstance(value, tuple) else [value] if value else []):
                if name not in names:
                    at: Path = (*path, field, index) if field == "legs" else (*path, field)
                    one = block.removesuffix("s")
                    yield Finding(at, f"a {one} named under `{block}`", show(name), did_you_mean(name, names))


def check_shock_dates(corridor: Corridor) -> Iterator[Finding]:
    """A shock ends after it begins and is announced no later than it begins."""
    for path, shock in shocks(corridor):
        if shock.to is not None and shock.to <= shock.from_:
            yield Finding((*path, "to"), f"a date after `from` ({shock.from_})", str(shock.to), "put the dates in order")
        announced = getattr(shock, "announced", None)
        if announced is not None and announced > shock.from_:
            expected = f"a date no later than `from` ({shock.from_})"
            yield Finding((*path, "announced"), expected, str(announced), "put the dates in order")
        if getattr(shock, "fade_days", 0) and shock.to is None:
            yield Finding((*path, "fade_days"), "a day `to` from which it fades", "none", "add `to`, or take `fade_days` out")


def check_shock_strengths(corridor: Corridor) -> Iterator[Finding]:
    """Shares lie between 0 and 1, other strengths are not negative, and priors keep to that."""
    for path, shock in shocks(corridor):
        for field in type(shock).model_fields:
            if field in SHARES | POSITIVE:
                yield from _strength((*path, field), getattr(shock, field), share=field in SHARES)


def _strength(path: Path, value: Quantity, *, share: bool) -> Iterator[Finding]:
    expected = "a share from 0 to 1, or a logitnormal prior" if share else "a number of at least 0, or a lognormal prior"
    if isinstance(value, float | int):
        if value < 0 or (share and value > 1):
            yield Finding(path, expected, show(value), "write a share: 0.5, not 50" if share else "write a number from 0")
    elif not isinstance(value, LogitNormalPrior if share else LognormalPrior | LogitNormalPrior):
        found = f"a {value.dist} prior, which leaves these bounds"
        yield Finding((*path, "dist"), expected, found, f"write dist: {'logitnormal' if share else 'lognormal'}")


def check_shock_targets(corridor: Corridor) -> Iterator[Finding]:
    """A shock acts on something that the corridor has."""
    for path, shock in shocks(corridor):
        yield from _rule_targets(corridor, path, shock)
        yield from _queue_targets(corridor, path, shock)
        yield from _block_targets(corridor, path, shock)


def _rule_targets(corridor: Corridor, path: Path, shock: Dated) -> Iterator[Finding]:
    if isinstance(shock, EntryRuleShock) and shock.requirement not in corridor.choice.friction:
        expected = "a requirement with a friction under `choice.friction`"
        yield Finding((*path, "requirement"), expected, show(shock.requirement), f"add `choice.friction.{shock.requirement}`")
    ends = [name for name, place in corridor.places.items() if place.settle is not None]
    if isinstance(shock, AsylumShock | PathwayShock) and shock.place in corridor.places and shock.place not in ends:
        found = f"`{shock.place}`, where nobody settles"
        yield Finding((*path, "place"), "a place where journeys end", found, f"choose from {one_of(ends)}")
    flown_to = {leg.to for leg in corridor.legs.values() if leg.mode == "air" and leg.kind == "forward"}
    if isinstance(shock, FlightsShock) and shock.place in corridor.places and shock.place not in flown_to:
        remedy = "name a place that people reach by air, or close a leg (`kind: close`)"
        yield Finding((*path, "place"), "a place with air legs to it", show(shock.place), remedy)
    if isinstance(shock, RemovalsShock) and shock.place in {group.origin for group in corridor.groups.values()}:
        yield Finding((*path, "place"), "a place on the way", f"`{shock.place}`, where a group starts", "choose another place")


def _queue_targets(corridor: Corridor, path: Path, shock: Dated) -> Iterator[Finding]:
    if isinstance(shock, CapShock | StopShock) and shock.place in corridor.places:
        onward = [name for name, leg in corridor.legs.items() if leg.from_ == shock.place and leg.kind == "forward"]
        if not onward:
            yield Finding((*path, "place"), "a place that forward legs leave", show(shock.place), "choose another place")
        queue = corridor.queues.get(shock.place)
        held = set(onward if queue is None else queue.legs or onward)
        for index, leg in enumerate(shock.legs):
            if leg in corridor.legs and (leg not in held or (queue is not None and set(shock.legs) != held)):
                expected = (
                    f"the legs that the queue at `{shock.place}` holds back" if queue is not None else "a forward leg from it"
                )
                yield Finding((*path, "legs", index), expected, f"`{leg}`", f"leave `legs` out, or name {one_of(sorted(held))}")
                break
    if isinstance(shock, CloseShock | StormsShock):
        for index, leg in enumerate(shock.legs):
            if leg in corridor.legs and corridor.legs[leg].kind == "reverse":
                yield Finding((*path, "legs", index), "a forward leg", f"the return `{leg}`", "take it out")


def _block_targets(corridor: Corridor, path: Path, shock: Dated) -> Iterator[Finding]:
    if isinstance(shock, InformationShock) or shock.model_dump().get("kind") == "advertising":
        if corridor.information is None:
            yield Finding(path, "a corridor with the block `information`", "none", "add the block, or take the shock out")
        elif isinstance(shock, InformationShock):
            for index, leg in enumerate(shock.legs):
                if leg in corridor.legs and leg not in corridor.information.legs:
                    expected = f"a leg under `information.legs` ({one_of(list(corridor.information.legs))})"
                    yield Finding((*path, "legs", index), expected, f"`{leg}`", f"add `information.legs.{leg}`, or take it out")
    if isinstance(shock, DriverShock) and shock.driver in corridor.drivers and not shock.source.strip():
        yield Finding((*path, "source"), "a source", "nothing", "say where the change comes from")


def check_includes(corridor: Corridor) -> Iterator[Finding]:
    """A scenario includes other scenarios of the file, none of which are partial documents."""
    for name, scenario in corridor.scenarios.items():
        for index, other in enumerate(scenario.includes):
            path: Path = ("scenarios", name, "includes", index)
            if other not in corridor.scenarios:
                yield Finding(path, "a scenario of the file", show(other), did_you_mean(other, list(corridor.scenarios)))
            elif name in _reached(corridor, other):
                yield Finding(path, "a scenario that does not include this one", show(other), "take one of the two out")
            elif corridor.scenarios[other].set:
                remedy = "write its change as a shock, or repeat its `set` here"
                yield Finding(path, "a scenario of shocks alone", f"`{other}`, which has `set`", remedy)


def _reached(corridor: Corridor, name: str) -> set[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in seen and one in corridor.scenarios:
            seen.add(one)
            waiting += corridor.scenarios[one].includes
    return seen


def in_scenario(corridor: Corridor, name: str) -> list[Where]:
    """The shocks of a scenario and of those that it includes."""
    return [
        (("scenarios", one, "shocks", key), shock)
        for one in corridor.scenarios
        if one in _reached(corridor, name)
        for key, shock in corridor.scenarios[one].shocks.items()
    ]


def check_contradictions(corridor: Corridor) -> Iterator[Finding]:
    """Two shocks of a scenario that are in force on the same day do not say opposite things of the same thing."""
    said: set[tuple[Path, Path]] = set()
    for name, scenario in corridor.scenarios.items():
        for (first, one), (second, other) in combinations(in_scenario(corridor, name), 2):
            reason = _contradiction(one, other) if _overlap(one, other) else None
            if reason is not None and (first, second) not in said:
                said.add((first, second))
                where = second if second[1] == name else _include(name, scenario, second)
                expected = f"shocks that agree with {'.'.join(map(str, first[1:]))}"
                yield Finding(where, expected, reason, "end the one before the other begins, or take one out")


def _include(name: str, scenario: Scenario, second: Path) -> Path:
    index = scenario.includes.index(str(second[1])) if second[1] in scenario.includes else 0
    return ("scenarios", name, "includes", index) if scenario.includes else ("scenarios", name)


def _overlap(one: Dated, other: Dated) -> bool:
    return one.from_ < (other.to or dt.date.max) and other.from_ < (one.to or dt.date.max)


def _contradiction(one: Dated, other: Dated) -> str | None:
    match one, other:
        case EntryRuleShock(), EntryRuleShock():
            if (one.group, one.place) == (other.group, other.place) and one.requirement != other.requirement:
                return f"{other.requirement} for {other.group} at `{other.place}` while {one.requirement} is in force"
        case AsylumShock(), AsylumShock():
            same = one.place == other.place and (one.group is None or other.group is None or one.group == other.group)
            if same and one.direction != other.direction:
                return f"asylum at `{other.place}` both narrowed and widened"
        case ((CapShock() | StopShock()), (CapShock() | StopShock())):
            return _caps(one, other)
        case _:
            pass
    return None


def _caps(one: CapShock | StopShock, other: CapShock | StopShock) -> str | None:
    if one.place != other.place:
        return None
    if (one.give_up, one.other_way) != (other.give_up, other.other_way):
        return f"another `give_up` or `other_way` at `{other.place}`"
    first, second = (getattr(shock, "per_day", 0.0) for shock in (one, other))
    return f"another capacity at `{other.place}`" if first != second else None


def check_brought_queues(corridor: Corridor) -> Iterator[Finding]:
    """Queues that scenarios bring to a place hold the same legs back in all of them."""
    seen: dict[str, tuple[str, ...]] = {}
    for path, shock in shocks(corridor):
        if isinstance(shock, CapShock | StopShock) and shock.place not in corridor.queues:
            legs = tuple(sorted(shock.legs))
            if seen.setdefault(shock.place, legs) != legs:
                found = one_of(legs) if legs else "all legs"
                yield Finding((*path, "legs"), f"the legs of the other shocks at `{shock.place}`", found, "name the same legs")


def check_likelihoods(corridor: Corridor) -> Iterator[Finding]:
    """A judged probability says who judged, and together they are at most 1."""
    judged = {name: scenario.likelihood for name, scenario in corridor.scenarios.items() if scenario.likelihood is not None}
    for name in judged:
        if not corridor.scenarios[name].likelihood_source:
            yield Finding(("scenarios", name), "`likelihood_source` beside `likelihood`", "nothing", "say who judged, from what")
    if sum(judged.values()) > 1 + 1e-9:
        last = list(judged)[-1]
        expected = "likelihoods of at most 1 together: these scenarios exclude each other"
        yield Finding(("scenarios", last, "likelihood"), expected, f"{sum(judged.values()):g}", "lower some of them")
