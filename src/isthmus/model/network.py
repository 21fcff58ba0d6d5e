"""From the corridor as written to arrays: the only door between ``spec`` and the engines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import ModelError
from isthmus.model.blocks import BlockKnowledge, block_knowledge, information_block, money_block, queue_nodes
from isthmus.model.drivers import DriverKnowledge, DriverNode, driver_knowledge, driver_nodes
from isthmus.model.information import InformationBlock
from isthmus.model.journey import delay_table
from isthmus.model.money import MoneyBlock, Strata
from isthmus.model.parameters import ParameterTable
from isthmus.model.queues import QueueNode
from isthmus.model.shared import SharedNode, shared_nodes
from isthmus.model.shifts import Shift, shifts_of
from isthmus.model.trend import Trend
from isthmus.spec.primitives import NormalPrior, Quantity
from isthmus.spec.schema import Corridor, Policy, Series
from isthmus.spec.schema import Trend as WrittenTrend
from isthmus.timegrid import TimeGrid

Floats = NDArray[np.float64]

HARMONICS = ("sine_1", "cosine_1", "sine_2", "cosine_2")
"""Waves of the season: turns a year."""

FIXED_START_SD = 0.01
"""How closely a walk starts at a constant that the file fixes."""


@dataclass(frozen=True)
class PlaceNode:
    """A place in topological order: who leads on from it, and how long people stay."""

    id: str
    kernel: Floats | None
    """Shares by step and steps stayed, ``(step, delay)``; absent: nobody stays."""
    legs_out: tuple[int, ...]
    legs_in: tuple[int, ...]
    settle: str | None
    """Name of the quantity that values ending here."""
    stay_days: float


@dataclass(frozen=True)
class LegArc:
    """A leg between positions in the order of places; ``head`` is -1 for a return."""

    id: str
    tail: int
    head: int
    kernel: Floats
    price_usd: float
    """Middle of the price range."""
    duration_days: float
    risk: float
    constant: str
    """Name of the quantity that holds the constant; of a drifting leg, whose walk starts there, only its prior is used."""
    drift: str | None
    """Name of the quantity that sets the monthly random walk; absent: constant in time."""
    start: tuple[float, float] | None
    """Mean and standard deviation of a drifting constant in the first fitted month."""
    start_source: str


@dataclass(frozen=True)
class Sight:
    """How a series sees the flow."""

    id: str
    group: int
    arrivals_at: tuple[int, ...]
    departures_on: tuple[int, ...]
    arrivals_on: tuple[int, ...]
    detection: str
    drift: str | None
    baseline: str
    dispersion: str
    persistence: float = 1.0
    """Month-to-month autocorrelation of drifting log detection around its level."""
    tails: float | None = None
    """Degrees of freedom of its movements; absent: normal."""
    checkpoint: str | None = None
    baseline_moves: bool = False
    """Whether the baseline moves with the drift of detection."""


class Push(NamedTuple):
    """What a scenario adds to values, by step; zero where it changes nothing.

    Attributes:
        leg: Added to the value of a leg, ``(leg, group, step)``.
        settle: Added to the value of ending a journey, ``(place, group, step)``.
        departures: Added to log departures, ``(1, group, step)``.
    """

    leg: Any
    settle: Any
    departures: Any


class Knowledge(NamedTuple):
    """What of rules and policies is in force, as arrays, so that origins with different knowledge can be batched.

    Attributes:
        requirement: Share of each step under each entry requirement, ``(group, place, requirement, step)``.
        shift: 0 or 1 by shift, ``(shift,)``.
        blocks: The same of queues and information; absent without them.
        drivers: Values of the drivers as known; absent without them.
        push: What a scenario adds; absent outside scenarios.
    """

    requirement: Any
    shift: Any
    blocks: BlockKnowledge | None = None
    drivers: DriverKnowledge | None = None
    push: Push | None = None


@dataclass(frozen=True, eq=False)
class Model:
    """An immutable compiled corridor; two models are the same only if they are one object."""

    grid: TimeGrid
    groups: tuple[str, ...]
    places: tuple[PlaceNode, ...]
    legs: tuple[LegArc, ...]
    sights: tuple[Sight, ...]
    shifts: tuple[Shift, ...]
    origins: tuple[int, ...]
    """Position of each group's origin, ``(group,)``."""
    budgets: Floats
    """Median budget by group, US$, ``(group,)``."""
    requirements: tuple[str, ...]
    table: ParameterTable
    fit_from: int
    """Position of the first fitted month."""
    reference: int
    """Position of the reference month."""
    pull: dict[tuple[int, int], str]
    """Name of the quantity added to settling, by (group, place)."""
    season: tuple[tuple[str, ...], ...]
    """Names of the harmonics' coefficients by group: sine and cosine of one and of two turns a year; empty: no season."""
    tails: tuple[float | None, ...]
    """Degrees of freedom of the innovations by group; absent: normal."""
    trends: tuple[Trend | None, ...]
    """Damped trends of departures by group; absent: a surprise does not go on."""
    knowledge: Knowledge
    queues: tuple[QueueNode, ...] = ()
    money: MoneyBlock | None = None
    information: InformationBlock | None = None
    drivers: tuple[DriverNode, ...] = ()
    shared: tuple[SharedNode, ...] = ()
    """Movements that groups make together."""
    gaussian: bool = False
    """Whether the file asks for the joint Gaussian approximation."""
    memory_months: float = 1200.0
    combined: bool = False
    totals: tuple[int, ...] = ()
    """Groups that are people of all nationalities, the other groups among them."""

    @property
    def summed(self) -> tuple[int, ...]:
        """Groups that sums over groups are made of."""
        return tuple(g for g in range(len(self.groups)) if g not in self.totals)

    @property
    def strata(self) -> Strata | None:
        """Groups by budget class; absent: people choose and move by group."""
        return None if self.money is None else self.money.strata

    @property
    def unfollowed(self) -> tuple[int, ...]:
        """Groups whose people are not followed one by one: with queues, those who would stand twice in a line."""
        return self.totals if self.queues else ()

    @cached_property
    def queue_at(self) -> dict[int, int]:
        """Position of the queue at a place, by position of the place."""
        return {queue.place: n for n, queue in enumerate(self.queues)}

    @cached_property
    def drifting_legs(self) -> tuple[int, ...]:
        """Positions of legs whose constant drifts."""
        return tuple(k for k, leg in enumerate(self.legs) if leg.drift)

    @cached_property
    def drifting_sights(self) -> tuple[int, ...]:
        """Positions of series whose detection drifts."""
        return tuple(k for k, sight in enumerate(self.sights) if sight.drift)


