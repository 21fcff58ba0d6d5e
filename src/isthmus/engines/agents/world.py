"""A compiled corridor as the kernels of the agent engine read it.

A *node* is where a person is gone on with: a place whose stay ends (0 to places - 1), the exit of a queue (then, by queue),
or a queue to join (then, by queue again).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from isthmus.engines.agents.draws import Events
from isthmus.engines.agents.endings import ARRIVED, JOINS, ON_THE_WAY, RETURNED, SETTLED, STRANDED, TURNED_BACK, UNDER_WAY
from isthmus.engines.agents.tables import Rows, Table, thresholds
from isthmus.engines.agents.ways import Codes, alternatives, coded
from isthmus.engines.step import Kernels, Plan, origins_of
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
        unable: Share of a class who cannot pay, ``(stratum, step, code)``, flat.
        price: Price and extortion by code, US$.
        ahead: What somebody must have for a leg: price, extortion and living, US$; minus infinity where nobody needs money.
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
    price: NDArray[np.float32]
    ahead: Floats
    living: float
    quantile: Floats
    log_median: Floats
    sd: Floats
    rank: Floats
    classes: int
    answers: Ints


class World(NamedTuple):
    """Everything that does not change while people move. Arrays by code have neutral values where there is no leg.

    Attributes:
        n_places: Places.
        n_queues: Queues.
        n_legs: Legs.
        n_steps: Steps.
        codes: What somebody may do next.
        origin: Place where a stratum starts.
        ways: Code of an alternative at a node, ``(node, alternative)``, flat.
        wide: Alternatives of a node.
        fate: Ending after a code; `ON_THE_WAY` or `JOINS`, ``(code,)``.
        node: Node after a code.
        head: Place to which a leg leads, by code; one beyond the last where nobody stays.
        tail: Place from which a leg leads.
        place: Place of a node.
        free: Whether a node offers one way only, which no belief can change.
        travel: Delays by code.
        hops: Where the counts of a code begin, by code and at the end; ``(stratum, step, delay)`` each.
        stay: Delays by place, the last none.
        delay: Thresholds of other delays; rows are work, patience by queue.
        start: Where a row begins.
        width: Thresholds of a step in a row.
        days: First day of each step, and of the one after the last.
        purse: Money.
        hazard: Row of a code's hazards, or -1.
        harm: Thresholds of times met, ``(row, kind, times)``, flat.
        bins_a_usd: One over the width of a bin of costs.
        events: Numbers of the events.
    """

    n_places: int
    n_queues: int
    n_legs: int
    n_steps: int
    codes: Codes
    origin: Longs
    ways: NDArray[np.uint16]
    wide: int
    fate: NDArray[np.int8]
    node: NDArray[np.uint16]
    head: NDArray[np.uint16]
    tail: Longs
    place: Longs
    free: NDArray[np.bool_]
    travel: Table
    hops: NDArray[np.uint64]
    stay: Table
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
    n_legs, n_queues, n_places = len(model.legs), len(model.queues), len(model.places)
    codes = Codes.of(n_legs, n_places, n_queues)
    nodes = alternatives(model, plan)
    ways = coded(nodes, codes, plan)
    rows = Rows()
    rows.add(plan.gates.works)
    for q in range(n_queues):
        rows.add(patience(plan.gates.keep[q], int(plan.gates.longest[q])))
    delay, start, width = rows.arrays()
    none = np.ones((1, 1))
    travel = Table.of(_delays(plan.travel) + [none] * (codes.size - n_legs))
    n_cells = len(origins_of(model)) * model.grid.n_steps
    hazard, harm = _harm(codes, hazards)
    dearest = float(costs.price.sum()) + costs.living * 365.0
    return World(
        n_places=n_places,
        n_queues=n_queues,
        n_legs=n_legs,
        n_steps=model.grid.n_steps,
        codes=codes,
        origin=np.array(origins_of(model), np.int64),
        ways=ways.ravel(),
        wide=ways.shape[1],
        fate=_fates(model, codes),
        node=_after(model, codes),
        head=_by_code(codes, [leg.head if leg.head >= 0 else n_places for leg in model.legs], n_places).astype(np.uint16),
        tail=np.array([leg.tail for leg in model.legs], np.int64),
        place=np.array([*range(n_places), *(queue.place for queue in model.queues)], np.int64),
        free=np.array([len(row) == 1 for row in nodes] + [False] * n_queues),
        travel=travel,
        hops=np.cumsum([0, *(int(size) * n_cells for size in travel.size)]).astype(np.uint64),
        stay=Table.of([*_delays(plan.stay), none]),
        delay=delay,
        start=start,
        width=width,
        days=model.grid.edges.astype(np.float64),
        purse=_purse(model, plan, costs, codes),
        hazard=hazard,
        harm=harm,
        bins_a_usd=1.0 / max(_round(dearest / COST_BINS), 1.0),
        events=Events.of(n_places, n_legs, n_queues),
    )


def _by_code(codes: Codes, of_legs: Any, otherwise: float) -> Floats:
    """Values of legs, and one for all that is no leg."""
    out = np.full(codes.size, otherwise, np.float64)
    out[: codes.ends] = of_legs
    return out


def _fates(model: Model, codes: Codes) -> NDArray[np.int8]:
    fate = np.full(codes.size, ON_THE_WAY, np.int8)
    fate[: codes.ends] = [ON_THE_WAY if leg.head >= 0 else RETURNED for leg in model.legs]
    fate[codes.ends : codes.joins] = [SETTLED if place.legs_out else ARRIVED for place in model.places]
    fate[codes.joins : codes.back] = JOINS
    fate[[codes.back, codes.stranded, codes.cut]] = TURNED_BACK, STRANDED, UNDER_WAY
    return fate


def _after(model: Model, codes: Codes) -> NDArray[np.uint16]:
    n_places, n_queues = len(model.places), len(model.queues)
    node = np.zeros(codes.size, np.uint16)
    node[: codes.ends] = [max(leg.head, 0) for leg in model.legs]
    node[codes.joins : codes.back] = n_places + n_queues + np.arange(n_queues)
    return node


def _delays(kernels: Kernels) -> list[Floats]:
    return [shares[:, :length] for shares, length in zip(kernels.shares, kernels.lengths, strict=True)]


def patience(keep: Floats, longest: int) -> Floats:
    """Shares of those who join in a step who stop waiting 1, 2 ... steps later, the last: later than the longest wait."""
    beyond = np.concatenate([keep[1:], np.ones(longest)])
    later = np.lib.stride_tricks.sliding_window_view(beyond, longest)
    going = np.concatenate([np.ones((len(keep), 1)), np.cumprod(later, axis=1), np.zeros((len(keep), 1))], axis=1)
    return np.asarray(going[:, :-1] - going[:, 1:])


def _round(usd: float) -> float:
    """The next round amount."""
    if usd <= 0:
        return 1.0
    unit = 10.0 ** np.floor(np.log10(usd))
    return float(unit * min(step for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * unit >= usd))


def _purse(model: Model, plan: Plan, costs: Costs, codes: Codes) -> Purse:
    money, gates = model.money, plan.gates
    to_place = np.array([leg.head >= 0 for leg in model.legs])
    n_strata = len(origins_of(model))
    nothing = np.zeros((n_strata, 1))
    durations = np.array([leg.duration_days for leg in model.legs])
    price = _by_code(codes, costs.price, 0.0).astype(np.float32)
    ahead = _by_code(codes, np.where(to_place, costs.price + costs.living * durations, -np.inf), -np.inf)
    if money is None:
        spread = nothing[:, 0]
        return Purse(NO_MONEY, np.zeros(0, np.float32), price, ahead, costs.living,
                     nothing, spread, spread, spread, 1, np.zeros(8, np.int32))  # fmt: skip
    unable = np.zeros((n_strata, model.grid.n_steps, codes.size), np.float32)
    unable[..., : codes.ends] = (gates.unable * to_place[:, None, None]).transpose(1, 2, 0)
    strata = money.strata
    answers = np.array([gates.borrow, gates.work, gates.turn_back])
    at = np.concatenate([[0.5 / KNOTS], np.arange(1, KNOTS) / KNOTS, [1 - 0.5 / KNOTS]])
    with np.errstate(invalid="ignore"):
        quantile = np.exp(np.log(strata.median)[:, None] + strata.sd_log[:, None] * ndtri(at))
    return Purse(
        mode=OWN if costs.own else SHARED,
        unable=unable.ravel(),
        price=price,
        ahead=ahead,
        living=costs.living,
        quantile=quantile,
        log_median=np.log(strata.median),
        sd=np.maximum(strata.sd_log, 1e-9),
        rank=np.array(strata.rank, float),
        classes=strata.n_classes,
        answers=thresholds(np.append(answers, max(1 - answers.sum(), 0.0))),
    )


def _harm(codes: Codes, hazards: Hazards | None) -> tuple[Longs, Ints]:
    """Rows of legs with hazards and thresholds of Poisson numbers of events."""
    row = np.full(codes.size, -1, np.int64)
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
