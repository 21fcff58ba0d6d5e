"""Expected people by place, leg and step, place by place with all steps at once."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import Array

from isthmus.engines.cohort.bottleneck import Onward, onward
from isthmus.engines.cohort.purse import Paid, Purse
from isthmus.engines.result import Trajectories
from isthmus.engines.step import by_groups, origins_of
from isthmus.model.choice import Choices
from isthmus.model.journey import delayed
from isthmus.model.network import Knowledge, Model
from isthmus.model.parameters import Values


STOCKS = ("waiting", "moving", "stranded", "working")
"""Parts of the trajectories that are people there, and not people passing."""


def mean_field(
    model: Model, departures: Array, choices: Choices, values: Values | None = None, knowledge: Knowledge | None = None
) -> Trajectories:
    """Carry expected departures through the corridor, see `carry`; differentiable and batched by ``vmap``."""
    return stocks(carry(model, departures, choices, values, knowledge))


def stocks(changes: Trajectories) -> Trajectories:
    """Trajectories with stocks, from what `carry` gives."""
    parts = {name: getattr(changes, name) for name in STOCKS}
    return changes._replace(**{name: None if part is None else jnp.cumsum(part, axis=-1) for name, part in parts.items()})


def carry(
    model: Model, departures: Array, choices: Choices, values: Values | None = None, knowledge: Knowledge | None = None
) -> Trajectories:
    """Flows of expected departures through the corridor; in place of `STOCKS` by how much they change in a step.

    Args:
        model: The compiled corridor.
        departures: Expected people leaving, ``(group, step)``.
        choices: Shares from `model.choice.choices`.
        values: Quantities by name; needed where the corridor has queues or money.
        knowledge: What is in force; needed where the corridor has queues.
    """
    strata, money = model.strata, None
    leavers = departures if strata is None else strata.spread(departures)
    if model.money is not None:
        money = Purse(model, _needed(values), choices)
    nobody = jnp.zeros(leavers.shape)
    arrivals, settled, stays = [], [], []
    flow, arrived_by = [nobody] * len(model.legs), [nobody] * len(model.legs)
    queues: dict[int, Onward] = {}
    paid: dict[int, Paid] = {}
    turned_back = [nobody] * len(model.places)
    for i, place in enumerate(model.places):
        came = sum((arrived_by[k] for k in place.legs_in), nobody)
        leaving = came if place.kernel is None else delayed(came, place.kernel)
        starting = leavers * np.array([[float(origin == i)] for origin in origins_of(model)])
        leaving = leaving + starting
        arrivals.append(came)
        settled.append(leaving * choices.settle[i])
        for k in place.legs_out:
            flow[k] = leaving * choices.leg[k]
        if i in model.queue_at:
            queues[i] = onward(model, i, leaving, choices, _needed(values), _known(knowledge))
            turned_back[i] = turned_back[i] + queues[i].turned_back
            for k, people in queues[i].flow.items():
                flow[k] = people
        if money is not None:
            money.arrive(i, queues[i].wait_days if i in queues else None)
            paid |= money.pay(i, {k: flow[k] for k in place.legs_out})
            for k in place.legs_out:
                flow[k] = paid[k].flow
                turned_back[i] = turned_back[i] + paid[k].turned_back
        gone = leaving if not queues and money is None else _gone(model, i, settled[i], flow, paid, turned_back[i], leaving)
        stays.append(came + starting - gone)
        for k in place.legs_out:
            arrived_by[k] = delayed(flow[k], model.legs[k].kernel)
    set_out, come = jnp.stack(flow), jnp.stack(arrived_by)
    out = Trajectories(
        departures=departures,
        arrivals=jnp.stack(arrivals),
        leg_flow=set_out,
        leg_arrivals=come,
        settled=jnp.stack(settled),
        waiting=jnp.stack(stays),
        moving=set_out - come,
    )
    return _with_blocks(model, out, turned_back, queues, paid)


def _needed(values: Values | None) -> Values:
    if values is None:
        message = "a corridor with queues or money is carried with its values"
        raise ValueError(message)
    return values


def _known(knowledge: Knowledge | None) -> Knowledge:
    if knowledge is None:
        message = "a corridor with queues is carried with what is in force"
        raise ValueError(message)
    return knowledge


def _gone(
    model: Model, i: int, settled: Array, flow: list[Array], paid: dict[int, Paid], turned_back: Array, leaving: Array
) -> Array:
    """Who left a place or its waiting for good or for a leg, or is stranded or at work there."""
    if i not in model.queue_at and not paid:
        return leaving
    total = settled + turned_back
    for k in model.places[i].legs_out:
        total = total + (flow[k] if k not in paid else paid[k].flow + paid[k].stranded + paid[k].to_work - paid[k].from_work)
    return total


def _with_blocks(
    model: Model, out: Trajectories, turned_back: list[Array], queues: dict[int, Onward], paid: dict[int, Paid]
) -> Trajectories:
    """Add what the blocks tell, and bring budget classes back to groups."""
    if not model.queues and model.money is None:
        return out
    out = out._replace(turned_back=jnp.stack(turned_back))
    if model.queues:
        ordered = [queues[queue.place] for queue in model.queues]
        out = out._replace(
            queued=jnp.stack([q.waiting for q in ordered]),
            queued_others=jnp.stack([q.others for q in ordered]),
            wait_days=jnp.stack([q.wait_days for q in ordered]),
        )
    if model.strata is None:
        return out
    by_place = [sum((paid[k].stranded for k in place.legs_out), jnp.zeros_like(turned_back[0])) for place in model.places]
    legs = [paid[k] for k in range(len(model.legs))]
    out = out._replace(
        stranded=jnp.stack(by_place),
        working=jnp.stack([leg.to_work - leg.from_work for leg in legs]),
        short=jnp.stack([leg.short for leg in legs]),
    )
    return by_groups(model, out._replace(departures=model.strata.spread(out.departures)))._replace(departures=out.departures)
