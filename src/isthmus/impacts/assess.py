"""All impacts of a scenario: the rows of the table, and what is said beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.impacts.economy import economy_rows
from isthmus.impacts.needs import bases, cost_rows, in_need_rows, need_rows
from isthmus.impacts.presence import Presence, presence
from isthmus.impacts.protection import case_rows
from isthmus.impacts.services import exceeded, loads, service_rows
from isthmus.impacts.triggers import triggers
from isthmus.scenarios.compare import Comparison
from isthmus.scenarios.rows import Row, quantiles
from isthmus.scenarios.strengths import Strengths
from isthmus.spec.schema import Corridor

Floats = NDArray[np.float64]


class People(NamedTuple):
    """Who is where, ``(quantile, place, step)``; quantiles as `rows.LEVELS`, exact."""

    places: tuple[str, ...]
    present: Floats
    person_days: Floats
    arrivals: Floats


@dataclass(frozen=True, eq=False)
class Assessed:
    """Impacts of all scenarios.

    Attributes:
        table: Rows with the columns of `entries.COLUMNS`.
        notes: By scenario: services exceeded and triggers, ready for JSON.
        people: Who is where, by scenario; quantiles over draws, all groups together.
    """

    table: tuple[Row, ...]
    notes: dict[str, dict[str, Any]]
    people: dict[str, People]


def people_of(people: Presence) -> People:
    """Quantiles of who is where."""
    return People(people.places, *(quantiles(getattr(people, part).sum(axis=2)) for part in People._fields[1:]))


def assess(corridor: Corridor, comparison: Comparison, *, seed: int) -> Assessed:
    """Impacts of the baseline and of every scenario, with the same rates in all of them."""
    block = corridor.impacts
    if block is None:
        return Assessed((), {}, {})
    bench = comparison.bench
    months = bench.months
    table: list[Row] = []
    notes, everybody = {}, {}
    for name, outcome in comparison.outcomes.items():
        people = presence(corridor, bench, outcome.ahead)
        strengths = Strengths(seed, bench.n_samples)
        counted, found = bases(people), loads(block, people, strengths)
        table += need_rows(name, block, people, counted, months, strengths)
        table += cost_rows(name, block, people, counted, months, strengths)
        table += in_need_rows(name, corridor, people, counted["arrivals"], months, strengths)
        table += economy_rows(name, block, people, months, strengths)
        table += service_rows(name, block, people, found, months)
        table += case_rows(name, block, people, months, strengths)
        services = exceeded(block, found, bench.model.grid, bench.first_step, strengths)
        notes[name] = {"services": services, "triggers": triggers(block, people)}
        everybody[name] = people_of(people)
    return Assessed(tuple(table), notes, everybody)
