"""People who are moved together: their state, packed, in the fastest memory.

Every part of a hop is a short loop over the band, so that what different people wait for overlaps. Who goes on after a hop is
moved to the front; who does not is entered in the histories, kept for later, or handed to a queue.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.compiled import hot
from isthmus.engines.agents.draws import I64, S32, S48, U64, high, key_of, word_at
from isthmus.engines.agents.money import budget
from isthmus.engines.agents.people import People
from isthmus.engines.agents.world import NO_MONEY, World

SIZE = 256
"""People in a band."""

Cohorts = NDArray[np.uint64]
"""People who leave: stratum, step, index of the first, how many, ``(cohort, 4)``."""


class Lists(NamedTuple):
    """Rows of a band by what becomes of them after a hop."""

    over: NDArray[np.uint32]
    joins: NDArray[np.uint32]
    waits: NDArray[np.uint32]
    goes: NDArray[np.uint32]


class Band(NamedTuple):
    """State of people who are moved together; `people.People` has the words that are kept.

    Attributes:
        key: Key in the stream.
        word: Random word of the event at hand.
        code: What they do next, see `ways.Codes`; afterwards how the journey stands.
    """

    who: NDArray[np.uint64]
    key: NDArray[np.uint64]
    word: NDArray[np.uint64]
    node: NDArray[np.uint32]
    due: NDArray[np.uint32]
    code: NDArray[np.uint32]
    fate: NDArray[np.int8]
    purse: NDArray[np.float32]
    spent: NDArray[np.float32]
    met: NDArray[np.uint32]
    lists: Lists

    @classmethod
    def room(cls) -> Band:
        """Arrays for a band."""
        words: list[Any] = [np.uint64] * 3 + [np.uint32] * 3 + [np.int8, np.float32, np.float32, np.uint32]
        lists: Any = Lists(*(np.empty(SIZE, np.uint32) for _ in Lists._fields))
        arrays: list[Any] = [*(np.empty(SIZE, kind) for kind in words), lists]
        return cls(*arrays)


@hot
def load(stream: np.uint64, people: People, first: int, n: int, band: Band) -> None:
    """Take up people who were kept."""
    for a in range(n):
        band.who[a] = people.who[first + a]
        band.node[a] = people.node[first + a]
        band.due[a] = people.due[first + a]
        band.purse[a] = people.purse[first + a]
        band.spent[a] = people.spent[first + a]
        band.met[a] = people.met[first + a]
    for a in range(n):
        band.key[a] = key_of(stream, band.who[a])


@hot
def begin(world: World, stream: np.uint64, cohort: Any, taken: int, a: int, n: int, band: Band) -> None:
    """Let people of a cohort stand at their origin, after those ``taken`` before, in the rows from ``a`` to before ``n``."""
    s, t = cohort[0], cohort[1]
    who = (s << S48) | (t << S32) | (cohort[2] + U64(taken))
    for b in range(a, n):
        band.who[b] = who + U64(b - a)
    for b in range(a, n):
        band.key[b] = key_of(stream, band.who[b])
    for b in range(a, n):
        band.node[b] = world.origin[s]
        band.due[b] = t
        band.spent[b] = 0.0
        band.met[b] = 0
        band.purse[b] = 0.0
    if world.purse.mode != NO_MONEY:
        for b in range(a, n):
            band.word[b] = word_at(band.key[b], world.events.purse)
        for b in range(a, n):
            band.purse[b] = budget(world, I64(s), high(band.word[b]))


@hot
def keep(band: Band, rows: Any, n: int, into: People, at: int) -> int:
    """Copy rows of the band to the end of what is kept; returns how many there are then."""
    for m in range(n):
        a = rows[m]
        into.who[at + m] = band.who[a]
        into.node[at + m] = band.node[a]
        into.due[at + m] = band.due[a]
        into.purse[at + m] = band.purse[a]
        into.spent[at + m] = band.spent[a]
        into.met[at + m] = band.met[a]
    return at + n


@hot
def close_up(band: Band, rows: Any, n: int) -> None:
    """Move rows to the front, in their order."""
    for m in range(n):
        a = rows[m]
        band.who[m] = band.who[a]
        band.key[m] = band.key[a]
        band.node[m] = band.node[a]
        band.due[m] = band.due[a]
        band.purse[m] = band.purse[a]
        band.spent[m] = band.spent[a]
        band.met[m] = band.met[a]
