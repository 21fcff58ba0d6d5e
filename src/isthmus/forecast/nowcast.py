"""The month under way: forecast draws moved towards what was counted of it so far.

A part with a share s of a month's days is expected to hold s times the month's figure, and of that what has been reported by
then, give or take the chance of small counts and how unevenly people come within a month. Draws move on the log scale by an
ensemble Kalman update with perturbed counts (Burgers, van Leeuwen and Evensen 1998, Monthly Weather Review 126:1719), all series
and months of the group together, so that the count of an upstream checkpoint moves figures downstream, in later months too. How
uneven a month is, is unknown itself: values of a prior weigh by how likely they make the counts, and each draw moves under one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from isthmus.data.partial import Part

Floats = NDArray[np.float64]

UNEVEN = 0.25
"""Standard deviation, on the log scale, of a half month's count about half of the month's: centre of its prior."""
UNEVEN_SD = 0.7
"""Standard deviation of the log of it: from 0.08 to 0.79 in 90 %. Boats in the Channel: 0.4 to 0.5 by the median."""
UNEVEN_VALUES = 9
"""Equally likely values of it under the prior."""
REPORTED_SD = 0.5
"""Standard deviation of the log of the share reported, for each share that is still to come (an assumption)."""
REVISED = 0.01
"""Standard deviation of what revisions add to a count, as a share of it (an assumption)."""
HIGHEST_LOG = 34.0
"""Bound of a log figure, so that no move overflows."""


class Counted(NamedTuple):
    """What was counted of one series and month.

    Attributes:
        series: Position.
        month: Months ahead, from 0.
        value: Sum of the parts.
        share: Share of the month's days that they cover.
        reported: Share of the people of these days who are expected to be in the count by now.
    """

    series: int
    month: int
    value: float
    share: float
    reported: float = 1.0

    @property
    def seen(self) -> float:
        """Share of the month's people expected in the count."""
        return self.share * self.reported

    def spread(self, uneven: float) -> float:
        """Standard deviation of the log count about its expectation, where half months are as ``uneven``."""
        late = REPORTED_SD * (1 - self.reported)
        return float(np.sqrt(1 / (self.value + 1) + uneven**2 * (1 - self.share) / self.share + late**2 + REVISED**2))


def counted(parts: Sequence[Part], series: Sequence[str], months: Sequence[str]) -> list[Counted]:
    """Parts added up by series and month; those of other months than ``months`` are left out."""
    sums: dict[tuple[str, str], list[float]] = {}
    for part in parts:
        total = sums.setdefault((part.series, part.month), [0.0, 0.0, 0.0])
        total[0] += part.value
        total[1] += part.share
        total[2] += part.share * part.reported
    return [
        Counted(series.index(name), months.index(month), value, min(share, 1.0), min(seen / share, 1.0))
        for (name, month), (value, share, seen) in sums.items()
        if month in months
    ]


def nowcast(predicted: Floats, found: Sequence[Counted], groups: Sequence[int], generator: np.random.Generator) -> Floats:
    """Figures ahead, moved towards the counts; no month is smaller than what was counted of it.

    Args:
        predicted: Drawn figures, ``(sample, series, month ahead)``.
        found: What was counted.
        groups: Group of each series.
        generator: For drawing.
    """
    out = predicted.copy()
    for group in dict.fromkeys(groups[one.series] for one in found):
        mine = [k for k, other in enumerate(groups) if other == group]
        ours = [one._replace(series=mine.index(one.series)) for one in found if groups[one.series] == group]
        out[:, mine] = _moved(predicted[:, mine], ours, generator)
    for c in found:
        month = out[:, c.series, c.month]
        out[:, c.series, c.month] = np.where(month < c.value, np.round(c.value + rest(c, len(out), generator)), month)
    return out


def _moved(predicted: Floats, found: Sequence[Counted], generator: np.random.Generator) -> Floats:
    """Draws of one group after the update, ``(sample, series, month ahead)``."""
    n, _, horizon = predicted.shape
    logs = np.log(predicted + 0.5).reshape(n, -1)
    at = [one.series * horizon + one.month for one in found]
    away = logs - logs.mean(axis=0)
    with_counts = away.T @ away[:, at] / (n - 1)
    between = with_counts[at]
    count = np.log([(one.value + 0.5) / one.seen for one in found])
    values = UNEVEN * np.exp(UNEVEN_SD * ndtri((np.arange(UNEVEN_VALUES) + 0.5) / UNEVEN_VALUES))
    spreads = np.array([[one.spread(uneven) for one in found] for uneven in values])
    weights = _weights(count - logs[:, at].mean(axis=0), between, spreads)
    chosen = generator.permutation(_dealt(weights, n))
    out = logs.copy()
    for k in range(UNEVEN_VALUES):
        who = np.flatnonzero(chosen == k)
        gain = np.linalg.solve(between + np.diag(spreads[k] ** 2), with_counts.T)
        perturbed = count + spreads[k] * generator.standard_normal((len(who), len(found)))
        out[who] += (perturbed - logs[who][:, at]) @ gain
    return np.asarray(np.maximum(np.round(np.exp(np.minimum(out, HIGHEST_LOG)) - 0.5), 0.0).reshape(predicted.shape))


def _weights(surprise: Floats, between: Floats, spreads: Floats) -> Floats:
    """Probability of each value of unevenness given how far the counts are from the draws' mean."""
    log = []
    for spread in spreads:
        total = between + np.diag(spread**2)
        log.append(-0.5 * (np.linalg.slogdet(total)[1] + surprise @ np.linalg.solve(total, surprise)))
    weights = np.exp(np.array(log) - max(log))
    return np.asarray(weights / weights.sum())


def _dealt(weights: Floats, n: int) -> NDArray[np.intp]:
    """Positions in proportion to weights, in order, ``(n,)``."""
    at = (np.arange(n) + 0.5) / n
    return np.minimum(np.searchsorted(np.cumsum(weights), at), len(weights) - 1)


def rest(found: Counted, n: int, generator: np.random.Generator) -> Floats:
    """What is still to come of a month whose count is beyond a draw, ``(sample,)``: the days left at the pace so far.

    Of a month counted whole, what a later revision adds is left (`REVISED`).
    """
    pace, late = generator.standard_normal((2, n))
    to_come = found.value * (1 - found.seen) / found.seen * np.exp(UNEVEN * pace)
    return np.asarray(to_come + np.maximum(REVISED * found.value, 1.0) * np.abs(late))
