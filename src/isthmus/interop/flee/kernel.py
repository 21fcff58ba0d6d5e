"""Flee's daily rules for every person, as Numba compiles them. `native` keeps the machine code, so this is imported rarely.

The order of a day is Flee's: people spawn; everyone decides, in the order of spawning, whether to leave and which
route to take; everyone under way travels, and who arrives with less than a day's travel behind them decides again.
Records are `World` and `State`; only numbers and pointers come in, nothing is allocated and nothing raises.
"""

from __future__ import annotations

from typing import Any

from numba import types

from isthmus.interop.flee.draws import compiled, geometric, uniform
from isthmus.interop.flee.people import add, set_to_shares, spawn
from isthmus.interop.flee.world import STATE_KINDS, WORLD_KINDS, State, World

RARE = 0.05
"""Chance to leave below which people are skipped over by geometric gaps instead of asked one by one."""


@compiled()
def room(w: Any, s: Any, place: int) -> float:
    """Return the capacity multiplier: 1 up to the buffer's share of the capacity, falling to 0 where it is full."""
    full = w.full[place]
    if full < 1.0:
        return 1.0
    nearly = w.capacity_buffer * full
    if s.count[place] <= nearly:
        return 1.0
    if s.count[place] >= full:
        return 0.0
    return float(1.0 - (s.count[place] - nearly) / (full * (1.0 - w.capacity_buffer)))


@compiled()
def place_person(w: Any, s: Any, place: int, change: int, version: int) -> int:
    """Change the count of a place; return a new version of the weights if they feel it."""
    before = s.count[place]
    s.count[place] = before + change
    full = w.full[place]
    if full >= 1.0 and max(before, before + change) > w.capacity_buffer * full:
        return version + 1
    return version


@compiled()
def weigh(w: Any, s: Any, day: int, home: int, first: int, last: int) -> None:
    """Fill ``cumulated`` for the routes ``first`` to ``last`` of a place."""
    heaviest = 0.0
    for r in range(first, last):
        end = w.route_end[r]
        score = w.score[day * w.places + end] * w.route_scale[r]
        if w.home_power != 0.0:
            score /= max(1.0, w.home_km[home * w.places + end]) ** w.home_power
        if w.score_twice:
            weight = (w.weight_softening + w.score[day * w.places + end]) * w.route_factor[r]
            if w.weight_power != 1.0:
                weight = weight**w.weight_power
            weight *= score
        else:
            weight = (w.weight_softening + score) * w.route_factor[r] * room(w, s, end)
            if w.weight_power != 1.0:
                weight = weight**w.weight_power
        s.cumulated[r] = weight
        heaviest = max(heaviest, weight)
    total = 0.0
    for r in range(first, last):
        if s.cumulated[r] >= heaviest * w.prune_below:
            total += s.cumulated[r]
        s.cumulated[r] = total


@compiled()
def choose(w: Any, s: Any, day: int, here: int, home: int, version: int) -> int:
    """Draw a route in proportion to its weight, any when all weigh nothing; -1 if there is none."""
    base = w.epoch[day] * (w.places + 1) + here
    first, last = w.route_first[base], w.route_first[base + 1]
    if first == last:
        return -1
    if s.fresh[here] != version or w.home_power != 0.0:
        weigh(w, s, day, home, first, last)
        s.fresh[here] = version
    total = s.cumulated[last - 1]
    if not total > 0.0:
        return int(first + int(uniform(s.rng) * (last - first)))
    aim = uniform(s.rng) * total
    low, high = first, last - 1
    while low < high:
        middle = (low + high) // 2
        if s.cumulated[middle] > aim:
            high = middle
        else:
            low = middle + 1
    return int(low)


