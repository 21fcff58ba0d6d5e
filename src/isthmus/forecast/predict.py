"""Forecasts in the space of the published figures, one draw at a time, each with its own stream.

A draw carries its own unknowns and paths; after the last fitted month its deviation goes on as the AR(1) that it was fitted as,
with its trend, its drifting constants and detections as the random walks they were, and each figure is drawn from its negative
binomial.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from isthmus.forecast.extend import extend
from isthmus.inference.posterior import Evidence, Layout, Paths, Simulated, simulate, simulate_seen
from isthmus.model.network import Knowledge, Model
from isthmus.streams import stream

__all__ = ["Forecast", "Predictor", "draw_figures", "extend", "thin"]

Floats = NDArray[np.float64]

AT_ONCE = 400
"""Vectors whose paths are found at a time."""


@dataclass(frozen=True)
class Forecast:
    """Draws of the corridor and of its figures.

    Attributes:
        last: Position of the last month that the fit saw.
        scalars: Standardised unknowns, ``(sample, parameter)``.
        paths: Paths over the whole grid, sample axis first.
        simulated: Mean-field corridor by sample.
        predicted: Figures drawn, ``(sample, series, month)``.
    """

    last: int
    scalars: Floats
    paths: Paths
    simulated: Simulated
    predicted: Floats


def thin(vectors: Floats, n_samples: int) -> Floats:
    """Evenly spaced vectors, ``(sample, size)``, from all chains of ``(chain, draw, size)``."""
    flat = vectors.transpose(1, 0, 2).reshape(-1, vectors.shape[2])
    return np.asarray(flat[np.linspace(0, len(flat) - 1, min(n_samples, len(flat))).astype(int)])


def _seen_paths(model: Model, vector: Array, evidence: Evidence) -> tuple[Array, Paths]:
    scalars, carried = Layout.of(model).split(vector)
    return scalars, simulate_seen(model, model.table.values(scalars), carried, evidence.knowledge, evidence.last)[1]


def _simulated(model: Model, scalars: Array, paths: Paths, knowledge: Knowledge) -> Simulated:
    return simulate(model, model.table.values(scalars), paths, knowledge)


class Predictor:
    """Compiled prediction for one model, reused over origins and scenarios."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.seen_paths = jax.jit(jax.vmap(partial(_seen_paths, model), in_axes=(0, None)))
        self.simulated = jax.jit(jax.vmap(partial(_simulated, model), in_axes=(0, 0, None)))

    def first_constants(self, vectors: Floats, evidence: Evidence) -> Floats:
        """Constants of drifting legs in the first fitted month, first group, ``(vector, leg)``, of ``(vector, size)``."""
        # as many at a time as a forecast takes, which is compiled already; the last ones twice where they are fewer
        parts = [vectors[np.arange(k, k + AT_ONCE).clip(max=len(vectors) - 1)] for k in range(0, len(vectors), AT_ONCE)]
        legs = [np.asarray(self.seen_paths(jnp.asarray(part), evidence)[1].legs)[:, :, 0, self.model.fit_from] for part in parts]
        return np.concatenate(legs)[: len(vectors)]

    def natural(self, scalars: Any) -> dict[str, Floats]:
        """Natural values by name, ``(sample,)`` each, of standardised unknowns ``(sample, parameter)``."""
        table = self.model.table
        values = np.asarray(jax.vmap(lambda z: table.values(z).stack(table.names + tuple(table.fixed)))(jnp.asarray(scalars)))
        return {name: values[:, k] for k, name in enumerate(table.names + tuple(table.fixed))}

    def predict(
        self,
        vectors: Floats,
        evidence: Evidence,
        *,
        seed: int,
        names: Sequence[str | int] = (),
        future: Knowledge | None = None,
    ) -> Forecast:
        """Continue each draw to the end of the grid.

        Args:
            vectors: Posterior draws, ``(sample, size)``.
            evidence: What the fit saw.
            seed: Root seed.
            names: Further names of the streams (the origin of a backtest).
            future: Rules and policies of the months to come; absent: those that the fit knew.
        """
        scalars, paths = self.seen_paths(jnp.asarray(vectors), evidence)
        values = self.natural(scalars)
        last = int(evidence.last)
        extended = extend(self.model, values, jax.tree.map(np.array, paths), last, seed=seed, names=names)
        simulated = self.simulated(scalars, extended, evidence.knowledge if future is None else future)
        simulated = jax.tree.map(np.asarray, simulated)
        phi = np.stack([values[s.dispersion] for s in self.model.sights], axis=1)
        predicted = draw_figures(simulated.mean, phi, stream(seed, "figures", *names))
        return Forecast(last, np.asarray(scalars), extended, simulated, predicted)


def draw_figures(mean: Floats, phi: Floats, generator: np.random.Generator) -> Floats:
    """Negative binomial figures by their gamma mixture; ``mean`` is ``(sample, series, month)``, ``phi`` ``(sample, series)``."""
    shape = phi[:, :, None]
    rate = generator.gamma(np.broadcast_to(shape, mean.shape)) * np.maximum(mean, 0) / shape
    return generator.poisson(np.minimum(rate, 1e15)).astype(np.float64)
