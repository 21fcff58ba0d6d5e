"""What happened to people, counted as it happens: integers that add up over threads in any order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.endings import ENDINGS
from isthmus.engines.agents.world import COST_BINS, MOST_MET, N_KINDS, World

Counted = NDArray[np.int64]


class Counts(NamedTuple):
    """Agents by stratum.

    Attributes:
        went: What people do next, ``(stratum, step, code)``, see `ways.Codes`; the last step is one beyond the end.
        came: What they did, in the step in which it is done, likewise.
        turned_back: Giving up at a place, ``(stratum, step, place)``.
        short: Who cannot pay for a leg, ``(stratum, step, leg)``; ``to_work``, ``from_work`` and ``stranded`` likewise.
        steps: Journeys by ending and length in steps, ``(stratum, ending, step)``.
        usd: Journeys by ending and cost, ``(stratum, ending, bin)``.
        met: Who passed a leg with hazards by times met, ``(stratum, kind, times)``.
        waited: Served by steps waited, ``(queue, stratum, step)``.
    """

    went: Counted
    came: Counted
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
            *[(n_strata, world.n_steps + 1, world.codes.size)] * 2,
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
        return cls(*(np.sum(arrays, axis=0) for arrays in zip(*parts, strict=True)))

    def flat(self) -> Counts:
        """The same memory, each table as one row: what the kernels count in."""
        return Counts(*(table.reshape(-1) for table in self))

    @property
    def flow(self) -> Counted:
        """Setting out on a leg, ``(stratum, step, leg)``."""
        return self.went[:, :-1, : self.short.shape[-1]]

    @property
    def arrived(self) -> Counted:
        """Arriving by a leg, likewise."""
        return self.came[:, :-1, : self.short.shape[-1]]

    @property
    def settled(self) -> Counted:
        """Ending the journey at a place, ``(stratum, step, place)``."""
        n_legs = self.short.shape[-1]
        return self.went[:, :-1, n_legs : n_legs + self.turned_back.shape[-1]]

    @property
    def lived(self) -> int:
        """Agent-steps lived: from the step of departure to that in which the journey ended, both included."""
        return int((self.steps.sum(axis=(0, 1)) * (np.arange(self.steps.shape[2]) + 1)).sum())
