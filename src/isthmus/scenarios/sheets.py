"""Scenario sheets: most likely, best and worst, with words for probabilities; and what any scenario makes probable."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.scenarios.compare import Comparison
from isthmus.scenarios.outcomes import total
from isthmus.scenarios.rows import BASELINE
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


def sheets(corridor: Corridor, comparison: Comparison) -> list[dict[str, Any]]:
    """Most likely, best and worst among the scenarios with a judged probability; best is the fewest people in transit.

    The measure is arrivals at places on the way, all places and months together: what needs grow with.
    """
    likely = judged(corridor, comparison)
    if not likely:
        return []
    transit = [k for k, place in enumerate(comparison.bench.model.places) if on_the_way(corridor, place.id)]
    burden = {name: total(comparison.outcomes[name].found["arrivals"])[:, transit].sum(axis=1) for name in likely}
    middles = {name: float(np.median(values)) for name, values in burden.items()}
    chosen = {
        "most likely": max(likely, key=likely.__getitem__),
        "best": min(middles, key=middles.__getitem__),
        "worst": max(middles, key=middles.__getitem__),
    }
    base = total(comparison.outcomes[BASELINE].found["arrivals"])[:, transit].sum(axis=1)
    return [
        {
            "sheet": sheet,
            "scenario": name,
            "label": corridor.scenarios[name].label,
            "probability": round(likely[name], 3),
            "words": words(likely[name]),
            "judged": corridor.scenarios[name].likelihood_source,
            "statements": statements(burden[name], base),
            "range": _range(burden[name] / np.maximum(base, 1e-9)),
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
            {"what": f"arrivals on the way below {share:.0%} of the baseline", "probability": chance, "words": words(chance)}
        )
    return out


def _range(ratio: Floats) -> dict[str, float]:
    low, middle, high = (round(float(v), 3) for v in np.quantile(ratio, [0.05, 0.5, 0.95]))
    return {"median": middle, "lo90": low, "hi90": high}
