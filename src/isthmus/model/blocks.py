"""The optional blocks of a corridor file as arrays: the part of `network` that reads queues, money and information."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.model.information import InformationBlock
from isthmus.model.journey import delay_table
from isthmus.model.money import MoneyBlock, Strata
from isthmus.model.parameters import ParameterTable
from isthmus.model.queues import QueueNode
from isthmus.spec.money import Budget, Money
from isthmus.spec.queues import EVERY_DAY, Queue
from isthmus.spec.schema import Corridor
from isthmus.timegrid import TimeGrid, month_start

Floats = NDArray[np.float64]

NO_LIMIT = 1e9
"""Places on a day without a limit."""


class BlockKnowledge(NamedTuple):
    """What of the blocks is known and in force; parts of absent blocks are empty.

    Attributes:
        places: Who can be carried on, ``(queue, step)``, persons a step.
        others: Who join of other nationalities, ``(queue, step)``, persons a step.
        attention: Attention paid to facilitators, ``(step,)``.
        official: Rate of official information, ``(leg of the block, group, step)``, per month.
    """

    places: Any
    others: Any
    attention: Any
    official: Any


def in_fit(corridor: Corridor) -> Corridor:
    """The corridor as the fit knows it: without the blocks that say ``in_fit: false``."""
    money, information = corridor.money, corridor.information
    return corridor.model_copy(
        update={
            "queues": {place: queue for place, queue in corridor.queues.items() if queue.in_fit},
            "money": money if money is not None and money.in_fit else None,
            "information": information if information is not None and information.in_fit else None,
        }
    )


def block_knowledge(corridor: Corridor, grid: TimeGrid, as_of: dt.date | None) -> BlockKnowledge | None:
    """What is known on ``as_of``; absent: all that the file says. None where the corridor has none of the blocks."""
    if not corridor.queues and corridor.information is None:
        return None
    queues = corridor.queues.values()
    empty = np.zeros((0, grid.n_steps))
    return BlockKnowledge(
        places=np.array([places(queue, grid, as_of) for queue in queues]) if corridor.queues else empty,
        others=np.array([others(queue, grid, as_of) for queue in queues]) if corridor.queues else empty,
        attention=attention(corridor, grid, as_of),
        official=official(corridor, grid, as_of),
    )


def _between(grid: TimeGrid, first: dt.date, end: dt.date | None) -> NDArray[np.bool_]:
    """Days of the grid from ``first`` to before ``end``, ``(day,)``."""
    within = grid.dates >= np.datetime64(first, "D")
    return within if end is None else within & (grid.dates < np.datetime64(end, "D"))


def places(queue: Queue, grid: TimeGrid, as_of: dt.date | None = None) -> Floats:
    """Who can be carried on in each step, ``(step,)``, by the calendar."""
    return grid.sum_days(places_a_day(queue, grid, as_of))


def places_a_day(queue: Queue, grid: TimeGrid, as_of: dt.date | None = None) -> Floats:
    """Who can be carried on each day, ``(day,)``, persons."""
    daily = np.full(len(grid.dates), NO_LIMIT)
    for entry in queue.capacity:
        if as_of is None or (entry.announced or entry.from_) <= as_of:
            serving = np.isin(grid.weekdays, [EVERY_DAY.index(day) for day in entry.weekdays])
            daily = np.where(_between(grid, entry.from_, entry.to), entry.per_day * serving, daily)
    return daily


def held(values: dict[str, float], grid: TimeGrid, as_of: dt.date | None, *, empty: float) -> Floats:
    """Monthly values with gaps, and what is not known yet, at the last value before, ``(month,)``."""
    known = {m: v for m, v in sorted(values.items()) if as_of is None or month_start(m) <= as_of}
    if not known:
        return np.full(grid.n_months, empty)
    names = np.array(list(known))
    at = np.searchsorted(names, np.array(grid.months), side="right") - 1
    return np.array(list(known.values()), float)[np.maximum(at, 0)]


def others(queue: Queue, grid: TimeGrid, as_of: dt.date | None = None) -> Floats:
    """Who join of other nationalities, ``(step,)``, a month's people spread evenly over its days."""
    a_day = held(queue.others, grid, as_of, empty=0.0) / (grid.month_sum @ grid.days)
    out = a_day[grid.month_of_step] * grid.days
    out[0] += queue.waiting_at_start
    return out


