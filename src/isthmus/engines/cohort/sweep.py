"""Expected people by place, leg and step, place by place with all steps at once."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import Array

from isthmus.engines.result import Trajectories
from isthmus.model.choice import Choices
from isthmus.model.journey import delayed
from isthmus.model.network import Model


def mean_field(model: Model, departures: Array, choices: Choices) -> Trajectories:
    """Carry expected departures through the corridor; differentiable and batched by ``vmap``.

    Args:
        model: The compiled corridor.
        departures: Expected people leaving, ``(group, step)``.
        choices: Shares from `model.choice.choices`.
    """
    nobody = jnp.zeros((len(model.groups), model.grid.n_steps))
    arrivals, settled, waiting = [], [], []
    flow, arrived_by, moving = [nobody] * len(model.legs), [nobody] * len(model.legs), [nobody] * len(model.legs)
    for i, place in enumerate(model.places):
        came = sum((arrived_by[k] for k in place.legs_in), nobody)
        leaving = came if place.kernel is None else delayed(came, place.kernel)
        starting = departures * np.array([[float(origin == i)] for origin in model.origins])
        leaving = leaving + starting
        arrivals.append(came)
        waiting.append(jnp.cumsum(came + starting - leaving, axis=1))
        settled.append(leaving * choices.settle[i])
        for k in place.legs_out:
            flow[k] = leaving * choices.leg[k]
            arrived_by[k] = delayed(flow[k], model.legs[k].kernel)
            moving[k] = jnp.cumsum(flow[k] - arrived_by[k], axis=1)
    return Trajectories(
        departures=departures,
        arrivals=jnp.stack(arrivals),
        leg_flow=jnp.stack(flow),
        leg_arrivals=jnp.stack(arrived_by),
        settled=jnp.stack(settled),
        waiting=jnp.stack(waiting),
        moving=jnp.stack(moving),
    )
