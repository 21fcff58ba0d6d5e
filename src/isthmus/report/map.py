"""The corridor on a map: places, and legs drawn as arcs as wide as the people estimated on them.

Arcs are schematic. They say which places are connected and how many people passed, not where a way runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from isthmus.report.language import say
from isthmus.report import labels, outlines, svg
from isthmus.report.charts import Chart, Table
from isthmus.report.intervals import Interval, count, count_words, interval
from isthmus.report.outlines import Point, Window
from isthmus.report.parameters import leg_name
from isthmus.report.view import RunView
from isthmus.report.words import listed, span
from isthmus.spec.schema import Corridor

WIDE, ZOOMED, NARROW = 960.0, 600.0, 350.0
ZOOM_DEGREES = 62.0
"""Widest window, in degrees, that counts as one region."""
THICKEST = 11.0
FONT = 13.0

CSS = {"through": "leg through", "round": "leg round", "reverse": "leg back"}


@dataclass(frozen=True)
class Arc:
    """A leg with the people estimated on it."""

    leg: str
    role: str
    """``through``, ``round`` (goes past a bottleneck) or ``reverse``."""
    people: Interval
    start: str
    end: str


def roles(corridor: Corridor) -> dict[str, str]:
    """Whether a leg goes through the corridor's bottlenecks, round them, or back."""
    heads: dict[str, set[str]] = {}
    for leg in corridor.legs.values():
        if leg.kind == "forward":
            heads.setdefault(leg.from_, set()).add(leg.to)

    def after(start: str) -> set[str]:
        seen: set[str] = set()
        stack = [start]
        while stack:
            for head in heads.get(stack.pop(), set()) - seen:
                seen.add(head)
                stack.append(head)
        return seen

    reach = {place: after(place) for place in corridor.places}
    necks = [key for key, place in corridor.places.items() if place.role == "bottleneck"]
    found = {}
    for key, leg in corridor.legs.items():
        past = any(neck in reach[leg.from_] and leg.to in reach[neck] for neck in necks)
        found[key] = "reverse" if leg.kind == "reverse" else "round" if past else "through"
    return found


def arcs(view: RunView) -> list[Arc]:
    """All legs with the people who set out on them in the last fitted year, the fewest last."""
    held = {str(k) for k in view.posterior["leg"].values}
    found = [
        Arc(key, role, interval(view.leg_total(key, view.last_year)), leg.from_, leg.to)
        for key, role in roles(view.corridor).items()
        if key in held
        for leg in (view.corridor.legs[key],)
    ]
    return sorted(found, key=lambda a: -a.people.median)


def region(corridor: Corridor) -> list[str]:
    """The places of the closest cluster that holds most of them."""
    best: list[str] = []
    for west in (p.lon for p in corridor.places.values()):
        inside = [k for k, p in corridor.places.items() if west <= p.lon <= west + ZOOM_DEGREES]
        if len(inside) > len(best):
            best = inside
    return best


def _window(corridor: Corridor, keys: Sequence[str], width: float, margin: float, least: float) -> Window:
    lons = [corridor.places[k].lon for k in keys]
    lats = [corridor.places[k].lat for k in keys]
    west, east = min(lons) - margin, max(lons) + margin
    if east - west < least:
        middle = (west + east) / 2
        west, east = middle - least / 2, middle + least / 2
    return Window(west, east, max(min(lats) - margin * 0.75, -58), min(max(lats) + margin * 0.75, 76), width)


def _curve(window: Window, corridor: Corridor, arc: Arc, turns: tuple[float, float], steps: int = 32) -> tuple[str, list[Point]]:
    """Path data of an arc and points along it; ``turns`` moves its ends by degrees of longitude."""
    a, b = corridor.places[arc.start], corridor.places[arc.end]
    (x0, y0), (x1, y1) = window.at(a.lon + turns[0], a.lat), window.at(b.lon + turns[1], b.lat)
    bend = 0.22 if corridor.legs[arc.leg].mode == "air" else 0.1
    if (x1 < x0) != (arc.role == "reverse"):
        bend = -bend
    cx = (x0 + x1) / 2 + bend * (y1 - y0)
    cy = (y0 + y1) / 2 - bend * (x1 - x0)
    points = []
    for k in range(steps + 1):
        t = k / steps
        u = 1 - t
        points.append((u * u * x0 + 2 * t * u * cx + t * t * x1, u * u * y0 + 2 * t * u * cy + t * t * y1))
    ends = [svg.attribute(v) for v in (x0, y0, cx, cy, x1, y1)]
    return "M{},{}Q{},{} {},{}".format(*ends), points


def _turns(corridor: Corridor, arc: Arc) -> tuple[tuple[float, float], ...]:
    """Degrees to add to the ends so that the shorter way round the globe is drawn, on both edges of the map."""
    apart = corridor.places[arc.end].lon - corridor.places[arc.start].lon
    if abs(apart) <= 180:
        return ((0.0, 0.0),)
    turn = math.copysign(360.0, apart)
    return ((turn, 0.0), (0.0, -turn))


