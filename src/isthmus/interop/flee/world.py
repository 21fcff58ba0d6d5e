"""What the kernel sees of an instance: a record of numbers and of addresses of plain C arrays.

`World` never changes during a run, `State` does. ``KINDS`` gives the C type of each field, in order; `kernel` builds
its signature from it and `native` its call, so a field is added in one place. ``day`` counts from 0; tables by day and
place are flat, ``day * places + place``.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class World(NamedTuple):
    """An instance under one set of rules, compiled."""

    days: int
    places: int
    people: int
    """Room for people in the arrays of `State`."""

    max_speed: float
    """km a day, and the unit of recent travel."""
    walk_speed: float
    start_on_foot: int
    avoid_short_stints: int
    weight_softening: float
    weight_power: float
    capacity_buffer: float
    prune_below: float
    """Routes below this share of the heaviest are not considered; 0 considers all."""
    population_scale: float
    """Exponent of (population or capacity / ``population_base``) in move chances."""
    population_base: float
    spawn_mode: int
    """0: ``arrivals`` by weight; 1: constant, 2: share of the population, 3: Poisson, each per place and intensity."""
    spawn_rate: float
    take_from_population: int
    anchor_day: int
    """Day at whose beginning people in camps are set to the shares of ``anchor``; -1 for none."""
    score_twice: int
    """Whether routes are weighed by the score twice, and not by the room that is left, as Flee's fixed routes are."""
    home_power: float
    """Exponent of the distance between home and a route's end; 0 is off. Needs ``home_km``."""

    capacity: Any
    """(place,) people, unscaled, less those there on day 0; below 1 is unlimited."""
    full: Any
    """(place,) people, ``capacity`` times the capacity scaling."""
    move: Any
    """(day, place) chance to leave in a day, before the population's scaling."""
    camp: Any
    town: Any
    zone: Any
    """(day, place) 1 where violence is going on, after closures."""
    score: Any
    """(day, place) attractiveness."""
    spawn: Any
    """(day, place) spawn weight per inhabitant; with ``spawn_mode`` above 0, intensity."""
    sink: Any
    """(place,) chance that somebody in a camp leaves the count of movers, per day; their place still counts them."""
    home_km: Any
    """(place, place) km, or one 0 when not used."""

    epoch: Any
    """(day,) which state of the network holds."""
    generation: Any
    """(epoch, link) grows by one when the link closes: those on it then will be put back."""
    link_start: Any
    link_end: Any
    link_km: Any
    link_speed: Any
    link_walk: Any
    """(link,) chance to walk it."""
    open_first: Any
    """(epoch, place + 1) where a place's open links begin in ``open_links``."""
    open_links: Any
    route_first: Any
    """(epoch, place + 1) where a place's routes begin in the next four."""
    route_end: Any
    route_factor: Any
    """(route,) 1 / (softening + km) ** distance power."""
    route_scale: Any
    """(route,) multiplies the score."""
    hop_first: Any
    """(route + 1,) where a route's places begin in ``hops``."""
    hops: Any

    arrivals: Any
    """(day,) people to spawn."""
    start: Any
    """(place,) people there before day 0."""
    anchor: Any
    """(place,) share of the people in camps, below 0 for places that are none."""


class State(NamedTuple):
    """What changes: counts and people. All arrays are overwritten by a run."""

    count: Any
    """(place,) people."""
    population: Any
    """(place,) inhabitants left."""
    where: Any
    """(person,) a place; ``places`` + a place with a route to go on; -2 - link under way; -1 no longer moving."""
    entered: Any
    """(person,) generation of the link when it was entered."""
    on_link: Any
    """(person,) km."""
    recent: Any
    """(person,) recent travel at the end of day ``last``."""
    last: Any
    hop: Any
    hop_end: Any
    """(person,) rest of the route, positions in ``World.hops``."""
    moved_before: Any
    home: Any
    travellers: Any
    """(person,) scratch."""
    cumulated: Any
    """(route,) scratch: weights of a place's routes, cumulated."""
    wanted: Any
    """(place,) scratch: people that an anchor wants."""
    fresh: Any
    """(place,) version of the weights for which ``cumulated`` holds."""
    rng: Any
    """(4,) state of the random numbers."""
    counts: Any
    """(day, place) out: people at the end of each day."""
    under_way: Any
    """(day,) out: people on links."""


_DOUBLE, _INT, _BYTE, _WORD = "double", "int32", "uint8", "uint64"

WORLD_KINDS: dict[str, str] = {
    **dict.fromkeys(("days", "places", "people", "start_on_foot", "avoid_short_stints"), "int"),
    **dict.fromkeys(("spawn_mode", "take_from_population", "anchor_day", "score_twice"), "int"),
    **dict.fromkeys(("max_speed", "walk_speed", "weight_softening", "weight_power", "capacity_buffer"), "float"),
    **dict.fromkeys(("prune_below", "population_scale", "population_base", "spawn_rate", "home_power"), "float"),
    **dict.fromkeys(("capacity", "full", "move", "score", "spawn", "sink", "home_km", "anchor"), _DOUBLE),
    **dict.fromkeys(("link_km", "link_speed", "link_walk", "route_factor", "route_scale"), _DOUBLE),
    **dict.fromkeys(("camp", "town", "zone"), _BYTE),
    **dict.fromkeys(("epoch", "generation", "link_start", "link_end", "open_first", "open_links"), _INT),
    **dict.fromkeys(("route_first", "route_end", "hop_first", "hops", "arrivals", "start"), _INT),
}
STATE_KINDS: dict[str, str] = {
    **dict.fromkeys(("population", "on_link", "recent", "cumulated"), _DOUBLE),
    **dict.fromkeys(("count", "where", "entered", "last", "hop", "hop_end", "travellers", "counts", "under_way"), _INT),
    **dict.fromkeys(("moved_before",), _BYTE),
    **dict.fromkeys(("home", "wanted", "fresh"), _INT),
    **dict.fromkeys(("rng",), _WORD),
}
"""Field: C type of the number (``int``, ``float``) or of the array's elements."""
