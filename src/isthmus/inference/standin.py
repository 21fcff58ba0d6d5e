"""A cheap stand-in for a corridor with queues, money or beliefs, whose gradient the sampler follows.

The stand-in has the same vector and leaves the blocks out; its expected figures are scaled, series by month, to those of the
whole corridor about one vector, to first order. Draws are accepted or rejected by the whole corridor's own density, so what is
learned is exact; the stand-in only decides how far a proposal gets. With all blocks of the shipped corridor a gradient of the
whole costs six times that of the stand-in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from isthmus.inference.hmc import Gradient, Value, compiled_gradient
from isthmus.inference.posterior import Evidence, Layout, log_density, log_density_and_mean
from isthmus.model.network import Model

Floats = NDArray[np.float64]


class Scaled(NamedTuple):
    """What one fit sees, and how far the stand-in's expected figures are from the whole corridor's.

    Attributes:
        evidence: Figures, mask and knowledge.
        centre: Vector at which they are compared, ``(size,)``.
        offset: Log of the whole corridor's expected figures over the stand-in's there, ``(series, month)``.
        slope: Its derivative, ``(series, month, size)``.
    """

    evidence: Evidence
    centre: Any
    offset: Any
    slope: Any


@dataclass(frozen=True)
class Target:
    """A density to draw from and the gradient to follow; all fits of a batch at once.

    Attributes:
        gradient: Value and gradient that trajectories follow.
        exact: Density that accepts or rejects; absent: that of ``gradient``.
        at: Gives the target whose stand-in agrees with the whole at vectors ``(fit, size)``.
    """

    gradient: Gradient
    exact: Value | None
    at: Callable[[Floats], Target]


def simple(gradient: Gradient) -> Target:
    """A target that needs no stand-in."""
    same = Target(gradient, None, lambda _: same)
    return same


def without_blocks(model: Model) -> Model | None:
    """The corridor without queues, money and beliefs, its vector unchanged; absent where it has none of them."""
    if not model.queues and model.money is None and model.information is None:
        return None
    return replace(model, queues=(), money=None, information=None)


@dataclass(frozen=True, eq=False)
class Parts:
    """Densities of one model, one object each, so that they are compiled once for all fits.

    Attributes:
        density: ``density(vector, evidence)`` of the whole corridor.
        followed: ``followed(vector, scaled)`` of the stand-in; absent where nothing needs one.
        whole: Density and log expected figures of the whole corridor, ``(vectors (fit, vector, size), evidence)``.
        rough: Log expected figures of the stand-in, likewise.
    """

    density: Callable[[Array, Evidence], Array]
    followed: Callable[[Array, Scaled], Array] | None = None
    whole: Callable[[Floats, Evidence], tuple[Array, Array]] | None = None
    rough: Callable[[Floats, Evidence], Array] | None = None


@lru_cache(maxsize=4)
def parts(model: Model) -> Parts:
    """The densities of a model."""
    plain, density = without_blocks(model), partial(log_density, model)
    if plain is None:
        return Parts(density)
    whole, rough = (
        jax.jit(jax.vmap(jax.vmap(f, in_axes=(0, None)))) for f in (partial(_whole, model), partial(_log_mean, plain))
    )
    return Parts(density, partial(_scaled_density, plain), whole, rough)


def target(model: Model, evidence: Sequence[Evidence], *, chains: int) -> Target:
    """Compile what the sampler needs of one corridor and several bodies of evidence."""
    stacked = jax.tree.map(lambda *rows: jnp.stack([jnp.asarray(r) for r in rows]), *evidence)
    found = parts(model)
    followed, whole, rough = found.followed, found.whole, found.rough
    if followed is None or whole is None or rough is None:
        return simple(compiled_gradient(found.density, stacked))

    def at(vectors: Floats) -> Target:
        # vectors are compared as many at a time as there are chains: one shape, compiled once
        offset, slope = _first_order(lambda where: whole(where, stacked)[1] - rough(where, stacked), vectors, chains)
        data = Scaled(stacked, vectors, offset, slope)
        return Target(compiled_gradient(followed, data), lambda where: np.asarray(whole(where, stacked)[0]), at)

    return at(np.zeros((len(evidence), Layout.of(model).size)))


def _scaled_density(plain: Model, vector: Array, seen: Scaled) -> Array:
    return log_density(plain, vector, seen.evidence, offset=seen.offset + seen.slope @ (vector - seen.centre))


def _first_order(compare: Callable[[Floats], Array], vectors: Floats, at_once: int) -> tuple[Floats, Floats]:
    """Offsets at vectors ``(fit, size)`` and their derivatives by central differences, so that no gradient is compiled."""
    size = vectors.shape[1]
    shifts = np.concatenate([np.zeros((1, size)), STEP * np.eye(size), -STEP * np.eye(size)])
    shifts = np.concatenate([shifts, np.zeros((-len(shifts) % at_once, size))])
    blocks = [compare(vectors[:, None] + shifts[k : k + at_once]) for k in range(0, len(shifts), at_once)]
    found = np.concatenate([np.asarray(block) for block in blocks], axis=1)
    slope = (found[:, 1 : size + 1] - found[:, size + 1 : 2 * size + 1]) / (2 * STEP)
    return found[:, 0], np.moveaxis(slope, 1, -1)


def _whole(model: Model, vector: Array, evidence: Evidence) -> tuple[Array, Array]:
    density, mean = log_density_and_mean(model, vector, evidence)
    return density, jnp.log(jnp.maximum(mean, TINY))


def _log_mean(model: Model, vector: Array, evidence: Evidence) -> Array:
    return jnp.log(jnp.maximum(log_density_and_mean(model, vector, evidence)[1], TINY))


STEP = 0.02
"""Step of the differences, in prior standard deviations of an unknown or log units of a path."""

TINY = 1e-9
"""Expected figures below which nothing is compared."""
