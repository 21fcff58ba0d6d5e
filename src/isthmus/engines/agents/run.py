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

from isthmus.engines.agents.band import Band, Cohorts
from isthmus.engines.agents.counts import Counts
from isthmus.engines.agents.draws import U64
from isthmus.engines.agents.endings import TURNED_BACK
from isthmus.engines.agents.line import Line, Service
from isthmus.engines.agents.minds import Minds, Outlook
from isthmus.engines.agents.people import People
from isthmus.engines.agents.walk import Job, Out, end_all, walk
from isthmus.engines.agents.ways import Ways, alternatives
from isthmus.engines.agents.world import Costs, Hazards, World, build
from isthmus.engines.step import Plan
from isthmus.model.network import Model
from isthmus.streams import stream, stream_seed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK = 1 << 14
"""People whom a thread moves at a time."""


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


NOBODY = np.zeros((0, 4), np.uint64)


def packed(departed: Ints, first: int) -> list[Cohorts]:
    """Those who leave, ``(stratum, step)`` from step ``first`` on, in blocks of cohorts (stratum, step, first one, how many)."""
    rows: list[tuple[int, int, int, int]] = [
        (s, first + t, begun, min(BLOCK, n - begun))
        for s, by_step in enumerate(departed.tolist()) for t, n in enumerate(by_step) for begun in range(0, n, BLOCK)
    ]  # fmt: skip
    blocks: list[list[tuple[int, ...]]] = []
    room = 0
    for row in rows:
        if row[3] > room:
            blocks.append([])
            room = BLOCK
        blocks[-1].append(row)
        room -= row[3]
    return [np.array(block, np.uint64) for block in blocks]


