"""What series count: something, once, and within reach of their group."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.spec.check.finding import Finding
from isthmus.spec.check.network import reachable
from isthmus.spec.document import Path, show
from isthmus.spec.schema import Corridor


def check_watches(corridor: Corridor) -> Iterator[Finding]:
    """A series watches something, and nothing twice."""
    for name, series in corridor.series.items():
        path: Path = ("series", name, "watches")
        watch = series.watches
        if watch.arrivals_at is None and not watch.departures_on and not watch.arrivals_on:
            expected = "a place (arrivals_at) or legs (departures_on, arrivals_on)"
            remedy = "say what the series counts, or take it out"
            yield Finding(path, expected, "a series that watches nothing", remedy)
        for key, legs in (("departures_on", watch.departures_on), ("arrivals_on", watch.arrivals_on)):
            for index, leg in enumerate(legs):
                if leg in legs[:index]:
                    yield Finding((*path, key, index), "each leg once", f"`{leg}` again", "take it out")
        for index, leg in enumerate(watch.arrivals_on):
            counted = leg in corridor.legs and corridor.legs[leg].to == watch.arrivals_at
            if counted or leg in watch.departures_on:
                remedy = "take one of the two out"
                yield Finding((*path, "arrivals_on", index), "people counted once", f"`{leg}`, counted twice", remedy)


def check_watched_twice(corridor: Corridor) -> Iterator[Finding]:
    """The same figures are not used by two series for the same group."""
    first: dict[tuple[str, str], str] = {}
    for name, series in corridor.series.items():
        key = (series.figures, series.group)
        if key in first:
            yield Finding(
                ("series", name, "figures"),
                f"figures used once for {series.group}",
                f"{show(series.figures)}, used by `{first[key]}` already",
                "take one of the two series out: the same figure cannot be evidence twice",
            )
        first.setdefault(key, name)


def check_reachable_watches(corridor: Corridor) -> Iterator[Finding]:
    """A series watches places and legs that its group can get to."""
    within = {group: reachable(corridor, group) for group in corridor.groups}
    arrived = {leg.to for leg in corridor.legs.values()}
    for name, series in corridor.series.items():
        if series.group not in within:
            continue
        path: Path = ("series", name, "watches")
        reached, place = within[series.group], series.watches.arrivals_at
        if place in corridor.places and (place not in reached or place not in arrived):
            found = f"`{place}`, where no legs bring them"
            remedy = "add the missing leg, or watch another place"
            yield Finding((*path, "arrivals_at"), f"a place that {series.group} can reach", found, remedy)
        for key in ("departures_on", "arrivals_on"):
            for index, leg in enumerate(getattr(series.watches, key)):
                if leg in corridor.legs and corridor.legs[leg].from_ not in reached:
                    found = f"`{leg}` from `{corridor.legs[leg].from_}`"
                    expected = f"a leg from a place that {series.group} can reach"
                    yield Finding((*path, key, index), expected, found, "add the missing leg, or watch another one")


def check_shared(corridor: Corridor) -> Iterator[Finding]:
    """A movement of detection names a checkpoint that series have, one of departures names none."""
    there = {series.checkpoint for series in corridor.series.values()} - {None}
    for name, walk in corridor.shared.items():
        path: Path = ("shared", name, "checkpoint")
        if walk.on == "detection" and walk.checkpoint not in there:
            found = "none" if walk.checkpoint is None else f"`{walk.checkpoint}`, which no series names"
            yield Finding(path, "a checkpoint that series name", found, f"one of: {', '.join(sorted(filter(None, there)))}")
        elif walk.on == "departures" and walk.checkpoint is not None:
            yield Finding(path, "no checkpoint with `on: departures`", f"`{walk.checkpoint}`", "take it out")
