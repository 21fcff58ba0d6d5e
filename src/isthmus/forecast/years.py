"""Months of a run gathered into calendar years and the months ahead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from isthmus.model.network import Model

Floats = NDArray[np.float64]

AHEAD = "ahead"
"""Name of the period after the last fitted month."""


@dataclass(frozen=True)
class Periods:
    """Calendar years of the fitted months, then the months ahead.

    Args:
        months: Names of the months of the grid.
        first: Position of the first fitted month.
        last: Position of the last fitted month.
    """

    months: tuple[str, ...]
    first: int
    last: int

    @classmethod
    def of(cls, model: Model, last: int) -> Periods:
        """Periods of a model whose fit saw months up to ``last``."""
        return cls(model.grid.months, model.fit_from, last)

    @cached_property
    def of_month(self) -> tuple[str, ...]:
        """Period of each month; empty before the first fitted one."""
        return tuple("" if k < self.first else month[:4] if k <= self.last else AHEAD for k, month in enumerate(self.months))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Periods in order."""
        return tuple(name for name in dict.fromkeys(self.of_month) if name)

    def covered(self, name: str) -> tuple[str, ...]:
        """Months of a period."""
        return tuple(month for month, period in zip(self.months, self.of_month, strict=True) if period == name)

    def sums(self, monthly: Floats) -> Floats:
        """Add months ``(..., month)`` to periods ``(..., period)``."""
        table = np.array([[float(period == name) for name in self.names] for period in self.of_month])
        return np.asarray(monthly @ table)
