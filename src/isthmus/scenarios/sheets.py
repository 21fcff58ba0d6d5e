"""Scenario sheets: most likely, best and worst, with words for probabilities; and what any scenario makes probable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.scenarios.compare import Comparison
from isthmus.scenarios.outcomes import Measure, total
from isthmus.scenarios.rows import BASELINE, Row, measure_rows
from isthmus.scenarios.words import words
from isthmus.spec.schema import Corridor

Floats = NDArray[np.float64]

LESS = (0.75, 0.5, 0.25)
"""Shares of the baseline whose undershooting is given a probability."""


def judged(corridor: Corridor, comparison: Comparison) -> dict[str, float]:
    """Probabilities of the scenarios run that have one, scaled to sum to 1 among them."""
    found = {name: corridor.scenarios[name].likelihood for name in comparison.names}
    told = {name: value for name, value in found.items() if value}
    whole = sum(told.values())
    return {name: value / whole for name, value in told.items()}


def burden(corridor: Corridor, comparison: Comparison) -> tuple[str, dict[str, Floats]]:
    """Arrivals at places on the way, all groups and months, ``(sample,)`` by scenario with the baseline; the places' names."""
    transit = [k for k, place in enumerate(comparison.bench.model.places) if on_the_way(corridor, place.id)]
    names = "+".join(comparison.bench.model.places[k].id for k in transit)
    wanted = (BASELINE, *judged(corridor, comparison))
    return names, {name: total(comparison.outcomes[name].found["arrivals"])[:, transit].sum(axis=1) for name in wanted}


def burden_rows(corridor: Corridor, comparison: Comparison) -> list[Row]:
    """The same as rows of the table, so that the gate knows of the sum; none where no scenario is judged, or one place is all."""
    places, found = burden(corridor, comparison)
    if len(found) < 2 or "+" not in places:
        return []
    bench = comparison.bench
    source = comparison.table[0]["source"]
    group = bench.groups[0] if len(bench.groups) == 1 else ""
    whole = [f"{bench.months[0]}/{bench.months[-1]}"]
    out: list[Row] = []
    for name, values in found.items():
        one = Measure("arrivals", "place", (places,), "flow", "persons", values[:, None, None, None], grouped=False, group=group)
        rows = measure_rows(name, one, one.values, months=whole, groups=bench.groups, source=source)
        out += [row for row in rows if row["period"] == whole[0]]
    return out


def sheets(corridor: Corridor, comparison: Comparison, came: Mapping[tuple[str, str], float]) -> list[dict[str, Any]]:
    """Most likely, best and worst among the scenarios with a judged probability; best is the fewest people in transit.

    The measure is arrivals at places on the way, all places and months together: what needs grow with.

    Args:
        corridor: Whose scenarios they are.
        comparison: Their draws.
        came: Arrivals as released by scenario and place; no share is told of one that is not there.
    """
    likely = judged(corridor, comparison)
    if not likely:
        return []
    places, found = burden(corridor, comparison)
    base = found[BASELINE]
    middles = {name: float(np.median(found[name])) for name in likely}
    chosen = {
        "most likely": max(likely, key=likely.__getitem__),
        "best": min(middles, key=middles.__getitem__),
        "worst": max(middles, key=middles.__getitem__),
    }
    may = {name: (name, places) in came and (BASELINE, places) in came for name in likely}
    return [
        {
            "sheet": sheet,
            "scenario": name,
            "label": corridor.scenarios[name].label,
            "probability": round(likely[name], 3),
            "words": words(likely[name]),
            "judged": corridor.scenarios[name].likelihood_source,
            "statements": statements(found[name], base) if may[name] else [],
            "range": _range(found[name] / np.maximum(base, 1e-9)) if may[name] else None,
        }
        for sheet, name in chosen.items()
    ]


def on_the_way(corridor: Corridor, place: str) -> bool:
    """Whether people pass a place between setting out and arriving."""
    return corridor.places[place].role in {"transit", "bottleneck"}


def statements(values: Floats, base: Floats) -> list[dict[str, Any]]:
    """How probable it is that arrivals fall below a share of the baseline, draw by draw."""
    ratio = values / np.maximum(base, 1e-9)
    out = []
    for share in LESS:
        chance = float((ratio < share).mean())
        out.append(
            {
                "what": f"arrivals on the way below {share:.0%} of the baseline",
                "below": share,
                "probability": chance,
                "words": words(chance),
            }
        )
    return out


def _range(ratio: Floats) -> dict[str, float]:
    low, middle, high = (round(float(v), 2) for v in np.quantile(ratio, [0.05, 0.5, 0.95]))
    return {"median": middle, "lo90": low, "hi90": high}
