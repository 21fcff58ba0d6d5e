"""Fit of many groups: learn, then draw scales, scalars and paths, and carry them as vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from isthmus.inference.diagnostics import Diagnostics
from isthmus.inference.gaussian.carry import vector_of
from isthmus.inference.gaussian.learn import Learning, learn
from isthmus.inference.gaussian.response import compiled
from isthmus.inference.gaussian.state import frame
from isthmus.inference.gaussian.template import Template
from isthmus.inference.posterior import Evidence, Paths
from isthmus.model.network import Model
from isthmus.streams import stream

Floats = NDArray[np.float64]

STEPS = 10
LEAST_DRAWS, MOST_DRAWS = 400, 1000


def fit_gaussian(
    model: Model, evidence: Sequence[Evidence], *, seeds: Sequence[int], chains: int, draws: int,
    progress: Callable[[float], None] = lambda _: None,
) -> list[tuple[Floats, Diagnostics]]:  # fmt: skip
    """Draws ``(chain, draw, size)`` and their diagnostics for each body of evidence; none affects another."""
    template, respond, carry = _programs(model)
    out = []
    for n, (seen, seed) in enumerate(zip(evidence, seeds, strict=True)):
        state = learn(frame(template, np.asarray(seen.mask)), seen, respond, steps=STEPS)
        count = int(np.clip(chains * draws, LEAST_DRAWS, MOST_DRAWS)) // chains * chains
        vectors = _vectors(state, carry, stream(seed, "gaussian"), count)
        size = vectors.shape[1]
        found = Diagnostics(np.ones(size), np.full(size, float(count)), np.full(size, float(count)), 0, 1.0, state.moved)
        out.append((vectors.reshape(-1, chains, size).swapaxes(0, 1), found))
        progress((n + 1) / len(evidence))
    return out


@lru_cache(maxsize=4)
def _programs(model: Model) -> tuple[Template, Any, Any]:
    template = Template.of(model)
    carry = jax.jit(jax.vmap(partial(vector_of, model), in_axes=(0, 0, None, None)))
    return template, compiled(template), carry


def _vectors(state: Learning, carry: Any, generator: np.random.Generator, n: int) -> Floats:
    """Draws of the whole vector, ``(draw, size)``."""
    if state.arrow is None:
        message = "nothing was learned"
        raise ValueError(message)
    frame_ = state.frame
    own, shared = state.arrow.draw(generator, n)
    scalars = np.tile(state.scalars[:-1], (n, 1))
    padded = np.concatenate([scalars, np.zeros((n, 1))], axis=1)
    for g, at in enumerate(frame_.template.own):
        padded[:, at] = own[:, g, : frame_.n_own]
    scalars = padded[:, :-1]
    scalars[:, frame_.template.common] = shared[:, : frame_.n_common]
    scalars = _scales(state, scalars, generator)
    paths = _paths(state, scalars, own, shared)
    return np.asarray(
        carry(jnp.asarray(scalars), jax.tree.map(jnp.asarray, paths), state.evidence.knowledge, int(state.evidence.last))
    )


def _scales(state: Learning, scalars: Floats, generator: np.random.Generator) -> Floats:
    """Scalars with scales, persistences and populations drawn around their modes, values of members kept."""
    table = state.frame.template.whole.table
    members, centres, spreads = table.members
    unconstrained = np.array(table.unconstrained(jnp.asarray(scalars)))
    for k, variance in sorted(state.spread.items()):
        unconstrained[:, k] += np.sqrt(variance) * generator.standard_normal(len(scalars))
    for centre, spread in sorted(set(zip(centres.tolist(), spreads.tolist(), strict=True))):
        count, wide = (centres == centre).sum(), np.exp(unconstrained[:, spread])
        noise = generator.standard_normal((2, len(scalars)))
        unconstrained[:, centre] += noise[0] / np.sqrt(count / wide**2 + 1 / table.parameters[centre].sd ** 2)
        unconstrained[:, spread] += noise[1] / np.sqrt(2 * count + 1 / table.parameters[spread].sd ** 2)
    location, sd = (np.array([getattr(p, part) for p in table.parameters]) for part in ("location", "sd"))
    out = (unconstrained - location) / sd
    out[:, members] = (unconstrained[:, members] - unconstrained[:, centres]) / np.exp(unconstrained[:, spreads])
    return np.asarray(out)


def _paths(state: Learning, scalars: Floats, own: Floats, shared: Floats) -> Paths:
    """Paths as the model calls them, sample axis first."""
    frame_, model, m = state.frame, state.frame.template.whole, state.frame.months
    n = len(own)
    departures = own[:, :, frame_.n_own : frame_.n_own + m]
    legs = own[:, :, frame_.leg(0) : frame_.leg(0) + m * frame_.n_legs].reshape(n, -1, frame_.n_legs, m).swapaxes(1, 2)
    table = model.table
    natural = np.asarray(jax.vmap(table.natural)(table.unconstrained(jnp.asarray(scalars))))
    detection = np.zeros((n, len(model.drifting_sights), m))
    for row, k in enumerate(model.drifting_sights):
        g, c = np.argwhere(frame_.template.series == k)[0]
        at = frame_.detection(int(c))
        detection[:, row] = np.log(natural[:, table.position[model.sights[k].detection], None]) + own[:, g, at : at + m]
    movements = shared[:, frame_.n_common :].reshape(n, len(model.shared), m)
    return Paths(departures, legs, detection, np.zeros((n, 0, 0)), movements)
