"""What holds people up at a place within a step: the queue they stand in and the price they must pay.

People are divided by ``some``: drawn, or expected. Arrays of absent blocks are empty and nothing is drawn for them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from isthmus.errors import ModelError
from isthmus.model.network import Knowledge, Model

Floats = NDArray[np.float64]


class Gates(NamedTuple):
    """Numbers that queues and money go by; groups are groups by budget class where there is money.

    Attributes:
        queue: Position of the queue at each place, -1 where there is none, ``(place,)``.
        held: Whether a queue holds the leg back, ``(leg,)``.
        places: Who can be carried on, ``(queue, step)``, persons.
        others: Who join of other nationalities, ``(queue, step)``, persons.
        keep: Share of those waiting who go on waiting, ``(queue, step)``.
        other_way: Share of those who stop waiting who go on, ``(queue,)``.
        longest: Longest wait, steps, ``(queue,)``.
        unable: Share of those who want a leg who cannot pay for it, ``(leg, group, step)``; empty without money.
        borrow: Share of those short who borrow; likewise for ``work`` and ``turn_back``.
        works: Shares by step and steps of work, ``(step, delay)``.
    """

    queue: NDArray[np.int64]
    held: NDArray[np.bool_]
    places: Floats
    others: Floats
    keep: Floats
    other_way: Floats
    longest: NDArray[np.int64]
    unable: Floats
    borrow: float
    work: float
    turn_back: float
    works: Floats


class Held(NamedTuple):
    """Who is held up, filled step by step; the last row of a queue's groups is people of other nationalities.

    Attributes:
        line: Waiting by the step in which they joined, ``(queue, group + 1, step)``.
        queued: In the queue at the end of a step, ``(queue, group + 1, step)``.
        turned_back: ``(place, group, step)``, persons a step.
        short: Who cannot pay for a leg, ``(leg, group, step)``, persons a step.
        to_work: Of them who begin to work, likewise.
        stranded: Of them who do nothing of this, likewise.
        work_due: Going on by a leg after work, ``(leg, group, step + delay)``.
    """

    line: Floats
    queued: Floats
    turned_back: Floats
    short: Floats
    to_work: Floats
    stranded: Floats
    work_due: Floats


def gates(model: Model, knowledge: Knowledge | None, numbers: dict[str, float], unable: Floats | None) -> Gates:
    """Flatten the blocks of a model.

    Args:
        model: The compiled corridor.
        knowledge: Capacity and other people; needed with queues.
        numbers: Natural values of the quantities of the blocks, by name.
        unable: Share who cannot pay, ``(leg, stratum, step)``, as the mean-field corridor found it; needed with money.

    Raises:
        ModelError: A block is there without what it goes by.
    """
    known = None if knowledge is None else knowledge.blocks
    if (model.queues and known is None) or (model.money is not None and unable is None):
        raise ModelError.one(
            where="queues, money",
            expected="what the blocks go by: what is known of queues, and who cannot pay",
            found="a corridor with blocks, without it",
            remedy="pass the `Mechanisms` of the mean-field corridor",
        )
    queue = np.full(len(model.places), -1, np.int64)
    held = np.zeros(len(model.legs), np.bool_)
    for n, node in enumerate(model.queues):
        queue[node.place] = n
        held[list(node.legs)] = True
    empty = np.zeros((0, model.grid.n_steps))
    rates = np.array([numbers[node.give_up] for node in model.queues])
    money = model.money
    names = ("", "", "") if money is None else (money.borrow, money.work, money.turn_back)
    shares = np.array([numbers.get(name, 0.0) for name in names])
    shares /= max(shares.sum(), 1.0)
    return Gates(
        queue=queue,
        held=held,
        places=empty if known is None else np.array(known.places, np.float64),
        others=empty if known is None else np.array(known.others, np.float64),
        keep=np.exp(-rates[:, None] * model.grid.days) if len(rates) else empty,
        other_way=np.array([numbers[node.other_way] for node in model.queues]),
        longest=np.array([node.longest for node in model.queues], np.int64),
        unable=np.zeros((0, 0, 0)) if unable is None else np.ascontiguousarray(unable, np.float64),
        borrow=float(shares[0]),
        work=float(shares[1]),
        turn_back=float(shares[2]),
        works=np.ones((model.grid.n_steps, 1)) if money is None else np.ascontiguousarray(money.work_kernel),
    )


def nobody_held(model: Model, gate: Gates, n_groups: int) -> Held:
    """Empty tables."""
    n_steps, n_queues = model.grid.n_steps, len(gate.longest)
    n_legs = len(model.legs) if gate.unable.size else 0
    by_leg = (n_legs, n_groups, n_steps)
    n_places = len(model.places) if n_queues or n_legs else 0
    return Held(
        np.zeros((n_queues, n_groups + 1, n_steps)),
        np.zeros((n_queues, n_groups + 1, n_steps)),
        np.zeros((n_places, n_groups, n_steps)),
        np.zeros(by_leg),
        np.zeros(by_leg),
        np.zeros(by_leg),
        np.zeros((n_legs, n_groups, n_steps + gate.works.shape[1])),
    )


@numba.njit(cache=True)
def some(people: float, share: float, generator: Any, draw: bool) -> float:  # noqa: FBT001
    """People of ``people`` who do what a share does: drawn, or expected."""
    share = min(max(share, 0.0), 1.0)
    if not draw:
        return people * share
    return float(generator.binomial(np.int64(people), share)) if people > 0 else 0.0


@numba.njit(cache=True)
def _take(waiting: Floats, places: float, out: Floats, generator: Any, draw: bool) -> None:  # noqa: FBT001
    """Move ``places`` of a cohort ``(group + 1,)`` to ``out``: a share of each group, the last taking what is left over."""
    total, left = waiting.sum(), places
    for g in range(len(waiting)):
        rest = total - waiting[g]
        if g == len(waiting) - 1:
            go = min(left, waiting[g])
        else:
            go = some(waiting[g], left / total if total > 0 else 0.0, generator, draw)
            go = max(min(go, left, waiting[g]), left - rest)
        out[g] += go
        waiting[g] -= go
        total, left = rest, left - go


@numba.njit(cache=True)
def stand_in_line(gate: Gates, held: Held, i: int, t: int, joining: Floats, generator: Any, draw: bool) -> Floats:  # noqa: FBT001
    """Serve the queue at a place; returns who goes on, ``(group,)``.

    Those who wait stop waiting first, then people join, then the longest waiting are served.
    """
    q = gate.queue[i]
    line, n_groups = held.line[q], len(joining)
    gave_up = np.zeros(n_groups + 1)
    first = max(t - gate.longest[q] + 1, 0)
    for s in range(max(first - 1, 0), t):
        for g in range(n_groups + 1):
            go = line[g, s] - some(line[g, s], gate.keep[q, t], generator, draw)
            line[g, s] -= go
            gave_up[g] += go
    line[:n_groups, t] = joining
    line[n_groups, t] = float(generator.poisson(gate.others[q, t])) if draw else gate.others[q, t]
    places = np.floor(gate.places[q, t]) if draw else gate.places[q, t]
    going = np.zeros(n_groups + 1)
    for s in range(max(first - 1, 0), t + 1):
        people = line[:, s].sum()
        if people <= places:
            going += line[:, s]
            line[:, s] = 0.0
        elif places > 0:
            _take(line[:, s], places, going, generator, draw)
        places = max(places - people, 0.0)
    if first > 0:
        gave_up += line[:, first - 1]
        line[:, first - 1] = 0.0
    for g in range(n_groups + 1):
        held.queued[q, g, t] = line[g].sum()
    for g in range(n_groups):
        on = some(gave_up[g], gate.other_way[q], generator, draw)
        going[g] += on
        held.turned_back[i, g, t] += gave_up[g] - on
    return going[:n_groups]


@numba.njit(cache=True)
def pay(gate: Gates, held: Held, at: tuple[int, int, int, int], wanting: float, generator: Any, draw: bool) -> float:  # noqa: FBT001
    """Let people pay for a leg in a step; ``at`` is place, leg, group, step; returns who sets out, workers included."""
    i, k, g, t = at
    short = some(wanting, gate.unable[k, g, t], generator, draw)
    rest, left = 1.0, short
    borrow = some(left, gate.borrow, generator, draw)
    left, rest = left - borrow, rest - gate.borrow
    work = some(left, gate.work / rest if rest > 1e-12 else 0.0, generator, draw)
    left, rest = left - work, rest - gate.work
    back = some(left, gate.turn_back / rest if rest > 1e-12 else 0.0, generator, draw)
    held.short[k, g, t] = short
    held.to_work[k, g, t] = work
    held.turned_back[i, g, t] += back
    held.stranded[k, g, t] = left - back
    share_left, working = 1.0, work
    for d in range(gate.works.shape[1]):
        last = d == gate.works.shape[1] - 1
        done = working if last else some(working, gate.works[t, d] / share_left if share_left > 1e-12 else 0.0, generator, draw)
        held.work_due[k, g, t + d] += done
        working -= done
        share_left -= gate.works[t, d]
    return float(wanting - short + borrow + held.work_due[k, g, t])
