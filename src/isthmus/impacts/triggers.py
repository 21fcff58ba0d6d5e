"""Triggers for anticipatory action: the probability that the stock at a place exceeds a number within some weeks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.impacts.presence import Presence
from isthmus.scenarios.words import words
from isthmus.spec.impacts import Impacts

Floats = NDArray[np.float64]


def triggers(block: Impacts, people: Presence) -> list[dict[str, Any]]:
    """Each statement with its probability, in words too, and whether it is met."""
    out = []
    begin = np.cumsum(people.days) - people.days
    for name, trigger in block.triggers.items():
        stock = people.present[:, people.places.index(trigger.place)].sum(axis=1)
        within = begin < 7 * trigger.weeks
        chance = float((stock[:, within].max(axis=1) > trigger.above).mean())
        out.append({
            "trigger": name, "label": trigger.label, "place": trigger.place, "above": trigger.above, "weeks": trigger.weeks,
            "probability": round(chance, 3), "words": words(chance), "from": trigger.probability,
            "met": chance >= trigger.probability, "source": trigger.source,
        })  # fmt: skip
    return out


def brier(probabilities: Floats, happened: Floats) -> dict[str, Any]:
    """Skill of a statement: Brier score (Brier 1950), that of always saying how often it happens, and a reliability table.

    Args:
        probabilities: What was said, ``(case,)``.
        happened: 1 where it came about, ``(case,)``.
    """
    score = float(np.mean((probabilities - happened) ** 2))
    base = float(happened.mean())
    climate = float(np.mean((base - happened) ** 2))
    edges = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    bins = np.clip(np.digitize(probabilities, edges) - 1, 0, len(edges) - 2)
    table = [
        {
            "said": [float(edges[k]), float(edges[k + 1])],
            "cases": int((bins == k).sum()),
            "mean_said": float(probabilities[bins == k].mean()),
            "happened": float(happened[bins == k].mean()),
        }
        for k in range(len(edges) - 1)
        if (bins == k).any()
    ]
    skill = 1 - score / climate if climate > 0 else None
    return {"cases": len(happened), "brier": score, "brier_of_base_rate": climate, "skill": skill, "reliability": table}
