"""The routes that people weigh, of each place in each state of the network: all simple paths within their awareness.

With ``fixed_routes`` one route is kept to each place, the shortest, and major routes lead on from it and from the places within
awareness to their ends, if nothing else does; a major route counts a quarter of its distance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from isthmus.interop.flee.geography import Place
from isthmus.interop.flee.instance import Instance
from isthmus.interop.flee.quirks import Mode
from isthmus.interop.flee.schedule import Epoch, Link, Schedule

EARTH_KM = 6371.0


@dataclass(frozen=True)
class Route:
    """A path from a place, without the place itself."""

    hops: tuple[int, ...]
    km: float


MAJOR_SHARE = 0.25
"""Of the distance of a route along a major one, what is weighed."""


def routes_from(start: int, epoch: Epoch, links: tuple[Link, ...], level: int, *, markers_count: bool = False) -> Iterator[Route]:
    """Enumerate the routes that somebody at ``start`` weighs.

    Every place on the way that is no marker ends a route of its own; markers do not count towards the level. While a
    forced link is on, it is the only choice.

    Args:
        start: Where.
        epoch: State of the network.
        links: All links.
        level: Awareness: 1 sees neighbours.
        markers_count: Whether a marker on the way counts towards the level all the same.
    """
    forced = [link for link in epoch.open[start] if epoch.forced[link]]

    def follow(number: int, km: float, visited: tuple[int, ...], step: int) -> Iterator[Route]:
        link = links[number]
        here, km = link.end, km + link.km
        if epoch.markers[here]:
            step -= not markers_count
        else:
            yield Route((*visited[1:], here), km)
        if level > step:
            for following in epoch.open[here]:
                if links[following].end not in visited:
                    yield from follow(following, km, (*visited, here), step + 1)

    for number in forced or epoch.open[start]:
        yield from follow(number, 0.0, (start,), 1)


def route_tables(instance: Instance, plan: Schedule) -> list[list[list[Route]]]:
    """Enumerate all routes.

    Returns:
        Per epoch and place, its routes.
    """
    places = range(len(instance.geography.places))
    level = instance.settings.awareness_level
    if level == 0 and instance.mode is Mode.COMPAT:
        return [[[] for _ in places] for _ in plan.epochs]
    level = max(level, 1)
    if instance.settings.fixed_routes:
        return [[fixed_from(place, epoch, plan.links, level, instance) for place in places] for epoch in plan.epochs]
    return [[list(routes_from(place, epoch, plan.links, level)) for place in places] for epoch in plan.epochs]


def fixed_from(start: int, epoch: Epoch, links: tuple[Link, ...], level: int, instance: Instance) -> list[Route]:
    """Return one route to each place within awareness, and along major routes to ends beyond it."""
    compat = instance.mode is Mode.COMPAT
    if compat and epoch.markers[start]:
        return []
    best: dict[int, Route] = {}
    for route in routes_from(start, epoch, links, level, markers_count=compat):
        end = route.hops[-1]
        if end not in best or route.km < best[end].km:
            best[end] = route
    beyond: dict[int, Route] = {}
    for hub in (Route((start,), 0.0), *best.values()):
        for major in instance.geography.majors:
            end = major.places[-1]
            if major.places[0] == hub.hops[-1] and end != start and end not in best:
                found = _along(hub, major.places, start, epoch, links)
                if found is not None and (end not in beyond or found.km < beyond[end].km):
                    beyond[end] = found
    return [*best.values(), *beyond.values()]


def _along(hub: Route, places: tuple[int, ...], start: int, epoch: Epoch, links: tuple[Link, ...]) -> Route | None:
    """Return the route from ``start`` by the hub along places, nothing where a link is closed."""
    km = hub.km
    for here, there in pairwise(places):
        lengths = [links[number].km for number in epoch.open[here] if links[number].end == there]
        if not lengths:
            return None
        km += min(lengths)
    hops = (*(() if hub.hops == (start,) else hub.hops), *places[1:])
    return Route(hops, km * MAJOR_SHARE)


def scale_of(instance: Instance, start: int, end: int) -> float:
    """Return what multiplies the score of ``end`` for somebody at ``start``, apart from what changes by day."""
    settings, places = instance.settings, instance.geography.places
    scale = dict(settings.attraction).get(places[end].name, 1.0)
    if settings.stay_close_to_home and instance.mode is Mode.COMPAT:
        km = distance_km(places[end], places[start], swapped=True)
        scale /= max(1.0, km) ** settings.home_distance_power
    return scale


def distance_km(first: Place, second: Place, *, swapped: bool = False) -> float:
    """Great-circle distance by the haversine formula; with latitude taken for longitude where ``swapped``."""
    (lat1, lon1), (lat2, lon2) = ((place.latitude, place.longitude) for place in (first, second))
    if swapped:
        lat1, lon1, lat2, lon2 = lon1, lat1, lon2, lat2
    lat1, lon1, lat2, lon2 = (math.radians(angle) for angle in (lat1, lon1, lat2, lon2))
    a = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return EARTH_KM * 2.0 * math.atan2(math.sqrt(a), math.sqrt(max(1.0 - a, 0.0)))
