"""A queue at a place of the mean-field corridor: who joins, who is carried on, who finds another way."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from isthmus.model.choice import Choices
from isthmus.model.network import Knowledge, Model
from isthmus.model.parameters import Values
from isthmus.model.queues import serve


class Onward(NamedTuple):
    """What left a queue and what stayed.

    Attributes:
        flow: Going on by leg held back, ``(group, step)`` each, persons a step.
        turned_back: ``(group, step)``, persons a step.
        waiting: ``(group, step)``, persons (stock).
        others: Of other nationalities waiting, ``(step,)``, persons (stock).
        wait_days: Mean wait of those served, ``(step,)``, days.
    """

    flow: dict[int, Array]
    turned_back: Array
    waiting: Array
    others: Array
    wait_days: Array


def onward(model: Model, place: int, leaving: Array, choices: Choices, values: Values, knowledge: Knowledge) -> Onward:
    """Hold back those who want a leg of the queue until they are served.

    They take a leg by the shares of the step in which they are served.

    Args:
        model: The compiled corridor.
        place: Position of the place.
        leaving: Whose stay ends, ``(group, step)``.
        choices: Shares of legs.
        values: Quantities by name.
        knowledge: Capacity and other people.
    """
    n = model.queue_at[place]
    queue, known = model.queues[n], knowledge.blocks
    if known is None:
        message = "what is known of a queue goes with its corridor"
        raise ValueError(message)
    wanted = sum((choices.leg[k] for k in queue.legs), jnp.zeros_like(leaving))
    found = serve(
        leaving * wanted,
        jnp.asarray(known.others)[n],
        jnp.asarray(known.places)[n],
        values[queue.give_up],
        days=jnp.asarray(model.grid.days),
        longest=queue.longest,
        totals=model.totals,
    )
    other_way = values[queue.other_way] * found.gave_up
    going = (found.served + other_way) / jnp.maximum(wanted, 1e-300)
    flow = {k: going * choices.leg[k] for k in queue.legs}
    return Onward(flow, found.gave_up - other_way, found.waiting, found.others, found.wait_days)
