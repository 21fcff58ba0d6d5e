"""A compiled corridor as the kernels of the agent engine read it.

A *node* is where a person is gone on with: a place whose stay ends (0 to places - 1), the exit of a queue (then, by queue),
or a queue to join (then, by queue again).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from isthmus.engines.agents.draws import Events
from isthmus.engines.agents.tables import LANE, Rows, thresholds
from isthmus.engines.step import Plan, origins_of
from isthmus.model.network import Model

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

NO_MONEY, SHARED, OWN = 0, 1, 2
KNOTS = 4096
"""Pieces of a straight line by which the quantiles of a budget are kept."""

COST_BINS = 160
N_KINDS = 4
MOST_MET = 8
"""Harm of a kind met this often or more is one bin."""


@dataclass(frozen=True)
class Costs:
    """What people pay, natural values.

    Attributes:
        price: Price and extortion by leg, US$.
        living: A day's food and lodging, US$.
        own: Whether everybody's own budget and spending decide who cannot pay; else the share of the class does.
    """

    price: Floats
    living: float
    own: bool


@dataclass(frozen=True)
class Hazards:
    """Harm of a passage: expected events a person by leg and kind, ``(leg, kind)``; at most four kinds."""

    kinds: tuple[str, ...]
    intensity: Floats


class Purse(NamedTuple):
    """Money.

    Attributes:
        mode: `NO_MONEY`, `SHARED` (who cannot pay is a share of the class) or `OWN` (budget against spending).
        unable: Share of a class who cannot pay, ``(stratum, step, leg)``, flat.
        price: Price and extortion by leg, US$.
        ahead: What somebody must have for a leg: price, extortion and living, US$.
        living: A day's living, US$.
        quantile: Budget by quantile of the stratum, ``(stratum, knot)``, US$.
        log_median: By stratum.
        sd: Spread of the log budget, by stratum.
        rank: Class of a stratum.
        classes: Classes a group.
        answers: Thresholds of what who cannot pay does: borrow, work, turn back, stay.
    """

    mode: int
    unable: NDArray[np.float32]
    price: Floats
    ahead: Floats
    living: float
    quantile: Floats
    log_median: Floats
    sd: Floats
    rank: Floats
    classes: int
    answers: Ints


class World(NamedTuple):
    """Everything that does not change while people move.

    Attributes:
        n_places: Places.
        n_queues: Queues.
        n_steps: Steps.
        origin: Place where a stratum starts.
        leg: Leg of an alternative at a node, -1 where the journey ends there, ``(node, alternative)``.
        head: Place to which a leg leads, -1 for a return.
        tail: Place from which a leg leads.
        place: Place of a node.
        queue: Queue at a place, or -1.
        held: Whether a queue holds a leg back.
        free: Whether a node offers one way only, which no belief can change.
        ends: Ending of a journey that is over at a place, see `counts`.
        wide: Thresholds of the alternatives of a node.
        delay: Thresholds of delays; rows are legs, stays, work, patience by queue.
        start: Where a row begins.
        width: Thresholds of a step in a row.
        days: First day of each step, and of the one after the last.
        purse: Money.
        hazard: Row of a leg's hazards, or -1.
        harm: Thresholds of times met, ``(row, kind, times)``, flat.
        bins_a_usd: One over the width of a bin of costs.
        events: Numbers of the events.
    """

    n_places: int
    n_queues: int
    n_steps: int
    origin: Longs
    leg: NDArray[np.int16]
    head: Longs
    tail: Longs
    place: Longs
    queue: Longs
    held: NDArray[np.bool_]
    free: NDArray[np.bool_]
    ends: Longs
    wide: int
    delay: Ints
    start: Longs
    width: Longs
    days: Floats
    purse: Purse
    hazard: Longs
    harm: Ints
    bins_a_usd: float
    events: Events


def build(model: Model, plan: Plan, costs: Costs, hazards: Hazards | None) -> World:
    """Lay a corridor out for the kernels."""
    n_legs, n_queues = len(model.legs), len(model.queues)
    nodes = alternatives(model, plan)
    table = np.full((len(nodes), max(len(row) for row in nodes)), -1, np.int16)
    for row, legs in zip(table, nodes, strict=True):
        row[: len(legs)] = legs
    rows = Rows()
    for kernels in (plan.travel, plan.stay):
        for shares, length in zip(kernels.shares, kernels.lengths, strict=True):
            rows.add(shares[:, :length])
    rows.add(plan.gates.works)
    for q in range(n_queues):
        rows.add(patience(plan.gates.keep[q], int(plan.gates.longest[q])))
    delay, start, width = rows.arrays()
    days = model.grid.edges.astype(np.float64)
    living = costs.living
    hazard, harm = _harm(n_legs, hazards)
    dearest = float(costs.price.sum()) + living * 365.0
    return World(
        n_places=len(model.places),
        n_queues=n_queues,
        n_steps=model.grid.n_steps,
        origin=np.array(origins_of(model), np.int64),
        leg=table,
        head=np.array([leg.head for leg in model.legs], np.int64),
        tail=np.array([leg.tail for leg in model.legs], np.int64),
        place=np.array([*range(len(model.places)), *(queue.place for queue in model.queues)], np.int64),
        queue=plan.gates.queue,
        held=plan.gates.held,
        free=np.array([len(row) == 1 for row in nodes]),
        ends=np.array([1 if place.legs_out else 0 for place in model.places]),
        wide=-(-table.shape[1] // LANE) * LANE,
        delay=delay,
        start=start,
        width=width,
        days=days,
        purse=_purse(model, plan, costs),
        hazard=hazard,
        harm=harm,
        bins_a_usd=1.0 / max(_round(dearest / COST_BINS), 1.0),
        events=Events.of(len(model.places), n_legs, n_queues),
    )


def alternatives(model: Model, plan: Plan) -> list[list[int]]:
    """Legs of each node, the end of the journey (-1) last where it is one."""
    places = [[*place.legs_out] + ([-1] if place.settle is not None else []) for place in model.places]
    held = plan.gates.held
    return places + [[k for k in model.places[queue.place].legs_out if held[k]] for queue in model.queues]


def choice_table(world: World, leg: Floats, settle: Floats) -> Ints:
    """Thresholds of the alternatives of all nodes, ``(stratum, step, node, alternative)``, from shares by leg and place."""
    n_nodes, n_wide = world.leg.shape
    shares = np.zeros((*leg.shape[1:], n_nodes, n_wide))
    for n in range(n_nodes):
        for a, k in enumerate(world.leg[n]):
            if k >= 0:
                shares[:, :, n, a] = leg[k]
            elif a == 0 or world.leg[n, a - 1] >= 0:
                shares[:, :, n, a] = settle[n] if n < world.n_places else 0.0
    shares[shares.sum(axis=-1) <= 0, 0] = 1.0
    return thresholds(shares)


def patience(keep: Floats, longest: int) -> Floats:
    """Shares of those who join in a step who stop waiting 1, 2 ... steps later, the last: later than the longest wait."""
    n_steps = len(keep)
    out = np.zeros((n_steps, longest + 1))
    for s in range(n_steps):
        going = np.ones(longest + 1)
        later = keep[s + 1 : s + 1 + longest]
        going[1 : 1 + len(later)] = np.cumprod(later)
        going[1 + len(later) :] = going[len(later)]
        out[s, :-1] = going[:-1] - going[1:]
        out[s, -1] = going[-1]
    return out


def _round(usd: float) -> float:
    """The next round amount."""
    if usd <= 0:
        return 1.0
    unit = 10.0 ** np.floor(np.log10(usd))
    return float(unit * min(step for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * unit >= usd))


def _purse(model: Model, plan: Plan, costs: Costs) -> Purse:
    money, gates = model.money, plan.gates
    n_strata = len(origins_of(model))
    nothing = np.zeros((n_strata, 1))
    durations = np.array([leg.duration_days for leg in model.legs])
    if money is None:
        spread = nothing[:, 0]
        return Purse(NO_MONEY, np.zeros(0, np.float32), costs.price, costs.price + costs.living * durations, costs.living,
                     nothing, spread, spread, spread, 1, np.zeros(8, np.int32))  # fmt: skip
    strata = money.strata
    answers = np.array([gates.borrow, gates.work, gates.turn_back])
    at = np.concatenate([[0.5 / KNOTS], np.arange(1, KNOTS) / KNOTS, [1 - 0.5 / KNOTS]])
    with np.errstate(invalid="ignore"):
        quantile = np.exp(np.log(strata.median)[:, None] + strata.sd_log[:, None] * ndtri(at))
    return Purse(
        mode=OWN if costs.own else SHARED,
        unable=np.ascontiguousarray(gates.unable.transpose(1, 2, 0), np.float32).ravel(),
        price=costs.price,
        ahead=costs.price + costs.living * durations,
        living=costs.living,
        quantile=quantile,
        log_median=np.log(strata.median),
        sd=np.maximum(strata.sd_log, 1e-9),
        rank=np.array(strata.rank, float),
        classes=strata.n_classes,
        answers=thresholds(np.append(answers, max(1 - answers.sum(), 0.0))),
    )


def _harm(n_legs: int, hazards: Hazards | None) -> tuple[Longs, Ints]:
    """Rows of legs with hazards and thresholds of Poisson numbers of events."""
    row = np.full(n_legs, -1, np.int64)
    if hazards is None:
        return row, np.zeros(N_KINDS * MOST_MET, np.int32)
    legs = np.flatnonzero(hazards.intensity.sum(axis=1) > 0)
    row[legs] = np.arange(len(legs))
    rates = np.zeros((max(len(legs), 1), N_KINDS))
    rates[: len(legs), : hazards.intensity.shape[1]] = hazards.intensity[legs]
    times = np.arange(MOST_MET)
    shares = np.exp(-rates)[..., None] * rates[..., None] ** times / np.cumprod(np.maximum(times, 1))
    shares[..., -1] += np.maximum(1 - shares.sum(axis=-1), 0)
    return row, thresholds(shares).ravel()
