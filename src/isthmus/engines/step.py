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

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.result import Trajectories
from isthmus.model.network import Model

Array = NDArray[Any]
Split = Callable[[Array, NDArray[np.float64]], Array]
"""``split(people (group,), shares (group, outcome)) -> (group, outcome)``, summing to ``people``."""


@dataclass(frozen=True)
class Outcomes:
    """Shares of what can happen to those who leave a place, prepared for all steps.

    Attributes:
        stay: Shares by steps stayed, ``(group, delay)``; absent where nobody stays.
        leave: Shares by leg and delay, then settling, ``(step, group, outcome)``.
        legs: For each outgoing leg its position and the slice of ``leave`` with its delays.
    """

    stay: NDArray[np.float64] | None
    leave: NDArray[np.float64]
    legs: tuple[tuple[int, slice], ...]


def prepare(model: Model, leg: NDArray[np.float64], settle: NDArray[np.float64]) -> tuple[Outcomes, ...]:
    """Join choice and delay into one table a place.

    Args:
        model: The compiled corridor.
        leg: Share of those leaving who take a leg, ``(leg, group, step)``.
        settle: Share of those leaving who settle, ``(place, group, step)``.
    """
    out = []
    n_groups = len(model.groups)
    for i, place in enumerate(model.places):
        blocks, legs, at = [], [], 0
        for k in place.legs_out:
            kernel = model.legs[k].kernel
            blocks.append(leg[k].T[:, :, None] * kernel)
            legs.append((k, slice(at, at + len(kernel))))
            at += len(kernel)
        leave = np.concatenate([*blocks, settle[i].T[:, :, None]], axis=2)
        leave = leave / leave.sum(axis=2, keepdims=True)
        stay = None if place.kernel is None else np.tile(place.kernel, (n_groups, 1))
        out.append(Outcomes(stay, leave, tuple(legs)))
    return tuple(out)


@dataclass(frozen=True)
class Book:
    """Who is due when; rows beyond the last step hold those still under way at the end.

    Attributes:
        stay_due: Ending a stay at a place, ``(step + delay, place, group)``.
        leg_due: Arriving by a leg, ``(step + delay, leg, group)``.
    """

    stay_due: Array
    leg_due: Array


def open_book(model: Model, dtype: type[np.float64 | np.int64]) -> Book:
    """An empty corridor."""
    longest = max(len(kernel) for kernel in _kernels(model))
    rows = model.grid.n_steps + longest
    return Book(
        np.zeros((rows, len(model.places), len(model.groups)), dtype),
        np.zeros((rows, len(model.legs), len(model.groups)), dtype),
    )


def _kernels(model: Model) -> list[NDArray[np.float64]]:
    return [leg.kernel for leg in model.legs] + [p.kernel for p in model.places if p.kernel is not None]


def advance(model: Model, outcomes: tuple[Outcomes, ...], book: Book, out: Trajectories, t: int, split: Split) -> None:
    """One step: reads what is due at ``t`` from ``book``, writes ``out`` at ``t`` and what follows into ``book``."""
    for i, place in enumerate(model.places):
        arrived = book.leg_due[t, list(place.legs_in)].sum(axis=0)
        out.arrivals[i, :, t] = arrived
        leaving = book.stay_due[t, i] + 0
        for g, origin in enumerate(model.origins):
            if origin == i:
                leaving[g] += out.departures[g, t]
        table = outcomes[i]
        if table.stay is None:
            leaving = leaving + arrived
        else:
            stays = split(arrived, table.stay)
            leaving = leaving + stays[:, 0]
            book.stay_due[t + 1 : t + stays.shape[1], i] += stays[:, 1:].T
        goes = split(leaving, table.leave[t])
        out.settled[i, :, t] = goes[:, -1]
        for k, columns in table.legs:
            by_delay = goes[:, columns]
            out.leg_flow[k, :, t] = by_delay.sum(axis=1)
            book.leg_due[t : t + by_delay.shape[1], k] += by_delay.T


def run(model: Model, outcomes: tuple[Outcomes, ...], departures: Array, split: Split) -> Trajectories:
    """All steps in order.

    Args:
        model: The compiled corridor.
        outcomes: From `prepare`.
        departures: People leaving their origins, ``(group, step)``; its dtype (float or integer) is kept.
        split: How people are divided over outcomes.

    Returns:
        Trajectories with NumPy arrays.
    """
    dtype = np.int64 if np.issubdtype(departures.dtype, np.integer) else np.float64
    n_groups, n_steps = len(model.groups), model.grid.n_steps
    by_place, by_leg = (len(model.places), n_groups, n_steps), (len(model.legs), n_groups, n_steps)
    out = Trajectories(
        departures, np.zeros(by_place, dtype), np.zeros(by_leg, dtype), np.zeros(by_leg, dtype),
        np.zeros(by_place, dtype), np.zeros(by_place, dtype), np.zeros(by_leg, dtype),
    )  # fmt: skip
    book = open_book(model, dtype)
    for t in range(n_steps):
        advance(model, outcomes, book, out, t, split)
    out.leg_arrivals[:] = book.leg_due[:n_steps].transpose(1, 2, 0)
    return count_stocks(model, out)


def count_stocks(model: Model, out: Trajectories) -> Trajectories:
    """Fill stocks from cumulated flows: in minus out, which is what mass balance means."""
    moving = np.cumsum(out.leg_flow - out.leg_arrivals, axis=-1)
    gone = np.array(out.settled)
    for k, leg in enumerate(model.legs):
        gone[leg.tail] += out.leg_flow[k]
    came = np.array(out.arrivals)
    for g, origin in enumerate(model.origins):
        came[origin, g] += out.departures[g]
    return out._replace(waiting=np.cumsum(came - gone, axis=-1), moving=moving)
