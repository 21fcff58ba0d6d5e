"""What each scenario comes to, in the few figures that people ask for first, ready for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.scenarios.compare import Comparison
from isthmus.scenarios.account import ACCOUNT
from isthmus.scenarios.outcomes import total
from isthmus.scenarios.rows import ALL, BASELINE, CHANGE
from isthmus.spec.schema import Corridor

Floats = NDArray[np.float64]
Told = Mapping[tuple[str, str, str], Mapping[str, Any]]
"""Rows of changes over all months and groups as they may be told, by scenario, measure and place or leg (`told_changes`)."""

MOST = 8
"""Legs or places named for a scenario."""


def told_changes(rows: Iterable[Mapping[str, Any]]) -> Told:
    """Changes of flows over all months and of stocks at the end, all groups together, of rows that may leave."""
    found: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for row in rows:
        if row["measure"].endswith(CHANGE) and (row["kind"] == "stock" or "/" in row["period"]):
            item = next((name for name in (row["place"], row["leg"]) if name != ALL), ALL)
            key = (row["scenario"], row["measure"].removesuffix(CHANGE), item)
            known = found.get(key)
            # a group alone is all of them where there is no row of all
            if known is None or (row["group"] == ALL, row["period"]) >= (known["group"] == ALL, known["period"]):
                found[key] = row
    return found


def summary(corridor: Corridor, comparison: Comparison, told: Told) -> dict[str, Any]:
    """Everything of ``stress.json`` that is about scenarios one by one.

    Args:
        corridor: Whose scenarios they are.
        comparison: Their draws: whether anything changes at all.
        told: The numbers; a change without one, or without a median, is withheld.
    """
    bench = comparison.bench
    return {
        "draws": bench.n_samples,
        "months": [bench.months[0], bench.months[-1]],
        "scenarios": [
            {
                "id": name,
                "label": corridor.scenarios[name].label,
                "note": corridor.scenarios[name].note,
                "changes": list(changes(corridor, comparison, name, told)),
                "strengths": strengths(comparison, name),
            }
            for name in comparison.names
        ],
    }


def changes(corridor: Corridor, comparison: Comparison, name: str, told: Told) -> Iterator[dict[str, Any]]:
    """Departures; then who ends where; then the places and legs that change most; those withheld last."""
    found, base = comparison.outcomes[name].found, comparison.outcomes[BASELINE].found

    def paired(measure: str) -> Floats:
        return total(found[measure]) - total(base[measure])

    def change(words: str, measure: str, item: str = ALL, *, sign: int = 1) -> dict[str, Any]:
        return _change(words, measure, item, told.get((name, measure, item)), sign)

    if paired("departures").any():
        yield change("stay at home", "departures", sign=-1)
    for part, words in ACCOUNT.items():
        if paired(part).any():
            yield change(words, part)
    for measure, words, labels in (
        ("arrivals", "arriving: ", {place: node.label for place, node in corridor.places.items()}),
        ("leg_flow", "going by ", {leg: leg_label(corridor, leg) for leg in found["leg_flow"].items}),
        ("death", "dead or missing on ", {leg: leg_label(corridor, leg) for leg in corridor.legs}),
    ):
        if measure in found:
            moved = np.flatnonzero(paired(measure).any(axis=0))
            items = [found[measure].items[int(i)] for i in moved]
            lines = [change(words + labels.get(item, item), measure, item) for item in items]
            yield from sorted(lines, key=lambda line: (line["median"] is None, -abs(line["median"] or 0)))[:MOST]


def leg_label(corridor: Corridor, leg: str) -> str:
    """``Necoclí to Darién``; a leg that a scenario brings by its name in words."""
    arc = corridor.legs.get(leg)
    if arc is None:
        return leg.replace("_", " ")
    return f"{corridor.places[arc.from_].label} to {corridor.places[arc.to].label}"


def _change(words: str, measure: str, item: str, row: Mapping[str, Any] | None, sign: int) -> dict[str, Any]:
    """A change with its sign, or one withheld."""
    about = {"what": words, "measure": measure, "item": item}
    if row is None or row["median"] is None:
        return about | dict.fromkeys(("median", "lo90", "hi90"))
    low, high = sorted((sign * row["lo90"], sign * row["hi90"]))
    return about | {"median": round(sign * row["median"]), "lo90": round(low), "hi90": round(high)}


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
