"""Batched Hamiltonian Monte Carlo in a whitened space.

One compiled program gives value and gradient of all chains of all fits; what is around it (search, curvature, leapfrog,
adaptation) is small and stays in NumPy, so that a corridor is compiled once. Each fit has its own stream, metric and step size:
nothing of one fit reaches another. The number of leapfrog steps is jittered (Neal 2011, Handbook of MCMC, ch. 5), the step size
adapted by dual averaging (Hoffman and Gelman 2014, JMLR 15:1593, section 3.2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Gradient = Callable[[Floats], tuple[Floats, Floats]]
"""``gradient(vectors (fit, chain, size)) -> values (fit, chain), gradients (fit, chain, size)``."""
Value = Callable[[Floats], Floats]
"""``value(vectors (fit, chain, size)) -> values (fit, chain)``."""

LEAST_LEAPFROGS, MOST_LEAPFROGS = 5, 13
LONGEST = 2.2
"""Longest trajectory in whitened units, short of turning back."""

DIVERGENCE = 1000.0
"""Energy error from which an iteration counts as divergent."""

TARGET_ACCEPTANCE = 0.95


def compiled_gradient(density: Callable[[Array, Any], Array], data: Any) -> Gradient:
    """Compile value and gradient of ``density(vector, data)`` for all chains of all fits; ``data`` has a leading fit axis."""
    program = _program(density)

    def gradient(vectors: Floats) -> tuple[Floats, Floats]:
        values, slopes = program(vectors, data)
        return np.asarray(values), np.asarray(slopes)

    return gradient


@lru_cache(maxsize=4)
def _program(density: Callable[[Array, Any], Array]) -> Any:
    """The compiled program of a density, made once for all fits that name the same one."""
    return jax.jit(jax.vmap(jax.vmap(jax.value_and_grad(density), in_axes=(0, None))))


@dataclass(frozen=True)
class Metric:
    """Where targets lie and their factors: ``vector = centre + factor @ white``.

    Attributes:
        centre: ``(fit, size)``.
        factor: ``(fit, size, size)``.
    """

    centre: Floats
    factor: Floats

    def vectors(self, white: Floats) -> Floats:
        """Original positions of whitened ones, ``(fit, chain, size)``."""
        return np.asarray(self.centre[:, None] + white @ self.factor.transpose(0, 2, 1))

    def white(self, vectors: Floats) -> Floats:
        """Whitened positions of original ones, ``(fit, chain, size)``."""
        away = (vectors - self.centre[:, None]).transpose(0, 2, 1)
        return np.asarray(np.linalg.solve(self.factor, away).transpose(0, 2, 1), float)

    def slopes(self, white: Floats) -> Floats:
        """Gradients in the original space of whitened ones, ``(..., fit, chain, size)``."""
        return np.asarray(white @ np.linalg.inv(self.factor), float)

    def learned(self, vectors: Floats, slopes: Floats) -> Metric:
        """The metric in which draws and gradients there have the same covariance, as far as draws can tell.

        In whitened space draws have covariance A and gradients B. A alone is a poor metric where draws are few. Of a normal
        density with precision P, B = P A P however few they are, so that the midpoint of A and the inverse of B, the M with
        M B M = A, is the inverse of P. It minimises the Fisher divergence from a normal density (Seyboldt, Carlson and
        Carpenter 2026, arXiv:2603.18845). Both are drawn towards one by as many draws as there are dimensions.

        Args:
            vectors: Draws of one fit after the other, ``(iteration, fit, chain, size)``.
            slopes: Gradients there, in the original space, same shape.
        """
        n_fits, size = vectors.shape[1], vectors.shape[3]
        flat = vectors.transpose(1, 0, 2, 3).reshape(n_fits, -1, size)
        centre = flat.mean(axis=1)
        white = Metric(centre, self.factor).white(flat)
        pulled = slopes.transpose(1, 0, 2, 3).reshape(n_fits, -1, size) @ self.factor
        drawn, sloped = (_drawn_to_one(part) for part in (white, pulled - pulled.mean(axis=1, keepdims=True)))
        root = _power(sloped, 0.5)
        back = _power(sloped, -0.5)
        midpoint = back @ _power(root @ drawn @ root, 0.5) @ back
        return Metric(centre, self.factor @ np.linalg.cholesky(0.5 * (midpoint + midpoint.transpose(0, 2, 1))))


def _drawn_to_one(rows: Floats) -> Floats:
    """Covariance of centred rows ``(fit, row, size)``, drawn towards one by as many rows as there are columns."""
    n, size = rows.shape[1:]
    return np.asarray((rows.transpose(0, 2, 1) @ rows + size * np.eye(size)) / (n + size))


def _power(matrices: Floats, exponent: float) -> Floats:
    """Power of symmetric positive matrices, ``(fit, size, size)``."""
    values, directions = np.linalg.eigh(0.5 * (matrices + matrices.transpose(0, 2, 1)))
    return np.asarray((directions * values[:, None] ** exponent) @ directions.transpose(0, 2, 1))


@dataclass
class StepSize:
    """Dual averaging of each fit's log step size, ``(fit,)`` arrays."""

    log_step: Floats
    log_step_mean: Floats
    centre: Floats
    error: Floats
    count: int = 0

    @classmethod
    def begin(cls, step: Floats) -> StepSize:
        """Start from given step sizes."""
        log_step = np.log(step)
        return cls(log_step, log_step.copy(), log_step.copy(), np.zeros_like(log_step))

    def learn(self, acceptance: Floats) -> None:
        """Move by the mean acceptance of each fit's chains."""
        self.count += 1
        self.error += (TARGET_ACCEPTANCE - acceptance - self.error) / (self.count + 10)
        self.log_step = self.centre + np.log(10.0) - np.sqrt(self.count) / 0.05 * self.error * 0.5
        weight = self.count**-0.75
        self.log_step_mean = weight * self.log_step + (1 - weight) * self.log_step_mean