def part_names(corridor: Corridor) -> dict[str, str]:
    """What the legs of each colour are called."""
    necks = listed([p.label for p in corridor.places.values() if p.role == "bottleneck"], "or")
    if not necks:
        return {"through": say("onward"), "round": say("round a bottleneck"), "reverse": say("return")}
    through, around = say("main line, by {necks}", necks=necks), say("round {necks}", necks=necks)
    return {"through": through, "round": around, "reverse": say("return")}


def thickness(people: float, most: float) -> float:
    """Pixels of an arc, in proportion to people; a pixel at least."""
    return max(1.0, THICKEST * people / max(most, 1.0))


def _draw(view: RunView, window: Window, drawn: list[Arc], named: Sequence[str], key: str, frame: Window | None) -> list[Markup]:
    """Everything inside one map; ``frame`` marks the window that a second map enlarges."""
    corridor = view.corridor
    size = (window.width, window.height)
    inside, others = outlines.land(window, frozenset(p.country for p in corridor.places.values()), 0.8)
    lines, crossed = _legs(view, window, drawn)
    body = [
        svg.el("rect", x=0, y=0, width=size[0], height=size[1], class_="sea"),
        svg.el("path", d=others, class_="land"),
        svg.el("path", d=inside, class_="land corridor"),
        *lines,
    ]
    taken: list[labels.Box] = []
    if frame is not None:
        x0, y0 = window.at(frame.west, frame.north)
        x1, y1 = window.at(frame.east, frame.south)
        body.append(svg.el("rect", x=x0, y=y0, width=x1 - x0, height=y1 - y0, class_="frame"))
        body.append(svg.text(max(x0, 4.0), y1 + 15, "enlarged below", "place halo small"))
        taken.append((x0, y1, x0 + 100, y1 + 18))
    edges = _edge_labels(corridor, window, drawn) if frame is None else []
    body += _places(corridor, window, named, crossed, taken, edges)
    shape = svg.el("rect", x=0, y=0, width=size[0], height=size[1], rx=6)
    clip = svg.el("defs", svg.el("clipPath", shape, id=f"{key}-clip"))
    return [clip, svg.el("g", *body, clip_path=f"url(#{key}-clip)")]


def _legs(view: RunView, window: Window, drawn: list[Arc]) -> tuple[list[Markup], list[Point]]:
    most = max((a.people.median for a in drawn), default=1.0)
    lines: list[Markup] = []
    crossed: list[Point] = []
    for arc in drawn:
        words = say("{leg_name}: {people} people", leg_name=leg_name(view.corridor, arc.leg), people=count_words(arc.people))
        for turns in _turns(view.corridor, arc):
            data, points = _curve(window, view.corridor, arc, turns)
            crossed += points
            width = thickness(arc.people.median, most)
            lines.append(
                svg.el("path", svg.el("title", words), d=data, class_=CSS[arc.role], stroke_width=width, data_leg=arc.leg)
            )
    return lines, crossed


def _places(
    corridor: Corridor,
    window: Window,
    named: Sequence[str],
    crossed: list[Point],
    taken: list[labels.Box],
    edges: list[tuple[str, Point]],
) -> list[Markup]:
    """Dots and names of places, and the words where legs leave the window."""
    spots = {k: window.at(p.lon, p.lat) for k, p in corridor.places.items() if window.holds(p.lon, p.lat)}
    parts = [svg.el("circle", cx=x, cy=y, r=3.4, class_=f"spot {corridor.places[k].role}") for k, (x, y) in spots.items()]
    items = [(corridor.places[k].label, spots[k]) for k in named if k in spots]
    items += edges
    size = (window.width, window.height)
    for item, (_, spot) in zip(labels.place(items, crossed=crossed, size=size, font=FONT, taken=taken), items, strict=True):
        if item.leader and (item.words, spot) not in edges:
            parts.append(svg.line(spot[0], spot[1], item.x, item.y - 4, "leader"))
        css = "place halo" if (item.words, spot) not in edges else "place halo small"
        parts.append(svg.text(item.x, item.y, item.words, css, item.anchor))
    return parts


