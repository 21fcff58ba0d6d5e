"""People on each leg, month by month, for the map with its slider."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isthmus.report.intervals import Interval, count_words, intervals, smallest_count
from isthmus.report.map import thickness
from isthmus.report.parameters import leg_name
from isthmus.report.view import RunView
from isthmus.report.words import period_name


@dataclass(frozen=True, slots=True)
class Flows:
    """Months and legs of a run.

    Attributes:
        months: Name, words and whether it lies ahead.
        legs: Id, name, and per month the line's width (pixels) and the number in words.
    """

    months: tuple[tuple[str, str, bool], ...]
    legs: tuple[tuple[str, str, tuple[float, ...], tuple[str, ...]], ...]

    def plain(self) -> dict[str, object]:
        """For the script."""
        return {
            "months": [{"name": words, "ahead": ahead} for _, words, ahead in self.months],
            "legs": {leg: {"name": name, "widths": widths, "words": words} for leg, name, widths, words in self.legs},
        }


def flows(view: RunView) -> Flows:
    """Median and interval of the people who set out on each leg in each fitted and forecast month."""
    months = (*view.fitted, *view.ahead)
    table = view.posterior["leg_flow"].sel(month=list(months)).sum("group").transpose("leg", "sample", "month")
    found = {str(leg): intervals(np.asarray(values)) for leg, values in zip(table["leg"].values, table.values, strict=True)}
    most = max((i.median for row in found.values() for i in row), default=1.0)
    legs = tuple(
        (leg, leg_name(view.corridor, leg), tuple(_width(i, most) for i in row), tuple(count_words(i) for i in row))
        for leg, row in found.items()
        if leg in view.corridor.legs
    )
    return Flows(tuple((month, period_name(month), month > view.origin) for month in months), legs)


def _width(value: Interval, most: float) -> float:
    """Pixels of a line; one that is withheld is as thin as any other."""
    shown = 0.0 if value.median < smallest_count() else value.median
    return round(thickness(shown, most), 1)
