"""How many people leave.

``log departures_g(t) = log level_g + season_g + kappa_g [V_g,origin(t) - V_g,origin(ref)] + policies + u_g(t)``
with u an AR(1) by month, carried to steps linearly between mid-months.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import Array

from isthmus.model.choice import policy_shift
from isthmus.model.network import Knowledge, Model
from isthmus.model.parameters import Values
from isthmus.timegrid import DAYS_A_MONTH


def systematic(model: Model, values: Values, knowledge: Knowledge, value: Array) -> Array:
    """Log departures a month without their deviation, ``(group, step)``.

    Args:
        model: The compiled corridor.
        values: Quantities by name.
        knowledge: Rules and policies in force.
        value: Value of each place, ``(place, group, step)``.
    """
    reference_steps = np.flatnonzero(model.grid.month_of_step == model.reference)
    accessibility = value[np.array(model.origins), np.arange(len(model.groups))]
    accessibility = accessibility - accessibility[:, reference_steps].mean(axis=1, keepdims=True)
    level = values.stack([f"groups.{g}.departures.level" for g in model.groups])[:, None]
    feedback = values.stack([f"groups.{g}.departures.feedback" for g in model.groups])[:, None]
    return jnp.log(level) + feedback * accessibility + policy_shift(model, values, knowledge, "departures", 1)[0]


def departures(model: Model, base: Array, deviation: Array) -> Array:
    """Expected departures by step, persons, ``(group, step)``.

    Args:
        model: The compiled corridor.
        base: From `systematic`.
        deviation: u by month, ``(group, month)``.
    """
    log_rate = base + deviation @ model.grid.month_interpolation.T
    return jnp.exp(jnp.clip(log_rate, -30.0, 30.0)) * (model.grid.days / DAYS_A_MONTH)