def _edge_labels(corridor: Corridor, window: Window, drawn: list[Arc]) -> list[tuple[str, Point]]:
    """Where legs leave the window: ``from Istanbul and 2 more places`` at the height of their lines."""
    found: dict[tuple[str, bool], list[tuple[str, float]]] = {}
    for arc in drawn:
        ends = [corridor.places[k] for k in (arc.start, arc.end)]
        inside = [window.holds(p.lon, p.lat) for p in ends]
        if sum(inside) != 1:
            continue
        for turns in _turns(corridor, arc):
            _, points = _curve(window, corridor, arc, turns, steps=400)
            seen = [p for p in points if 0 <= p[0] <= window.width and 0 <= p[1] <= window.height]
            if len(seen) < 2:
                continue
            x, y = seen[-1] if inside[0] else seen[0]
            side = "left" if x < window.width / 2 else "right"
            found.setdefault((side, inside[0]), []).append((ends[1 if inside[0] else 0].label, y))
    placed = []
    for (side, leaving), ends_found in found.items():
        names = list(dict.fromkeys(name for name, _ in ends_found))
        words = names[0] if len(names) == 1 else say("{names} and {names2} more", names=names[0], names2=len(names) - 1)
        height = sum(y for _, y in ends_found) / len(ends_found)
        placed.append(
            (say("to {place}" if leaving else "from {place}", place=words), (2.0 if side == "left" else window.width - 2, height))
        )
    return placed


def _finding(view: RunView, drawn: list[Arc]) -> str:
    """How many went through the bottleneck and how many round it."""
    corridor = view.corridor
    when = say("In {last_year}", last_year=span(view.last_year[0], view.last_year[-1]))
    necks = {k for k, p in corridor.places.items() if p.role == "bottleneck"}
    into = [a.leg for a in drawn if a.role == "through" and a.start in necks]
    past = [a.leg for a in drawn if a.role == "round"]
    if not into or not past:
        busiest = drawn[0]
        name = leg_name(corridor, busiest.leg)
        return say(
            "{when} some {people} people set out on {name}, the busiest leg",
            when=when,
            people=count_words(busiest.people),
            name=name,
        )
    names = ", ".join(
        f"{say(corridor.places[a.start].label)} \N{RIGHTWARDS ARROW} {say(corridor.places[a.end].label)}"
        for a in drawn
        if a.leg in into
    )
    through, beside = (interval(np.sum([view.leg_total(k, view.last_year) for k in legs], axis=0)) for legs in (into, past))
    return say(
        "{when} an estimated {through} people took {names}; {beside} went round it",
        when=when,
        through=count_words(through),
        names=names,
        beside=count_words(beside),
    )


def map_charts(view: RunView) -> list[Chart]:
    """The whole corridor, and its densest region enlarged; the second only where it helps."""
    corridor = view.corridor
    drawn = arcs(view)
    cluster = region(corridor)
    enlarge = 1 < len(cluster) < len(corridor.places)
    title = _finding(view, drawn)
    busiest = max((a for a in drawn if {a.start, a.end} <= set(cluster)), key=lambda a: a.people.median, default=drawn[0])
    near = say(
        "Enlarged: most people are on {leg_name}, {people}",
        leg_name=leg_name(corridor, busiest.leg),
        people=count_words(busiest.people),
    )
    when = span(view.last_year[0], view.last_year[-1])
    about = say(
        "Estimated persons who set out on each leg, {when}; kind: flow. Source: this model; outlines: {source}.",
        when=when,
        source=outlines.source(),
    )
    rows = tuple(_row(view, a) for a in drawn)
    table = Table(
        ("Leg", "Part", "Persons, median", say("50\N{NO-BREAK SPACE}% interval"), say("90\N{NO-BREAK SPACE}% interval")), rows
    )
    busiest_legs = "; ".join(say("{r}: {r2} people", r=r[0], r2=r[2]) for r in rows[:6])
    description = say("Places of the corridor and legs between them, wider where more people went. {legs}", legs=busiest_legs)
    whole, close = [], []
    outer = [k for k in corridor.places if not enlarge or k not in cluster]
    for css, width, zoomed in (("wide", WIDE, ZOOMED), ("narrow", NARROW, NARROW)):
        zoom = _window(corridor, cluster, zoomed, 6, 30)
        world = _window(corridor, list(corridor.places), width, 22, 60)
        key = f"map-{css}"
        parts = _draw(view, world, drawn, outer, key, zoom if enlarge else None)
        whole.append(svg.document(key, title, description, (width, world.height), *parts, css=css))
        key = f"zoom-{css}"
        parts = _draw(view, zoom, drawn, cluster, key, None)
        close.append(svg.document(key, near, description, (zoomed, zoom.height), *parts, css=css))
    first = Chart("map", title, about, tuple(whole), table)
    if not enlarge:
        return [first]
    return [first, Chart("zoom", near, about, tuple(close), table)]


def _row(view: RunView, arc: Arc) -> tuple[str, ...]:
    p = arc.people
    words = part_names(view.corridor)[arc.role]
    return (
        leg_name(view.corridor, arc.leg),
        words,
        count(p.median, p.lo90, p.hi90),
        say("{lo50} to {hi50}", lo50=count(p.lo50, p.lo90, p.hi90), hi50=count(p.hi50, p.lo90, p.hi90)),
        say("{lo90} to {hi90}", lo90=count(p.lo90, p.lo90, p.hi90), hi90=count(p.hi90, p.lo90, p.hi90)),
    )
