"""The figures as known at the end of an origin's month: by their dates of publication where these are kept, else imitated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from isthmus.data.align import align, delays_of
from isthmus.data.figures import Figures
from isthmus.data.periods import is_year
from isthmus.data.series import Figure
from isthmus.spec.schema import Corridor
from isthmus.timegrid import month_end, month_index

Floats = NDArray[np.float64]

How = Literal["published by then", "latest, cut"]

TIMELY_DAYS = 200
"""A figure first seen within so many days of its month was seen when it was news, not when a table was made."""


@dataclass(frozen=True)
class Vintages:
    """Figures by series and month of a grid, as known on any day.

    Attributes:
        months: Months of the grid.
        first: First month that is used.
    """

    figures: Figures
    corridor: Corridor
    months: tuple[str, ...]
    first: str

    @cached_property
    def latest(self) -> Floats:
        """Figures as known last, NaN where there is none, ``(series, month)``."""
        return self._values(None)

    @cached_property
    def how(self) -> tuple[How, ...]:
        """Whether each series' past knowledge is known or imitated, ``(series,)``.

        Known where half of its months were first seen within `TIMELY_DAYS`; else the latest numbers are cut at the origin, less
        the delay of publication that the corridor file gives: *pseudo* real time, since later revisions are in them.
        """
        return tuple(
            "published by then" if timely(self.figures.vintages(one.figures, group=one.group)) else "latest, cut"
            for one in self.corridor.series.values()
        )

    def known_at(self, origin: str) -> Floats:
        """Figures known at the end of month ``origin``, NaN where none was, ``(series, month)``."""
        shown = np.array([month_index(m) for m in self.months])[None, :]
        delays = np.array(list(delays_of(self.corridor).values()))[:, None]
        cut = np.where(shown <= month_index(origin) - delays, self.latest, np.nan)
        dated = np.array([how == "published by then" for how in self.how])
        if not dated.any():
            return cut
        known = self._values(month_end(origin))
        known[:, self.months.index(origin) + 1 :] = np.nan
        return np.where(dated[:, None], known, cut)

    def _values(self, as_of: dt.date | None) -> Floats:
        seen = align(self.figures, self.corridor, self.months, as_of=as_of)
        values = np.where(seen.mask, seen.values, np.nan)
        before = np.array([month_index(m) < month_index(self.first) for m in self.months])
        return np.where(before[None, :], np.nan, values)


def timely(vintages: Sequence[Figure]) -> bool:
    """Whether at least half of the months were first seen soon after their end."""
    first: dict[str, dt.date] = {}
    for figure in vintages:
        if not is_year(figure.period):
            first[figure.period] = min(figure.seen, first.get(figure.period, figure.seen))
    soon = [(seen - month_end(period)).days <= TIMELY_DAYS for period, seen in first.items()]
    return bool(soon) and sum(soon) * 2 >= len(soon)
