"""What the corridor file expects before any figure is seen: the prior predictive."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.predict import Predictor, extend
from isthmus.inference.posterior import Layout, Paths, Simulated
from isthmus.model.network import Knowledge
from isthmus.streams import stream

Floats = NDArray[np.float64]


def prior_predictive(predictor: Predictor, knowledge: Knowledge, *, n_samples: int, seed: int) -> Floats:
    """Expected figures under draws from the prior, ``(sample, series, month)``; arguments as of `prior_worlds`."""
    return np.asarray(prior_worlds(predictor, knowledge, n_samples=n_samples, seed=seed).simulated.mean)


class Worlds(NamedTuple):
    """Corridors drawn from the prior.

    Attributes:
        scalars: Standardised unknowns, ``(sample, parameter)``.
        paths: Paths over the whole grid, sample axis first.
        simulated: What happens in them.
    """

    scalars: Floats
    paths: Paths
    simulated: Simulated


def prior_worlds(predictor: Predictor, knowledge: Knowledge, *, n_samples: int, seed: int) -> Worlds:
    """Corridors drawn from the prior, paths and all.

    Args:
        predictor: Compiled prediction of the corridor.
        knowledge: Rules and policies in force.
        n_samples: Draws.
        seed: Root seed.
    """
    model = predictor.model
    layout = Layout.of(model)
    vectors = stream(seed, "prior").standard_normal((n_samples, layout.size))
    scalars, raw = jax.vmap(layout.split)(jnp.asarray(vectors))
    values = predictor.natural(scalars)
    departures, legs, seen = (np.array(path) for path in (raw.departures, raw.legs, raw.detection))
    for g, gid in enumerate(model.groups):
        persistence = values[f"groups.{gid}.departures.persistence"]
        departures[:, g, 0] *= values[f"groups.{gid}.departures.innovation"] / np.sqrt(1 - persistence**2 + 1e-6)
    for n, k in enumerate(model.drifting_legs):
        mean, sd = model.legs[k].start or (0.0, 1.0)
        legs[:, n] = mean + sd * legs[:, n, :, model.fit_from, None]
    for n, k in enumerate(model.drifting_sights):
        sight = model.sights[k]
        first = values[sight.drift or ""] * seen[:, n, model.fit_from]
        seen[:, n] = (np.log(values[sight.detection]) + first)[:, None]
    shared = np.array(raw.shared)
    for n, node in enumerate(model.shared):
        shared[:, n] = (values[node.innovation] * shared[:, n, model.fit_from])[:, None]
    start = Paths(departures, legs, seen, np.array(raw.drivers), shared)
    moving = extend(model, values, Paths(*(path.copy() for path in start)), 0, seed=seed, names=("prior",))
    walks = extend(model, values, start, model.fit_from, seed=seed, names=("prior", "walks"))
    paths = Paths(moving.departures, walks.legs, walks.detection, start.drivers, walks.shared)
    return Worlds(np.asarray(scalars), paths, predictor.simulated(scalars, paths, knowledge))
