"""People who come into the simulation, or are set to observed shares: parts of the `kernel`."""

from __future__ import annotations

from typing import Any

from isthmus.interop.flee.draws import compiled, poisson, uniform


@compiled()
def add(s: Any, day: int, person: int, place: int) -> None:
    """Create somebody."""
    s.where[person] = place
    s.recent[person] = 0.0
    s.last[person] = day - 1
    s.hop[person] = 0
    s.hop_end[person] = 0
    s.moved_before[person] = 0
    s.home[person] = place
    s.count[place] += 1


@compiled()
def displace(w: Any, s: Any, day: int, person: int, place: int) -> None:
    """Create somebody out of the inhabitants of a place."""
    add(s, day, person, place)
    if w.take_from_population and s.population[place] > 0.0:
        s.population[place] -= 1.0


@compiled()
def spawn_by_conflict(w: Any, s: Any, day: int, n: int) -> int:
    """Create people where violence is going on, as many as its intensity says; return how many there are, -1 if too many."""
    for place in range(w.places):
        intensity = w.spawn[day * w.places + place]
        if intensity <= 0.0:
            continue
        number = int(w.spawn_rate * intensity)
        if w.spawn_mode == 2:
            number = int(w.spawn_rate * s.population[place] * intensity)
        elif w.spawn_mode == 3:
            number = poisson(s.rng, w.spawn_rate * intensity)
        if n + number > w.people:
            return -1
        for _ in range(number):
            displace(w, s, day, n, place)
            n += 1
    return n


@compiled()
def spawn(w: Any, s: Any, day: int, n: int) -> int:
    """Create the day's people in proportion to spawn weights; return how many there are now, -1 if too many."""
    if w.spawn_mode > 0:
        return spawn_by_conflict(w, s, day, n)
    total = 0.0
    for place in range(w.places):
        total += s.population[place] * w.spawn[day * w.places + place]
        s.cumulated[place] = total
        s.fresh[place] = -1
    number = w.arrivals[day]
    if n + number > w.people or (number > 0 and not total > 0.0):
        return -1
    for _ in range(number):
        aim = uniform(s.rng) * total
        place = 0
        while s.cumulated[place] <= aim and place < w.places - 1:
            place += 1
        displace(w, s, day, n, place)
        n += 1
    return n


@compiled()
def wanting(w: Any, s: Any, first: int) -> int:
    """Return the first place from ``first`` on that lacks people of ``wanted``."""
    place = first
    while place < w.places and (w.anchor[place] < 0.0 or s.count[place] >= s.wanted[place]):
        place += 1
    return place


@compiled()
def set_to_shares(w: Any, s: Any, n: int) -> None:
    """Move people from camps that hold more than their share of all in camps to those that hold less."""
    there = 0
    for place in range(w.places):
        if w.anchor[place] >= 0.0:
            there += s.count[place]
    share, given = 0.0, 0
    for place in range(w.places):
        if w.anchor[place] >= 0.0:
            share += w.anchor[place]
            s.wanted[place] = int(share * there + 0.5) - given
            given += s.wanted[place]
    lacking = wanting(w, s, 0)
    for person in range(n):
        if lacking >= w.places:
            break
        here = s.where[person]
        if here >= w.places:
            here -= w.places
        if here >= 0 and w.anchor[here] >= 0.0 and s.count[here] > s.wanted[here]:
            s.where[person] = lacking
            s.hop_end[person] = s.hop[person]
            s.count[here] -= 1
            s.count[lacking] += 1
            lacking = wanting(w, s, lacking)
