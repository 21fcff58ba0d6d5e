"""Draws of flows and of stocks as different types: flows may be added over time, stocks may not, and neither to the other.

Type checkers see no sum that makes no sense; what gets past them is refused at run time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import StockSumError

Floats = NDArray[np.float64]

REMEDY = "use at() for one moment, change() between two, or a flow"


def _refuse(unit: str, expected: str) -> NoReturn:
    raise StockSumError.one(
        where=f"draws of {unit}",
        expected=expected,
        found="a stock: it counts people at a moment, so adding it over time counts a person once for every period they wait",
        remedy=REMEDY,
    )


@dataclass(frozen=True, slots=True, eq=False)
class FlowDraws:
    """What happens in each period, ``(sample, ..., period)``."""

    values: Floats
    unit: str

    def __add__(self, other: FlowDraws) -> FlowDraws:
        """Add another flow of the same periods and unit."""
        if not isinstance(other, FlowDraws):
            _refuse(self.unit, "a flow to add to a flow")
        return FlowDraws(self.values + other.values, self.unit)

    def total(self) -> Floats:
        """Sum over periods, ``(sample, ...)``."""
        return np.asarray(self.values.sum(axis=-1))


@dataclass(frozen=True, slots=True, eq=False)
class StockDraws:
    """Who is there at the end of each period, ``(sample, ..., period)``."""

    values: Floats
    unit: str

    def __add__(self, other: StockDraws) -> StockDraws:
        """Add the stock of other people at the same moments."""
        if not isinstance(other, StockDraws):
            _refuse(self.unit, "a stock of other people at the same moments")
        return StockDraws(self.values + other.values, self.unit)

    def at(self, period: int) -> Floats:
        """The stock at the end of a period, ``(sample, ...)``."""
        return np.asarray(self.values[..., period])

    def change(self, first: int, last: int) -> Floats:
        """The stock at the end of ``last`` less that at the end of ``first``."""
        return self.at(last) - self.at(first)

    if not TYPE_CHECKING:

        def total(self) -> NoReturn:
            """Refuse.

            Raises:
                StockSumError: always.
            """
            _refuse(self.unit, "a flow, which may be added over time")

        def __iter__(self) -> Iterator[float]:
            """Refuse, so that ``sum()`` does."""
            _refuse(self.unit, "a flow, which may be added over time")

        def __array__(self, *_options: object, **_named: object) -> NoReturn:
            """Refuse, so that ``numpy.sum`` does."""
            _refuse(self.unit, "a flow, which may be added over time")
