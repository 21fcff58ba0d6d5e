"""The month under way: forecast draws weighed by what was counted of it so far.

A part with a share s of a month's days is expected to hold s times the month's figure, give or take the chance of small counts
and how unevenly people come within a month (``UNEVEN``, an assumption). Draws under which counts are likely weigh more. Series
of one group weigh each other's draws, so that the count of an upstream checkpoint moves figures downstream, in later months too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.data.partial import Part

Floats = NDArray[np.float64]

UNEVEN = 0.25
"""Standard deviation, on the log scale, of a half month's count about half of the month's."""
REVISED = 0.01
"""Standard deviation of what revisions add to a count, as a share of it (an assumption)."""
LEAST_EFFECTIVE = 20.0
"""Draws that must be left after weighing, by effective number; weights are flattened until they are."""


class Counted(NamedTuple):
    """What was counted of one series and month.

    Attributes:
        series: Position.
        month: Months ahead, from 0.
        value: Sum of the parts.
        share: Share of the month's days that they cover.
    """

    series: int
    month: int
    value: float
    share: float


def counted(parts: Sequence[Part], series: Sequence[str], months: Sequence[str]) -> list[Counted]:
    """Parts added up by series and month; those of other months than ``months`` are left out."""
    sums: dict[tuple[str, str], list[float]] = {}
    for part in parts:
        total = sums.setdefault((part.series, part.month), [0.0, 0.0])
        total[0] += part.value
        total[1] += part.share
    return [
        Counted(series.index(name), months.index(month), value, min(share, 1.0))
        for (name, month), (value, share) in sums.items()
        if month in months
    ]


def log_weights(draws: Floats, found: Counted) -> Floats:
    """Log weight of each draw of the month's figure, ``(sample,)``."""
    expected = np.log(found.share * draws + 0.5)
    spread = np.sqrt(1 / (found.value + 1) + UNEVEN**2 * (1 - found.share) / found.share + 1e-4)
    return np.asarray(-0.5 * ((np.log(found.value + 0.5) - expected) / spread) ** 2)


def nowcast(predicted: Floats, found: Sequence[Counted], groups: Sequence[int], generator: np.random.Generator) -> Floats:
    """Figures ahead, drawn anew by their weights; no month is smaller than what was counted of it.

    Args:
        predicted: Drawn figures, ``(sample, series, month ahead)``.
        found: What was counted.
        groups: Group of each series.
        generator: For drawing.
    """
    out = predicted.copy()
    for group in dict.fromkeys(groups[one.series] for one in found):
        mine = [k for k, other in enumerate(groups) if other == group]
        log = np.sum([log_weights(predicted[:, c.series, c.month], c) for c in found if groups[c.series] == group], axis=0)
        out[:, mine] = predicted[_drawn(flat_enough(log), generator)][:, mine]
    for c in found:
        month = out[:, c.series, c.month]
        out[:, c.series, c.month] = np.where(month < c.value, np.round(c.value + rest(c, len(out), generator)), month)
    return out


def rest(found: Counted, n: int, generator: np.random.Generator) -> Floats:
    """What is still to come of a month whose count is beyond a draw, ``(sample,)``: the days left at the pace so far.

    Of a month counted whole, what a later revision adds is left (`REVISED`).
    """
    pace, late = generator.standard_normal((2, n))
    to_come = found.value * (1 - found.share) / found.share * np.exp(UNEVEN * pace)
    return np.asarray(to_come + np.maximum(REVISED * found.value, 1.0) * np.abs(late))


def flat_enough(log: Floats) -> Floats:
    """Weights that leave `LEAST_EFFECTIVE` draws, flattened by a power where they would leave fewer."""
    power = 1.0
    while True:
        weights = np.exp(power * (log - log.max()))
        weights /= weights.sum()
        if 1 / (weights**2).sum() >= min(LEAST_EFFECTIVE, len(log)) or power < 1e-3:
            return np.asarray(weights)
        power *= 0.7


def _drawn(weights: Floats, generator: np.random.Generator) -> NDArray[np.intp]:
    """Positions by systematic resampling, in order."""
    at = (np.arange(len(weights)) + generator.random()) / len(weights)
    return np.minimum(np.searchsorted(np.cumsum(weights), at), len(weights) - 1)