def attention(corridor: Corridor, grid: TimeGrid, as_of: dt.date | None = None) -> Floats:
    """Attention paid to facilitators, ``(step,)``."""
    if corridor.information is None:
        return np.zeros(0)
    return held(corridor.information.attention, grid, as_of, empty=1.0)[grid.month_of_step]


def official(corridor: Corridor, grid: TimeGrid, as_of: dt.date | None = None) -> Floats:
    """Rate of official information by leg of the block, ``(leg, group, step)``, per month."""
    block = corridor.information
    if block is None:
        return np.zeros((0, len(corridor.groups), grid.n_steps))
    out = np.zeros((len(block.legs), len(corridor.groups), grid.n_steps))
    for campaign in block.campaigns.values():
        if as_of is not None and (campaign.announced or campaign.from_) > as_of:
            continue
        share = grid.sum_days(_between(grid, campaign.from_, campaign.to).astype(float)) / grid.days
        legs = np.array([not campaign.legs or leg in campaign.legs for leg in block.legs], float)
        groups = np.array([not campaign.groups or group in campaign.groups for group in corridor.groups], float)
        out += campaign.per_month * legs[:, None, None] * groups[None, :, None] * share
    return out


def queue_nodes(corridor: Corridor, order: list[str], grid: TimeGrid, table: ParameterTable) -> tuple[QueueNode, ...]:
    """Queues in the order of the file."""
    out, legs = [], list(corridor.legs)
    for place, queue in corridor.queues.items():
        onward = [name for name, leg in corridor.legs.items() if leg.from_ == place and leg.kind == "forward"]
        out.append(
            QueueNode(
                place=order.index(place),
                legs=tuple(legs.index(leg) for leg in queue.legs or onward),
                give_up=table.add(f"queues.{place}.give_up", queue.give_up),
                other_way=table.add(f"queues.{place}.other_way", queue.other_way),
                longest=max(1, int(np.ceil(queue.patience_days / grid.mean_days))),
            )
        )
    return tuple(out)


def information_block(corridor: Corridor, grid: TimeGrid, table: ParameterTable) -> InformationBlock | None:
    """The block with its quantities registered."""
    block = corridor.information
    if block is None:
        return None
    legs = list(corridor.legs)
    return InformationBlock(
        legs=tuple(legs.index(leg) for leg in block.legs),
        truth=tuple(table.add(f"information.legs.{leg}.truth", risk.truth) for leg, risk in block.legs.items()),
        start=tuple(table.add(f"information.legs.{leg}.start", risk.start) for leg, risk in block.legs.items()),
        contact=table.add("information.contact", block.contact),
        advertising=table.add("information.advertising", block.advertising),
        forgetting=table.add("information.forgetting", block.forgetting),
        half=block.contact_half,
        lag=max(1, round(block.contact_lag_days / grid.mean_days)),
        advertised=block.advertised,
        passes=block.passes,
    )


def usd(budget: Budget, money: Money) -> float:
    """Median of a budget in US$, by the last rate known on its day."""
    if budget.currency == "USD":
        return budget.median
    known = [r for r in money.rates if r.currency == budget.currency and (budget.date is None or r.date <= budget.date)]
    return budget.median * max(known, key=lambda rate: rate.date).usd


def money_block(corridor: Corridor, grid: TimeGrid, table: ParameterTable) -> MoneyBlock | None:
    """The block with its quantities registered."""
    block = corridor.money
    if block is None:
        return None
    medians, sds = [], []
    for name, group in corridor.groups.items():
        own = block.budgets.get(name)
        if own is not None:
            medians.append(usd(own, block))
            sds.append(own.sd_log)
        else:
            medians.append(group.budget_usd.median if group.budget_usd else np.inf)
            sds.append(group.budget_usd.sd_log if group.budget_usd else 0.0)
    taken = {leg: table.add(f"money.extortion_usd.{leg}", quantity) for leg, quantity in block.extortion_usd.items()}
    work = block.short.work_days
    return MoneyBlock(
        strata=Strata.of(np.array(medians), np.array(sds), block.classes),
        living=table.add("money.living_usd", block.living_usd),
        extortion=tuple(taken.get(leg) for leg in corridor.legs),
        borrow=table.add("money.short.borrow", block.short.borrow),
        work=table.add("money.short.work", block.short.work),
        turn_back=table.add("money.short.turn_back", block.short.turn_back),
        work_kernel=delay_table(work.mean_days, work.sd_days, grid.edges),
        work_days=work.mean_days,
    )
