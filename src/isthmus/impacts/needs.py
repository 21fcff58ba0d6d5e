"""Needs and their costs, and people in need.

What is used up follows person-days, what takes space follows the most people at a time, what is given once follows arrivals.
People in need: in a unit, a group at a place, the highest of the sectors, then summed over units (JIAF 2.0); a regional plan
counts people who pass a country once there, and people who pass several countries once in all (R4V).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from isthmus.impacts.entries import Entry, Levels, interval, row
from isthmus.impacts.presence import Presence
from isthmus.impacts.standards import standards
from isthmus.scenarios.rows import ALL, Row
from isthmus.scenarios.strengths import Strengths
from isthmus.spec.impacts import Basis, Impacts, Standard
from isthmus.spec.schema import Corridor

Floats = NDArray[np.float64]

USD = "US$"


def bases(people: Presence) -> dict[Basis, Floats]:
    """What needs are counted by, ``(sample, place, group, month)``."""
    return {
        "person_days": people.monthly(people.person_days),
        "peak": people.peak,
        "arrivals": people.monthly(people.arrivals),
    }


def need_rows(
    scenario: str, block: Impacts, people: Presence, counted: Mapping[Basis, Floats], months: Sequence[str], strengths: Strengths
) -> Iterator[Row]:
    """Needs by standard; person-days and peak stock among them."""
    levels = {
        basis: Levels.of(values, people.places, people.groups, months, flow=basis != "peak") for basis, values in counted.items()
    }
    for basis, kind, unit in (
        ("person_days", "flow", "person-days"),
        ("peak", "stock", "persons"),
        ("arrivals", "flow", "persons"),
    ):
        yield from levels[basis].rows(scenario, Entry(f"people_{basis}", kind, unit, "this model"))  # type: ignore[index, arg-type]
    for name, standard in standards(block).items():
        if isinstance(standard.amount, float | int):
            found = levels[standard.basis].times(float(standard.amount))
        else:
            amount = strengths.draw(f"impacts.standards.{name}.amount", standard.amount)[:, None, None, None]
            values = counted[standard.basis] * amount
            found = Levels.of(values, people.places, people.groups, months, flow=standard.basis != "peak")
        yield from found.rows(scenario, _entry(name, standard))


def _entry(name: str, standard: Standard) -> Entry:
    kind = "stock" if standard.basis == "peak" else "flow"
    edition = f"{standard.edition}, {standard.page}"
    return Entry(f"need_{name}", kind, standard.unit, standard.source, standard.sector, standard.item, edition)  # type: ignore[arg-type]


def cost_rows(
    scenario: str, block: Impacts, people: Presence, counted: Mapping[Basis, Floats], months: Sequence[str], strengths: Strengths
) -> Iterator[Row]:
    """Costs of items with a price, US$, everybody together; what takes space is paid for at its highest."""
    span, known = f"{months[0]}/{months[-1]}", standards(block)
    total = np.zeros(strengths.n_samples)
    for name, price in block.prices.items():
        standard = known[name]
        amount = strengths.draw(f"impacts.standards.{name}.amount", standard.amount)
        paid = strengths.draw(f"impacts.prices.{name}.amount", price.amount)
        usd = amount * paid * (1.0 if price.currency == "USD" else block.rates[price.currency])
        whole = counted[standard.basis].sum(axis=2)
        units = whole.max(axis=-1) if standard.basis == "peak" else whole.sum(axis=-1)
        edition = f"{standard.edition}, {standard.page}"
        entry = Entry(f"cost_{name}", "flow", USD, price.source, standard.sector, standard.item, edition)
        costs = units * usd[:, None]
        total = total + costs.sum(axis=1)
        for i, place in enumerate(people.places):
            yield row(scenario, entry, period=span, place=place, values=interval(costs[:, i]))
        yield row(scenario, entry, period=span, values=interval(costs.sum(axis=1)))
    if block.prices:
        entry = Entry("cost", "flow", USD, "prices of the corridor file", item="All items with a price")
        yield row(scenario, entry, period=span, values=interval(total))


def in_need_rows(
    scenario: str, corridor: Corridor, people: Presence, arrivals: Floats, months: Sequence[str], strengths: Strengths
) -> Iterator[Row]:
    """People in need by sector and overall, by unit; then by country and for the region."""
    block = corridor.impacts
    if block is None or not block.needs:
        return
    shares = {s: strengths.draw(f"impacts.needs.{s}.share", need.share) for s, need in block.needs.items()}
    for sector, share in shares.items():
        levels = Levels.of(arrivals * share[:, None, None, None], people.places, people.groups, months, flow=True)
        yield from levels.rows(scenario, Entry("in_need", "flow", "persons", block.needs[sector].source, sector=sector))
    highest = np.max(np.stack(list(shares.values())), axis=0)
    overall = arrivals * highest[:, None, None, None]
    source = "highest sector in a unit (JIAF 2.0)"
    levels = Levels.of(overall, people.places, people.groups, months, flow=True)
    yield from levels.rows(scenario, Entry("in_need_overall", "flow", "persons", source))
    span, whole = f"{months[0]}/{months[-1]}", overall.sum(axis=-1)
    units = Entry("in_need_units", "flow", "persons", "highest sector in each unit, then summed over units (JIAF 2.0)")
    yield row(scenario, units, period=span, values=interval(whole.sum(axis=(1, 2))))
    by_country = []
    for country in dict.fromkeys(corridor.places[place].country for place in people.places):
        at = [i for i, place in enumerate(people.places) if corridor.places[place].country == country]
        once = whole[:, at].max(axis=1)
        by_country.append(once)
        entry = Entry(
            f"in_need_country_{country}", "flow", "persons", "people who pass a country, once there (R4V)", item=country
        )
        yield row(scenario, entry, period=span, values=interval(once.sum(axis=1)))
    region = np.max(np.stack(by_country), axis=0).sum(axis=1)
    entry = Entry("in_need_region", "flow", "persons", "people who pass several countries, once in all (R4V)", item=ALL)
    yield row(scenario, entry, period=span, values=interval(region))
