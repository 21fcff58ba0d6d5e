"""A queue of people, first come first served.

Within a step people come in an order that they draw; people of other nationalities, who are a number and not agents, come
spread evenly between them. When a step's joiners cannot all be carried on, those who came first are. All in the order of
`engines.gates.stand_in_line`: who waits may stop, then people join, then the longest waiting are served, and who has waited the
longest wait and was not served stops.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.compiled import hot, kernel
from isthmus.engines.agents.draws import I64, S48, high, key_of, low, word_at
from isthmus.engines.agents.people import People, copy, span
from isthmus.engines.agents.room import Lines, Passing, Waiting
from isthmus.engines.agents.tables import pick
from isthmus.engines.agents.world import World
from isthmus.engines.gates import Gates
from isthmus.model.network import Model

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EVERYBODY = 2**31
SERVED, STOPS, STAYS = 0, 1, 2


class Queues(NamedTuple):
    """What queues go by, in the order in which they are served; people are agents.

    Attributes:
        number: Number of a queue in the corridor.
        place: Place of a queue.
        places: Who can be carried on, ``(queue, step)``.
        others: Who join of other nationalities, ``(queue, step)``.
        keep: Share of others who go on waiting, ``(queue, step)``.
        other_way: Share of those who stop waiting who go on.
        longest: Longest wait, steps.
        stay: Event at which the position among the joiners of a step is drawn.
        patience: Event at which it is drawn when waiting ends.
        leaves: Thresholds of that, flat.
        start: Where those of a queue begin.
        width: Thresholds of a step.
        exits: Node of the exit of queue 0; those of the others follow.
        joins: Likewise where queues are joined.
        n_strata: Strata.
        n_places: Places.
    """

    number: Ints
    place: Ints
    places: Floats
    others: Floats
    keep: Floats
    other_way: Floats
    longest: Ints
    stay: Ints
    patience: Ints
    leaves: NDArray[np.int32]
    start: Ints
    width: Ints
    exits: int
    joins: int
    n_strata: int
    n_places: int

    @classmethod
    def of(cls, model: Model, gates: Gates, world: World, per_person: float) -> Queues:
        """Of a corridor."""
        place = np.array([queue.place for queue in model.queues], np.int64)
        order = np.argsort(place, kind="stable")
        return cls(
            number=order,
            place=place[order],
            places=gates.places[order] * per_person,
            others=gates.others[order] * per_person,
            keep=gates.keep[order],
            other_way=gates.other_way[order],
            longest=gates.longest[order],
            stay=world.events.stay + place[order],
            patience=world.events.patience + order,
            leaves=world.delay,
            start=world.start[1 + order],
            width=world.width[1 + order],
            exits=world.n_places,
            joins=world.n_places + world.n_queues,
            n_strata=len(world.origin),
            n_places=world.n_places,
        )


class Tally(NamedTuple):
    """What is counted in queues: as in `Counts`; and who is in one after a step, ``(queue, stratum and others, step)``, flat."""

    waited: Ints
    turned_back: Ints
    queued: Floats


class Line(NamedTuple):
    """A queue as it stands, a view of `Lines`: how-manieth to be served, number, people."""

    i: int
    q: int
    people: People
    waiting: Waiting
    others: Floats
    gone: Ints


@hot
def _copy_row(waiting: Waiting, row: int, into: Waiting, to: int) -> None:
    into.joined[to] = waiting.joined[row]
    into.order[to] = waiting.order[row]
    into.leaves[to] = waiting.leaves[row]
    into.way[to] = waiting.way[row]


@kernel
def by_step(passing: Passing, lines: Lines, n: int, node: int, first: int, end: int) -> int:
    """List who joins the queue of a node in a window by step, with where each step begins; how many others are left to join."""
    joined, starts, at = passing.joined, lines.starts, lines.steps[0]
    starts[: end - first + 1] = 0
    for j in range(n):
        if joined.node[j] == node and joined.due[j] < end:
            starts[joined.due[j] - first + 1] += 1
    for t in range(end - first):
        starts[t + 1] += starts[t]
        at[t] = starts[t]
    left = 0
    for j in range(n):
        if joined.node[j] == node and joined.due[j] < end:
            t = joined.due[j] - first
            copy(joined, j, passing.come, at[t])
            at[t] += 1
        else:
            copy(joined, j, joined, left)
            left += 1
    return left


@kernel
def sort(numbers: Ints, n: int) -> None:
    """Sort the first ``n`` in place (heap sort: it needs no room)."""
    for end in range(n, 1, -1):
        for root in range(end // 2 - 1 if end == n else 0, -1, -1):
            at, number = root, numbers[root]
            while 2 * at + 1 < end:
                child = 2 * at + 1
                if child + 1 < end and numbers[child + 1] > numbers[child]:
                    child += 1
                if numbers[child] <= number:
                    break
                numbers[at] = numbers[child]
                at = child
            numbers[at] = number
        numbers[0], numbers[end - 1] = numbers[end - 1], numbers[0]


@kernel
def cut_at(orders: Ints, n: int, others: float, gone: int, places: float) -> tuple[int, float, int]:
    """Serve part of the joiners of a step.

    Args:
        orders: Positions of those who wait, sorted.
        n: How many.
        others: Other people who wait, spread evenly between ``gone`` and the last position.
        gone: Position up to which all have been served.
        places: Who can be carried on, fewer than there are.

    Returns:
        How many of ``orders`` are served, the other people left, and the new ``gone``.
    """
    gap = float(EVERYBODY - gone)
    served = 0
    for m in range(n):
        served += (m + 1) + others * ((orders[m] - gone) / gap) <= places
    taken = min(places - served, others)
    reached = gone + int(gap * taken / others) if others > 0 else gone
    if served > 0:
        reached = max(reached, orders[served - 1])
    if served < n:
        reached = min(reached, orders[served] - 1)
    return served, others - taken, reached


@hot
def _cuts(lines: Lines, line: Line, first: int, t: int, places: float) -> None:
    """Position up to which the joiners of each step from ``first`` on are served, from the oldest on: ``steps[0]``."""
    cuts, here, orders, fates = lines.steps[0], lines.steps[1], lines.orders, lines.fates
    here[: t - first + 1], cuts[: t - first + 1] = 0, -1
    for j in range(lines.size[line.q]):
        here[line.waiting.joined[j] - first] += fates[j] != STOPS
    for s in range(first, t + 1):
        people = here[s - first] + line.others[s]
        if people <= places:
            cuts[s - first] = EVERYBODY
            line.others[s] = 0.0
        elif places > 0:
            m = 0
            for j in range(lines.size[line.q]):
                if line.waiting.joined[j] == s and fates[j] != STOPS:
                    orders[m] = line.waiting.order[j]
                    m += 1
            sort(orders, m)
            served, line.others[s], line.gone[s] = cut_at(orders, m, line.others[s], line.gone[s], places)
            cuts[s - first] = orders[served - 1] if served > 0 else -1
        places = max(places - people, 0.0)


@hot
def _join(queues: Queues, stream: np.uint64, come: People, lines: Lines, line: Line, t: int, first: int, end: int) -> None:
    """People come to a queue in a step: those listed from ``first`` to before ``end``."""
    n, width = lines.size[line.q], queues.width[line.i]
    row = queues.start[line.i] + t * width
    for m in range(first, end):
        key = key_of(stream, come.who[m])
        word = word_at(key, queues.patience[line.i])
        copy(come, m, line.people, n)
        line.waiting.joined[n] = t
        line.waiting.order[n] = low(word_at(key, queues.stay[line.i]))
        line.waiting.leaves[n] = t + 1 + pick(queues.leaves, row, width, high(word))
        line.waiting.way[n] = low(word)
        n += 1
    lines.size[line.q] = n


@hot
def _decide(lines: Lines, line: Line, t: int, longest: int, places: float) -> None:
    """Who is served in a step, who stops waiting, and who stays: ``fates``."""
    first, waiting, fates, cuts = max(t - longest, 0), line.waiting, lines.fates, lines.steps[0]
    for j in range(lines.size[line.q]):
        fates[j] = STOPS if waiting.joined[j] < t and waiting.leaves[j] == t else STAYS
    _cuts(lines, line, first, t, places)
    for j in range(lines.size[line.q]):
        if fates[j] != STOPS:
            if waiting.order[j] <= cuts[waiting.joined[j] - first]:
                fates[j] = SERVED
            elif waiting.joined[j] == t - longest:
                fates[j] = STOPS


@hot
def _nobody_else(others: Floats, before: int) -> bool:
    for s in range(before):  # noqa: SIM110  a loop is what is compiled
        if others[s] > 0.0:
            return False
    return True


@hot
def line_of(lines: Lines, i: int, q: int) -> Line:
    """A queue as it stands, in the memory of all."""
    size = len(lines.fates)
    a, b = q * size, (q + 1) * size
    waiting = Waiting(lines.waiting.joined[a:b], lines.waiting.order[a:b], lines.waiting.leaves[a:b], lines.waiting.way[a:b])
    return Line(i, q, span(lines.people, a, b), waiting, lines.others[q], lines.gone[q])


@kernel
def serve(
    queues: Queues, tally: Tally, stream: np.uint64, passing: Passing, lines: Lines, i: int, first: int, end: int
) -> tuple[int, int]:
    """Serve a queue in the steps of a window.

    Who joins is listed by `by_step`.

    Returns:
        How many go on from its exit, listed in ``passing.going``, and how many turn back, in ``passing.back``.
    """
    line, come, going, went = line_of(lines, i, queues.number[i]), passing.come, passing.going, (0, 0)
    q, longest, n_steps = line.q, queues.longest[i], queues.places.shape[1]
    for t in range(first, end):
        a, b = lines.starts[t - first], lines.starts[t - first + 1]
        others, places = queues.others[i, t], queues.places[i, t]
        if lines.size[q] == 0 and (b - a) + others <= places and _nobody_else(line.others, t):
            for m in range(a, b):
                copy(come, m, going, went[0] + m - a)
                tally.waited[(q * queues.n_strata + I64(come.who[m] >> S48)) * n_steps] += 1
            went = (went[0] + b - a, went[1])
            continue
        _join(queues, stream, come, lines, line, t, a, b)
        for s in range(max(t - longest, 0), t):
            line.others[s] *= queues.keep[i, t]
        line.others[t] = others
        _decide(lines, line, t, longest, places)
        went = _part(queues, tally, passing, lines, line, t, went)
        if t >= longest:
            line.others[t - longest] = 0.0
        _write_down(queues, tally, lines, line, t)
    for m in range(went[0]):
        going.node[m] = queues.exits + q
    return went


@hot
def _part(
    queues: Queues, tally: Tally, passing: Passing, lines: Lines, line: Line, t: int, went: tuple[int, int]
) -> tuple[int, int]:
    """Let people go on, turn back or stay; how many went on and back, with those who ``went`` before."""
    back, going, fates, n_steps = passing.back, passing.going, lines.fates, queues.places.shape[1]
    on, gave_up, stay = went[0], went[1], 0
    for j in range(lines.size[line.q]):
        s = I64(line.people.who[j] >> S48)
        if fates[j] == STAYS:
            copy(line.people, j, line.people, stay)
            _copy_row(line.waiting, j, line.waiting, stay)
            stay += 1
        elif fates[j] == STOPS and line.waiting.way[j] >= queues.other_way[line.i] * 2.0**31:
            copy(line.people, j, back, gave_up)
            back.due[gave_up] = t
            tally.turned_back[(s * n_steps + t) * queues.n_places + queues.place[line.i]] += 1
            gave_up += 1
        else:
            if fates[j] == SERVED:
                tally.waited[(line.q * queues.n_strata + s) * n_steps + t - line.waiting.joined[j]] += 1
            copy(line.people, j, going, on)
            going.due[on] = t
            on += 1
    lines.size[line.q] = stay
    return on, gave_up


@hot
def _write_down(queues: Queues, tally: Tally, lines: Lines, line: Line, t: int) -> None:
    """Who is in the queue at the end of a step."""
    n_strata, n_steps = queues.n_strata, queues.places.shape[1]
    base = line.q * (n_strata + 1)
    for j in range(lines.size[line.q]):
        tally.queued[(base + I64(line.people.who[j] >> S48)) * n_steps + t] += 1.0
    for s in range(max(t - queues.longest[line.i], 0), t + 1):
        tally.queued[(base + n_strata) * n_steps + t] += line.others[s]
