"""The ways out of each node, as numbers, and how people are shared out among them in each step."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.draws import I64
from isthmus.engines.agents.compiled import hot, kernel
from isthmus.engines.agents.tables import Table, fill_row
from isthmus.engines.step import Plan
from isthmus.model.network import Model

Floats = NDArray[np.float64]
Codings = NDArray[np.uint16]


class Codes(NamedTuple):
    """What somebody does next, as a number: a leg, or what follows here.

    Attributes:
        legs: A leg, from 0 on.
        ends: The journey ends at a place; place by place from here on.
        joins: Queue by queue.
        back: Turns back, out of money.
        stranded: Stays, out of money.
        cut: Works until the last step or beyond.
        size: How many codes there are.
    """

    legs: int
    ends: int
    joins: int
    back: int
    stranded: int
    cut: int
    size: int

    @classmethod
    def of(cls, n_legs: int, n_places: int, n_queues: int) -> Codes:
        """Codes of a corridor of this size."""
        after = n_legs + n_places + n_queues
        return cls(0, n_legs, n_legs + n_places, after, after + 1, after + 2, after + 3)


def alternatives(model: Model, plan: Plan) -> list[list[int]]:
    """Legs of each node, the end of the journey (-1) last where it is one."""
    places = [[*place.legs_out] + ([-1] if place.settle is not None else []) for place in model.places]
    held = plan.gates.held
    return places + [[k for k in model.places[queue.place].legs_out if held[k]] for queue in model.queues]


def coded(nodes: list[list[int]], codes: Codes, plan: Plan) -> Codings:
    """Codes of the alternatives, ``(node, alternative)``; a leg that a queue holds back stands for joining it at the place."""
    n_places = len(plan.gates.queue)
    table = np.full((len(nodes), max(len(row) for row in nodes)), codes.cut, np.uint16)
    for n, legs in enumerate(nodes):
        for a, k in enumerate(legs):
            if k < 0:
                table[n, a] = codes.ends + n
            elif n < n_places and plan.gates.queue[n] >= 0 and plan.gates.held[k]:
                table[n, a] = codes.joins + plan.gates.queue[n]
            else:
                table[n, a] = k
    return table


class Ways(NamedTuple):
    """How people are shared out: a table by node with a row for each stratum and step, and what its alternatives are.

    Attributes:
        table: The table; a node with one way has one row.
        leg: Leg of an alternative, or -1 for the end of the journey, ``(node, alternative)``.
        total: Room for the cumulated shares of a node.
    """

    table: Table
    leg: NDArray[np.int64]
    total: Floats

    @classmethod
    def room(cls, nodes: list[list[int]], n_strata: int, n_steps: int) -> Ways:
        """Room for all steps."""
        sizes = [len(row) for row in nodes]
        leg = np.full((len(nodes), max(sizes)), -1, np.int64)
        for n, row in enumerate(nodes):
            leg[n, : len(row)] = row
        table = Table.room(sizes, [1 if size == 1 else n_strata * n_steps for size in sizes])
        return cls(table, leg, np.empty(max(sizes)))


@kernel
def share_out(ways: Ways, leg: Floats, settle: Floats, first: int, end: int, n_steps: int) -> None:
    """Fill the rows of a window from its shares by leg and by place, ``(leg or place, stratum, step)``."""
    total = ways.total
    for n in range(ways.leg.shape[0]):
        size = I64(ways.table.size[n])
        if size == 1:
            total[0] = 1.0
            fill_row(ways.table, n, 0, total)
            continue
        for s in range(leg.shape[1]):
            for t in range(end - first):
                _cumulate(ways.leg, leg, settle, n, size, s, t, total)
                fill_row(ways.table, n, s * n_steps + first + t, total)


@hot
def _cumulate(legs: Any, leg: Floats, settle: Floats, n: int, size: int, s: int, t: int, total: Floats) -> None:
    upto = 0.0
    for a in range(size):
        k = legs[n, a]
        if k >= 0:
            upto += leg[k, s, t]
        elif n < settle.shape[0]:
            upto += settle[n, s, t]
        total[a] = upto
    if not upto > 0.0:
        for a in range(size):
            total[a] = 1.0
