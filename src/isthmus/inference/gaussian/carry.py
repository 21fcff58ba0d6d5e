"""From paths as the model calls them to the vector that the rest of the program carries: the inverse of `simulate_seen`."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import Array

from isthmus.inference.posterior import Paths, hold, moving_months, together
from isthmus.model.choice import choices
from isthmus.model.departures import systematic
from isthmus.model.network import Knowledge, Model
from isthmus.model.parameters import Values


def vector_of(model: Model, scalars: Array, paths: Paths, knowledge: Knowledge, last: int) -> Array:
    """The vector ``(size,)`` under which `simulate_seen` finds these paths up to ``last``."""
    values, weights, mean = model.table.values(scalars), model.grid.month_interpolation.T, model.grid.month_mean.T
    legs = hold(paths.legs, model.fit_from, last)
    advantages: dict[int, Array] = {}

    def drift(k: int, advantage: Array) -> Array:
        advantages[k] = advantage @ mean
        constant: Array = legs[model.drifting_legs.index(k)] @ weights
        return constant

    chosen = choices(model, values, knowledge, drift)
    base = systematic(model, values, knowledge, chosen.value) @ mean
    parts = [scalars, (hold(paths.departures, 0, last) + base + together(model, paths.shared)).ravel()]
    parts += [(legs[n] + advantages[k]).ravel() for n, k in enumerate(model.drifting_legs)]
    parts += [_innovations(model, values, paths, last).ravel()]
    if model.shared:
        rho = values.stack([node.persistence for node in model.shared])[:, None]
        sd = values.stack([node.innovation for node in model.shared])[:, None]
        parts += [jnp.where(moving_months(model, last), _steps(model, paths.shared, rho) / sd, 0.0).ravel()]
    return jnp.concatenate(parts)


def _steps(model: Model, path: Array, rho: Array) -> Array:
    months = np.arange(model.grid.n_months)
    before = jnp.concatenate([jnp.zeros((path.shape[0], 1)), path[:, :-1]], axis=1)
    return path - rho * jnp.where(months == model.fit_from, 0.0, before)


def _innovations(model: Model, values: Values, paths: Paths, last: int) -> Array:
    """Standardised steps of drifting detection, ``(drifting series, month)``."""
    if not model.drifting_sights:
        return jnp.zeros((0, model.grid.n_months))
    sights = [model.sights[k] for k in model.drifting_sights]
    away = paths.detection - jnp.log(values.stack([s.detection for s in sights]))[:, None]
    rho, sd = jnp.array([s.persistence for s in sights])[:, None], values.stack([s.drift or "" for s in sights])[:, None]
    return jnp.where(moving_months(model, last), _steps(model, away, rho) / sd, 0.0)
