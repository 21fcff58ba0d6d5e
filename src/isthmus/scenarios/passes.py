"""One pass over the corridor under beliefs held: compiled once for the fit's paths, the baseline and all scenarios.

`engines.cohort.solve` repeats the sweep inside one program, which compiles each repetition anew. Here the repetition is
outside: the program takes who went in the pass before, and is called once more than the corridor's beliefs have passes. A
switch makes the same program find the paths as the model calls them from paths as they stand in the vector.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from isthmus.engines.cohort import carry, stocks
from isthmus.engines.cohort.feedback import believed_risk, everywhere
from isthmus.engines.result import Trajectories
from isthmus.inference.posterior import (
    Paths, detection_paths, finish, hold, moving_months, together, with_drivers,
)  # fmt: skip
from isthmus.model.choice import Choices, choices
from isthmus.model.departures import departures, systematic
from isthmus.model.network import Knowledge, Model, Push
from isthmus.model.parameters import Values
from isthmus.model.shared import shared_paths

KEPT = (
    "departures", "arrivals", "leg_flow", "settled", "waiting", "moving", "turned_back", "queued", "queued_others", "stranded",
    "working", "believed",
)  # fmt: skip
"""Parts of the trajectories that scenarios are compared on."""


class Ahead(NamedTuple):
    """The months to come, the axis of draws in front.

    Attributes:
        flows: Trajectories by step from the first month ahead on; parts of absent blocks are None.
        expected: Expected figures by month from the first month ahead on, ``(sample, series, month)``.
    """

    flows: Trajectories
    expected: Any


class Inputs(NamedTuple):
    """What differs by draw, the axis of draws in front.

    Attributes:
        natural: Natural values, ``(sample, quantity)``.
        paths: Over the whole grid; as the model calls them, or as they stand in the vector of the fit.
        knowledge: What is in force.
        shares: Exact shares of the extra legs, ``(sample, extra leg, group, step)``.
    """

    natural: Any
    paths: Paths
    knowledge: Knowledge
    shares: Any

    def cut(self, at: slice) -> Inputs:
        """Some of the draws."""
        blocks = self.knowledge.blocks
        if blocks is not None:
            blocks = blocks._replace(places=blocks.places[at], attention=blocks.attention[at], official=blocks.official[at])
        push = Push(*(part[at] for part in self.knowledge.push or ()))
        known = self.knowledge._replace(blocks=blocks, push=push)
        return Inputs(self.natural[at], jax.tree.map(lambda path: path[at], self.paths), known, self.shares[at])


class Passed(NamedTuple):
    """What one pass gives.

    Attributes:
        ahead: The months to come; zeros where the pass is not the last.
        paths: Paths as the model calls them, over the whole grid.
        went: Who set out, ``(leg, group, step)``; what the next pass hears of.
    """

    ahead: Ahead
    paths: Paths
    went: Array


def n_passes(model: Model) -> int:
    """How often the program is called until choices and flows agree with the beliefs they give rise to."""
    return 1 if model.information is None else model.information.passes + 1


def divert(model: Model, n_extra: int, shares: Array, chosen: Choices) -> Choices:
    """Let the extra legs take their exact shares ``(extra leg, group, step)``, the other ways sharing what is left."""
    leg, settle = chosen.leg, chosen.settle
    if model.strata is not None:
        shares = model.strata.same(shares)
    first = len(model.legs) - n_extra
    for n in range(n_extra):
        tail = model.legs[first + n].tail
        others = np.array([k for k in model.places[tail].legs_out if k != first + n])
        leg = leg.at[others].multiply(1 - shares[n]).at[first + n].set(shares[n])
        settle = settle.at[tail].multiply(1 - shares[n])
    return Choices(leg, settle, chosen.value)


def one_pass(model: Model, n_extra: int, last: int, inputs: Inputs, went: Array, carried: Array, ends: Array) -> Passed:
    """Run the mean-field corridor once for one draw, under what is believed after the flows of the pass before.

    Args:
        model: The furnished model.
        n_extra: How many of its legs scenarios bring.
        last: Position of the last month that the fit saw.
        inputs: Of one draw.
        went: Who set out in the pass before, ``(leg, group, step)``; zeros in the first.
        carried: Whether paths are as in the vector, ``()``.
        ends: Whether this is the last pass, ``()``: the others are asked for flows only, which takes 0.6 of the time.
    """
    natural, paths, knowledge, shares = inputs
    values = Values(model.table, natural)
    weights, mean = model.grid.month_interpolation.T, model.grid.month_mean.T
    knowledge = with_drivers(knowledge, paths.drivers)
    moved = paths.shared
    if model.shared:
        moved = jnp.where(carried, shared_paths(model.shared, values, moved, moving_months(model, last)), moved)
    common = together(model, moved)
    legs: dict[int, Array] = {}

    def drift(k: int, advantage: Array) -> Array:
        given = paths.legs[model.drifting_legs.index(k)]
        legs[k] = jnp.where(carried, hold(given - advantage @ mean, model.fit_from, last), given)
        return legs[k] @ weights

    believed = None if model.information is None else believed_risk(model, values, knowledge, went)
    chosen = choices(model, values, knowledge, drift, None if believed is None else everywhere(model, believed))
    chosen = divert(model, n_extra, shares, chosen) if n_extra else chosen
    base = systematic(model, values, knowledge, chosen.value)
    deviations = jnp.where(carried, hold(paths.departures - base @ mean - common, 0, last), paths.departures)
    flows = carry(model, departures(model, base, deviations + common), chosen, values, knowledge)
    detection = paths.detection
    if model.drifting_sights:
        detection = jnp.where(carried, detection_paths(model, values, detection, last), detection)
    stacked = jnp.stack([legs[k] for k in model.drifting_legs]) if legs else paths.legs
    found = Paths(deviations, stacked, detection, paths.drivers, moved)

    def ahead() -> Ahead:
        seen = finish(model, values, knowledge, chosen, stocks(flows)._replace(believed=believed), found)
        return _cut(model, seen.trajectories, seen.mean, last + 1)

    def nothing() -> Ahead:
        empty: Ahead = jax.tree.map(lambda part: jnp.zeros(part.shape, part.dtype), jax.eval_shape(ahead))
        return empty

    return Passed(jax.lax.cond(ends, ahead, nothing), found, flows.leg_flow)


def _cut(model: Model, flows: Trajectories, expected: Array, first: int) -> Ahead:
    step = int(np.flatnonzero(model.grid.month_of_step == first)[0])
    parts = {name: getattr(flows, name) for name in KEPT}
    cut = {name: None if part is None else part[..., step:] for name, part in parts.items()}
    nothing = dict.fromkeys(Trajectories._fields)
    return Ahead(Trajectories(**{**nothing, **cut}), expected[:, first:])
