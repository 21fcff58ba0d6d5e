"""Load on services: demand over capacity, and when capacity is exceeded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.impacts.entries import Entry, interval, row
from isthmus.impacts.presence import Presence
from isthmus.scenarios.rows import Row
from isthmus.scenarios.strengths import Strengths
from isthmus.spec.impacts import Impacts
from isthmus.timegrid import TimeGrid

Floats = NDArray[np.float64]

LIKELY = 0.5
"""Probability from which a step counts as one in which capacity is exceeded."""


def loads(block: Impacts, people: Presence, strengths: Strengths) -> dict[str, Floats]:
    """Demand over capacity by service, ``(sample, step)``, of everybody at its place."""
    out = {}
    for name, service in block.services.items():
        i = people.places.index(service.place)
        counted = people.present[:, i].sum(axis=1)
        if service.basis == "arrivals_a_day":
            counted = people.arrivals[:, i].sum(axis=1) / people.days
        demand = strengths.draw(f"impacts.services.{name}.demand", service.demand)
        out[name] = counted * demand[:, None] / service.capacity
    return out


def service_rows(
    scenario: str, block: Impacts, people: Presence, found: dict[str, Floats], months: Sequence[str]
) -> Iterator[Row]:
    """Highest load of each month, and the probability that capacity is exceeded in it."""
    for name, load in found.items():
        service = block.services[name]
        for m, month in enumerate(months):
            highest = load[:, people.month == m].max(axis=1)
            about = {"source": service.source, "sector": service.kind, "item": service.label}
            yield row(
                scenario, Entry(f"load_{name}", "ratio", f"demand over capacity ({service.unit})", **about), period=month,
                place=service.place, values=interval(highest),
            )  # fmt: skip
            chance = float((highest > 1).mean())
            yield row(
                scenario, Entry(f"exceeded_{name}", "share", "probability that capacity is exceeded", **about), period=month,
                place=service.place, values=dict.fromkeys(("lo90", "lo50", "median", "hi50", "hi90"), chance),
            )  # fmt: skip


def exceeded(
    block: Impacts, found: dict[str, Floats], grid: TimeGrid, first_step: int, strengths: Strengths
) -> list[dict[str, Any]]:
    """For each service the first step in which capacity is likely exceeded (`LIKELY`), and the chance that it ever is.

    ``people`` says how many people reach the capacity: present at a time, or arriving in a step.
    """
    out = []
    starts = grid.starts[first_step:]
    for name, load in found.items():
        chance = (load > 1).mean(axis=0)
        over = np.flatnonzero(chance >= LIKELY)
        service = block.services[name]
        a_person = float(np.median(strengths.draw(f"impacts.services.{name}.demand", service.demand)))
        steps = grid.mean_days if service.basis == "arrivals_a_day" else 1.0
        out.append({
            "service": name,
            "label": block.services[name].label,
            "place": block.services[name].place,
            "capacity": block.services[name].capacity,
            "unit": block.services[name].unit,
            "ever": round(float((load > 1).any(axis=1).mean()), 3),
            "from": str(starts[over[0]]) if len(over) else None,
            "people": round(steps * service.capacity / max(a_person, 1e-9), 3),
        })  # fmt: skip
    return out
