"""The order of events within a step, written once.

1. People due to end their stay, or due to arrive by a leg, are taken from the book.
2. New departures appear at the origins.
3. Places are visited so that forward legs lead to later ones. At each place
   a. those who arrived in this step draw how long they stay; some stay less than a step,
   b. those whose stay ends settle, return or want a leg,
   c. where there is a queue, some of those who wait stop waiting, those who want its legs join, and those who have waited
      longest are served up to the capacity of the step,
   d. where there is money, those who cannot pay borrow, begin to work, turn back or are stranded; those whose work ends set out,
   e. those who set out draw how long the leg takes,
   f. those whose leg takes less than a step arrive at its head within this same step.
4. Stocks are counted.

The cohort engine's mean is this order with expectations in place of draws; because forward legs form no cycle, it may
visit place by place with all steps at once (`engines.cohort.sweep`) and must give the same numbers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from isthmus.errors import ModelError
from isthmus.engines.gates import Gates, Held, nobody_held, pay, some, stand_in_line
from isthmus.engines.result import Trajectories
from isthmus.model.network import Model

Floats = NDArray[np.float64]

SHARES_TOLERANCE = 1e-6


class Rows(NamedTuple):
    """Lists of different lengths as one array: row ``i`` is ``items[starts[i]:starts[i + 1]]``."""

    starts: NDArray[np.int64]
    items: NDArray[np.int64]


class Kernels(NamedTuple):
    """Shares by step and steps of delay, padded: row ``i`` in step ``t`` is ``shares[i, t, :lengths[i]]``."""

    shares: Floats
    lengths: NDArray[np.int64]


class Plan(NamedTuple):
    """A compiled corridor as flat arrays.

    Attributes:
        origins: Place where each group starts, ``(group,)``.
        legs_in: Forward legs that lead to each place.
        legs_out: Legs that leave each place.
        settles: Whether journeys may end at the place, ``(place,)``.
        stay: Delays of stays by place; a place without one has the kernel (1).
        travel: Delays of legs.
        leg: Share of those leaving who take a leg, ``(leg, group, step)``.
        gates: Queues and money.
    """

    origins: NDArray[np.int64]
    legs_in: Rows
    legs_out: Rows
    settles: NDArray[np.bool_]
    stay: Kernels
    travel: Kernels
    leg: Floats
    gates: Gates


class Tables(NamedTuple):
    """What is due when, and what happened.

    Attributes:
        departures: People leaving their origins, ``(group, step)``.
        stay_due: Ending a stay, ``(place, group, step)``; rows beyond the last step hold those still under way at the end.
        leg_due: Arriving by a leg, ``(leg, group, step)``, likewise.
        arrivals: ``(place, group, step)``.
        flow: Departing on a leg, ``(leg, group, step)``.
        settled: ``(place, group, step)``.
        held: Who is held up.
    """

    departures: Floats
    stay_due: Floats
    leg_due: Floats
    arrivals: Floats
    flow: Floats
    settled: Floats
    held: Held


def prepare(model: Model, leg: Floats, settle: Floats, gates: Gates) -> Plan:
    """Flatten a model; with money a group is a group's budget class throughout.

    Args:
        model: The compiled corridor.
        leg: Share of those leaving who take a leg, ``(leg, group, step)``.
        settle: Share of those leaving who settle, ``(place, group, step)``; what the legs leave over.
        gates: From `engines.gates.gates`.

    Raises:
        ModelError: The shares of a place do not add up to 1.
    """
    total = np.array(settle, np.float64)
    np.add.at(total, [arc.tail for arc in model.legs], leg)
    worst = np.unravel_index(np.abs(total - 1).argmax(), total.shape)
    if abs(total[worst] - 1) > SHARES_TOLERANCE:
        raise ModelError.one(
            where=f"places.{model.places[worst[0]].id}",
            expected="shares of legs and of settling that add up to 1",
            found=f"{total[worst]:.6g} in step {worst[2]}",
            remedy="take all shares from one solution of the choice model",
        )
    return Plan(
        origins=np.array(origins_of(model), np.int64),
        legs_in=_rows([place.legs_in for place in model.places]),
        legs_out=_rows([place.legs_out for place in model.places]),
        settles=np.array([place.settle is not None for place in model.places]),
        stay=_kernels([np.ones((model.grid.n_steps, 1)) if place.kernel is None else place.kernel for place in model.places]),
        travel=_kernels([arc.kernel for arc in model.legs]),
        leg=np.ascontiguousarray(leg, np.float64),
        gates=gates,
    )


def origins_of(model: Model) -> tuple[int, ...]:
    """Place where each group, or each of its budget classes, starts."""
    return model.origins if model.strata is None else tuple(model.origins[g] for g in model.strata.group)


def _rows(lists: list[tuple[int, ...]]) -> Rows:
    starts = np.cumsum([0, *(len(row) for row in lists)])
    return Rows(starts.astype(np.int64), np.array([item for row in lists for item in row], np.int64))


def _kernels(kernels: list[Floats]) -> Kernels:
    lengths = np.array([kernel.shape[1] for kernel in kernels], np.int64)
    shares = np.zeros((len(kernels), len(kernels[0]), int(lengths.max())))
    for row, kernel in zip(shares, kernels, strict=True):
        row[:, : kernel.shape[1]] = kernel
    return Kernels(shares, lengths)


@numba.njit(cache=True)
def _delay(people: float, shares: Floats, n: int, book: Floats, t: int, generator: Any, draw: bool) -> None:  # noqa: FBT001
    """Enter people in the book by their delay; competing delays are one multinomial, taken as conditional binomials."""
    left, rest = people, 1.0
    for d in range(n - 1):
        part = some(left, shares[d] / rest, generator, draw) if rest > 0 else 0.0
        book[t + d] += part
        left -= part
        rest -= shares[d]
    book[t + n - 1] += left


@numba.njit(cache=True)
def advance(plan: Plan, t: int, tables: Tables, generator: Any, draw: bool) -> None:  # noqa: FBT001
    """One step: reads what is due at ``t``, enters what follows from it, and fills arrivals, flow and settled at ``t``."""
    for i in range(len(plan.settles)):
        for g in range(len(plan.origins)):
            came = 0.0
            for n in range(plan.legs_in.starts[i], plan.legs_in.starts[i + 1]):
                came += tables.leg_due[plan.legs_in.items[n], g, t]
            tables.arrivals[i, g, t] = came
            _delay(came, plan.stay.shares[i, t], plan.stay.lengths[i], tables.stay_due[i, g], t, generator, draw)
            left, rest = tables.stay_due[i, g, t], 1.0
            if plan.origins[g] == i:
                left += tables.departures[g, t]
            last = plan.legs_out.starts[i + 1] - 1
            for n in range(plan.legs_out.starts[i], last + 1):
                k = plan.legs_out.items[n]
                if n == last and not plan.settles[i]:
                    part = left
                else:
                    part = some(left, plan.leg[k, g, t] / rest, generator, draw) if rest > 0 else 0.0
                tables.flow[k, g, t] = part
                if plan.gates.queue[i] < 0:
                    _set_out(plan, i, k, g, t, tables, generator, draw)
                left -= part
                rest -= plan.leg[k, g, t]
            tables.settled[i, g, t] = left
        if plan.gates.queue[i] >= 0:
            _queue(plan, i, t, tables, generator, draw)


@numba.njit(cache=True)
def _set_out(plan: Plan, i: int, k: int, g: int, t: int, tables: Tables, generator: Any, draw: bool) -> None:  # noqa: FBT001
    """Those who want a leg pay and draw how long it takes; nobody is kept from a return."""
    if plan.gates.unable.size and plan.gates.unable[k].max() > 0:
        tables.flow[k, g, t] = pay(plan.gates, tables.held, (i, k, g, t), tables.flow[k, g, t], generator, draw)
    _delay(tables.flow[k, g, t], plan.travel.shares[k, t], plan.travel.lengths[k], tables.leg_due[k, g], t, generator, draw)


@numba.njit(cache=True)
def _queue(plan: Plan, i: int, t: int, tables: Tables, generator: Any, draw: bool) -> None:  # noqa: FBT001
    """Those who want legs that the queue holds back join it; who is served takes a leg by the shares of the step."""
    first, end = plan.legs_out.starts[i], plan.legs_out.starts[i + 1]
    joining = np.zeros(len(plan.origins))
    for n in range(first, end):
        k = plan.legs_out.items[n]
        if plan.gates.held[k]:
            joining += tables.flow[k, :, t]
    going = stand_in_line(plan.gates, tables.held, i, t, joining, generator, draw)
    for g in range(len(plan.origins)):
        left, rest = going[g], 0.0
        for n in range(first, end):
            if plan.gates.held[plan.legs_out.items[n]]:
                rest += plan.leg[plan.legs_out.items[n], g, t]
        last = -1
        for n in range(first, end):
            k = plan.legs_out.items[n]
            if plan.gates.held[k]:
                part = some(left, plan.leg[k, g, t] / rest, generator, draw) if rest > 0 else 0.0
                tables.flow[k, g, t] = part
                left -= part
                rest -= plan.leg[k, g, t]
                last = k
        tables.flow[last, g, t] += left
        for n in range(first, end):
            _set_out(plan, i, plan.legs_out.items[n], g, t, tables, generator, draw)


@numba.njit(cache=True)
def _all_steps(plan: Plan, tables: Tables, generator: Any, draw: bool) -> None:  # noqa: FBT001
    for t in range(tables.departures.shape[1]):
        advance(plan, t, tables, generator, draw)


def run(model: Model, plan: Plan, departures: Floats, generator: np.random.Generator, *, draw: bool) -> Trajectories:
    """All steps in order.

    Args:
        model: The compiled corridor.
        plan: From `prepare`.
        departures: People leaving their origins, ``(group, step)``; whole numbers where drawn.
        generator: Stream of the draws.
        draw: Whether people are drawn one by one, or expected.

    Returns:
        Trajectories with NumPy arrays of floats, whole where drawn (exact below 2**53).
    """
    n_groups, n_steps = departures.shape
    longest = int(max(plan.stay.lengths.max(), plan.travel.lengths.max()))
    by_place, by_leg = (len(model.places), n_groups), (len(model.legs), n_groups)
    tables = Tables(
        departures=departures,
        stay_due=np.zeros((*by_place, n_steps + longest)),
        leg_due=np.zeros((*by_leg, n_steps + longest)),
        arrivals=np.zeros((*by_place, n_steps)),
        flow=np.zeros((*by_leg, n_steps)),
        settled=np.zeros((*by_place, n_steps)),
        held=nobody_held(model, plan.gates, n_groups),
    )
    _all_steps(plan, tables, generator, draw)
    return count_stocks(model, tables)


def count_stocks(model: Model, tables: Tables) -> Trajectories:
    """Add the stocks, cumulated flows in minus out, which is what mass balance means, and bring classes back to groups."""
    held, n_steps = tables.held, tables.flow.shape[2]
    gone, came = tables.settled.copy(), tables.arrivals.copy()
    from_work = held.work_due[:, :, :n_steps]
    for k, leg in enumerate(model.legs):
        gone[leg.tail] += tables.flow[k]
        if len(held.short):
            gone[leg.tail] += held.to_work[k] - from_work[k] + held.stranded[k]
    if len(held.turned_back):
        gone += held.turned_back
    for g, origin in enumerate(origins_of(model)):
        came[origin, g] += tables.departures[g]
    by_leg = np.ascontiguousarray(tables.leg_due[:, :, :n_steps])
    out = Trajectories(
        departures=tables.departures,
        arrivals=tables.arrivals,
        leg_flow=tables.flow,
        leg_arrivals=by_leg,
        settled=tables.settled,
        waiting=np.cumsum(came - gone, axis=-1),
        moving=np.cumsum(tables.flow - by_leg, axis=-1),
    )
    if len(held.turned_back):
        out = out._replace(turned_back=held.turned_back)
    if len(held.queued):
        out = out._replace(queued=held.queued[:, :-1], queued_others=held.queued[:, -1])
    if model.strata is None:
        return out
    stranded = np.zeros_like(tables.settled)
    for k, leg in enumerate(model.legs):
        stranded[leg.tail] += held.stranded[k]
    out = out._replace(
        stranded=np.cumsum(stranded, axis=-1),
        working=np.cumsum(held.to_work - from_work, axis=-1),
        short=held.short,
    )
    return by_groups(model, out)


OF_STRATA = ("departures", "arrivals", "leg_flow", "leg_arrivals", "settled", "waiting", "moving", "turned_back", "queued",
             "stranded", "working", "short")  # fmt: skip
"""Parts of the trajectories that are counted by budget class before they are added to groups."""


def by_groups(model: Model, out: Trajectories) -> Trajectories:
    """Budget classes added to groups."""
    strata = model.strata
    if strata is None:
        return out
    found = {name: getattr(out, name) for name in OF_STRATA}
    return out._replace(**{name: strata.total(people) for name, people in found.items() if people is not None})
