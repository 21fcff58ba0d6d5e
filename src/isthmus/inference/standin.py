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

from isthmus.inference.hmc import Gradient, Value, compiled_gradient, compiled_value
from isthmus.inference.posterior import Evidence, Layout, log_density, simulate_seen
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
        whole: ``whole(vector, evidence)``.
        followed: ``followed(vector, scaled)``; absent where nothing needs a stand-in.
        offset: ``offset(vectors (fit, vector, size), evidence) -> (fit, vector, series, month)``.
    """

    whole: Callable[[Array, Evidence], Array]
    followed: Callable[[Array, Scaled], Array] | None = None
    offset: Callable[[Floats, Evidence], Array] | None = None


@lru_cache(maxsize=4)
def parts(model: Model) -> Parts:
    """The densities of a model."""
    plain, whole = without_blocks(model), partial(log_density, model)
    if plain is None:
        return Parts(whole)
    offset = jax.jit(jax.vmap(jax.vmap(partial(_offset, model, plain), in_axes=(0, None))))
    return Parts(whole, partial(_scaled_density, plain), offset)


def target(model: Model, evidence: Sequence[Evidence]) -> Target:
    """Compile what the sampler needs of one corridor and several bodies of evidence."""
    stacked = jax.tree.map(lambda *rows: jnp.stack([jnp.asarray(r) for r in rows]), *evidence)
    found = parts(model)
    followed, offset = found.followed, found.offset
    if followed is None or offset is None:
        return simple(compiled_gradient(found.whole, stacked))
    exact = compiled_value(found.whole, stacked)

    def at(vectors: Floats) -> Target:
        data = Scaled(stacked, vectors, *_first_order(lambda where: offset(where, stacked), vectors))
        return Target(compiled_gradient(followed, data), exact, at)

    return at(np.zeros((len(evidence), Layout.of(model).size)))


def _scaled_density(plain: Model, vector: Array, seen: Scaled) -> Array:
    return log_density(plain, vector, seen.evidence, offset=seen.offset + seen.slope @ (vector - seen.centre))


def _first_order(compare: Callable[[Floats], Array], vectors: Floats) -> tuple[Floats, Floats]:
    """Offsets at vectors ``(fit, size)`` and their derivatives by central differences, so that no gradient is compiled."""
    size = vectors.shape[1]
    shifts = np.concatenate([np.zeros((1, size)), STEP * np.eye(size), -STEP * np.eye(size)])
    shifts = np.concatenate([shifts, np.zeros((-len(shifts) % AT_ONCE, size))])
    blocks = [compare(vectors[:, None] + shifts[k : k + AT_ONCE]) for k in range(0, len(shifts), AT_ONCE)]
    found = np.concatenate([np.asarray(block) for block in blocks], axis=1)
    slope = (found[:, 1 : size + 1] - found[:, size + 1 : 2 * size + 1]) / (2 * STEP)
    return found[:, 0], np.moveaxis(slope, 1, -1)


def _offset(model: Model, plain: Model, vector: Array, evidence: Evidence) -> Array:
    scalars, carried = Layout.of(model).split(vector)
    values = model.table.values(scalars)
    whole, rough = (simulate_seen(m, values, carried, evidence.knowledge, evidence.last)[0].mean for m in (model, plain))
    return jnp.log(jnp.maximum(whole, TINY)) - jnp.log(jnp.maximum(rough, TINY))


STEP = 0.02
"""Step of the differences, in prior standard deviations of an unknown or log units of a path."""
AT_ONCE = 32
"""Vectors compared in one call."""

TINY = 1e-9
"""Expected figures below which nothing is compared."""
