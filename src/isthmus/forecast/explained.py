"""What explains departures: each part of the departures equation and what is left over.

With y the log of departures by month and c_k its parts, ``share_k = Cov(c_k, y) / Var(y)`` over the fitted months; the shares of
all parts, the unexplained deviation among them, sum to 1 (the covariance decomposition of variance).
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.predict import Forecast
from isthmus.inference.posterior import with_drivers
from isthmus.model.departures import components
from isthmus.model.network import Knowledge, Model

Floats = NDArray[np.float64]

UNEXPLAINED = "unexplained"


@dataclass(frozen=True, eq=False)
class Explained:
    """Parts of log departures.

    Attributes:
        parts: Names; the last is the unexplained deviation.
        contribution: ``(sample, part, group, month)``, log departures.
        share: Of the variance over fitted months, ``(sample, part, group)``.
    """

    parts: tuple[str, ...]
    contribution: Floats
    share: Floats


def explained(model: Model, forecast: Forecast, knowledge: Knowledge) -> Explained:
    """Split log departures of each draw."""
    grid, shape = model.grid, (len(model.groups), model.grid.n_steps)

    def split(scalars: jax.Array, latent: jax.Array, value: jax.Array) -> jax.Array:
        found = components(model, model.table.values(scalars), with_drivers(knowledge, latent), value)
        return jnp.stack([jnp.broadcast_to(part, shape) for part in found.values()]) @ grid.month_mean.T

    drivers = forecast.paths.drivers
    n_samples = len(forecast.scalars)
    latent = np.zeros((n_samples, 0, 0)) if drivers is None else np.asarray(drivers)
    contribution = np.asarray(jax.jit(jax.vmap(split))(forecast.scalars, latent, forecast.simulated.choices.value))
    first = model.table.values(jnp.asarray(forecast.scalars[0]))
    names = tuple(components(model, first, with_drivers(knowledge, latent[0]), jnp.asarray(forecast.simulated.choices.value[0])))
    left = forecast.paths.departures @ grid.month_interpolation.T @ grid.month_mean.T
    whole = np.concatenate([contribution, left[:, None]], axis=1)
    return Explained((*names, UNEXPLAINED), whole, shares(whole[..., model.fit_from : forecast.last + 1]))


def shares(contribution: Floats) -> Floats:
    """Covariance of each part ``(sample, part, group, month)`` with their sum over its variance, ``(sample, part, group)``."""
    apart = contribution - contribution.mean(axis=-1, keepdims=True)
    total = apart.sum(axis=1, keepdims=True)
    variance = (total**2).sum(axis=-1)
    return np.asarray((apart * total).sum(axis=-1) / np.where(variance > 0, variance, 1.0))
