"""Queues: a capacity to wait for, days on which it serves, legs that leave the place."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.spec.check.finding import Finding
from isthmus.spec.document import Path, one_of, show
from isthmus.spec.schema import Corridor


def check_capacities(corridor: Corridor) -> Iterator[Finding]:
    """A queue has a capacity; each entry has days of service, each once, and ends after it begins."""
    for place, queue in corridor.queues.items():
        path: Path = ("queues", place, "capacity")
        if not queue.capacity:
            remedy = "add an entry with `from`, `per_day` and `source`, or take the queue out"
            yield Finding(path, "at least one dated capacity", "none", remedy)
        for index, entry in enumerate(queue.capacity):
            at: Path = (*path, index)
            if not entry.weekdays:
                remedy = "name days (mon, tue, ...), leave `weekdays` out for every day, or write `per_day: 0` for a stoppage"
                yield Finding((*at, "weekdays"), "at least one day of service", "an empty calendar", remedy)
            for day in sorted({day for day in entry.weekdays if entry.weekdays.count(day) > 1}):
                yield Finding((*at, "weekdays"), "each day once", f"{show(day)} again", "take it out")
            if entry.to is not None and entry.to <= entry.from_:
                expected = f"a date after `from` ({entry.from_})"
                yield Finding((*at, "to"), expected, str(entry.to), "put the dates in order")
            if entry.announced is not None and entry.announced > entry.from_:
                expected = f"a date no later than `from` ({entry.from_})"
                yield Finding((*at, "announced"), expected, str(entry.announced), "put the dates in order")


def check_queue_legs(corridor: Corridor) -> Iterator[Finding]:
    """A queue holds back forward legs that leave its place."""
    for place, queue in corridor.queues.items():
        onward = [name for name, leg in corridor.legs.items() if leg.from_ == place and leg.kind == "forward"]
        if place in corridor.places and not onward:
            yield Finding(("queues", place), "a place that forward legs leave", show(place), "take the queue out")
        for index, leg in enumerate(queue.legs):
            if leg in corridor.legs and leg not in onward:
                remedy = f"name legs from {one_of(onward)}" if onward else "take the queue out"
                yield Finding(("queues", place, "legs", index), f"a forward leg from `{place}`", f"`{leg}`", remedy)
