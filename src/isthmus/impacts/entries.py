"""Rows of the table of impacts: a measure with its sector, item and edition beside what a row of scenarios has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from isthmus.scenarios.rows import ALL, ORDER, Row, quantiles
from isthmus.scenarios.rows import COLUMNS as PLAIN

Floats = NDArray[np.float64]

COLUMNS = (*PLAIN, "sector", "item", "edition")


@dataclass(frozen=True)
class Entry:
    """What a measure is called and where it is from."""

    measure: str
    kind: Literal["flow", "stock", "share", "ratio"]
    unit: str
    source: str
    sector: str = ""
    item: str = ""
    edition: str = ""


@dataclass(frozen=True, eq=False)
class Levels:
    """Quantiles of a quantity at places by group and month, and of flows over all months, ``(level, place, group, period)``."""

    places: tuple[str, ...]
    groups: tuple[str, ...]
    periods: tuple[str, ...]
    values: Floats

    @classmethod
    def of(cls, values: Floats, places: Sequence[str], groups: Sequence[str], months: Sequence[str], *, flow: bool) -> Levels:
        """From draws ``(sample, place, group, month)``; sums over groups and, of flows, over months are added."""
        names = list(groups)
        if len(groups) > 1:
            values = np.concatenate([values, values.sum(axis=2, keepdims=True)], axis=2)
            names.append(ALL)
        periods = list(months)
        if flow:
            values = np.concatenate([values, values.sum(axis=-1, keepdims=True)], axis=-1)
            periods.append(f"{months[0]}/{months[-1]}")
        return cls(tuple(places), tuple(names), tuple(periods), quantiles(values))

    def times(self, factor: float) -> Levels:
        """Quantiles of the quantity times a positive number."""
        return Levels(self.places, self.groups, self.periods, self.values * factor)

    def rows(self, scenario: str, entry: Entry) -> Iterator[Row]:
        """One row a place, group and period; other nationalities on their own are not the corridor's to tell."""
        for i, place in enumerate(self.places):
            for g, group in enumerate(self.groups):
                if group == "others":
                    continue
                for m, period in enumerate(self.periods):
                    values = dict(zip(ORDER, self.values[:, i, g, m].tolist(), strict=True))
                    yield row(scenario, entry, period=period, place=place, group=group, values=values)


def row(scenario: str, entry: Entry, *, period: str, values: dict[str, float], place: str = ALL, group: str = ALL) -> Row:
    """One row."""
    return {
        "scenario": scenario, "measure": entry.measure, "place": place, "leg": ALL, "group": group, "period": period,
        "kind": entry.kind, "unit": entry.unit, **values, "source": entry.source, "sector": entry.sector, "item": entry.item,
        "edition": entry.edition,
    }  # fmt: skip


def interval(values: Floats) -> dict[str, float]:
    """Median and intervals of draws ``(sample,)``."""
    return dict(zip(ORDER, quantiles(values).tolist(), strict=True))
