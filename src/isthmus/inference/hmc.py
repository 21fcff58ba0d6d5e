"""Batched Hamiltonian Monte Carlo in a whitened space.

Targets (chains x fits) advance together under ``vmap``; each fit has its own metric and step size, so that nothing of one
fit reaches another. Trajectory lengths are jittered around a quarter period of the whitened target (Neal 2011,
Handbook of MCMC, ch. 5), which makes successive draws nearly independent where the target is close to normal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

Density = Callable[[Array, Any], Array]
"""``density(vector, data) -> log density``."""

LEAST_LEAPFROGS, MOST_LEAPFROGS = 5, 13
"""Range of the jittered number of leapfrog steps; the same in all fits of a batch, so that none waits for another."""

LONGEST = 2.2
"""Longest trajectory in whitened units, short of turning back."""

DIVERGENCE = 1000.0
TARGET_ACCEPTANCE = 0.97


class Metric(NamedTuple):
    """Where the target lies and its Cholesky factor: ``vector = centre + factor @ white``."""

    centre: Array
    factor: Array


class Adaptation(NamedTuple):
    """Dual averaging of the log step size (Hoffman and Gelman 2014, section 3.2)."""

    log_step: Array
    log_step_mean: Array
    error: Array
    steps: Array


class Sampled(NamedTuple):
    """Draws of one phase, leading axis iterations then chains."""

    vectors: Array
    acceptance: Array
    divergent: Array
    log_density: Array
    step: Array


def jittered_lengths(n_blocks: int) -> Array:
    """Leapfrog steps of each iteration, ``(block, iteration)``, spread evenly over their range by the golden ratio."""
    turns = np.arange(n_blocks * BLOCK) * 0.6180339887498949 % 1
    steps = LEAST_LEAPFROGS + (turns * (MOST_LEAPFROGS - LEAST_LEAPFROGS + 1)).astype(int)
    return jnp.asarray(steps.reshape(n_blocks, BLOCK))


def start_adaptation(step: float | Array) -> Adaptation:
    """Begin from a step size."""
    log_step = jnp.log(jnp.asarray(step))
    return Adaptation(log_step, log_step, jnp.zeros_like(log_step), jnp.zeros_like(log_step))


def _adapt(state: Adaptation, centre: Array, acceptance: Array) -> Adaptation:
    count = state.steps + 1
    error = state.error + (TARGET_ACCEPTANCE - acceptance - state.error) / (count + 10)
    log_step = centre + jnp.log(10.0) - jnp.sqrt(count) / 0.05 * error * 0.5
    weight = count**-0.75
    return Adaptation(log_step, weight * log_step + (1 - weight) * state.log_step_mean, error, count)


def _leapfrog(gradient: Callable[[Array], tuple[Array, Array]], q: Array, p: Array, g: Array, step: Array, n: Array) -> Any:
    def body(_: Any, state: Any) -> Any:
        q, p, g, _value = state
        p = p + 0.5 * step * g
        q = q + step * p
        value, g = gradient(q)
        return q, p + 0.5 * step * g, g, value

    return jax.lax.fori_loop(0, n, body, (q, p, g, jnp.zeros(q.shape[0])))


BLOCK = 100
"""Iterations of one compiled block."""


def sample_block(
    density: Density,
    data: Any,
    metric: Metric,
    start: Array,
    key: Array,
    adaptation: Adaptation,
    lengths: Array,
    adapt: Array,
) -> tuple[Sampled, Array, Adaptation]:
    """Draw `BLOCK` times from each chain of one fit; pure, to be batched over fits and compiled by the caller.

    Args:
        density: Log density of a vector given data.
        data: Pytree handed to the density.
        metric: Whitening of the target.
        start: ``(chain, size)`` vectors in whitened space.
        key: Random key.
        adaptation: Step size state; its mean is used where ``adapt`` is 0.
        lengths: Leapfrog steps of each iteration, ``(iteration,)``.
        adapt: Whether the step size is adapted.

    Returns:
        Draws with vectors in the original space, the last whitened positions and the step size state.
    """

    def value(white: Array) -> Array:
        return density(metric.centre + metric.factor @ white, data)

    gradient = jax.vmap(jax.value_and_grad(value))
    centre = adaptation.log_step_mean

    def iterate(carry: Any, inputs: Any) -> Any:
        q, logp, g, state = carry
        key, n = inputs
        keys = jax.random.split(key)
        p = jax.random.normal(keys[0], q.shape)
        step = jnp.minimum(jnp.exp(jnp.where(adapt, state.log_step, state.log_step_mean)), LONGEST / n)
        q2, p2, g2, logp2 = _leapfrog(gradient, q, p, g, step, n)
        change = (logp2 - 0.5 * (p2**2).sum(1)) - (logp - 0.5 * (p**2).sum(1))
        change = jnp.where(jnp.isfinite(change), change, -jnp.inf)
        acceptance = jnp.minimum(1.0, jnp.exp(change))
        take = jax.random.uniform(keys[1], change.shape) < acceptance
        q = jnp.where(take[:, None], q2, q)
        g = jnp.where(take[:, None], g2, g)
        logp = jnp.where(take, logp2, logp)
        moved = _adapt(state, centre, acceptance.mean())
        state = Adaptation(*(jnp.where(adapt, new, old) for new, old in zip(moved, state, strict=True)))
        return (q, logp, g, state), (q, acceptance, change < -DIVERGENCE, logp, step)

    logp, g = gradient(start)
    (q, _, _, state), (draws, acceptance, divergent, logs, steps) = jax.lax.scan(
        iterate, (start, logp, g, adaptation), (jax.random.split(key, BLOCK), lengths)
    )
    vectors = metric.centre + draws @ metric.factor.T
    return Sampled(vectors, acceptance, divergent, logs, steps), q, state
