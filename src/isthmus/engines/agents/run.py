"""People of a corridor, from departure to the end of their journeys.

Time is cut into windows within which no belief can change what is chosen: as long as word needs to come back, or all of it.
In a window people are moved in blocks, each as far as it can go; queues are then served step by step, in the order of places.
Whoever waits for a later window is kept, at `people.BYTES` a person; nobody else is.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.counts import TURNED_BACK, Counts
from isthmus.engines.agents.draws import U64
from isthmus.engines.agents.line import Line, Service
from isthmus.engines.agents.minds import Minds, Outlook
from isthmus.engines.agents.people import People
from isthmus.engines.agents.walk import TURN, begin, end_all, walk
from isthmus.engines.agents.world import Costs, Hazards, World, build, choice_table
from isthmus.engines.step import Plan
from isthmus.model.network import Model
from isthmus.streams import stream, stream_seed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK = 1 << 14
"""People whose arrays a thread works on at a time."""


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


@dataclass(frozen=True)
class Task:
    """People of a stratum who leave in a step, or a part of them."""

    stratum: int
    step: int
    first: int
    size: int


class Engine:
    """A corridor with its people while they move."""

    def __init__(self, model: Model, plan: Plan, outlook: Outlook, costs: Costs, hazards: Hazards | None, crowd: Crowd) -> None:
        self.model, self.plan, self.crowd = model, plan, crowd
        self.world: World = build(model, plan, costs, hazards)
        self.minds = Minds(model, outlook)
        self.stream = U64(stream_seed(crowd.seed, "agents", *crowd.names))
        n_strata, n_queues, n_steps = len(self.world.origin), len(model.queues), model.grid.n_steps
        self.counts = [Counts.nothing(self.world) for _ in range(crowd.workers)]
        self.under_way = People.room(0)
        self.to_join: list[list[People]] = [[] for _ in range(n_queues)]
        self.lines = [Line(n_steps) for _ in range(n_queues)]
        self.queued = np.zeros((n_queues, n_strata + 1, n_steps))
        self.departed = np.zeros((n_strata, n_steps), np.int64)
        self.most = 0
        """Most people under way or waiting at the end of a window."""

    def run(self, departures: Floats) -> Engine:
        """All windows in order; ``departures`` is ``(group, step)``, persons, or agents where exact."""
        n_steps, width = self.model.grid.n_steps, self.minds.window
        with ThreadPoolExecutor(self.crowd.workers) as pool:
            for first in range(0, n_steps, width):
                self._window(pool, first, min(first + width, n_steps), departures)
        return self

    def _window(self, pool: ThreadPoolExecutor, first: int, end: int, departures: Floats) -> None:
        self.minds.learn(first, end, self._went())
        leg, settle = self.minds.shares(first, end)
        choice = self._choices(first, end, leg, settle)
        self.departed[:, first:end] = self._leaving(first, end, departures)
        kept = self._walk(pool, choice, end, [self.under_way] if self.under_way.size else [], self._tasks(first, end))
        for q in sorted(range(len(self.lines)), key=lambda n: self.model.queues[n].place):
            kept += self._serve(pool, choice, q, first, end)
        self.under_way = People.joined(kept)
        waiting = sum(line.people.size for line in self.lines) + sum(p.size for parts in self.to_join for p in parts)
        self.most = max(self.most, self.under_way.size + waiting)

    def _choices(self, first: int, end: int, leg: Floats, settle: Floats) -> NDArray[np.int32]:
        """Thresholds of the window, at the steps of the grid; other steps are those of nodes with one way."""
        table = choice_table(self.world, leg, settle)
        n_steps = self.model.grid.n_steps
        if (first, end) == (0, n_steps):
            return table.ravel()
        whole = np.empty((table.shape[0], n_steps, *table.shape[2:]), np.int32)
        whole[:, :first], whole[:, first:end], whole[:, end:] = table[:, :1], table, table[:, -1:]
        return whole.ravel()

    def _went(self) -> Floats:
        """Who set out on the legs of the information block so far, ``(leg, group, step)``, persons."""
        block = self.model.information
        if block is None:
            return np.zeros((0, len(self.model.groups), self.model.grid.n_steps))
        flows = np.sum([counts.flow[:, :, list(block.legs)] for counts in self.counts], axis=0)
        flow = flows.transpose(2, 0, 1) / self.crowd.per_person
        return flow if self.model.strata is None else np.asarray(self.model.strata.total(flow))

    def _leaving(self, first: int, end: int, departures: Floats) -> Ints:
        """Agents who leave, ``(stratum, step)``; each step has its own stream."""
        model, crowd = self.model, self.crowd
        if crowd.exact:
            return np.asarray(departures[:, first:end], np.int64)
        people = self.minds.leaving(first, end, departures) * crowd.per_person
        people = people if model.strata is None else np.asarray(model.strata.spread(people))
        drawn = [stream(crowd.seed, "leaving", *crowd.names, t).poisson(people[:, t - first]) for t in range(first, end)]
        return np.stack(drawn, axis=1).astype(np.int64)

    def _tasks(self, first: int, end: int) -> list[Task]:
        return [
            Task(s, t, begun, min(BLOCK, n - begun))
            for s in range(len(self.departed)) for t in range(first, end)
            for n in [int(self.departed[s, t])] for begun in range(0, n, BLOCK)
        ]  # fmt: skip

    def _walk(
        self, pool: ThreadPoolExecutor, choice: NDArray[np.int32], until: int, people: list[People], tasks: list[Task]
    ) -> list[People]:
        """Move people in blocks over the threads; returns who waits for a later window, in the order of the blocks."""
        blocks = [part.part(slice(n, n + BLOCK)) for part in people for n in range(0, part.size, BLOCK)]
        jobs: list[People | Task] = [*blocks, *tasks]
        kept: list[People | None] = [None] * len(jobs)
        joined: list[People | None] = [None] * len(jobs)
        turn = count()

        def work(counts: Counts) -> None:
            room, joining = People.room(BLOCK), People.room(BLOCK)
            scratch = (np.empty(TURN, np.uint64), np.empty(TURN, np.int64), np.empty(TURN, np.int64))
            for n in iter(lambda: next(turn), -1):
                if n >= len(jobs):
                    return
                block = self._block(jobs[n], room)
                n_kept, n_joined = walk(self.world, choice, counts, self.stream, block, until, joining, scratch)
                kept[n] = block.part(slice(n_kept)).copy() if n_kept else None
                joined[n] = joining.part(slice(n_joined)).copy() if n_joined else None

        if self.crowd.workers == 1 or len(jobs) == 1:
            work(self.counts[0])
        else:
            list(pool.map(work, self.counts))
        self._sort_joined([part for part in joined if part is not None])
        return [part for part in kept if part is not None]

    def _block(self, job: People | Task, room: People) -> People:
        if isinstance(job, People):
            return job
        block = room.part(slice(job.size))
        begin(self.world, self.stream, block, (job.stratum, job.step, job.first))
        return block

    def _sort_joined(self, parts: list[People]) -> None:
        """Hand who joins a queue over to it."""
        base = self.world.n_places + self.world.n_queues
        for part in parts:
            if len(self.lines) == 1:
                self.to_join[0].append(part)
                continue
            for q in range(len(self.lines)):
                rows = part.node == base + q
                if rows.any():
                    self.to_join[q].append(part.part(rows))

    def _serve(self, pool: ThreadPoolExecutor, choice: NDArray[np.int32], q: int, first: int, end: int) -> list[People]:
        """Serve a queue in the steps of a window; returns who, gone on, waits for a later window."""
        come = self._joining(q, end)
        gates, scale = self.plan.gates, self.crowd.per_person
        passing = []
        for t in range(first, end):
            line, people = self.lines[q], come.get(t, [])
            n_people, others, places = sum(p.size for p in people), gates.others[q, t] * scale, gates.places[q, t] * scale
            if line.empty and n_people + others <= places:
                for part in people:
                    self._waited(q, part.who, 0)
                passing += people
            else:
                passing.append(self._step(q, t, People.joined(people), others, places))
        for part in passing:
            part.node[:] = self.world.n_places + q
        return self._walk(pool, choice, end, [part for part in passing if part.size], [])

    def _joining(self, q: int, end: int) -> dict[int, list[People]]:
        """Who joins a queue before ``end``, by step; the others are kept for later."""
        later: list[People] = []
        come: dict[int, list[People]] = {}
        for part in self.to_join[q]:
            for t in np.unique(part.due):
                rows = part.part(part.due == t)
                if t < end:
                    come.setdefault(int(t), []).append(rows)
                else:
                    later.append(rows)
        self.to_join[q] = later
        return come

    def _waited(self, q: int, who: NDArray[np.uint64], steps: int) -> None:
        self.counts[0].waited[q, :, steps] += np.bincount((who >> U64(48)).astype(np.int64), minlength=len(self.world.origin))

    def _step(self, q: int, t: int, people: People, others: float, places: float) -> People:
        """Serve a queue in one step in which somebody may have to wait."""
        line, gates, counts = self.lines[q], self.plan.gates, self.counts[0]
        line.join(self.world, self.stream, q, t, people)
        line.others[t] = others
        service = Service(places, float(gates.keep[q, t]), float(gates.other_way[q]), int(gates.longest[q]))
        going, waited, back = line.serve(t, service)
        np.add.at(counts.waited[q], (waited[0], waited[1]), 1)
        np.add.at(counts.turned_back[:, t, self.model.queues[q].place], (back.who >> U64(48)).astype(np.int64), 1)
        end_all(self.world, counts, back, t, TURNED_BACK)
        self.queued[q, :-1, t] = np.bincount((line.people.who >> U64(48)).astype(np.int64), minlength=len(self.queued[q]) - 1)
        self.queued[q, -1, t] = line.others.sum()
        going.due[:] = t
        return going
