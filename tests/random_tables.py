"""Tables of counts with all their margins, made from a seed: what an attacker of the gate is given to work on."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

UNIT = "persons"


def table_with_margins(seed: int, *, most: int = 5) -> list[dict[str, Any]]:
    """Long rows of places by groups by months with every total; many cells are small, as those of small nationalities are."""
    generator = np.random.default_rng(seed)
    shape = tuple(int(n) for n in generator.integers(2, most + 1, 3))
    counts = np.round(generator.lognormal(generator.uniform(1.5, 4.0), generator.uniform(0.8, 2.0), shape))
    places, groups, months = ([*range(n), None] for n in shape)
    rows = []
    for where in product(places, groups, months):
        inside = tuple(slice(None) if k is None else slice(k, k + 1) for k in where)
        rows.append(row(*where, float(counts[inside].sum()), shape[2]))
    return rows


def row(place: int | None, group: int | None, month: int | None, count: float, n_months: int) -> dict[str, Any]:
    """One number with a made-up interval around it."""
    period = f"2024-01/2024-{n_months:02d}" if month is None else f"2024-{month + 1:02d}"
    return {
        "measure": "arrivals",
        "place": "all" if place is None else f"place-{place}",
        "group": "all" if group is None else f"group-{group}",
        "period": period,
        "kind": "flow",
        "unit": UNIT,
        "lo90": count * 0.5,
        "lo50": count * 0.8,
        "median": count,
        "hi50": count * 1.2 + 1,
        "hi90": count * 1.5 + 2,
        "source": "made up for a test",
    }
