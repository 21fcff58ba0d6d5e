"""Threads that move people side by side.

Each keeps those it moved from window to window, so that nobody is gathered but who joins a queue. What one person draws, what is
counted and who is served in a queue depend on no order of people.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, pairwise

import numpy as np

from isthmus.engines.agents.band import Band
from isthmus.engines.agents.counts import Counts
from isthmus.engines.agents.draws import U64
from isthmus.engines.agents.people import People, put
from isthmus.engines.agents.tables import Table
from isthmus.engines.agents.walk import Job, Out, walk
from isthmus.engines.agents.world import World

FEW = 1 << 14
"""Up to so many people are moved by one thread: that takes 2 ms."""

PIECES = 4
"""Pieces for each thread into which other people are cut; to call the kernel for one takes 17 µs that threads cannot share."""

NOBODY = np.zeros((0, 4), np.uint64)


def pieces(job: Job, n: int) -> list[Job]:
    """A job in so many pieces, of each cohort and of the people as many."""
    at = np.arange(n + 1)
    ends = (job.people.size * at // n).tolist()
    people = [job.people.part(slice(*span)) for span in pairwise(ends)] if job.people.size else [job.people] * n
    cuts = job.cohorts[:, 3] * at[:, None].astype(np.uint64) // U64(n)
    cohorts = np.repeat(job.cohorts[None], n, axis=0)
    cohorts[:, :, 2] += cuts[:-1]
    cohorts[:, :, 3] = cuts[1:] - cuts[:-1]
    return [Job(some, new, job.until) for some, new in zip(people, cohorts, strict=True)]


class Own:
    """People of one thread.

    Attributes:
        counts: What it counts.
        band: People whom it moves at once.
        before: Who was kept from the last window.
        kept: Who is kept for the next, so far.
        joined: Who joins a queue.
        n_before: How many of those before have still to be moved.
        n_kept: How many are kept for the next, so far.
        n_joined: How many join a queue.
    """

    def __init__(self, counts: Counts) -> None:
        self.counts, self.band = counts, Band.room()
        self.before, self.kept, self.joined = (People.room(FEW) for _ in range(3))
        self.n_before = self.n_kept = self.n_joined = 0

    def begin(self) -> None:
        """Begin a window: who was kept for it was kept before it."""
        self.before, self.kept, self.n_before, self.n_kept = self.kept, self.before, self.n_kept, 0

    def reserve(self, others: int) -> None:
        """See to it that all of its own and so many others can be kept, or join; none has joined yet.

        Memory is kept between windows: what is new each time costs threads more than what is done in it.
        """
        more, self.n_joined = self.n_before + others, 0
        if self.n_kept + more > self.kept.size:
            wider = People.room((self.n_kept + more) * 3 // 2)
            put([self.kept.part(slice(0, self.n_kept))], wider, 0)
            self.kept = wider
        if more > self.joined.size:
            self.joined = People.room(more * 3 // 2)


class Threads:
    """Threads with their people; that which calls is the first of them, so that it does not wait on a core that another needs."""

    def __init__(
        self, pool: ThreadPoolExecutor, world: World, table: Table, stream: np.uint64, counts: tuple[Counts, ...]
    ) -> None:
        self.pool, self.world, self.table, self.stream = pool, world, table, stream
        self.own = [Own(part) for part in counts]

    def walk(self, job: Job, out: Out, had: tuple[int, int], begins: bool) -> tuple[int, int]:  # noqa: FBT001  as a kernel's
        """As `walk.walk`, but that who is kept stays with the threads; where a window begins they are whom it moves."""
        if begins:
            job = job._replace(people=job.people.part(slice(0, 0)))
            for own in self.own:
                own.begin()
        size = job.people.size + int(job.cohorts[:, 3].sum())
        everybody = size + sum(own.n_before for own in self.own)
        for own in self.own:
            own.reserve(size)
        others = iter(pieces(job, 1 if size <= FEW else PIECES * len(self.own)))
        begun = [self.pool.submit(self._move, own, others, job.until) for own in self.own[1:]] if everybody > FEW else []
        for own in self.own[: len(self.own) - len(begun)]:
            self._move(own, others, job.until)
        for future in begun:
            future.result()
        at = had[1]
        for own in self.own:
            at = put([own.joined.part(slice(0, own.n_joined))], out.joined, at)
        return sum(own.n_kept for own in self.own), at

    def _move(self, own: Own, others: Iterator[Job], until: int) -> None:
        """Move people of one thread, then whoever is left of the others: a thread that is slowed leaves more of them."""
        mine = own.before.part(slice(0, own.n_before))
        own.n_before = 0
        for job in chain([Job(mine, NOBODY, until)] if mine.size else [], others):
            out, had = Out(own.kept, own.joined), (own.n_kept, own.n_joined)
            own.n_kept, own.n_joined = walk(self.world, self.table, own.counts, self.stream, job, own.band, out, had)