@dataclass(frozen=True)
class Sampled:
    """Draws of one phase.

    Attributes:
        vectors: ``(iteration, fit, chain, size)``.
        slopes: Whitened gradients there of the density followed, same shape.
        acceptance: ``(iteration, fit, chain)``.
        divergent: ``(iteration, fit, chain)``.
    """

    vectors: Floats
    slopes: Floats
    acceptance: Floats
    divergent: NDArray[np.bool_]


def _accepted(change: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Probability of acceptance after a change of log density less kinetic energy, and whether it diverged."""
    change = np.where(np.isfinite(change), change, -np.inf)
    return np.exp(np.minimum(change, 0.0)), change < -DIVERGENCE


class _Point(NamedTuple):
    """Where all chains of all fits are.

    Attributes:
        white: Whitened positions, ``(fit, chain, size)``.
        slope: Whitened gradients of the density followed, ``(fit, chain, size)``.
        followed: That density, ``(fit, chain)``.
        value: Density that accepts or rejects, ``(fit, chain)``.
    """

    white: Floats
    slope: Floats
    followed: Floats
    value: Floats

    def moved(self, end: _Point, take: NDArray[np.bool_]) -> _Point:
        """At ``end`` where ``take`` is true, ``(fit, chain)``, else here."""
        wide = take[:, :, None]
        return _Point(
            np.where(wide, end.white, self.white),
            np.where(wide, end.slope, self.slope),
            np.where(take, end.followed, self.followed),
            np.where(take, end.value, self.value),
        )


@dataclass(frozen=True)
class _Field:
    """The density followed and the one that judges, in whitened space."""

    gradient: Gradient
    metric: Metric
    exact: Value | None

    def slope(self, white: Floats) -> tuple[Floats, Floats]:
        """Density followed and its whitened gradient."""
        value, g = self.gradient(self.metric.vectors(white))
        return value, g @ self.metric.factor

    def judged(self, white: Floats, followed: Floats) -> Floats:
        """Density that accepts or rejects."""
        return followed if self.exact is None else self.exact(self.metric.vectors(white))

    def at(self, white: Floats) -> _Point:
        """All there is to know of a position."""
        followed, g = self.slope(white)
        return _Point(white, g, followed, self.judged(white, followed))

    def leapfrog(self, here: _Point, p0: Floats, step: Floats, leaps: int) -> tuple[_Point, Floats]:
        """The end of a trajectory that begins with momentum ``p0``, and the kinetic energy gained, ``(fit, chain)``."""
        q, p, h, followed = here.white, p0, here.slope, here.followed
        for _ in range(leaps):
            p = p + 0.5 * step * h
            q = q + step * p
            followed, h = self.slope(q)
            p = p + 0.5 * step * h
        kinetic = 0.5 * ((p**2).sum(axis=2) - (p0**2).sum(axis=2))
        return _Point(q, h, followed, self.judged(q, followed)), kinetic


def leapfrog_counts(n: int, first: int = 0) -> NDArray[np.intp]:
    """Leapfrog steps of ``n`` iterations, spread evenly over their range by the golden ratio; the same in all fits."""
    turns = np.arange(first, first + n) * 0.6180339887498949 % 1
    return LEAST_LEAPFROGS + (turns * (MOST_LEAPFROGS - LEAST_LEAPFROGS + 1)).astype(np.intp)


def sample(
    gradient: Gradient,
    metric: Metric,
    white: Floats,
    size: StepSize,
    streams: Sequence[np.random.Generator],
    counts: NDArray[np.intp],
    *,
    adapt: bool,
    exact: Value | None = None,
) -> tuple[Sampled, Floats]:
    """Draw once an entry of ``counts`` from each chain of each fit.

    Args:
        gradient: Value and gradient in the original space.
        metric: Whitening of each fit.
        white: Whitened positions, ``(fit, chain, size)``.
        size: Step sizes; changed where ``adapt`` is true, else their running means are used.
        streams: One generator a fit.
        counts: Leapfrog steps of each iteration.
        adapt: Whether step sizes are adapted.
        exact: Density that accepts or rejects; absent: that of ``gradient``. Leapfrogs along the gradient of another density keep
            volume and can be reversed, so the draws are those of ``exact`` all the same (Neal 2011, on approximate trajectories).

    Returns:
        The draws and the last whitened positions.
    """
    field = _Field(gradient, metric, exact)
    here = field.at(white)
    vectors, slopes = np.empty((2, len(counts), *white.shape))
    acceptance, divergent = np.empty(vectors.shape[:3]), np.empty(vectors.shape[:3], bool)
    for n, leaps in enumerate(counts):
        p0 = np.stack([stream.standard_normal(white.shape[1:]) for stream in streams])
        step = np.minimum(np.exp(size.log_step if adapt else size.log_step_mean), LONGEST / leaps)[:, None, None]
        with np.errstate(over="ignore", invalid="ignore"):
            end, kinetic = field.leapfrog(here, p0, step, leaps)
            acceptance[n], divergent[n] = _accepted(end.value - here.value - kinetic)
            by_steps, _ = _accepted(end.followed - here.followed - kinetic)
        here = here.moved(end, np.stack([stream.random(white.shape[1]) for stream in streams]) < acceptance[n])
        vectors[n], slopes[n] = metric.vectors(here.white), here.slope
        if adapt:
            # shorter steps mend the error of steps; how far a stand-in is from the whole they cannot mend
            size.learn(by_steps.mean(axis=1))
    return Sampled(vectors, slopes, acceptance, divergent), here.white