class Engine:
    """A corridor with its people while they move."""

    def __init__(self, model: Model, plan: Plan, outlook: Outlook, costs: Costs, hazards: Hazards | None, crowd: Crowd) -> None:
        self.model, self.plan, self.crowd = model, plan, crowd
        self.world: World = build(model, plan, costs, hazards)
        self.minds = Minds(model, outlook)
        self.stream = U64(stream_seed(crowd.seed, "agents", *crowd.names))
        n_strata, n_queues, n_steps = len(self.world.origin), len(model.queues), model.grid.n_steps
        heard = () if model.information is None else model.information.legs
        self.ways = Ways.room(alternatives(model, plan), n_strata, n_steps)
        self.counts = [Counts.nothing(self.world) for _ in range(crowd.workers)]
        self.flat = [counts.flat() for counts in self.counts]
        self.went = np.zeros((len(heard), len(model.groups), n_steps))
        self.rooms = [(Band.room(), Out(People.room(BLOCK), People.room(BLOCK))) for _ in range(crowd.workers)]
        self.nobody = self.under_way = People.room(0)
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
        self._hear(first)
        self.minds.learn(first, end, self.went)
        self.ways.share_out(*self.minds.shares(first, end), first, self.model.grid.n_steps)
        self.departed[:, first:end] = self._leaving(first, end, departures)
        kept = self._walk(pool, end, self.under_way, packed(self.departed[:, first:end], first))
        for q in sorted(range(len(self.lines)), key=lambda n: self.model.queues[n].place):
            kept += self._walk(pool, end, self._serve(q, first, end), [])
        self.under_way = People.joined(kept)
        waiting = sum(line.people.size for line in self.lines) + sum(p.size for parts in self.to_join for p in parts)
        self.most = max(self.most, self.under_way.size + waiting)

    def _hear(self, before: int) -> None:
        """Who set out on the legs of the information block in the window that ended, ``(leg, group, step)``, persons."""
        block, strata = self.model.information, self.model.strata
        if block is None or not before:
            return
        steps = slice(max(before - self.minds.window, 0), before)
        flow = np.sum([counts.flow(self.world, block.legs, steps) for counts in self.counts], axis=0) / self.crowd.per_person
        self.went[..., steps] = flow if strata is None else strata.total(flow)

    def _leaving(self, first: int, end: int, departures: Floats) -> Ints:
        """Agents who leave, ``(stratum, step)``; each step has its own stream."""
        model, crowd = self.model, self.crowd
        if crowd.exact:
            return np.asarray(departures[:, first:end], np.int64)
        people = self.minds.leaving(first, end, departures) * crowd.per_person
        if model.strata is not None:
            people = np.repeat(people / model.strata.n_classes, model.strata.n_classes, axis=0)
        drawn = [stream(crowd.seed, "leaving", *crowd.names, t).poisson(people[:, t - first]) for t in range(first, end)]
        return np.stack(drawn, axis=1).astype(np.int64)

    def _walk(self, pool: ThreadPoolExecutor, until: int, people: People, cohorts: list[Cohorts]) -> list[People]:
        """Move people in blocks over the threads; returns who waits for a later window, in the order of the blocks."""
        jobs = self._jobs(people, cohorts)
        kept: list[People] = [people] * len(jobs)
        joined: list[People] = [people] * len(jobs)
        turn = count()

        def work(counts: Counts, band: Band, out: Out) -> None:
            for n in iter(lambda: next(turn), -1):
                if n >= len(jobs):
                    return
                found = walk(self.world, self.ways.table, counts, self.stream, jobs[n], until, band, out)
                kept[n], joined[n] = (part.first(m) if m else self.nobody for part, m in zip(out, found, strict=True))

        if self.crowd.workers == 1 or len(jobs) <= 1:
            work(self.flat[0], *self.rooms[0])
        else:
            list(pool.map(work, self.flat, *zip(*self.rooms, strict=True)))
        self._sort_joined(joined)
        return kept

    def _jobs(self, people: People, cohorts: list[Cohorts]) -> list[Job]:
        """Blocks for the threads; few people and few who leave are one block, in that order."""
        jobs = [Job(people.part(slice(n, n + BLOCK)), NOBODY) for n in range(0, people.size, BLOCK)]
        if jobs and cohorts and jobs[-1].people.size + int(cohorts[0][:, 3].sum()) <= BLOCK:
            jobs[-1] = Job(jobs[-1].people, cohorts[0])
            cohorts = cohorts[1:]
        return jobs + [Job(self.nobody, part) for part in cohorts]

    def _sort_joined(self, parts: list[People]) -> None:
        """Hand who joins a queue over to it."""
        base = self.world.n_places + self.world.n_queues
        for part in parts:
            for q in range(len(self.lines)) if part.size else ():
                self.to_join[q].append(part.part(part.node == base + q))

    def _serve(self, q: int, first: int, end: int) -> People:
        """Serve a queue in the steps of a window; returns who goes on from its exit."""
        come, starts = self._joining(q, first, end)
        gates, scale = self.plan.gates, self.crowd.per_person
        others, places = gates.others[q, first:end] * scale, gates.places[q, first:end] * scale
        enough, passing, t = np.diff(starts) + others <= places, [], first
        while t < end:
            calm = self._calm(q, enough[t - first :])
            people = come.part(slice(starts[t - first], starts[t - first + max(calm, 1)]))
            if calm:
                self._waited(q, people.who, 0)
                passing.append(people)
            else:
                passing.append(self._step(q, t, people, others[t - first], places[t - first]))
            t += max(calm, 1)
        going = People.joined(passing)
        going.node[:] = self.world.n_places + q
        return going

    def _calm(self, q: int, enough: NDArray[np.bool_]) -> int:
        """Steps to come in which everybody is served as they join."""
        if not self.lines[q].empty:
            return 0
        return len(enough) if enough.all() else int(enough.argmin())

    def _joining(self, q: int, first: int, end: int) -> tuple[People, Ints]:
        """Who joins a queue before ``end``, by step, and where each step begins; the others are kept for later."""
        people = People.joined(self.to_join[q])
        people = people.part(np.argsort(people.due, kind="stable"))
        starts = np.searchsorted(people.due, np.arange(first, end + 1))
        self.to_join[q] = [people.part(slice(starts[-1], None))]
        return people, starts

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
        if back.size:
            end_all(self.world, self.flat[0], self.stream, back, t, TURNED_BACK, self.rooms[0][0])
        self.queued[q, :-1, t] = np.bincount((line.people.who >> U64(48)).astype(np.int64), minlength=len(self.queued[q]) - 1)
        self.queued[q, -1, t] = line.others.sum()
        going.due[:] = t
        return going
