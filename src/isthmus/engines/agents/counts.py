"""What happened to people, counted as it happens: integers that add up over threads in any order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.compiled import kernel
from isthmus.engines.agents.draws import I64
from isthmus.engines.agents.endings import ENDINGS
from isthmus.engines.agents.world import COST_BINS, MOST_MET, N_KINDS, World

Counted = NDArray[np.int64]


class Counts(NamedTuple):
    """Agents by stratum.

    Attributes:
        hops: What people do next and how long it takes, ``(stratum, step, delay)`` of each code of `ways.Codes` in turn.
        turned_back: Giving up at a place, ``(stratum, step, place)``.
        short: Who cannot pay for a leg, ``(stratum, step, leg)``; ``to_work``, ``from_work`` and ``stranded`` likewise.
        steps: Journeys by ending and length in steps, ``(stratum, ending, step)``.
        usd: Journeys by ending and cost, ``(stratum, ending, bin)``.
        met: Who passed a leg with hazards by times met, ``(stratum, kind, times)``.
        waited: Served by steps waited, ``(queue, stratum, step)``.
    """

    hops: Counted
    turned_back: Counted
    short: Counted
    to_work: Counted
    from_work: Counted
    stranded: Counted
    steps: Counted
    usd: Counted
    met: Counted
    waited: Counted

    @classmethod
    def nothing(cls, world: World) -> Counts:
        """Nobody yet."""
        n_strata = len(world.origin)
        by_leg, by_place = (n_strata, world.n_steps, world.n_legs), (n_strata, world.n_steps, world.n_places)
        shapes = (
            (int(world.hops[-1]),),
            by_place,
            *[by_leg] * 4,
            (n_strata, len(ENDINGS), world.n_steps + 1),
            (n_strata, len(ENDINGS), COST_BINS),
            (n_strata, N_KINDS, MOST_MET),
            (world.n_queues, n_strata, world.n_steps),
        )
        return cls(*(np.zeros(shape, np.int64) for shape in shapes))

    @classmethod
    def total(cls, parts: list[Counts]) -> Counts:
        """All of several added."""
        return parts[0] if len(parts) == 1 else cls(*(np.sum(arrays, axis=0) for arrays in zip(*parts, strict=True)))

    def flat(self) -> Counts:
        """The same memory, each table as one row: what the kernels count in."""
        return Counts(*(table.reshape(-1) for table in self))

    def flow(self, world: World) -> Counted:
        """Setting out on legs, and ending the journey at places, ``(leg, then place, stratum, step)``."""
        out = np.zeros((world.codes.joins, len(world.origin), world.n_steps), np.int64)
        _set_out(self.hops, world.hops, world.travel.size, out)
        return out

    def came(self, world: World) -> Counted:
        """Arriving by a leg within the time, ``(leg, stratum, step)``."""
        out = np.zeros((world.n_legs, len(world.origin), world.n_steps), np.int64)
        _come(self.hops, world.hops, world.travel.size, out)
        return out

    @property
    def lived(self) -> int:
        """Agent-steps lived: from the step of departure to that in which the journey ended, both included."""
        return int((self.steps.sum(axis=(0, 1)) * (np.arange(self.steps.shape[2]) + 1)).sum())


@kernel
def _set_out(hops: Counted, starts: NDArray[np.uint64], sizes: NDArray[np.uint64], out: Counted) -> None:
    for k in range(out.shape[0]):
        at, delays = I64(starts[k]), I64(sizes[k])
        for s in range(out.shape[1]):
            for t in range(out.shape[2]):
                for delay in range(delays):
                    out[k, s, t] += hops[at + delay]
                at += delays


@kernel
def _come(hops: Counted, starts: NDArray[np.uint64], sizes: NDArray[np.uint64], out: Counted) -> None:
    for k in range(out.shape[0]):
        at, delays = I64(starts[k]), I64(sizes[k])
        for s in range(out.shape[1]):
            for t in range(out.shape[2]):
                for delay in range(min(delays, out.shape[2] - t)):
                    out[k, s, t + delay] += hops[at + delay]
                at += delays
