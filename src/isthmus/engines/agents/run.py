"""People of a corridor, from departure to the end of their journeys: what the windows go by."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.band import Band
from isthmus.engines.agents.counts import Counts
from isthmus.engines.agents.departures import MOST, Leaving, Source, entropy
from isthmus.engines.agents.draws import U64
from isthmus.engines.agents.line import Queues
from isthmus.engines.agents.minds import Beliefs, Outlook
from isthmus.engines.agents.room import Room
from isthmus.engines.agents.threads import Threads
from isthmus.engines.agents.ways import Ways, alternatives
from isthmus.engines.agents.windows import Log, live_through
from isthmus.engines.agents.world import Costs, Hazards, World, build
from isthmus.engines.step import Plan
from isthmus.errors import ModelError
from isthmus.model.network import Model
from isthmus.streams import stream_seed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIRST = 1 << 14
"""People for whom there is room at first."""


@dataclass(frozen=True)
class Crowd:
    """How many agents stand for people, and who draws for them.

    Attributes:
        seed: Root seed.
        names: Further names of the streams (draw, replicate).
        per_person: Agents for a person; capacities and other people are multiplied alike.
        workers: Threads; the result does not depend on it.
        exact: Whether departures are taken as whole numbers as they stand, and not drawn (Poisson).
    """

    seed: int
    names: tuple[str | int, ...] = ()
    per_person: float = 1.0
    workers: int = 1
    exact: bool = False


class Course(NamedTuple):
    """What people go by, in the order of the arguments of `windows.live_through`."""

    world: World
    ways: Ways
    beliefs: Beliefs
    leaving: Leaving
    queues: Queues
    stream: np.uint64


class Engine:
    """A corridor with its people while they move."""

    def __init__(self, model: Model, plan: Plan, outlook: Outlook, costs: Costs, hazards: Hazards | None, crowd: Crowd) -> None:
        self.model, self.plan, self.crowd = model, plan, crowd
        self.world: World = build(model, plan, costs, hazards)
        self.beliefs = Beliefs.of(model, outlook)
        n_strata, n_steps = len(self.world.origin), model.grid.n_steps
        self.counts = [Counts.nothing(self.world) for _ in range(crowd.workers)]
        self.log = Log(
            np.zeros((n_strata, n_steps), np.int64),
            np.zeros(len(model.queues) * (n_strata + 1) * n_steps),
            np.zeros(1, np.int64),
        )

    def run(self, departures: Floats) -> Engine:
        """All windows in order; ``departures`` is ``(group, step)``, persons, or agents where exact.

        Raises:
            ModelError: The departures of a step are no number, or too many.
        """
        course, counts = self._course(departures), tuple(part.flat() for part in self.counts)
        n_strata, n_steps = self.log.departed.shape
        cohorts = np.zeros((n_strata * self.beliefs.window, 4), np.uint64)
        aids, room = (Band.room(), Source.room(), cohorts, self.log), Room.of(FIRST, len(self.model.queues), n_steps)
        with ThreadPoolExecutor(max(self.crowd.workers - 1, 1)) as pool:
            alone = self.crowd.workers == 1
            move: Any = live_through if alone else interpreted(live_through)
            lend = None if alone else Threads(pool, course.world, course.ways.table, course.stream, counts).walk
            while (wanted := move(*course, counts, *aids, *room, lend)) > 0:
                room = room.grown(wanted + wanted // 2, keeps=alone)
        if wanted < 0:
            raise ModelError.one(
                where=f"departures from step {-1 - wanted} on",
                expected=f"from 0 to {MOST:g} agents of a group or budget class a step",
                found="a number beyond it, or none",
                remedy="lower agents_per_person, or departures and their feedback",
            )
        return self

    @property
    def believed(self) -> Floats | None:
        """Believed risk on the legs of the information block, ``(leg, group, step)``; absent where none changes."""
        return self.beliefs.believed if self.beliefs.moving else None

    @property
    def queued(self) -> Floats:
        """In a queue at the end of a step, ``(queue, stratum and others, step)``."""
        shape = len(self.model.queues), len(self.world.origin) + 1, self.model.grid.n_steps
        return self.log.queued.reshape(shape)

    def _course(self, departures: Floats) -> Course:
        model, crowd, world = self.model, self.crowd, self.world
        n_steps, classes = model.grid.n_steps, self.beliefs.classes
        words = entropy(crowd.seed, ("leaving", *crowd.names), 0 if crowd.exact else n_steps)
        expected = np.ascontiguousarray(departures, np.float64)
        return Course(
            world=world,
            ways=Ways.room(alternatives(model, self.plan), len(world.origin), n_steps),
            beliefs=self.beliefs,
            leaving=Leaving(expected, words, float(crowd.per_person), classes, bool(crowd.exact)),
            queues=Queues.of(model, self.plan.gates, world, crowd.per_person),
            stream=U64(stream_seed(crowd.seed, "agents", *crowd.names)),
        )


def interpreted(function: Any) -> Any:
    """A compiled function as Python runs it."""
    return function.py_func