def topological_places(corridor: Corridor) -> list[str]:
    """Places so that forward legs lead to later ones.

    Raises:
        ModelError: The forward legs form a cycle.
    """
    heads: dict[str, int] = dict.fromkeys(corridor.places, 0)
    forward = [leg for leg in corridor.legs.values() if leg.kind == "forward"]
    for leg in forward:
        heads[leg.to] += 1
    ready = [p for p, n in heads.items() if n == 0]
    order: list[str] = []
    while ready:
        place = ready.pop(0)
        order.append(place)
        for leg in forward:
            if leg.from_ == place:
                heads[leg.to] -= 1
                if heads[leg.to] == 0:
                    ready.append(leg.to)
    if len(order) < len(corridor.places):
        raise ModelError.one(
            where=f"{corridor.name}: legs",
            expected="forward legs without a cycle",
            found="a cycle through " + ", ".join(p for p in corridor.places if p not in order),
            remedy="make one of the legs `kind: reverse`",
        )
    return order


def known_policy(policy: Policy, as_of: dt.date | None) -> bool:
    """Whether a policy had been announced by ``as_of``."""
    return as_of is None or (policy.announced or policy.date) <= as_of


def knowledge_of(corridor: Corridor, model_places: Sequence[str], grid: TimeGrid, as_of: dt.date | None = None) -> Knowledge:
    """Rules and policies as known on ``as_of`` (absent: all that the file says).

    A place without a rule for a group asks nothing. A rule announced after ``as_of`` is not known, and the rule
    before it then stays in force.
    """
    groups, requirements = list(corridor.groups), list(corridor.choice.friction)
    table = np.zeros((len(groups), len(model_places), len(requirements), grid.n_steps))
    known = [r for r in corridor.entry_rules if (as_of is None or (r.announced or r.from_) <= as_of) and r.group in groups]
    for rule in known:
        later = [r.from_ for r in known if (r.group, r.place) == (rule.group, rule.place) and r.from_ > rule.from_]
        if rule.to is not None and (as_of is None or rule.to <= as_of or rule.to in later):
            later.append(rule.to)
        share = grid.share_since(rule.from_) - (grid.share_since(min(later)) if later else 0.0)
        table[groups.index(rule.group), model_places.index(rule.place), requirements.index(rule.requirement)] += share
    shift = [1.0 if known_policy(policy, as_of) else 0.0 for policy in corridor.policies.values() for _ in policy.effects]
    return Knowledge(table, np.array(shift), block_knowledge(corridor, grid, as_of), driver_knowledge(corridor, grid, as_of))