@compiled()
def take_off(w: Any, s: Any, day: int, person: int, here: int, version: int) -> int:
    """Return the link that somebody takes, -1 for none: no route, a link that has gone, or a camp that is nearly full."""
    if s.hop[person] >= s.hop_end[person]:
        route = choose(w, s, day, here, s.home[person], version)
        if route < 0:
            return -1
        s.hop[person] = w.hop_first[route]
        s.hop_end[person] = w.hop_first[route + 1]
    target = w.hops[s.hop[person]]
    final = w.hops[s.hop_end[person] - 1]
    base = w.epoch[day] * (w.places + 1) + here
    for k in range(w.open_first[base], w.open_first[base + 1]):
        link = w.open_links[k]
        if w.link_end[link] == target:
            if w.camp[day * w.places + final] and room(w, s, final) < 0.5:
                break
            s.hop[person] += 1
            return int(link)
    s.hop[person] = s.hop_end[person]
    return -1


@compiled()
def enter(w: Any, s: Any, day: int, links: int, person: int, link: int) -> None:
    """Put somebody at the beginning of a link."""
    s.where[person] = -2 - link
    s.entered[person] = w.generation[w.epoch[day] * links + link]
    s.on_link[person] = 0.0


@compiled()
def chance(w: Any, s: Any, day: int, place: int) -> float:
    """Return the chance to leave a place."""
    p = float(w.move[day * w.places + place])
    if w.population_scale != 0.0:
        size = max(s.population[place], w.capacity[place])
        p *= (size / w.population_base) ** w.population_scale
    return p


@compiled()
def ask(w: Any, s: Any, day: int, here: int, gap: int, rarest: float) -> tuple[bool, int]:
    """Draw whether somebody without a route stays; where few leave, from the gap to the next who does (thinned)."""
    p = w.move[day * w.places + here] if w.population_scale == 0.0 else chance(w, s, day, here)
    if p >= RARE:
        return p < 1.0 and uniform(s.rng) >= p, gap
    if gap > 0:
        return True, gap - 1
    return uniform(s.rng) * rarest >= p, geometric(s.rng, rarest)


@compiled()
def decide(w: Any, s: Any, day: int, links: int, n: int, version: int) -> tuple[int, int]:
    """Let everyone who is at a place decide; return how many are under way then, and the version of the weights."""
    rarest = 0.0
    for place in range(w.places):
        p = chance(w, s, day, place)
        if p < RARE:
            rarest = max(rarest, p)
    gap = geometric(s.rng, rarest)
    travelling = 0
    for person in range(n):
        here = s.where[person]
        if here < 0:
            if here < -1:
                s.travellers[travelling] = person
                travelling += 1
            continue
        if here < w.places:
            stays, gap = ask(w, s, day, here, gap, rarest)
            if stays:
                continue
        else:
            here -= w.places
        link = take_off(w, s, day, person, here, version)
        if link < 0:
            s.where[person] = here
            continue
        version = place_person(w, s, here, -1, version)
        enter(w, s, day, links, person, link)
        s.travellers[travelling] = person
        travelling += 1
    return travelling, version


@compiled()
def arrive(w: Any, s: Any, person: int, place: int, version: int) -> int:
    """Put somebody into a place, with the rest of the route kept."""
    s.where[person] = place + (w.places if s.hop[person] < s.hop_end[person] else 0)
    return place_person(w, s, place, 1, version)


@compiled()
def go_on(w: Any, s: Any, day: int, person: int, here: int, forced: int) -> bool:
    """Draw whether somebody who arrived today leaves again today."""
    if s.hop[person] < s.hop_end[person] or (forced and w.town[day * w.places + here]):
        return True
    p = chance(w, s, day, here)
    return p >= 1.0 or uniform(s.rng) < p


@compiled()
def speed_on(w: Any, s: Any, person: int, link: int) -> float:
    """Return today's speed on a link."""
    if w.start_on_foot and not s.moved_before[person]:
        return float(w.walk_speed)
    if w.link_walk[link] > 0.0 and uniform(s.rng) < w.link_walk[link]:
        return float(w.walk_speed)
    return float(w.link_speed[link])


