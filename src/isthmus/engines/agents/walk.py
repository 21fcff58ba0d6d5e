"""People moved from place to place in compiled code.

A person goes on until something must be waited for that others decide: a belief of a later window, or a place in a queue.
A hop goes from a node to the next: choose, pay, travel, arrive, stay. The order of events of a person is that of
`engines.step`; across people it matters in queues only, which are served step by step.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from isthmus.engines.agents.band import SIZE, Band, Cohorts, begin, close_up, keep, load
from isthmus.engines.agents.compiled import hot, kernel
from isthmus.engines.agents.counts import Counts
from isthmus.engines.agents.draws import I64, LOW31, S32, S33, S48, U64, high, low, word_at
from isthmus.engines.agents.endings import ENDINGS, JOINS, ON_THE_WAY, UNDER_WAY
from isthmus.engines.agents.money import LOW16, pay_by_class, pay_from_own
from isthmus.engines.agents.people import People
from isthmus.engines.agents.tables import Table, look, pick
from isthmus.engines.agents.world import COST_BINS, MOST_MET, N_KINDS, OWN, SHARED, World

MET_BITS = np.uint32(7)
MET_MASK = np.uint32(127)
PASSED = np.uint32(1 << 31)
ONE = U64(1)
N_ENDINGS = len(ENDINGS)


class Job(NamedTuple):
    """People to be moved: who was kept, who leaves, and the step before which they are."""

    people: People
    cohorts: Cohorts
    until: int


class Out(NamedTuple):
    """Room for those who wait for a later window, and for those who join a queue."""

    kept: People
    joined: People


@hot
def choose(world: World, choice: Table, band: Band, n: int) -> None:
    """What each does next, by the shares of class, step and node."""
    n_steps, wide = U64(world.n_steps), U64(world.wide)
    for a in range(n):
        band.word[a] = word_at(band.key[a], world.events.leave + band.node[a])
    for a in range(n):
        row = (band.who[a] >> S48) * n_steps + U64(band.due[a])
        found = look(choice, band.node[a], row, band.word[a] >> S33)
        band.code[a] = world.ways[U64(band.node[a]) * wide + found]


@hot
def meet(world: World, band: Band, a: int) -> None:
    """Harm met on a passage, added."""
    k, met = I64(band.code[a]), band.met[a]
    for half in range(2):
        word = word_at(band.key[a], world.events.harm + 2 * k + half)
        row = (world.hazard[k] * N_KINDS + 2 * half) * MOST_MET
        met += np.uint32(pick(world.harm, row, MOST_MET, high(word))) << (np.uint32(2 * half) * MET_BITS)
        met += np.uint32(pick(world.harm, row + MOST_MET, MOST_MET, low(word))) << (np.uint32(2 * half + 1) * MET_BITS)
    band.met[a] = met | PASSED


@hot
def travel(world: World, counts: Counts, band: Band, n: int) -> None:
    """Set out on a leg and arrive; who takes none is where they were."""
    n_steps = U64(world.n_steps)
    for a in range(n):
        t, k = U64(band.due[a]), U64(band.code[a])
        row = (band.who[a] >> S48) * n_steps + t
        band.spent[a] += world.purse.price[k]
        delay = look(world.travel, k, t, band.word[a] & LOW31)
        counts.hops[world.hops[k] + row * world.travel.size[k] + delay] += 1
        t += delay
        band.due[a] = t
        if world.hazard[k] >= 0:
            meet(world, band, a)


@hot
def arrive(world: World, band: Band, n: int) -> None:
    """Stay where the leg leads to, and how the journey stands then."""
    last = U64(world.n_steps - 1)
    for a in range(n):
        band.word[a] = word_at(band.key[a], world.events.stay + world.head[band.code[a]])
    for a in range(n):
        k, t = band.code[a], U64(band.due[a])
        t += look(world.stay, world.head[k], min(t, last), band.word[a] >> S33)
        late = t > last
        band.fate[a] = np.int8(UNDER_WAY) if late else world.fate[k]
        band.due[a] = last if late else t
        band.node[a] = world.node[k]


@hot
def sort_out(world: World, band: Band, n: int, until: int) -> tuple[int, int, int, int]:
    """List rows by what becomes of them: over, joins a queue, waits for a later window, goes on; how many of each."""
    over, joins, waits, goes = 0, 0, 0, 0
    lists = band.lists
    for a in range(n):
        fate = band.fate[a]
        on = fate == ON_THE_WAY
        now = (band.due[a] < until) | world.free[band.node[a]]
        lists.over[over] = a
        over += fate >= 0
        lists.joins[joins] = a
        joins += fate == JOINS
        lists.waits[waits] = a
        waits += on & (not now)
        lists.goes[goes] = a
        goes += on & now
    return over, joins, waits, goes


@hot
def finish(world: World, counts: Counts, band: Band, n: int) -> None:
    """Enter journeys that are over, or that the last step cuts off, in the histories."""
    n_lengths, n_bins = U64(world.n_steps + 1), U64(COST_BINS)
    for m in range(n):
        a = band.lists.over[m]
        who, t = band.who[a], U64(band.due[a])
        t0, ending = (who >> S32) & LOW16, U64(band.fate[a])
        row = (who >> S48) * U64(N_ENDINGS) + ending
        counts.steps[row * n_lengths + t - t0] += 1
        usd = (band.spent[a] + world.purse.living * (world.days[t] - world.days[t0])) * world.bins_a_usd
        counts.usd[row * n_bins + min(U64(I64(usd)), n_bins - ONE)] += 1
        if band.met[a] & PASSED:
            note(counts, who >> S48, band.met[a])


@hot
def note(counts: Counts, s: Any, met: np.uint32) -> None:
    """Enter what somebody met who passed a leg with hazards."""
    for kind in range(N_KINDS):
        times = I64((met >> (np.uint32(kind) * MET_BITS)) & MET_MASK)
        counts.met[(I64(s) * N_KINDS + kind) * MOST_MET + I64(min(times, MOST_MET - 1))] += 1


@hot
def hop(world: World, choice: Table, counts: Counts, band: Band, n: int) -> None:
    """Take everybody in the band from a node to the next."""
    choose(world, choice, band, n)
    if world.purse.mode == OWN:
        pay_from_own(world, counts, band, n)
    elif world.purse.mode == SHARED:
        pay_by_class(world, counts, band, n)
    travel(world, counts, band, n)
    arrive(world, band, n)


@hot
def go(
    world: World, choice: Table, counts: Counts, band: Band, n: int, until: int, out: Out, had: tuple[int, int]
) -> tuple[int, int]:
    """Move the first ``n`` of a band as far as they can go before ``until``; how many wait and join, with those ``had``."""
    kept, joined = had
    while n > 0:
        hop(world, choice, counts, band, n)
        over, joins, waits, goes = sort_out(world, band, n, until)
        finish(world, counts, band, over)
        joined = keep(band, band.lists.joins, joins, out.joined, joined)
        kept = keep(band, band.lists.waits, waits, out.kept, kept)
        close_up(band, band.lists.goes, goes)
        n = goes
    return kept, joined


@kernel
def walk(
    world: World, choice: Table, counts: Counts, stream: np.uint64, job: Job, band: Band, out: Out, had: tuple[int, int]
) -> tuple[int, int]:
    """Move people as far as they can go before the end of the window.

    Returns:
        How many wait for a later window and how many join a queue, with those ``had`` before.
    """
    for first in range(0, len(job.people.who), SIZE):
        n = min(SIZE, len(job.people.who) - first)
        load(stream, job.people, first, n, band)
        n, kept = hold_back(world, band, n, job.until, out.kept, had[0])
        had = go(world, choice, counts, band, n, job.until, out, (kept, had[1]))
    n = 0
    for c in range(len(job.cohorts)):
        taken, size = 0, I64(job.cohorts[c, 3])
        while taken < size:
            come: Any = min(SIZE - n, size - taken)
            begin(world, stream, job.cohorts[c], taken, n, n + come, band)
            n, taken = n + come, taken + come
            if n == SIZE:
                had = go(world, choice, counts, band, n, job.until, out, had)
                n = 0
    return go(world, choice, counts, band, n, job.until, out, had)


@hot
def hold_back(world: World, band: Band, n: int, until: int, kept: People, at: int) -> tuple[int, int]:
    """Keep those for whom nothing happens before ``until``; how many of the band go on, and how many are kept."""
    waits, goes = 0, 0
    for a in range(n):
        now = (band.due[a] < until) | world.free[band.node[a]]
        band.lists.waits[waits] = a
        waits += not now
        band.lists.goes[goes] = a
        goes += now
    at = keep(band, band.lists.waits, waits, kept, at)
    close_up(band, band.lists.goes, goes)
    return goes, at


@kernel
def end_all(world: World, counts: Counts, stream: np.uint64, people: People, ending: int, band: Band) -> None:
    """Enter the journeys of all these people in the histories, as ended when they are due."""
    for first in range(0, len(people.who), SIZE):
        n = min(SIZE, len(people.who) - first)
        load(stream, people, first, n, band)
        for a in range(n):
            band.fate[a] = ending
            band.lists.over[a] = a
        finish(world, counts, band, n)
