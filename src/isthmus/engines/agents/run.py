"""People of a corridor, from departure to the end of their journeys: what the windows go by, and threads for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.band import Band, Cohorts
from isthmus.engines.agents.counts import Counts
from isthmus.engines.agents.departures import MOST, Leaving, Source, entropy
from isthmus.engines.agents.draws import U64
from isthmus.engines.agents.line import Queues
from isthmus.engines.agents.minds import Beliefs, Outlook
from isthmus.engines.agents.people import People, put
from isthmus.engines.agents.room import Room
from isthmus.engines.agents.walk import Job, Out, walk
from isthmus.engines.agents.ways import Ways, alternatives
from isthmus.engines.agents.windows import Log, live_through
from isthmus.engines.agents.world import Costs, Hazards, World, build
from isthmus.engines.step import Plan
from isthmus.errors import ModelError
from isthmus.model.network import Model
from isthmus.streams import stream_seed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK, LARGEST = 1 << 14, 1 << 18
"""People whom a thread moves at a time, at least and at most; a block costs 0.1 ms that threads cannot share."""


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


def packed(cohorts: Cohorts, size: int = BLOCK) -> list[Cohorts]:
    """Cohorts in blocks of at most so many people, those that are larger in parts."""
    rows = [(s, t, begun, min(size, n - begun)) for s, t, _, n in cohorts.tolist() for begun in range(0, n, size)]
    blocks: list[list[tuple[int, ...]]] = []
    room = 0
    for row in rows:
        if row[3] > room:
            blocks.append([])
            room = size
        blocks[-1].append(row)
        room -= row[3]
    return [np.array(block, np.uint64) for block in blocks]


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
        aids, room = (Band.room(), Source.room(), cohorts, self.log), Room.of(BLOCK, len(self.model.queues), n_steps)
        with ThreadPoolExecutor(self.crowd.workers) as pool:
            alone = self.crowd.workers == 1
            move: Any = live_through if alone else interpreted(live_through)
            lend = None if alone else Threads(pool, course, counts).walk
            while (wanted := move(*course, counts, *aids, *room, lend)) > 0:
                room = room.grown(wanted + wanted // 2)
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


class Threads:
    """Threads that move people block by block; what they find stands in the order of the blocks."""

    def __init__(self, pool: ThreadPoolExecutor, course: Course, counts: tuple[Counts, ...]) -> None:
        self.pool, self.course, self.counts = pool, course, counts
        self.bands = [Band.room() for _ in counts]
        self.rooms: list[Out] = []
        """By block: kept between windows, as memory that is new each time costs threads more than what is done in it."""

    def walk(self, job: Job, out: Out, had: tuple[int, int]) -> tuple[int, int]:
        """As `walk.walk`."""
        jobs = self._jobs(job)
        while len(self.rooms) < len(jobs):
            self.rooms.append(Out(People.room(LARGEST), People.room(LARGEST)))
        found = [(0, 0)] * len(jobs)
        turn, course = count(), self.course

        def work(counts: Counts, band: Band) -> None:
            for n in iter(lambda: next(turn), -1):
                if n >= len(jobs):
                    return
                found[n] = walk(course.world, course.ways.table, counts, course.stream, jobs[n], band, self.rooms[n], (0, 0))

        if len(jobs) == 1:
            work(self.counts[0], self.bands[0])
        else:
            list(self.pool.map(work, self.counts, self.bands))
        kept = self._gather(
            [room.kept.part(slice(0, n)) for room, (n, _) in zip(self.rooms, found, strict=False)], out.kept, had[0]
        )
        joined = [room.joined.part(slice(0, n)) for room, (_, n) in zip(self.rooms, found, strict=False)]
        return kept, self._gather(joined, out.joined, had[1])

    def _gather(self, parts: list[People], into: People, at: int) -> int:
        """Write people one part after the other, from a row on; returns the row after the last."""
        ends = np.cumsum([at, *(part.size for part in parts)]).tolist()
        list(self.pool.map(lambda part, start: put([part], into, start), parts, ends[:-1]))
        return int(ends[-1])

    def _jobs(self, job: Job) -> list[Job]:
        """Blocks for the threads; few people and few who leave are one block, in that order."""
        people, none, until = job.people, job.cohorts[:0], job.until
        everybody = people.size + int(job.cohorts[:, 3].sum())
        size = min(max(everybody // (4 * len(self.counts)), BLOCK), LARGEST)
        cohorts = packed(job.cohorts, size)
        jobs = [Job(people.part(slice(n, n + size)), none, until) for n in range(0, people.size, size)]
        if jobs and cohorts and jobs[-1].people.size + int(cohorts[0][:, 3].sum()) <= size:
            jobs[-1] = Job(jobs[-1].people, cohorts[0], until)
            cohorts = cohorts[1:]
        return jobs + [Job(people.part(slice(0, 0)), part, until) for part in cohorts]
