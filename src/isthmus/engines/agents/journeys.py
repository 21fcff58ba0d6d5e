"""What journeys came to: histograms filled while people move, and what is read from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.counts import Counts
from isthmus.model.network import Model

Floats = NDArray[np.float64]
Counted = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Journeys:
    """Histories of agents, by group; nobody's history is kept.

    Attributes:
        steps: Journeys by ending and length in steps, ``(group, ending, step)``; endings as in `counts.ENDINGS`.
        usd: Journeys by ending and cost, ``(group, ending, bin)``; the last bin has no upper end.
        bin_usd: Width of a bin, US$.
        met: Who passed a leg with hazards, by times met, ``(group, kind, times)``; the last is that often or more.
        kinds: Names of the kinds.
        waited: Served in a queue by steps waited, ``(queue, group, step)``.
        turned_back: Giving up by place, ``(group, place)``.
        short: Running out of money by leg, ``(group, leg)``.
        step_days: Mean length of a step, days.
    """

    steps: Counted
    usd: Counted
    bin_usd: float
    met: Counted
    kinds: tuple[str, ...]
    waited: Counted
    turned_back: Counted
    short: Counted
    step_days: float

    @classmethod
    def of(cls, model: Model, counts: Counts, bin_usd: float, kinds: tuple[str, ...]) -> Journeys:
        """Budget classes added to groups."""

        def grouped(people: Counted) -> Counted:
            if model.strata is None:
                return people
            return np.asarray(people.reshape(len(model.groups), -1, *people.shape[1:]).sum(axis=1))

        return cls(
            steps=grouped(counts.steps),
            usd=grouped(counts.usd),
            bin_usd=bin_usd,
            met=grouped(counts.met)[:, : len(kinds)],
            kinds=kinds,
            waited=np.stack([grouped(one) for one in counts.waited]) if len(counts.waited) else counts.waited,
            turned_back=grouped(counts.turned_back.sum(axis=1)),
            short=grouped(counts.short.sum(axis=1)),
            step_days=model.grid.mean_days,
        )

    def days_at(self, shares: Floats, ending: int) -> Floats:
        """Quantiles of the length of journeys that ended so, ``(group, share)``, days; NaN where none did.

        A journey of n steps began and ended somewhere within a step, so it took n - 1 to n + 1 steps, most likely n.
        """
        return quantiles(_spread(self.steps[:, ending].astype(float)), shares, self.step_days / 2)

    def usd_at(self, shares: Floats, ending: int) -> Floats:
        """Quantiles of what journeys that ended so cost, ``(group, share)``, US$."""
        return quantiles(self.usd[:, ending].astype(float), shares, self.bin_usd)


def _spread(steps: Floats) -> Floats:
    """Journeys by half steps, a length of n steps spread as a triangle from n - 1 to n + 1, cut at 0."""
    half = np.zeros((*steps.shape[:-1], 2 * steps.shape[-1] + 2))
    ends = 2 * steps.shape[-1]
    half[..., 0:ends:2] += 3 / 8 * steps
    half[..., 1 : ends + 1 : 2] += 1 / 8 * steps
    half[..., 0 : ends - 2 : 2] += 1 / 8 * steps[..., 1:]
    half[..., 1 : ends - 1 : 2] += 3 / 8 * steps[..., 1:]
    half[..., 0] += 3 / 8 * steps[..., 0]
    half[..., 1] += 1 / 8 * steps[..., 0]
    return half


def quantiles(counts: Floats, shares: Floats, width: float) -> Floats:
    """Quantiles of histograms with bins of one width from 0 on, ``(..., share)``, a straight line within a bin."""
    total = counts.sum(axis=-1, keepdims=True)
    upto = np.cumsum(counts, axis=-1)
    out = np.full((*counts.shape[:-1], len(shares)), np.nan)
    for where in np.ndindex(*counts.shape[:-1]):
        if total[where] > 0:
            wanted = np.asarray(shares) * total[where]
            at = np.minimum(np.searchsorted(upto[where], wanted), counts.shape[-1] - 1)
            inside = counts[where][at]
            below = upto[where][at] - inside
            out[where] = (at + np.where(inside > 0, (wanted - below) / np.where(inside > 0, inside, 1), 0.5)) * width
    return out
