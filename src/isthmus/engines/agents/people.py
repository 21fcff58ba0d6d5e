"""People under way, as a structure of arrays: 24 bytes each; everything else about a person follows from the name."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.compiled import giver, hot


class People(NamedTuple):
    """Who must be gone on with later.

    Attributes:
        who: Stratum, step of departure and index within it, see `draws.name_of`.
        node: Place, exit of a queue, queue to join, or leg to set out on; see `world.World`.
        due: Step in which something happens next.
        purse: Money or rank within the budget class; see `purse`.
        spent: Prices and extortion paid so far, US$.
        met: Harm met so far by kind, seven bits each; the highest bit where somebody passed a leg with hazards.
    """

    who: NDArray[np.uint64]
    node: NDArray[np.int16]
    due: NDArray[np.int16]
    purse: NDArray[np.float32]
    spent: NDArray[np.float32]
    met: NDArray[np.uint32]

    @classmethod
    def room(cls, size: int) -> People:
        """Arrays for this many."""
        kinds: tuple[Any, ...] = (np.uint64, np.int16, np.int16, np.float32, np.float32, np.uint32)
        return cls(*(np.empty(size, kind) for kind in kinds))

    def part(self, rows: Any) -> People:
        """Some of them; a slice shares memory."""
        parts: list[Any] = [array[rows] for array in self]
        return People(*parts)

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.who)


def put(parts: list[People], into: People, at: int) -> int:
    """Write people one part after the other, from a row on; returns the row after the last."""
    for part in parts:
        columns: Any = zip(part, into, strict=True)
        for array, room in columns:
            room[at : at + part.size] = array
        at += part.size
    return at


BYTES = sum(array.itemsize for array in People.room(1))
"""Memory that a person takes while under way."""


@giver
def span(people: People, first: int, end: int) -> People:
    """Some who follow each other; shares memory."""
    return People(
        people.who[first:end],
        people.node[first:end],
        people.due[first:end],
        people.purse[first:end],
        people.spent[first:end],
        people.met[first:end],
    )


@hot
def copy(source: People, row: int, into: People, to: int) -> None:
    """Copy one person."""
    into.who[to] = source.who[row]
    into.node[to] = source.node[row]
    into.due[to] = source.due[row]
    into.purse[to] = source.purse[row]
    into.spent[to] = source.spent[row]
    into.met[to] = source.met[row]