@compiled()
def travel(w: Any, s: Any, day: int, links: int, person: int, version: int) -> int:
    """Move somebody for a day, over as many links as it takes; return the version of the weights."""
    recent = s.recent[person] * 0.5 ** (day - 1 - s.last[person])
    moved = 0.0
    while True:
        link = -2 - s.where[person]
        speed = speed_on(w, s, person, link)
        s.on_link[person] += speed
        moved += speed
        if not s.on_link[person] > w.link_km[link]:
            break
        s.moved_before[person] = 1
        moved += w.link_km[link] - s.on_link[person]
        if s.entered[person] != w.generation[w.epoch[day] * links + link]:
            version = arrive(w, s, person, w.link_start[link], version)
            break
        here = w.link_end[link]
        version = arrive(w, s, person, here, version)
        if not moved < speed:
            break
        forced = 1 if w.avoid_short_stints and (recent + moved / w.max_speed) / 2.0 < 0.5 else 0
        if not go_on(w, s, day, person, here, forced):
            break
        following = take_off(w, s, day, person, here, version)
        if following < 0:
            s.where[person] = here
            break
        version = place_person(w, s, here, -1, version)
        enter(w, s, day, links, person, following)
    s.recent[person] = (recent + moved / w.max_speed) / 2.0
    s.last[person] = day
    return version


@compiled()
def retire(w: Any, s: Any, day: int, n: int) -> None:
    """Let people in camps that are sinks stop moving for good."""
    for person in range(n):
        here = s.where[person]
        if here >= w.places:
            here -= w.places
        if here >= 0 and w.camp[day * w.places + here] and w.sink[here] > 0.0 and uniform(s.rng) < w.sink[here]:
            s.where[person] = -1


@compiled()
def write_down(w: Any, s: Any, day: int, travelling: int) -> None:
    """Keep the counts of the day."""
    under_way = 0
    for k in range(travelling):
        if s.where[s.travellers[k]] < -1:
            under_way += 1
    s.under_way[day] = under_way
    for place in range(w.places):
        s.counts[day * w.places + place] = s.count[place]


def simulate(w: Any, s: Any, links: int, sinks: int) -> int:
    """Run all days; return the number of people, -1 when there is no room for them or nowhere to spawn them."""
    n = 0
    for place in range(w.places):
        for _ in range(w.start[place]):
            add(s, 0, n, place)
            n += 1
    version = 1
    for day in range(w.days):
        if day == w.anchor_day:
            set_to_shares(w, s, n)
        n = spawn(w, s, day, n)
        if n < 0:
            return -1
        version += 1
        travelling, version = decide(w, s, day, links, n, version)
        for k in range(travelling):
            version = travel(w, s, day, links, s.travellers[k], version)
        if sinks:
            retire(w, s, day, n)
        write_down(w, s, day, travelling)
    return n


def compile_kernel() -> tuple[str, str]:
    """Compile `simulate`.

    Returns:
        Its name and its LLVM assembly, optimised, which needs nothing but the C mathematics library.
    """
    scalars = {"int": types.int64, "float": types.float64}
    arrays = {"double": types.float64, "int32": types.int32, "uint8": types.uint8, "uint64": types.uint64}

    def record(kinds: dict[str, str], form: type) -> Any:
        fields = [kinds[name] for name in form._fields]  # type: ignore[attr-defined]
        known: Any = types
        return known.NamedTuple([scalars.get(kind) or known.CPointer(arrays[kind]) for kind in fields], form)

    signature = types.int64(record(WORLD_KINDS, World), record(STATE_KINDS, State), types.int64, types.int64)
    kernel: Any = compiled(signature)(simulate)
    assembly: str = kernel.inspect_llvm(kernel.signatures[0])
    name = next(
        line.partition("@")[2].partition("(")[0].strip('"')
        for line in assembly.splitlines()
        if line.startswith("define ") and "simulate" in line
    )
    return name, assembly