def _sight(sid: str, series: Series, corridor: Corridor, order: list[str], table: ParameterTable) -> Sight:
    legs = list(corridor.legs)
    watch, prefix = series.watches, f"series.{sid}"
    drift = None if series.detection_drift == 0 else table.add(f"{prefix}.detection_drift", series.detection_drift)
    return Sight(
        id=sid,
        group=list(corridor.groups).index(series.group),
        arrivals_at=() if watch.arrivals_at is None else (order.index(watch.arrivals_at),),
        departures_on=tuple(legs.index(leg) for leg in watch.departures_on),
        arrivals_on=tuple(legs.index(leg) for leg in watch.arrivals_on),
        detection=table.add(f"{prefix}.detection", series.detection),
        drift=drift,
        baseline=table.add(f"{prefix}.baseline", series.baseline),
        dispersion=table.add(f"{prefix}.dispersion", series.dispersion),
        persistence=series.detection_persistence,
        tails=series.detection_tails,
        checkpoint=series.checkpoint,
        baseline_moves=series.baseline_moves,
    )


def walk_start(constant: Quantity) -> tuple[float, float]:
    """Mean and standard deviation of a drifting constant in the first fitted month."""
    if isinstance(constant, NormalPrior):
        return constant.mean, constant.sd
    return (constant if isinstance(constant, float | int) else constant.median), FIXED_START_SD


def _trend(trend: WrittenTrend | None, name: str, table: ParameterTable) -> Trend | None:
    return None if trend is None else Trend(table.add(f"{name}.gain", trend.gain), trend.damping)


def _legs(corridor: Corridor, order: list[str], grid: TimeGrid, table: ParameterTable) -> tuple[LegArc, ...]:
    out = []
    for lid, leg in corridor.legs.items():
        drifts = leg.drift != 0
        start = None
        if drifts:
            start = walk_start(leg.constant)
        out.append(
            LegArc(
                id=lid,
                tail=order.index(leg.from_),
                head=order.index(leg.to) if leg.kind == "forward" else -1,
                kernel=delay_table(leg.duration.mean_days, leg.duration.sd_days, grid.edges),
                price_usd=sum(leg.price_usd) / 2,
                duration_days=leg.duration.mean_days,
                risk=leg.risk,
                constant=table.add(f"legs.{lid}.constant", 0.0 if drifts else leg.constant),
                drift=table.add(f"legs.{lid}.drift", leg.drift) if drifts else None,
                start=start,
                start_source=getattr(leg.constant, "source", None) or "no source given",
            )
        )
    return tuple(out)


