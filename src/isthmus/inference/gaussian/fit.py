"""Fit of many groups: learn, then draw scales, scalars and paths, and carry them as vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from isthmus.inference.diagnostics import Diagnostics
from isthmus.inference.gaussian.carry import vector_of
from isthmus.inference.gaussian.learn import learn
from isthmus.inference.gaussian.learning import Learning
from isthmus.inference.gaussian.mode import slopes
from isthmus.inference.gaussian.response import Programs, compiled, lengthened
from isthmus.inference.gaussian.state import frame
from isthmus.inference.gaussian.template import Template
from isthmus.inference.posterior import Evidence, Paths, simulate
from isthmus.model.network import Model
from isthmus.streams import stream

Floats = NDArray[np.float64]

LEAST_DRAWS, MOST_DRAWS = 400, 1000


def fit_gaussian(
    model: Model, evidence: Sequence[Evidence], *, seeds: Sequence[int], chains: int, draws: int,
    progress: Callable[[float], None] = lambda _: None,
) -> list[tuple[Floats, Diagnostics]]:  # fmt: skip
    """Draws ``(chain, draw, size)`` and their diagnostics for each body of evidence; none affects another."""
    programs = _programs(model)
    out = []
    for n, (seen, seed) in enumerate(zip(evidence, seeds, strict=True)):
        # Matrices of some hundred rows: threads would cost more than they save, and take the other core from other work.
        with threadpool_limits(1, user_api="blas"):
            last = int(seen.last)
            short = programs._replace(response=programs.response.until(last + 1, model.grid.n_months))
            state = learn(frame(programs.template, np.asarray(seen.mask), last), seen, short.response)
        count = int(np.clip(chains * draws, LEAST_DRAWS, MOST_DRAWS)) // chains * chains
        vectors = _vectors(state, short, stream(seed, "gaussian"), count)
        size = vectors.shape[1]
        found = Diagnostics(np.ones(size), np.full(size, float(count)), np.full(size, float(count)), 0, 1.0, state.moved)
        out.append((vectors.reshape(-1, chains, size).swapaxes(0, 1), found))
        progress((n + 1) / len(evidence))
    return out


class _Programs(NamedTuple):
    template: Template
    response: Programs
    carry: Any
    mean: Any


@lru_cache(maxsize=4)
def _programs(model: Model) -> _Programs:
    def mean(scalars: Any, paths: Paths, knowledge: Any) -> Any:
        return simulate(model, model.table.values(scalars), paths, knowledge).mean

    template = Template.of(model)
    carry = jax.jit(jax.vmap(partial(vector_of, model), in_axes=(0, 0, None, None)))
    return _Programs(template, compiled(template), carry, jax.jit(jax.vmap(mean, in_axes=(0, 0, None))))


def _onto_figures(
    state: Learning, programs: _Programs, scalars: Floats, paths: Paths, own: Floats, shared: Floats
) -> tuple[Floats, Paths]:
    """Draws whose expected figures are those of the Gaussian.

    Levels, shares and detection are known by their product alone, a curved ridge on which straight draws miss the figures.
    What they miss goes to the level of detection, and its course in time to the path.
    """
    if state.arrow is None:
        return scalars, paths
    model, last = state.frame.template.whole, int(state.evidence.last)
    answer = programs.response.answer(state.unknowns(), state.data())
    slope, across = slopes(state, answer)
    straight = np.einsum("gfu,ngu->ngf", slope, own - state.arrow.own) + np.einsum(
        "gfs,ns->ngf", across, shared - state.arrow.shared
    )
    straight = straight.reshape(len(own), *answer.log_mean.shape) + answer.log_mean
    known = state.evidence.knowledge
    log_mean = np.log(np.asarray(programs.mean(jnp.asarray(scalars), jax.tree.map(jnp.asarray, paths), known)))
    table, detection = model.table, np.array(paths.detection)
    members, _, spreads = table.members
    unconstrained = np.asarray(table.unconstrained(jnp.asarray(scalars)))
    for row, k in enumerate(model.drifting_sights):
        g, c = np.argwhere(state.frame.template.series == k)[0]
        missed = (straight[:, g, c] - log_mean[:, k, : last + 1]) / np.maximum(answer.share[g, c], 0.3)
        level = missed[:, model.fit_from :].mean(axis=1, keepdims=True)
        name = model.sights[k].detection
        if name not in table.names:
            level = np.zeros_like(level)
        else:
            at = table.names.index(name)
            pool = spreads[members == at]
            sd = np.exp(unconstrained[:, pool[0]]) if len(pool) else table.parameters[at].sd
            scalars[:, at] += level[:, 0] / sd
        detection[:, row, : last + 1] += missed
        detection[:, row, last + 1 :] += level
    return scalars, paths._replace(detection=detection)


def _vectors(state: Learning, programs: _Programs, generator: np.random.Generator, n: int) -> Floats:
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
    paths = _paths(state, scalars, own, shared)
    scalars, paths = _onto_figures(state, programs, scalars, paths, own, shared)
    scalars = _scales(state, scalars, generator)
    known, last = state.evidence.knowledge, int(state.evidence.last)
    return np.asarray(programs.carry(jnp.asarray(scalars), jax.tree.map(jnp.asarray, paths), known, last))


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
    """Paths as the model calls them, sample axis first; after the last month seen they stand still."""
    frame_, model, m = state.frame, state.frame.template.whole, state.frame.months
    n, whole = len(own), model.grid.n_months
    departures = own[:, :, frame_.n_own : frame_.n_own + m]
    legs = own[:, :, frame_.leg(0) : frame_.leg(0) + m * frame_.n_legs].reshape(n, -1, frame_.n_legs, m).swapaxes(1, 2)
    table = model.table
    natural = np.asarray(jax.vmap(table.natural)(table.unconstrained(jnp.asarray(scalars))))
    detection = np.zeros((n, len(model.drifting_sights), whole))
    for row, k in enumerate(model.drifting_sights):
        g, c = np.argwhere(frame_.template.series == k)[0]
        at = frame_.detection(int(c))
        level = np.log(natural[:, table.position[model.sights[k].detection], None])
        detection[:, row] = level + lengthened(own[:, g, at : at + m], whole)
    movements = shared[:, frame_.n_common :].reshape(n, len(model.shared), m)
    longer = lengthened(departures, whole), lengthened(legs, whole, "edge"), detection
    return Paths(*longer, np.zeros((n, 0, 0)), lengthened(movements, whole))
