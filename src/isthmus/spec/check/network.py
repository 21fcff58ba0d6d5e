"""Who can go where: cycles, dead ends, places out of reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from isthmus.spec.check.finding import Finding
from isthmus.spec.document import one_of
from isthmus.spec.schema import Corridor

MAX_CYCLES = 10
"""Most cycles named at once."""


def forward(corridor: Corridor) -> dict[str, list[tuple[str, str]]]:
    """Return for each place the forward legs that leave it, as leg and place it ends at."""
    out: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, leg in corridor.legs.items():
        if leg.kind == "forward":
            out[leg.from_].append((name, leg.to))
    return out


def reachable(corridor: Corridor, group: str) -> set[str]:
    """Return the places that a group can be at: its origin and what forward legs lead to."""
    out = forward(corridor)
    waiting = [corridor.groups[group].origin]
    reached = set(waiting)
    while waiting:
        for _, place in out.get(waiting.pop(), ()):
            if place not in reached:
                reached.add(place)
                waiting.append(place)
    return reached


def check_cycles(corridor: Corridor) -> Iterator[Finding]:
    """Forward legs form a graph without cycles; each cycle found is named."""
    edges = {name: (leg.from_, leg.to) for name, leg in corridor.legs.items() if leg.kind == "forward"}
    for _ in range(MAX_CYCLES):
        cycle = _cycle(edges)
        if not cycle:
            return
        names = " -> ".join([edges[cycle[0]][0], *(edges[leg][1] for leg in cycle)])
        yield Finding(
            ("legs", cycle[-1]),
            "forward legs without a cycle",
            f"{names} (legs {', '.join(cycle)})",
            "take one of these legs out, or make it `kind: reverse` if it ends the journey as a return",
        )
        del edges[cycle[-1]]


def _cycle(edges: dict[str, tuple[str, str]]) -> list[str]:
    """Return the legs of one cycle in order, the one written last at the end, or nothing."""
    left = dict(edges)
    while True:
        tails = {tail for tail, _ in left.values()}
        heads = {head for _, head in left.values()}
        kept = {name: edge for name, edge in left.items() if edge[1] in tails and edge[0] in heads}
        if len(kept) == len(left):
            break
        left = kept
    if not left:
        return []
    step = {tail: name for name, (tail, _) in left.items()}
    place = next(iter(left.values()))[0]
    walked: list[str] = []
    seen: dict[str, int] = {}
    while place not in seen:
        seen[place] = len(walked)
        walked.append(step[place])
        place = left[step[place]][1]
    cycle = walked[seen[place] :]
    order = {name: index for index, name in enumerate(edges)}
    last = max(range(len(cycle)), key=lambda index: order[cycle[index]])
    return cycle[last + 1 :] + cycle[: last + 1]


def check_origin_legs(corridor: Corridor) -> Iterator[Finding]:
    """No forward leg ends at an origin."""
    for name, leg in corridor.legs.items():
        place = corridor.places.get(leg.to)
        if leg.kind == "forward" and place is not None and place.role == "origin":
            remedy = "make it `kind: reverse` if it is a return"
            yield Finding(("legs", name, "to"), "a place other than an origin", f"the origin `{leg.to}`", remedy)


def check_reverse_legs(corridor: Corridor) -> Iterator[Finding]:
    """A reverse leg ends at an origin."""
    origins = [name for name, place in corridor.places.items() if place.role == "origin"]
    for name, leg in corridor.legs.items():
        if leg.kind == "reverse" and leg.to in corridor.places and leg.to not in origins:
            remedy = f"end it at an origin ({one_of(origins) or 'none yet'}), or make it `kind: forward`"
            yield Finding(("legs", name, "to"), "an origin, where a return ends", f"`{leg.to}`", remedy)


def check_reachable_places(corridor: Corridor) -> Iterator[Finding]:
    """Every place can be reached by some group."""
    reached = set().union(*(reachable(corridor, group) for group in corridor.groups))
    for name in corridor.places:
        if name not in reached:
            remedy = f"add a forward leg to `{name}`, or take the place out"
            yield Finding(("places", name), "a place that someone can reach", "no legs lead there", remedy)


def check_reachable_destinations(corridor: Corridor) -> Iterator[Finding]:
    """Every group can reach a destination."""
    destinations = {name for name, place in corridor.places.items() if place.role == "destination"}
    for code, group in corridor.groups.items():
        if not destinations:
            found, remedy = "no place of role destination", "give the last place of the corridor role: destination"
            yield Finding(("places",), "at least one destination", found, remedy)
            return
        if group.origin in corridor.places and not destinations & reachable(corridor, code):
            yield Finding(
                ("groups", code, "origin"),
                "forward legs from the origin to a destination",
                f"none of {one_of(sorted(destinations))} can be reached from `{group.origin}`",
                "add the missing leg, or check the `from` and `to` of the legs",
            )


def check_dead_ends(corridor: Corridor) -> Iterator[Finding]:
    """From every place a forward leg leads on, or people settle there."""
    out = forward(corridor)
    for name, place in corridor.places.items():
        if place.role != "destination" and place.settle is None and not out.get(name):
            remedy = "add a forward leg, or `settle` if people end the journey there, or make it a destination"
            yield Finding(("places", name), "a place that leads on, or a destination", "a dead end", remedy)