def _places(corridor: Corridor, order: list[str], grid: TimeGrid, table: ParameterTable) -> tuple[PlaceNode, ...]:
    out = []
    for pid in order:
        place, legs = corridor.places[pid], list(corridor.legs.values())
        stay = place.stay
        out.append(
            PlaceNode(
                id=pid,
                kernel=None if stay is None else delay_table(stay.mean_days, stay.sd_days, grid.edges),
                legs_out=tuple(k for k, leg in enumerate(legs) if leg.from_ == pid),
                legs_in=tuple(k for k, leg in enumerate(legs) if leg.to == pid and leg.kind == "forward"),
                settle=None if place.settle is None else table.add(f"places.{pid}.settle", place.settle),
                stay_days=0.0 if stay is None else stay.mean_days,
            )
        )
    return tuple(out)


def _season(corridor: Corridor, table: ParameterTable) -> tuple[tuple[str, ...], ...]:
    out = []
    for gid, group in corridor.groups.items():
        sd = group.departures.season_sd
        names = [f"groups.{gid}.departures.season.{wave}" for wave in HARMONICS] if sd else []
        prior = NormalPrior(dist="normal", mean=0.0, sd=sd or 1.0, source="season_sd of the file")
        out.append(tuple(table.add(name, prior) for name in names))
    return tuple(out)


def compile_model(corridor: Corridor, last_month: str, *, as_of: dt.date | None = None) -> Model:
    """Compile a checked corridor up to ``last_month``.

    Args:
        corridor: A corridor that ``spec.check`` accepts.
        last_month: Last month simulated, ``YYYY-MM``.
        as_of: Day on which rules and policies are known; absent: all that the file says.

    Raises:
        ModelError: The forward legs form a cycle.
    """
    table = ParameterTable(pools=corridor.pools)
    order = topological_places(corridor)
    grid = TimeGrid(corridor.time.step, corridor.time.start, last_month)
    pull: dict[tuple[int, int], str] = {}
    trends: list[Trend | None] = []
    for g, (gid, group) in enumerate(corridor.groups.items()):
        for field in ("level", "persistence", "innovation", "feedback"):
            table.add(f"groups.{gid}.departures.{field}", getattr(group.departures, field))
        trends.append(_trend(group.departures.trend, f"groups.{gid}.departures.trend", table))
        table.add(f"groups.{gid}.sensitivity", group.sensitivity)
        for place, quantity in group.pull.items():
            pull[g, order.index(place)] = table.add(f"groups.{gid}.pull.{place}", quantity)
    for field in ("cost", "time", "risk"):
        table.add(f"choice.{field}", getattr(corridor.choice, field))
    for requirement, quantity in corridor.choice.friction.items():
        table.add(f"choice.friction.{requirement}", quantity)
    budgets = [group.budget_usd.median if group.budget_usd else np.inf for group in corridor.groups.values()]
    return Model(
        grid=grid,
        groups=tuple(corridor.groups),
        totals=tuple(g for g, group in enumerate(corridor.groups.values()) if group.total),
        places=_places(corridor, order, grid, table),
        legs=_legs(corridor, order, grid, table),
        sights=tuple(_sight(sid, series, corridor, order, table) for sid, series in corridor.series.items()),
        shifts=shifts_of(corridor, order, grid, table),
        origins=tuple(order.index(group.origin) for group in corridor.groups.values()),
        budgets=np.array(budgets),
        requirements=tuple(corridor.choice.friction),
        table=table,
        fit_from=grid.position(corridor.time.fit_from),
        reference=min(grid.position(corridor.time.reference), grid.n_months - 1),
        pull=pull,
        season=_season(corridor, table),
        tails=tuple(group.departures.tails for group in corridor.groups.values()),
        trends=tuple(trends),
        knowledge=knowledge_of(corridor, order, grid, as_of),
        queues=queue_nodes(corridor, order, grid, table),
        money=money_block(corridor, grid, table),
        information=information_block(corridor, grid, table),
        drivers=driver_nodes(corridor, order, table),
        shared=shared_nodes(corridor, table),
        gaussian=corridor.fit == "gaussian",
        memory_months=corridor.memory_months,
        combined=corridor.combine == "pooled_regression",
    )
