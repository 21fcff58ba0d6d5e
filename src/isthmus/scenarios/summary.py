"""What each scenario comes to, in the few figures that people ask for first, ready for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.scenarios.compare import Comparison
from isthmus.scenarios.outcomes import ACCOUNT, total
from isthmus.scenarios.rows import BASELINE
from isthmus.spec.schema import Corridor

Floats = NDArray[np.float64]

ROUND = 5
"""People are told in fives."""
LEAST = 10
"""Fewer people than this are not told."""
MOST = 8
"""Legs or places named for a scenario."""


def summary(corridor: Corridor, comparison: Comparison) -> dict[str, Any]:
    """Everything of ``stress.json`` that is about scenarios one by one."""
    bench = comparison.bench
    return {
        "draws": bench.n_samples,
        "months": [bench.months[0], bench.months[-1]],
        "scenarios": [
            {
                "id": name,
                "label": corridor.scenarios[name].label,
                "note": corridor.scenarios[name].note,
                "changes": list(changes(corridor, comparison, name)),
                "strengths": strengths(comparison, name),
            }
            for name in comparison.names
        ],
    }


def changes(corridor: Corridor, comparison: Comparison, name: str) -> Iterator[dict[str, Any]]:
    """Departures; then who ends where; then the places and legs that change most."""
    found, base = comparison.outcomes[name].found, comparison.outcomes[BASELINE].found

    def paired(measure: str) -> Floats:
        return total(found[measure]) - total(base[measure])

    kept = -paired("departures")[:, 0]
    if kept.any():
        yield _change("stay at home", "departures", "all", kept)
    for part, words in ACCOUNT.items():
        moved = paired(part)[:, 0]
        if moved.any():
            yield _change(words, part, "all", moved)
    for measure, words, labels in (
        ("arrivals", "arriving: ", {place: node.label for place, node in corridor.places.items()}),
        ("leg_flow", "going by ", {leg: leg_label(corridor, leg) for leg in found["leg_flow"].items}),
        ("death", "dead or missing on ", {leg: leg_label(corridor, leg) for leg in corridor.legs}),
    ):
        if measure in found:
            moved = paired(measure)
            order = np.argsort(-np.abs(np.median(moved, axis=0)))[:MOST]
            for i in order:
                if moved[:, i].any():
                    item = found[measure].items[i]
                    yield _change(words + labels.get(item, item), measure, item, moved[:, i])


def leg_label(corridor: Corridor, leg: str) -> str:
    """``Necoclí to Darién``; a leg that a scenario brings by its name in words."""
    arc = corridor.legs.get(leg)
    if arc is None:
        return leg.replace("_", " ")
    return f"{corridor.places[arc.from_].label} to {corridor.places[arc.to].label}"


def _change(words: str, measure: str, item: str, values: Floats) -> dict[str, Any]:
    low, middle, high = (_told(float(v)) for v in np.quantile(values, [0.05, 0.5, 0.95]))
    return {"what": words, "measure": measure, "item": item, "median": middle, "lo90": low, "hi90": high}


def _told(value: float) -> int | None:
    """People in fives; fewer than `LEAST` either way are not told, none at all is."""
    if value != 0 and abs(value) < LEAST:
        return None
    return int(round(value / ROUND) * ROUND)


def strengths(comparison: Comparison, name: str) -> list[dict[str, Any]]:
    """Unknown strengths of a scenario's shocks with the middle and the 90 % interval of their priors."""
    found: Mapping[str, Any] = comparison.outcomes[name].priors
    out = []
    for quantity, parameter in found.items():
        low, middle, high = (
            float(v) for v in parameter.natural(parameter.location + parameter.sd * np.array([-1.6449, 0.0, 1.6449]))
        )
        out.append({"name": quantity, "median": middle, "lo90": low, "hi90": high, "source": parameter.source})
    return out
