"""Who is held up on the way, and what people believe of its risk, by month, from the draws of a forecast."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.predict import Forecast, Predictor
from isthmus.model.network import Knowledge, Model

Floats = NDArray[np.float64]

FULLY_INFORMED = 10.0
"""Rate of official information, per month, at which belief is the truth within days."""


class Queues(NamedTuple):
    """People held back by capacity.

    Attributes:
        groups: In a queue, mean over the month, ``(sample, queue, group, month)``, persons (stock).
        others: Of other nationalities, ``(sample, queue, month)``, persons (stock).
        wait_days: Mean time in the queue of those served, ``(sample, queue, month)``, days.
    """

    groups: Floats
    others: Floats
    wait_days: Floats


class Short(NamedTuple):
    """People held back by money.

    Attributes:
        short: Who cannot pay for a leg, ``(sample, leg, group, month)``, persons (flow).
        stranded: Out of money, mean over the month, ``(sample, place, group, month)``, persons (stock).
        working: Earning the price of a leg, ``(sample, group, month)``, persons (stock).
        turned_back: Giving up in a queue or for want of money, ``(sample, group, month)``, persons (flow).
    """

    short: Floats
    stranded: Floats
    working: Floats
    turned_back: Floats


class Beliefs(NamedTuple):
    """What people believe against what is true.

    Attributes:
        legs: Legs of the block.
        believed: ``(sample, leg, group, month)``, probability.
        truth: ``(sample, leg)``, probability.
        flow: Passing the leg, ``(sample, leg, group, month)``, persons (flow).
        informed: The same had everybody known the truth from the first month on.
    """

    legs: tuple[str, ...]
    believed: Floats
    truth: Floats
    flow: Floats
    informed: Floats


def queues(model: Model, forecast: Forecast) -> Queues:
    """Queues by month; the corridor must have some. Groups that are all people together are NaN, and in no sum over groups."""
    found = forecast.simulated.trajectories
    mean = model.grid.month_mean.T
    said = Queues(*(np.asarray(part) @ mean for part in (found.queued, found.queued_others, found.wait_days)))
    said.groups[:, :, list(model.totals)] = np.nan
    return said


def short_of_money(model: Model, forecast: Forecast) -> Short:
    """Running out of money by month; the corridor must have the block."""
    found = forecast.simulated.trajectories
    mean, total = model.grid.month_mean.T, model.grid.month_sum.T
    return Short(
        np.asarray(found.short) @ total,
        np.asarray(found.stranded) @ mean,
        np.asarray(found.working).sum(axis=1) @ mean,
        np.asarray(found.turned_back).sum(axis=1) @ total,
    )


def beliefs(predictor: Predictor, forecast: Forecast, knowledge: Knowledge) -> Beliefs:
    """Belief and truth by month, and the flow had they been the same; the corridor must have the block.

    What was learned under the beliefs that the corridor has is held: the difference is that of the belief alone.
    """
    model = predictor.model
    block, known = model.information, knowledge.blocks
    if block is None or known is None:
        message = "beliefs need the block `information`"
        raise ValueError(message)
    values = predictor.natural(forecast.scalars)
    informed = knowledge._replace(blocks=known._replace(official=np.full_like(known.official, FULLY_INFORMED)))
    other = predictor.simulated(forecast.scalars, forecast.paths, informed)
    mean, total, legs = model.grid.month_mean.T, model.grid.month_sum.T, list(block.legs)
    flows = [np.asarray(run.trajectories.leg_flow)[:, legs] @ total for run in (forecast.simulated, other)]
    return Beliefs(
        tuple(model.legs[k].id for k in legs),
        np.asarray(forecast.simulated.trajectories.believed) @ mean,
        np.stack([values[name] for name in block.truth], axis=1),
        *flows,
    )
