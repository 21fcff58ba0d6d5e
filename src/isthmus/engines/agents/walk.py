"""People moved from place to place in compiled code.

A person goes on until something must be waited for that others decide: a belief of a later window, or a place in a queue.
People of a block are moved one hop each in turn, because hops of different people wait for nothing of each other. The order of
events of a person is that of `engines.step`; across people it matters in queues only, which are served step by step.

Functions are put into `walk` whole by the compiler, so that the world is taken apart once and not for every hop.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from isthmus.engines.agents.compiled import inlined, kernel
from isthmus.engines.agents.counts import RETURNED, STRANDED, TURNED_BACK, UNDER_WAY, Counts
from isthmus.engines.agents.draws import UNIT, high, key_of, low, name_of, step_of, stratum_of, word_at
from isthmus.engines.agents.people import People
from isthmus.engines.agents.tables import LANE, pick
from isthmus.engines.agents.world import KNOTS, MOST_MET, N_KINDS, NO_MONEY, SHARED, World

TURN = 256
"""People moved in turn: their state stays in the fastest memory."""

MET_BITS = np.uint32(7)
MET_MASK = np.uint32(127)
PASSED = np.uint32(1 << 31)
WORK, TURN_BACK = 1, 2
"""What who cannot pay does, after borrowing (0)."""

ON_THE_WAY = -1
"""A journey that has not ended."""
JOINS = -2
"""A queue must be joined first."""


@inlined
def between_knots(world: World, s: int, at: float) -> float:
    """Budget at a quantile counted in knots, US$."""
    knot = min(int(at), KNOTS - 1)
    below = float(world.purse.quantile[s, knot])
    return below + (at - knot) * (float(world.purse.quantile[s, knot + 1]) - below)


@inlined
def budget(world: World, s: int, number: np.int32) -> float:
    """Purse at the start: the budget in US$, or the rank within the class."""
    unit = number * UNIT
    if world.purse.mode <= SHARED:
        return unit
    return between_knots(world, s, (world.purse.rank[s] + unit) / world.purse.classes * KNOTS)


@inlined
def refill(world: World, s: int, need: float, number: np.int32) -> float:
    """Purse of somebody who was short and has borrowed or worked: as of those of the class who were not short."""
    unit = number * UNIT
    if world.purse.mode == SHARED:
        return unit
    score = (math.log(need) - world.purse.log_median[s]) / world.purse.sd[s]
    below = min(max(world.purse.classes * 0.5 * math.erfc(-score / math.sqrt(2.0)) - world.purse.rank[s], 0.0), 1.0)
    found = between_knots(world, s, (world.purse.rank[s] + below + (1.0 - below) * unit) / world.purse.classes * KNOTS)
    return max(found, need * (1.0 + 1e-6))


@inlined
def finish(world: World, counts: Counts, s: int, t0: int, t: int, ending: int, spent: float, met: Any) -> None:
    """Enter a journey that is over, or that the last step cuts off, in the histories."""
    counts.steps[s, ending, t - t0] += 1
    usd = (spent + world.purse.living * (world.days[t] - world.days[t0])) * world.bins_a_usd
    counts.usd[s, ending, min(int(usd), counts.usd.shape[2] - 1)] += 1
    if met & PASSED:
        for kind in range(N_KINDS):
            times: Any = np.int64((met >> (np.uint32(kind) * MET_BITS)) & MET_MASK)
            counts.met[s, kind, min(times, MOST_MET - 1)] += 1


@inlined
def meet(world: World, k: int, key: np.uint64, met: np.uint32) -> np.uint32:
    """Harm met on a passage, added."""
    for half in range(2):
        word = word_at(key, world.events.harm + 2 * k + half)
        row = (world.hazard[k] * N_KINDS + 2 * half) * MOST_MET
        met += np.uint32(pick(world.harm, row, MOST_MET, high(word))) << (np.uint32(2 * half) * MET_BITS)
        met += np.uint32(pick(world.harm, row + MOST_MET, MOST_MET, low(word))) << (np.uint32(2 * half + 1) * MET_BITS)
    return met | PASSED


@inlined
def cannot_pay(world: World, s: int, t0: int, k: int, t: int, purse: np.float32, spent: np.float32) -> float:
    """What somebody must have for a leg, US$, or the share of the class who has less; less than 0 for who can pay."""
    if world.purse.mode == SHARED:
        share = world.purse.unable[(s * world.n_steps + t) * len(world.head) + k]
        return float(share) if purse < share else -1.0
    need = spent + world.purse.living * (world.days[t] - world.days[t0]) + world.purse.ahead[k]
    return need if need > purse else -1.0


@inlined
def short(
    world: World, counts: Counts, s: int, key: np.uint64, k: int, t: int, need: float, purse: np.float32
) -> tuple[int, int, np.float32]:
    """Who cannot pay for a leg: the ending or `ON_THE_WAY`, the step of setting out, and the purse."""
    word = word_at(key, world.events.pay + k)
    counts.short[s, t, k] += 1
    answer = pick(world.purse.answers, 0, LANE, high(word))
    if answer == TURN_BACK:
        counts.turned_back[s, t, world.tail[k]] += 1
        return TURNED_BACK, t, purse
    if answer > TURN_BACK:
        counts.stranded[s, t, k] += 1
        return STRANDED, t, purse
    purse = np.float32(refill(world, s, need, high(word_at(key, world.events.refill + k))))
    if answer == WORK:
        row = len(world.head) + world.n_places
        counts.to_work[s, t, k] += 1
        t += pick(world.delay, world.start[row] + t * world.width[row], world.width[row], low(word))
        if t >= world.n_steps:
            return UNDER_WAY, world.n_steps - 1, purse
        counts.from_work[s, t, k] += 1
    return ON_THE_WAY, t, purse


@inlined
def travel(  # noqa: PLR0917  the compiler inlines calls by position only
    world: World, counts: Counts, s: int, key: np.uint64, people: People, j: int, k: int, t: int, number: np.int32
) -> tuple[int, int]:
    """Set out on a leg, arrive, and stay: the ending or `ON_THE_WAY`, and its step."""
    counts.flow[s, t, k] += 1
    people.spent[j] += np.float32(world.purse.price[k])
    t += pick(world.delay, world.start[k] + t * world.width[k], world.width[k], number)
    if world.hazard[k] >= 0:
        people.met[j] = meet(world, k, key, people.met[j])
    if t >= world.n_steps:
        return UNDER_WAY, world.n_steps - 1
    counts.came[s, t, k] += 1
    head = world.head[k]
    if head < 0:
        return RETURNED, t
    row = len(world.head) + head
    t += pick(
        world.delay, world.start[row] + t * world.width[row], world.width[row], high(word_at(key, world.events.stay + head))
    )
    if t >= world.n_steps:
        return UNDER_WAY, world.n_steps - 1
    people.node[j] = head
    people.due[j] = t
    return ON_THE_WAY, t


@inlined
def hop(world: World, choice: Any, counts: Counts, s: int, t0: int, key: np.uint64, people: People, j: int) -> tuple[int, int]:
    """Take a person from a node to the next: the ending, `ON_THE_WAY` or `JOINS`, and the step of an ending."""
    n, t = int(people.node[j]), int(people.due[j])
    word = word_at(key, world.events.leave + n)
    at = ((s * world.n_steps + t) * len(world.place) + n) * world.wide
    k = int(world.leg[n, pick(choice, at, world.wide, high(word))])
    if k < 0:
        counts.settled[s, t, n] += 1
        return world.ends[n], t
    if n < world.n_places and world.held[k]:
        people.node[j] = world.n_places + world.n_queues + world.queue[n]
        return JOINS, t
    if world.purse.mode != NO_MONEY and world.head[k] >= 0:
        need = cannot_pay(world, s, t0, k, t, people.purse[j], people.spent[j])
        if need >= 0.0:
            ending, t, people.purse[j] = short(world, counts, s, key, k, t, need, people.purse[j])
            if ending >= 0:
                return ending, t
        elif world.purse.mode == SHARED:
            share = world.purse.unable[(s * world.n_steps + t) * len(world.head) + k]
            people.purse[j] = (people.purse[j] - share) / (np.float32(1.0) - share)
    return travel(world, counts, s, key, people, j, k, t, low(word))


@inlined
def copy_row(source: People, j: int, target: People, m: int) -> None:
    """Copy row ``j`` of a structure to row ``m`` of another."""
    target.who[m] = source.who[j]
    target.node[m] = source.node[j]
    target.due[m] = source.due[j]
    target.purse[m] = source.purse[j]
    target.spent[m] = source.spent[j]
    target.met[m] = source.met[j]


@kernel
def begin(world: World, stream: np.uint64, people: People, cohort: tuple[int, int, int]) -> None:
    """Let people of a cohort (stratum, step, index of the first) stand at their origin, as many as there are rows."""
    s, t, index = cohort
    for j in range(len(people.who)):
        who = name_of(s, t, index + j)
        people.who[j] = who
        people.node[j] = world.origin[s]
        people.due[j] = t
        people.spent[j] = 0.0
        people.met[j] = 0
        people.purse[j] = 0.0
        if world.purse.mode != NO_MONEY:
            people.purse[j] = budget(world, s, high(word_at(key_of(stream, who), world.events.purse)))


@kernel
def walk(
    world: World, choice: Any, counts: Counts, stream: np.uint64, people: People, until: int, joined: People, room: Any
) -> tuple[int, int]:
    """Move people as far as they can go before step ``until``.

    Those who wait for a later window are moved to the front of ``people``, those who join a queue to ``joined``; returns how
    many of each. The journeys of all others are over. ``room`` is scratch: keys, who is moved next, how people stand.
    """
    n_people, kept, n_joined = len(people.who), 0, 0
    keys, active, state = room
    for first in range(0, n_people, TURN):
        end = min(first + TURN, n_people)
        live = 0
        for j in range(first, end):
            keys[j - first] = key_of(stream, people.who[j])
            state[j - first] = ON_THE_WAY
            active[live] = j
            live += people.due[j] < until or world.free[people.node[j]]
        while live > 0:
            going = 0
            for a in range(live):
                j = active[a]
                s, t0 = stratum_of(people.who[j]), step_of(people.who[j])
                found, t = hop(world, choice, counts, s, t0, keys[j - first], people, j)
                state[j - first] = found
                if found >= 0:
                    finish(world, counts, s, t0, t, found, people.spent[j], people.met[j])
                active[going] = j
                going += found == ON_THE_WAY and (people.due[j] < until or world.free[people.node[j]])
            live = going
        for j in range(first, end):
            if state[j - first] == ON_THE_WAY:
                copy_row(people, j, people, kept)
                kept += 1
            elif state[j - first] == JOINS:
                copy_row(people, j, joined, n_joined)
                n_joined += 1
    return kept, n_joined


@kernel
def end_all(world: World, counts: Counts, people: People, t: int, ending: int) -> None:
    """Enter the journeys of all these people in the histories."""
    for j in range(len(people.who)):
        finish(world, counts, stratum_of(people.who[j]), step_of(people.who[j]), t, ending, people.spent[j], people.met[j])
