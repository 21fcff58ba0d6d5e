"""Flows and beliefs that depend on each other: who went tells those who come.

Word comes back with a lag, so beliefs follow from flows of the past. The sweep solves all steps at once; it is repeated with
the beliefs that the flows before gave rise to, from the first beliefs on, a fixed number of times (Picard). Each repetition
is exact for one more lag, and a test holds that one more changes little.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from isthmus.engines.cohort.sweep import mean_field
from isthmus.engines.result import Trajectories
from isthmus.model.choice import Choices
from isthmus.model.information import Rates, beliefs, contact_share
from isthmus.model.network import Knowledge, Model
from isthmus.model.parameters import Values

Run = Callable[[Array | None], tuple[Choices, Array]]
"""``run(believed risk (leg, group, step), or none) -> choices, departures (group, step)``."""


def solve(
    model: Model, values: Values, knowledge: Knowledge, run: Run, *, passes: int | None = None
) -> tuple[Choices, Trajectories]:
    """Choices and flows that agree with the beliefs they give rise to.

    Args:
        model: The compiled corridor.
        values: Quantities by name.
        knowledge: What is in force.
        run: Chooses and departs under a belief.
        passes: Repetitions; absent: as the file says.
    """
    if model.information is None:
        chosen, left = run(None)
        return chosen, mean_field(model, left, chosen, values, knowledge)
    believed = believed_risk(model, values, knowledge, None)
    for _ in range(model.information.passes if passes is None else passes):
        chosen, left = run(everywhere(model, believed))
        flows = mean_field(model, left, chosen, values, knowledge)
        # who went is passed on without its gradient: the sampler corrects for that, at half the cost
        believed = believed_risk(model, values, knowledge, jax.lax.stop_gradient(flows.leg_flow))
    chosen, left = run(everywhere(model, believed))
    return chosen, mean_field(model, left, chosen, values, knowledge)._replace(believed=believed)


def believed_risk(model: Model, values: Values, knowledge: Knowledge, flow: Array | None) -> Array:
    """Believed risk on the legs of the block, ``(leg, group, step)``, after flows ``(leg, group, step)``; absent: none."""
    block, known = model.information, knowledge.blocks
    if block is None or known is None:
        message = "beliefs need the block `information`"
        raise ValueError(message)
    days = jnp.asarray(model.grid.days)
    shape = (len(block.legs), len(model.groups), model.grid.n_steps)
    went = jnp.zeros(shape) if flow is None else flow[np.array(block.legs)]
    rates = Rates(
        contact=values[block.contact] * contact_share(went, days, block.half, block.lag),
        official=jnp.asarray(known.official),
        advertising=values[block.advertising] * jnp.asarray(known.attention),
        forgetting=values[block.forgetting],
    )
    return beliefs(values.stack(list(block.truth)), values.stack(list(block.start)), block.advertised, rates, days)


def everywhere(model: Model, believed: Array) -> Array:
    """Believed risk of every leg: the file's where the block says nothing, ``(leg, group, step)``."""
    legs = () if model.information is None else model.information.legs
    risk = jnp.asarray(np.array([leg.risk for leg in model.legs]))[:, None, None]
    return jnp.broadcast_to(risk, (len(model.legs), *believed.shape[1:])).at[np.array(legs, int)].set(believed)
