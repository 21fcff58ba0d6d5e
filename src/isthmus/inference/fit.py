"""Fit: mode, curvature, whitened HMC, diagnostics.

1. The mode by Adam with the scales of the latent paths held at their prior centre, because a joint mode would collapse them.
2. The curvature at the mode gives a first metric; two warm-up phases refine it with the pooled covariance of the fit's chains.
3. Fixed metric and step size, then draws; diagnostics always.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from isthmus.inference.diagnostics import Diagnostics, diagnose
from isthmus.inference.hmc import BLOCK, Metric, Sampled, jittered_lengths, sample_block, start_adaptation
from isthmus.inference.posterior import Evidence, Layout, log_density, scale_names, start_vector
from isthmus.model.network import Model

jax.config.update("jax_enable_x64", val=True)  # type: ignore[no-untyped-call]

Floats = NDArray[np.float64]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Effort:
    """How much to sample."""

    chains: int = 4
    warmup: int = 300
    draws: int = 600
    search: int = 600


QUICK = Effort(chains=4, warmup=200, draws=250, search=400)


@dataclass(frozen=True)
class Posterior:
    """Draws of one fit and whether to believe them.

    Attributes:
        vectors: ``(chain, draw, size)``.
        diagnostics: Convergence.
    """

    vectors: Floats
    diagnostics: Diagnostics


Density = Callable[[Array, Any], Array]


def _mode(density: Density, data: Any, start: Array, free: Array, steps: int) -> Array:
    """Ascend by Adam with a decaying rate; elements where ``free`` is 0 stay."""
    gradient = jax.grad(density)

    def body(state: Any, count: Array) -> Any:
        x, m, v = state
        g = jnp.nan_to_num(gradient(x, data)) * free
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g**2
        rate = 0.1 * (1 - count / steps) ** 1.5 + 1e-4
        x = x + rate * (m / (1 - 0.9 ** (count + 1))) / (jnp.sqrt(v / (1 - 0.99 ** (count + 1))) + 1e-8)
        return (x, m, v), None

    zeros = jnp.zeros_like(start)
    return jax.lax.scan(body, (start, zeros, zeros), jnp.arange(steps, dtype=float))[0][0]


def _curvature(density: Density, data: Any, x: Array) -> Metric:
    """Metric from the curvature at ``x``, its precisions kept between 0.1 and 1e8."""
    hessian = jax.hessian(density)(x, data)
    precision, directions = jnp.linalg.eigh(-0.5 * (hessian + hessian.T))
    return Metric(x, directions / jnp.sqrt(jnp.clip(precision, 0.1, 1e8)))


def _pooled(metric: Metric, draws: Array, weight: float) -> Metric:
    """Blend the whitened covariance of ``(iteration, chain, size)`` draws with the present metric."""
    flat = draws.reshape(-1, draws.shape[-1])
    centre = flat.mean(axis=0)
    white = jax.scipy.linalg.solve(metric.factor, (flat - centre).T)
    covariance = weight * jnp.cov(white) + (1 - weight) * jnp.eye(white.shape[0])
    return Metric(centre, metric.factor @ jnp.linalg.cholesky(covariance))


def _to_white(metric: Metric, vectors: Array) -> Array:
    return jnp.asarray(jnp.linalg.solve(metric.factor, (vectors - metric.centre).T).T)


class _Sampler:
    """One compiled program a step of the fit, batched over fits."""

    def __init__(self, density: Density) -> None:
        self.block = jax.jit(jax.vmap(partial(sample_block, density), in_axes=(0, 0, 0, 0, 0, None, None)))
        self.mode = jax.jit(jax.vmap(partial(_mode, density), in_axes=(0, 0, None, None)), static_argnums=3)
        self.curvature = jax.jit(jax.vmap(partial(_curvature, density)))
        self.pooled = jax.jit(jax.vmap(_pooled, in_axes=(0, 0, None)))
        self.to_white = jax.jit(jax.vmap(_to_white))

    def run(self, data: Any, starts: Array, keys: Array, free: Array, effort: Effort, progress: Progress) -> Sampled:
        """Mode, curvature, warm-up and draws of all fits; axes fit, iteration, chain."""
        n_warm, n_draws = -(-effort.warmup // BLOCK), -(-effort.draws // BLOCK)
        metric = self.curvature(data, self.mode(data, starts, free, effort.search))
        progress(0.2)
        split = jax.vmap(partial(jax.random.split, num=n_warm + n_draws + 1))(keys)
        draw = partial(jax.random.normal, shape=(effort.chains, starts.shape[1]))
        white = 0.5 * jax.vmap(draw)(split[:, -1])
        step = jax.vmap(start_adaptation)(jnp.full(len(starts), 0.2, dtype=starts.dtype))
        lengths = jittered_lengths(n_warm + n_draws)
        history: list[Array] = []
        kept: list[Sampled] = []
        for n in range(n_warm + n_draws):
            drawn, white, step = self.block(data, metric, white, split[:, n], step, lengths[n], jnp.asarray(n < n_warm))
            progress(0.2 + 0.8 * (n + 1) / (n_warm + n_draws))
            if n >= n_warm:
                kept.append(drawn)
                continue
            history = [*history[-2:], drawn.vectors]
            if n < n_warm - 1:
                vectors = self.unwhite(metric, white)
                metric = self.pooled(metric, jnp.concatenate(history, axis=1), 0.5 if n == 0 else 0.7)
                white = self.to_white(metric, vectors)
                step = jax.vmap(start_adaptation)(jnp.exp(step.log_step_mean))
        return Sampled(*(jnp.concatenate(parts, axis=1) for parts in zip(*kept, strict=True)))

    @staticmethod
    def unwhite(metric: Metric, white: Array) -> Array:
        """Whitened positions in the original space, ``(fit, chain, size)``."""
        return jnp.asarray(metric.centre[:, None] + jnp.einsum("fcs,fvs->fcv", white, metric.factor))


def fit(
    model: Model, evidence: Evidence, *, seed: int, effort: Effort = Effort(), progress: Progress = lambda _: None
) -> Posterior:
    """Fit one corridor.

    Args:
        model: The compiled corridor.
        evidence: Figures, mask and knowledge.
        seed: Seed of the fit's stream.
        effort: How much to sample.
        progress: Called with the share done, 0 to 1.

    Returns:
        The posterior with its diagnostics; a fit that fails them is returned all the same, marked.
    """
    return fit_batch(model, [evidence], seeds=[seed], effort=effort, progress=progress)[0]


def fit_batch(
    model: Model,
    evidence: Sequence[Evidence],
    *,
    seeds: Sequence[int],
    effort: Effort = Effort(),
    progress: Progress = lambda _: None,
) -> list[Posterior]:
    """Fit several bodies of evidence of one corridor in one compiled program; none affects another."""
    layout = Layout.of(model)
    free = np.ones(layout.size)
    free[[model.table.names.index(name) for name in scale_names(model)]] = 0.0
    stacked = jax.tree.map(lambda *rows: jnp.stack([jnp.asarray(r) for r in rows]), *evidence)
    starts = jnp.stack([jnp.asarray(start_vector(model, e)) for e in evidence])
    keys = jnp.stack([jax.random.key(s) for s in seeds])
    sampler = _Sampler(partial(log_density, model))
    drawn = sampler.run(stacked, starts, keys, jnp.asarray(free), effort, progress)
    out = []
    for n in range(len(evidence)):
        vectors = np.asarray(drawn.vectors[n]).transpose(1, 0, 2)
        divergences = int(np.asarray(drawn.divergent[n]).sum())
        out.append(Posterior(vectors, diagnose(vectors, divergences, float(drawn.acceptance[n].mean()))))
    return out
