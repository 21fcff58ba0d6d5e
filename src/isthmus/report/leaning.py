"""Groups that lean on the others: with few people counted, what a group does is mostly what the others do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isthmus.report.language import say
from isthmus.report.view import RunView
from isthmus.report.words import listed

FEW = 50.0
"""People a month: below it half of a group's figures lie."""


def leaning(view: RunView) -> tuple[str, ...]:
    """Groups of a corridor with populations half of whose monthly figures lie below `FEW`."""
    corridor = view.corridor
    if not corridor.pools:
        return ()
    figures: dict[str, list[float]] = {group: [] for group in corridor.groups}
    for name, series in corridor.series.items():
        figures[series.group] += [o.value for o in view.observed.get(name, {}).values() if o.used and o.value is not None]
    return tuple(group for group, values in figures.items() if not values or np.median(values) < FEW)


def leaning_words(view: RunView, groups: Sequence[str]) -> str:
    """Who leans, and what of theirs is borrowed."""
    return say(
        "{groups}: half of their monthly figures, or more, are below {few}. Their departures, what share of them is counted and "
        "how they take entry rules are mostly borrowed from the other groups; read their numbers as those of a typical group.",
        groups=listed([say(view.corridor.groups[g].label) for g in groups]),
        few=f"{FEW:.0f}",
    )
