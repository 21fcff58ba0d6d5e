"""Room for people between windows and in queues: the kernels make no arrays and say when more is needed.

Memory to which nobody has been written is not taken, so room for all is made at once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.people import People, put

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Waiting(NamedTuple):
    """Who waits, a row a person.

    Attributes:
        joined: Step in which they joined.
        order: Position within that step, 0 to 2**31 - 1.
        leaves: Step in which they stop waiting if they have not been served.
        way: Number that says whether they then find another way.
    """

    joined: Ints
    order: Ints
    leaves: Ints
    way: Ints

    @classmethod
    def room(cls, size: int) -> Waiting:
        """Arrays for this many."""
        return cls(*(np.empty(size, np.int64) for _ in cls._fields))


class Lines(NamedTuple):
    """Queues as they stand; people have as many rows for each queue as there is room for.

    Attributes:
        people: Who waits, ``(queue, person)``, flat.
        waiting: How they wait, likewise.
        size: How many wait, ``(queue,)``.
        others: Of other nationalities, by step in which they joined, agents' worth, ``(queue, step)``.
        gone: Position up to which the joiners of a step have been served, likewise.
        fates: What becomes of who waits in one of them, in a step.
        orders: Positions to be sorted.
        starts: Where the joiners of a step begin.
        steps: Numbers by step, of two kinds, ``(2, step)``.
    """

    people: People
    waiting: Waiting
    size: Ints
    others: Floats
    gone: Ints
    fates: NDArray[np.int8]
    orders: Ints
    starts: Ints
    steps: Ints

    @classmethod
    def room(cls, size: int, n_queues: int, n_steps: int) -> Lines:
        """Room for this many, nobody there yet."""
        return cls(
            People.room(size * n_queues), Waiting.room(size * n_queues), np.zeros(n_queues, np.int64),
            np.zeros((n_queues, n_steps)), np.zeros((n_queues, n_steps), np.int64),
            np.empty(size, np.int8), np.empty(size, np.int64),
            np.zeros(n_steps + 1, np.int64), np.zeros((2, n_steps + 1), np.int64),
        )  # fmt: skip


class Passing(NamedTuple):
    """People on their way through queues.

    Attributes:
        joined: Who joins a queue, in this window or later.
        come: Who joins one queue in this window, by step.
        going: Who goes on from it.
        back: Who stops waiting and turns back.
    """

    joined: People
    come: People
    going: People
    back: People

    @classmethod
    def room(cls, size: int) -> Passing:
        """Room for this many."""
        return cls(*(People.room(size) for _ in cls._fields))


class Room(NamedTuple):
    """Room for people.

    Attributes:
        kept: Who was kept from the last window and who is kept for the next; which is which changes with each, ``at[3]``.
        passing: Who passes queues.
        lines: Who waits in them.
        at: First step of the window to come, how many were kept, how many will join a queue, and the parity of the window.
    """

    kept: tuple[People, People]
    passing: Passing
    lines: Lines
    at: Ints

    @classmethod
    def of(cls, size: int, n_queues: int, n_steps: int) -> Room:
        """Room for this many, nobody there yet."""
        some = size if n_queues else 0
        return cls(
            (People.room(size), People.room(size)), Passing.room(some), Lines.room(some, n_queues, n_steps), np.zeros(4, np.int64)
        )

    def grown(self, size: int, *, keeps: bool = True) -> Room:
        """The same people with room for this many; who is kept only where they are here, and not with threads."""
        old, n_queues, before = self.lines, len(self.lines.size), self.kept[0].size
        new = Room.of(size, n_queues, old.others.shape[1])
        new.at[:] = self.at
        (n_kept, n_joined), now = self.at[1:3].tolist(), int(self.at[3])
        put([self.kept[now].part(slice(0, n_kept if keeps else 0))], new.kept[now], 0)
        put([self.passing.joined.part(slice(0, n_joined))], new.passing.joined, 0)
        new.lines.size[:], new.lines.others[:], new.lines.gone[:] = old.size, old.others, old.gone
        for q, n in enumerate(old.size.tolist()):
            columns: Any = zip((*old.people, *old.waiting), (*new.lines.people, *new.lines.waiting), strict=True)
            for array, wider in columns:
                wider[q * size : q * size + n] = array[q * before : q * before + n]
        return new
