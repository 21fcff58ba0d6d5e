"""How many people leave.

``log departures_g(t) = log level_g + kappa_g [V_g,origin(t) - V_g,origin(ref)] + policies + season_g + drivers + u_g(t)``
with u an AR(1) by month, whose surprises may go on as a damped trend (`model.trend`), carried to steps linearly between
mid-months.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import Array

from isthmus.model.choice import policy_shift
from isthmus.model.drivers import contributions
from isthmus.model.network import Knowledge, Model
from isthmus.model.parameters import Values
from isthmus.timegrid import DAYS_A_MONTH, month_start

DAYS_A_YEAR = 12 * DAYS_A_MONTH


def systematic(model: Model, values: Values, knowledge: Knowledge, value: Array) -> Array:
    """Log departures a month without their deviation, ``(group, step)``.

    Args:
        model: The compiled corridor.
        values: Quantities by name.
        knowledge: Rules and policies in force.
        value: Value of each place, ``(place, group, step)``, or by budget class.
    """
    return sum_of(components(model, values, knowledge, value))


def sum_of(parts: dict[str, Array]) -> Array:
    """The parts added in their order, ``(group, step)``."""
    first, *others = parts.values()
    for part in others:
        first = first + part
    return first


def components(model: Model, values: Values, knowledge: Knowledge, value: Array) -> dict[str, Array]:
    """The parts of `systematic` by name, broadcastable to ``(group, step)``; drivers as ``drivers.NAME``."""
    reference_steps = np.flatnonzero(model.grid.month_of_step == model.reference)
    by_group = value if model.strata is None else model.strata.mean(value)
    accessibility = by_group[np.array(model.origins), np.arange(len(model.groups))]
    accessibility = accessibility - accessibility[:, reference_steps].mean(axis=1, keepdims=True)
    level = values.stack([f"groups.{g}.departures.level" for g in model.groups])[:, None]
    feedback = values.stack([f"groups.{g}.departures.feedback" for g in model.groups])[:, None]
    parts = {
        "level": jnp.log(level),
        "access": feedback * accessibility,
        "policies": policy_shift(model, values, knowledge, "departures", 1)[0],
    }
    if any(model.season):
        parts["season"] = season(model, values)
    for name, (node, pushed) in contributions(model.drivers, values, knowledge.drivers, model.grid, "departures").items():
        groups = jnp.array([[float(g in node.groups)] for g in range(len(model.groups))])
        parts[f"drivers.{name}"] = groups * pushed
    return parts


def season(model: Model, values: Values) -> Array:
    """Two yearly harmonics, ``sum_h a_h sin(2 pi h y) + b_h cos(2 pi h y)`` with y the time in years, ``(group, step)``."""
    turn = 2 * np.pi * model.grid.days_since(month_start(f"{model.grid.first[:4]}-01")) / DAYS_A_YEAR
    waves = np.stack([np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)])
    nothing = jnp.zeros(model.grid.n_steps)
    return jnp.stack([values.stack(names) @ waves if names else nothing for names in model.season])


def departures(model: Model, base: Array, deviation: Array) -> Array:
    """Expected departures by step, persons, ``(group, step)``.

    Args:
        model: The compiled corridor.
        base: From `systematic`.
        deviation: u by month, ``(group, month)``.
    """
    log_rate = base + deviation @ model.grid.month_interpolation.T
    return jnp.exp(jnp.clip(log_rate, -30.0, 30.0)) * (model.grid.days / DAYS_A_MONTH)
