"""A queue of people, first come first served.

Within a step people come in an order that they draw; people of other nationalities, who are a number and not agents, come
spread evenly between them. When a step's joiners cannot all be carried on, those who came first are. All in the order of
`engines.gates.stand_in_line`: who waits may stop, then people join, then the longest waiting are served, and who has waited the
longest wait and was not served stops.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.compiled import hot
from isthmus.engines.agents.draws import U64, high, key_of, low, word_at
from isthmus.engines.agents.people import People
from isthmus.engines.agents.tables import pick
from isthmus.engines.agents.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EVERYBODY = 2**31


class Service(NamedTuple):
    """What a queue goes by in a step: places, share of others who go on waiting, share of leavers who find another way."""

    places: float
    keep: float
    other_way: float
    longest: int


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

    def part(self, rows: Any) -> Waiting:
        """Some of them."""
        return Waiting(*(array[rows] for array in self))


@hot
def _arrive(
    who: Any, stream: np.uint64, stay: int, patience: int, table: Any, row: tuple[int, int], t: int, into: Waiting
) -> None:
    for j in range(len(who)):
        key = key_of(stream, who[j])
        word = word_at(key, patience)
        into.joined[j] = t
        into.order[j] = low(word_at(key, stay))
        into.leaves[j] = t + 1 + pick(table, row[0] + t * row[1], row[1], high(word))
        into.way[j] = low(word)


def cut_at(orders: Ints, others: float, gone: int, places: float) -> tuple[int, float, int]:
    """Serve part of the joiners of a step.

    Args:
        orders: Positions of those who wait, sorted.
        others: Other people who wait, spread evenly between ``gone`` and the last position.
        gone: Position up to which all have been served.
        places: Who can be carried on, fewer than there are.

    Returns:
        How many of ``orders`` are served, the other people left, and the new ``gone``.
    """
    span = float(EVERYBODY - gone)
    served = int((np.arange(1, len(orders) + 1) + others * ((orders - gone) / span) <= places).sum())
    taken = min(places - served, others)
    reached = gone + int(span * taken / others) if others > 0 else gone
    if served > 0:
        reached = max(reached, int(orders[served - 1]))
    if served < len(orders):
        reached = min(reached, int(orders[served]) - 1)
    return served, others - taken, reached


class Line:
    """A queue as it stands.

    Attributes:
        people: Who waits.
        waiting: How they wait, row by row.
        others: Of other nationalities, by step in which they joined, agents' worth.
        gone: Position up to which the joiners of a step have been served.
    """

    def __init__(self, n_steps: int) -> None:
        self.people = People.room(0)
        self.waiting = Waiting(*(np.zeros(0, np.int64) for _ in Waiting._fields))
        self.others = np.zeros(n_steps)
        self.gone = np.zeros(n_steps, np.int64)

    @property
    def empty(self) -> bool:
        """Whether nobody waits, of any nationality."""
        return self.people.size == 0 and not self.others.any()

    def join(self, world: World, stream: np.uint64, q: int, t: int, people: People) -> None:
        """People come to the queue in a step."""
        row = 1 + q
        came = Waiting(*(np.empty(people.size, np.int64) for _ in Waiting._fields))
        _arrive(
            people.who, stream, int(world.events.stay + world.place[world.n_places + q]), world.events.patience + q,
            world.delay, (int(world.start[row]), int(world.width[row])), t, came,
        )  # fmt: skip
        self.people = People.joined([self.people, people])
        self.waiting = Waiting(*(np.concatenate(both) for both in zip(self.waiting, came, strict=True)))

    def serve(self, t: int, service: Service) -> tuple[People, Ints, People]:
        """Serve a step after people have joined: who goes on, the steps that the served among them waited, who turns back."""
        line, first = self.waiting, max(t - service.longest, 0)
        self.others[first:t] *= service.keep
        gave_up = (line.joined < t) & (line.leaves == t)
        served = ~gave_up & (line.order <= self._cuts(first, t, ~gave_up, service.places)[line.joined - first])
        stops = gave_up | (~served & (line.joined == t - service.longest))
        on = served | (stops & (line.way < service.other_way * 2.0**31))
        going, back, stays = self.people.part(on), self.people.part(stops & ~on), ~(served | stops)
        waited = t - line.joined[served]
        strata = (self.people.who[served] >> U64(48)).astype(np.int64)
        self.people, self.waiting = self.people.part(stays), line.part(stays)
        if t - service.longest >= 0:
            self.others[t - service.longest] = 0.0
        return going, np.stack([strata, waited]), back

    def _cuts(self, first: int, t: int, still: NDArray[np.bool_], places: float) -> Ints:
        """Position up to which the joiners of each step are served, from the oldest on."""
        line = self.waiting
        here = np.bincount(line.joined[still] - first, minlength=t - first + 1)
        cuts = np.full(t - first + 1, -1, np.int64)
        for s in range(first, t + 1):
            people = here[s - first] + self.others[s]
            if people <= places:
                cuts[s - first] = EVERYBODY
                self.others[s] = 0.0
            elif places > 0:
                orders = np.sort(line.order[still & (line.joined == s)])
                served, self.others[s], self.gone[s] = cut_at(orders, self.others[s], int(self.gone[s]), places)
                cuts[s - first] = orders[served - 1] if served else -1
            places = max(places - people, 0.0)
        return cuts
