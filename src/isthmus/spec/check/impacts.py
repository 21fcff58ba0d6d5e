"""Impacts: places planned for, prices of things that have a standard, currencies with a rate, shares that add up."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from importlib import resources

from isthmus.spec.check.finding import Finding
from isthmus.spec.document import Path, did_you_mean, one_of, show
from isthmus.spec.schema import Corridor


@cache
def shipped_units() -> dict[str, str]:
    """Units of the standards that come with Isthmus, by name."""
    text = resources.files("isthmus").joinpath("impacts", "standards.csv").read_text(encoding="utf-8")
    return {row["id"]: row["unit"] for row in csv.DictReader(text.splitlines())}


def check_planned_places(corridor: Corridor) -> Iterator[Finding]:
    """Services, economies, cases and triggers stand at places that are planned for."""
    block = corridor.impacts
    if block is None:
        return
    on_the_way = (name for name, place in corridor.places.items() if place.role not in {"origin", "hub", "destination"})
    planned = block.places or tuple(on_the_way)
    named: list[tuple[Path, str]] = [(("impacts", "towns", name), name) for name in block.towns]
    named += [(("impacts", "others", name), name) for name in block.others]
    for key, entries in (("services", block.services), ("cases", block.cases), ("triggers", block.triggers)):
        named += [(("impacts", key, name, "place"), entry.place) for name, entry in entries.items()]
    for path, place in named:
        if place in corridor.places and place not in planned:
            remedy = f"add it to `impacts.places`, or choose from {one_of(planned)}"
            yield Finding(path, "a place that is planned for", show(place), remedy)


def check_triggers(corridor: Corridor) -> Iterator[Finding]:
    """A trigger whose skill is measured says by which figure of the series."""
    for name, trigger in corridor.impacts.triggers.items() if corridor.impacts is not None else ():
        if trigger.series is not None and trigger.figure_above is None:
            remedy = "add the monthly figure that stands for the stock"
            yield Finding(("impacts", "triggers", name), "`figure_above` beside `series`", "nothing", remedy)


def check_priced(corridor: Corridor) -> Iterator[Finding]:
    """A price is of a thing that has a standard, and of its unit."""
    block = corridor.impacts
    if block is None:
        return
    units = {**shipped_units(), **{name: standard.unit for name, standard in block.standards.items()}}
    for name, price in block.prices.items():
        if name not in units:
            yield Finding(("impacts", "prices", name), "the name of a standard", show(name), did_you_mean(name, list(units)))
        elif price.per != units[name]:
            expected = f"the unit of the standard, {units[name]}"
            yield Finding(("impacts", "prices", name, "per"), expected, show(price.per), "give the price of one such unit")


def check_rates(corridor: Corridor) -> Iterator[Finding]:
    """A price in another currency than US$ has a rate."""
    block = corridor.impacts
    for name, price in block.prices.items() if block is not None else ():
        if price.currency != "USD" and block is not None and price.currency not in block.rates:
            expected = "USD, or a currency with a rate under `impacts.rates`"
            remedy = f"add `impacts.rates: {{{price.currency}: ...}}`, US$ for one {price.currency}"
            yield Finding(("impacts", "prices", name, "currency"), expected, show(price.currency), remedy)


def check_sectors(corridor: Corridor) -> Iterator[Finding]:
    """Shares of spending add up to 1."""
    for name, town in corridor.impacts.towns.items() if corridor.impacts is not None else ():
        total = sum(town.sectors.values())
        if abs(total - 1) > 1e-6 or min(town.sectors.values()) < 0:
            path: Path = ("impacts", "towns", name, "sectors")
            yield Finding(path, "shares of at least 0 that add up to 1", f"{total:g} in all", "write shares: 0.4, not 40")


def check_others(corridor: Corridor) -> Iterator[Finding]:
    """Other nationalities are those of a queue of the corridor."""
    for name, other in corridor.impacts.others.items() if corridor.impacts is not None else ():
        if other.queue not in corridor.queues:
            remedy = did_you_mean(other.queue, list(corridor.queues), otherwise="the corridor has no queues; take the block out")
            yield Finding(("impacts", "others", name, "queue"), "a queue named under `queues`", show(other.queue), remedy)
