"""The order of events within a step, written once.

1. People due to end their stay, or due to arrive by a leg, are taken from the book.
2. New departures appear at the origins.
3. Places are visited so that forward legs lead to later ones. At each place
   a. those who arrived in this step draw how long they stay; some stay less than a step,
   b. those whose stay ends settle, return or take a leg, and draw how long the leg takes,
   c. those whose leg takes less than a step arrive at its head within this same step.
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
    """

    origins: NDArray[np.int64]
    legs_in: Rows
    legs_out: Rows
    settles: NDArray[np.bool_]
    stay: Kernels
    travel: Kernels
    leg: Floats


class Tables(NamedTuple):
    """What is due when, and what happened.

    Attributes:
        departures: People leaving their origins, ``(group, step)``.
        stay_due: Ending a stay, ``(place, group, step)``; rows beyond the last step hold those still under way at the end.
        leg_due: Arriving by a leg, ``(leg, group, step)``, likewise.
        arrivals: ``(place, group, step)``.
        flow: Departing on a leg, ``(leg, group, step)``.
        settled: ``(place, group, step)``.
    """

    departures: Floats
    stay_due: Floats
    leg_due: Floats
    arrivals: Floats
    flow: Floats
    settled: Floats


def prepare(model: Model, leg: Floats, settle: Floats) -> Plan:
    """Flatten a model.

    Args:
        model: The compiled corridor.
        leg: Share of those leaving who take a leg, ``(leg, group, step)``.
        settle: Share of those leaving who settle, ``(place, group, step)``; what the legs leave over.

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
        origins=np.array(model.origins, np.int64),
        legs_in=_rows([place.legs_in for place in model.places]),
        legs_out=_rows([place.legs_out for place in model.places]),
        settles=np.array([place.settle is not None for place in model.places]),
        stay=_kernels([np.ones((model.grid.n_steps, 1)) if place.kernel is None else place.kernel for place in model.places]),
        travel=_kernels([arc.kernel for arc in model.legs]),
        leg=np.ascontiguousarray(leg, np.float64),
    )


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
def _some(people: float, share: float, generator: Any, draw: bool) -> float:  # noqa: FBT001
    """People of ``people`` who do what a share does: drawn, or expected."""
    share = min(max(share, 0.0), 1.0)
    if not draw:
        return people * share
    return float(generator.binomial(np.int64(people), share)) if people > 0 else 0.0


@numba.njit(cache=True)
def _delay(people: float, shares: Floats, n: int, book: Floats, t: int, generator: Any, draw: bool) -> None:  # noqa: FBT001
    """Enter people in the book by their delay; competing delays are one multinomial, taken as conditional binomials."""
    left, rest = people, 1.0
    for d in range(n - 1):
        some = _some(left, shares[d] / rest, generator, draw) if rest > 0 else 0.0
        book[t + d] += some
        left -= some
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
                    some = left
                else:
                    some = _some(left, plan.leg[k, g, t] / rest, generator, draw) if rest > 0 else 0.0
                tables.flow[k, g, t] = some
                _delay(some, plan.travel.shares[k, t], plan.travel.lengths[k], tables.leg_due[k, g], t, generator, draw)
                left -= some
                rest -= plan.leg[k, g, t]
            tables.settled[i, g, t] = left


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
    )
    _all_steps(plan, tables, generator, draw)
    return count_stocks(model, tables)


def count_stocks(model: Model, tables: Tables) -> Trajectories:
    """Add the stocks, cumulated flows in minus out, which is what mass balance means."""
    gone, came = tables.settled.copy(), tables.arrivals.copy()
    for k, leg in enumerate(model.legs):
        gone[leg.tail] += tables.flow[k]
    for g, origin in enumerate(model.origins):
        came[origin, g] += tables.departures[g]
    by_leg = np.ascontiguousarray(tables.leg_due[:, :, : tables.flow.shape[2]])
    return Trajectories(
        departures=tables.departures,
        arrivals=tables.arrivals,
        leg_flow=tables.flow,
        leg_arrivals=by_leg,
        settled=tables.settled,
        waiting=np.cumsum(came - gone, axis=-1),
        moving=np.cumsum(tables.flow - by_leg, axis=-1),
    )
