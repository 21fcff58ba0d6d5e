"""An instance as plain C arrays for the kernel."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from isthmus.errors import ModelError
from isthmus.interop.flee.arrivals import Arrivals, arrivals
from isthmus.interop.flee.instance import Instance
from isthmus.interop.flee.quirks import Mode
from isthmus.interop.flee.routes import distance_km, route_tables, scale_of
from isthmus.interop.flee.schedule import Schedule, schedule
from isthmus.interop.flee.world import World

SPAWN_MODES = {"": 0, "constant": 1, "pop_ratio": 2, "poisson": 3}


@dataclass(frozen=True)
class Compiled:
    """What `run` needs."""

    instance: Instance
    arrivals: Arrivals
    world: World
    population: tuple[float, ...]
    """(place,) inhabitants on day 0."""
    links: int
    routes: int
    sinks: bool


def compile_instance(instance: Instance) -> Compiled:
    """Compile an instance.

    Raises:
        ModelError: People are to spawn on a day when there is nowhere to spawn them.
    """
    plan = schedule(instance)
    coming = arrivals(instance)
    _check_spawning(instance, plan, coming)
    parts: dict[str, Any] = {
        **_scalars(instance, plan, coming),
        **_places(instance, coming),
        **_days(plan),
        **_network(plan),
        **_routes(instance, plan),
    }
    world = World(**parts, arrivals=_ints(coming.new), start=_ints(coming.start), anchor=_anchor(instance))
    population = tuple(_inhabitants(instance, n) for n in range(len(instance.geography.places)))
    return Compiled(
        instance=instance,
        arrivals=coming,
        world=world,
        population=population,
        links=len(plan.links),
        routes=len(world.route_end),
        sinks=instance.settings.camps_are_sinks,
    )


def _anchor(instance: Instance) -> array[float]:
    """Return the shares of the camps on the day before the anchor, -1 for other places."""
    shares = array("d", [-1.0] * len(instance.geography.places))
    if instance.anchor is not None:
        counts = [max(instance.observed(camp)[instance.anchor - 1], 0) for camp in instance.camps]
        if sum(counts) > 0:
            for camp, count in zip(instance.camps, counts, strict=True):
                shares[camp] = count / sum(counts)
    return shares


def _inhabitants(instance: Instance, n: int) -> float:
    """Return who lives in a place on day 0, less the people of ``agents.csv`` where they are taken from there."""
    place = instance.geography.places[n]
    taken = instance.agents.get(n, 0) if instance.settings.take_from_population else 0
    return 0.0 if place.is_camp else max(float(place.size - taken), 0.0)


def _check_spawning(instance: Instance, plan: Schedule, coming: Arrivals) -> None:
    sizes = [0 if place.is_camp else place.size for place in instance.geography.places]
    for day, (now, new) in enumerate(zip(plan.days, coming.new, strict=True)):
        if new > 0 and not sum(size * weight for size, weight in zip(sizes, now.spawn, strict=True)) > 0.0:
            raise ModelError.one(
                where=f"day {day} ({instance.date(day)})",
                expected=f"a conflict zone with inhabitants, for {new} people to come from",
                found="none",
                remedy="add the zone to conflicts.csv, or its population to locations.csv; Flee stops here",
            )


def _scalars(instance: Instance, plan: Schedule, coming: Arrivals) -> dict[str, int | float]:
    settings = instance.settings
    home = settings.home_distance_power if settings.stay_close_to_home and instance.mode is Mode.FIXED else 0.0
    return {
        "days": instance.days,
        "places": len(instance.geography.places),
        "people": sum(coming.start) + sum(coming.new) + _displaced(instance, plan),
        "max_speed": settings.max_move_speed,
        "walk_speed": settings.max_walk_speed,
        "start_on_foot": int(settings.start_on_foot),
        "avoid_short_stints": int(settings.avoid_short_stints),
        "weight_softening": settings.weight_softening,
        "weight_power": settings.weight_power,
        "capacity_buffer": settings.capacity_buffer,
        "prune_below": 0.0 if settings.fixed_routes else _prune_below(settings.pruning_threshold, instance.mode),
        "population_scale": settings.movechance_pop_scale_factor,
        "population_base": settings.movechance_pop_base,
        "spawn_mode": SPAWN_MODES[settings.spawn_mode.lower()],
        "spawn_rate": settings.displaced_per_conflict_day,
        "take_from_population": int(settings.take_from_population),
        "anchor_day": -1 if instance.anchor is None else instance.anchor,
        "score_twice": int(settings.fixed_routes and instance.mode is Mode.COMPAT),
        "home_power": home,
    }


def _prune_below(threshold: float, mode: Mode) -> float:
    if mode is Mode.COMPAT:
        return 1.0 / threshold if threshold >= 1.001 else 0.0
    return threshold if threshold < 1.0 else 0.0


def _displaced(instance: Instance, plan: Schedule) -> int:
    """Return room for the people that conflicts displace: what is expected and ten standard deviations."""
    settings = instance.settings
    if not settings.spawn_mode:
        return 0
    share = settings.spawn_mode == "pop_ratio"
    sizes = [place.size if share else 1 for place in instance.geography.places]
    rate = settings.displaced_per_conflict_day
    expected = sum(rate * size * weight for now in plan.days for size, weight in zip(sizes, now.spawn, strict=True))
    return math.ceil(expected + 10.0 * math.sqrt(expected) + 100.0)


def _places(instance: Instance, coming: Arrivals) -> dict[str, array[float]]:
    settings, places = instance.settings, instance.geography.places
    capacity, full, sink = array("d"), array("d"), array("d")
    for n, place in enumerate(places):
        limit = float(place.size) if place.is_camp else -1.0
        if limit > 0.0:
            limit -= coming.day0[n]
            if limit * settings.capacity_scaling < 1.0 and instance.mode is Mode.FIXED:
                limit = 1.0 / settings.capacity_scaling if settings.capacity_scaling > 0.0 else limit
        capacity.append(limit)
        full.append(limit * settings.capacity_scaling)
        sink.append(float(place.attributes.get("deactivation_probability", 0.0)) if settings.camps_are_sinks else 0.0)
    home = array("d", [0.0])
    if settings.stay_close_to_home and instance.mode is Mode.FIXED:
        home = array("d", (distance_km(first, second) for first in places for second in places))
    return {"capacity": capacity, "full": full, "sink": sink, "home_km": home}


def _days(plan: Schedule) -> dict[str, array[int] | array[float]]:
    names = ("move", "score", "spawn")
    tables: dict[str, array[int] | array[float]] = {name: array("d") for name in names}
    tables |= {name: array("B") for name in ("camp", "town", "zone")}
    for day in plan.days:
        for name, table in tables.items():
            table.extend(getattr(day, name))
    return {**tables, "epoch": _ints(day.epoch for day in plan.days)}


def _network(plan: Schedule) -> dict[str, array[int] | array[float]]:
    first, links = array("i"), array("i")
    for epoch in plan.epochs:
        for leaving in epoch.open:
            first.append(len(links))
            links.extend(leaving)
        first.append(len(links))
    return {
        "generation": _ints(number for epoch in plan.epochs for number in epoch.generation),
        "link_start": _ints(link.start for link in plan.links),
        "link_end": _ints(link.end for link in plan.links),
        "link_km": array("d", (link.km for link in plan.links)),
        "link_speed": array("d", (link.speed for link in plan.links)),
        "link_walk": array("d", (link.walk for link in plan.links)),
        "open_first": first,
        "open_links": links or array("i", [0]),
    }


def _routes(instance: Instance, plan: Schedule) -> dict[str, array[int] | array[float]]:
    settings = instance.settings
    weighs_distance = settings.awareness_level >= 0 or instance.mode is Mode.COMPAT
    first, ends, hop_first, hops = array("i"), array("i"), array("i"), array("i")
    factors, scales = array("d"), array("d")
    for places in route_tables(instance, plan):
        for start, routes in enumerate(places):
            first.append(len(ends))
            for route in routes:
                ends.append(route.hops[-1])
                base = settings.softening + route.km
                factors.append(1.0 / base**settings.distance_power if weighs_distance and base > 0.0 else 1.0)
                scales.append(scale_of(instance, start, route.hops[-1]))
                hop_first.append(len(hops))
                hops.extend(route.hops)
        first.append(len(ends))
    hop_first.append(len(hops))
    return {
        "route_first": first,
        "route_end": ends,
        "route_factor": factors,
        "route_scale": scales,
        "hop_first": hop_first,
        "hops": hops,
    }


def _ints(values: Iterable[int]) -> array[int]:
    return array("i", values)
