"""A fit that goes on from an earlier one's draws: same corridor, some figures more.

The earlier draws are moved and weighted, not drawn again. They are moved by maps that are affine in the draws, so that a map's
Jacobian is one number that weights do not see: months that the earlier fit did not see walk on; an ensemble square-root update
(Whitaker and Hamill 2002, Monthly Weather Review 130:1913) goes towards the new figures; then means, and the covariance of the
scalars, are matched to the weighted ones, some times over (Paananen et al. 2021, Statistics and Computing 31:16). Weights are the
density under the new figures over the density that the draw came with, their largest smoothed by a generalised Pareto
distribution (Vehtari et al. 2024, Journal of Machine Learning Research 25:72), whose shape tells whether they can be believed.
Where they cannot, or too few draws count, the fit starts from nothing after all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray
from scipy.stats import genpareto

from isthmus.inference.diagnostics import MIN_ESS, Diagnostics
from isthmus.inference.fit import Effort, Posterior, fit
from isthmus.inference.posterior import Evidence, Layout, log_density_and_mean
from isthmus.model.network import Model
from isthmus.streams import stream

Floats = NDArray[np.float64]
Look = Callable[[Floats, Evidence], tuple[Floats, Floats, Floats]]
"""``look(vectors (draw, size), evidence)``: log densities ``(draw,)``, expected figures ``(draw, series, month)`` and dispersions
``(draw, series)``."""

STEP_SD = {"departures": 0.25, "legs": 0.2}
"""Spread of a month that the earlier fit did not see around the month before, on log and log odds."""
ROUNDS = 8
"""Times at most that weights are looked at; in between moments are matched."""
LEAST_ROUNDS = 5
"""Looks before the verdict counts: the first weights are of draws that are hardly moved, and flatter themselves."""
ENOUGH = 0.1
"""Share of the draws that has to count while moments are matched: weights of fewer are tempered."""
HALVINGS = 12
ALIKE = 1e-9
"""Difference of log weights that is none."""
FEWEST_IN_TAIL = 5
"""Weights from which a tail is smoothed."""
AT_ONCE = 64
"""Vectors that the compiled program takes."""
RIDGE = 1e-6
"""Share of the diagonal added to covariances before they are inverted."""


class EarlierFit(NamedTuple):
    """What an earlier fit leaves to the next.

    Attributes:
        vectors: Its draws in the layout of this fit, see `carried_over`, ``(chain, draw, size)``.
        figures: What it saw, ``(series, month of this fit's grid)``, NaN where nothing.
        last: Position of the last month that it saw.
        rhat: Its largest R-hat.
        effective: Its smallest effective sample size, of centres and tails.
    """

    vectors: Floats
    figures: Floats
    last: int
    rhat: float
    effective: float


def carried_over(model: Model, earlier: Floats, *, earlier_last: int, rng: np.random.Generator) -> Floats | None:
    """Draws of an earlier fit in the layout of this one, ``(chain, draw, size)``; None if it was of another model.

    Months that the earlier fit did not have are standard normal, as they are in a vector where nothing depends on them.

    Args:
        model: The corridor compiled for this fit.
        earlier: Draws of the earlier fit, ``(chain, draw, earlier size)``.
        earlier_last: Position of the last month that the earlier fit saw.
        rng: For months that the earlier fit did not have.
    """
    new = Layout.of(model)
    monthly = new.n_groups * (1 + new.n_legs) + new.n_series
    latent = new.n_drivers * new.n_latent
    months, rest = divmod(earlier.shape[2] - new.n_scalars - latent, monthly)
    if new.n_shared or rest or not earlier_last < months <= new.n_months:
        return None
    head, body, tail = np.split(earlier, [new.n_scalars, new.n_scalars + monthly * months], axis=2)
    paths = rng.standard_normal((*earlier.shape[:2], monthly, new.n_months))
    paths[..., :months] = body.reshape(*earlier.shape[:2], monthly, months)
    return np.concatenate([head, paths.reshape(*earlier.shape[:2], -1), tail], axis=2)


def fit_warm(
    model: Model,
    evidence: Evidence,
    before: Evidence,
    earlier: EarlierFit,
    *,
    seed: int,
    effort: Effort,
    progress: Callable[[float], None] = lambda _: None,
) -> Posterior:
    """Fit one corridor from draws of an earlier fit.

    Args:
        model: The compiled corridor.
        evidence: Figures, mask and knowledge.
        before: What the earlier fit saw, in the same shape.
        earlier: What it left.
        seed: Seed of the fit's stream.
        effort: How much a fit from nothing samples.
        progress: Called with the share done, 0 to 1.

    Returns:
        The posterior with its diagnostics: of the weighted draws where they can be believed, else of a fit from nothing.
    """
    chains, draws, size = earlier.vectors.shape
    if chains * draws >= 2 * size and earlier.effective >= MIN_ESS:
        posterior = _weighted(model, evidence, before, earlier, seed, lambda share: progress(0.5 * share))
        if posterior.diagnostics.converged:
            return posterior
    return fit(model, evidence, seed=seed, effort=effort, progress=lambda share: progress(0.5 + 0.5 * share))


def _weighted(
    model: Model, evidence: Evidence, before: Evidence, earlier: EarlierFit, seed: int, progress: Callable[[float], None]
) -> Posterior:
    """Draws moved until they serve, or as often as `ROUNDS` says, and drawn again by their weights."""
    look, n_scalars = _looking(model), Layout.of(model).n_scalars
    flat = earlier.vectors.reshape(-1, earlier.vectors.shape[2])
    came_with = look(flat, before)[0]
    vectors = _towards(_walked_on(flat, Layout.of(model), earlier.last, int(evidence.last)), evidence, before, look)
    for n in range(ROUNDS):
        progress((n + 1) / (ROUNDS + 1))
        logs = look(vectors, evidence)[0] - came_with
        weights, shape = smoothed(logs)
        found = _diagnosed(weights, shape, earlier)
        if (found.converged and n + 1 >= LEAST_ROUNDS) or n + 1 == ROUNDS or np.ptp(logs) <= ALIKE:
            break
        vectors = _matched(vectors, tempered(logs), n_scalars)
    rng = stream(seed, "resample")
    at = np.searchsorted(np.cumsum(weights), (np.arange(len(flat)) + rng.random()) / len(flat))
    chosen = rng.permutation(np.minimum(at, len(flat) - 1))
    return Posterior(vectors[chosen].reshape(earlier.vectors.shape), found)


def _diagnosed(weights: Floats, shape: float, earlier: EarlierFit) -> Diagnostics:
    """What weighted draws are worth: those that count unequally and hang together lose by the one on top of the other."""
    n, size = len(weights), earlier.vectors.shape[2]
    alike = np.full(size, 1 / (np.square(weights).sum() + 1 / earlier.effective - 1 / n))
    return Diagnostics(np.full(size, earlier.rhat), alike, alike, 0, 1.0, tail=shape)


def _looking(model: Model) -> Look:
    """Compile what weights need; no gradient, which takes twice as long to compile."""

    def one(vector: Array, evidence: Evidence) -> tuple[Array, Array, Array]:
        density, mean = log_density_and_mean(model, vector, evidence)
        values = model.table.values(Layout.of(model).split(vector)[0])
        return density, mean, values.stack([sight.dispersion for sight in model.sights])

    program = jax.jit(jax.vmap(one, in_axes=(0, None)))

    def look(vectors: Floats, evidence: Evidence) -> tuple[Floats, Floats, Floats]:
        seen = jax.tree.map(jnp.asarray, evidence)
        filled = np.concatenate([vectors, np.repeat(vectors[-1:], -len(vectors) % AT_ONCE, axis=0)])
        blocks = [program(filled[k : k + AT_ONCE], seen) for k in range(0, len(filled), AT_ONCE)]
        density, mean, dispersion = (np.concatenate(part)[: len(vectors)] for part in zip(*blocks, strict=True))
        return density, mean, dispersion

    return look


def _walked_on(vectors: Floats, layout: Layout, before: int, last: int) -> Floats:
    """Months after ``before`` up to ``last`` as steps from the month before; detection stands as innovations anyway."""
    out = vectors.copy()
    walks = layout.n_groups * (1 + layout.n_legs)
    step = np.where(np.arange(walks) < layout.n_groups, STEP_SD["departures"], STEP_SD["legs"])
    paths = out[:, layout.n_scalars : layout.n_scalars + walks * layout.n_months].reshape(len(out), walks, layout.n_months)
    for month in range(before + 1, last + 1):
        paths[:, :, month] = paths[:, :, month - 1] + step * paths[:, :, month]
    out[:, layout.n_scalars : layout.n_scalars + walks * layout.n_months] = paths.reshape(len(out), -1)
    return out


def _towards(vectors: Floats, evidence: Evidence, before: Evidence, look: Look) -> Floats:
    """Draws moved towards figures that are new or others than before, one figure after the other."""
    new, old = (np.asarray(part.mask, bool) for part in (evidence, before))
    fresh = new & (~old | (np.asarray(evidence.values) != np.asarray(before.values)))
    if not fresh.any():
        return vectors
    _, mean, dispersion = look(vectors, evidence)
    logs = np.log(np.maximum(mean[:, fresh], 0.5))
    figures = np.log(np.maximum(np.asarray(evidence.values)[fresh], 0.5))
    noise = (1 / np.maximum(mean[:, fresh], 0.5) + 1 / dispersion[:, np.nonzero(fresh)[0]]).mean(axis=0)
    centre, away = vectors.mean(axis=0), vectors - vectors.mean(axis=0)
    slopes = np.linalg.solve(_covariance(away), away.T @ (logs - logs.mean(axis=0)) / len(vectors)).T
    mean_now = centre.copy()
    for k, slope in enumerate(slopes):
        along = away @ slope
        spread = float(along @ along) / len(away)
        gain = away.T @ along / len(away) / (spread + noise[k])
        mean_now = mean_now + gain * (figures[k] - logs[:, k].mean() - slope @ (mean_now - centre))
        away = away - np.outer(along, gain) / (1 + np.sqrt(noise[k] / (spread + noise[k])))
    return np.asarray(mean_now + away)


def _matched(vectors: Floats, weights: Floats, n_scalars: int) -> Floats:
    """Draws whose means, and whose covariance of the scalars, are the weighted ones, as far as the weights can tell them."""
    centre, effective = vectors.mean(axis=0), 1 / np.square(weights).sum()
    away = vectors - centre
    shift = weights @ away
    told = np.maximum(0.0, 1 - away.var(axis=0) / (effective * np.maximum(shift**2, 1e-300)))
    scalars = away[:, :n_scalars]
    factor = np.linalg.cholesky(_covariance(scalars))
    white = np.linalg.solve(factor, scalars.T).T
    less = white - weights @ white
    trust = effective / (effective + 4 * n_scalars)
    values, directions = np.linalg.eigh(trust * (less.T * weights) @ less + (1 - trust) * np.eye(n_scalars))
    root = (directions * np.sqrt(np.maximum(values, 0.05))) @ directions.T
    change = (white @ root - white) @ factor.T
    carried = np.linalg.solve(_covariance(scalars), scalars.T @ away / len(away))
    return np.asarray(vectors + shift * told + change @ carried)


def _covariance(away: Floats) -> Floats:
    found: Floats = away.T @ away / len(away)
    return found + RIDGE * np.diag(np.diag(found))


def tempered(log_weights: Floats) -> Floats:
    """Weights raised to the highest power, at most 1, that leaves `ENOUGH` of the draws; they sum to one, ``(draw,)``."""
    logs = _below_zero(log_weights)
    low, high = 0.0, 2.0
    for _ in range(HALVINGS):
        power = 0.5 * (low + high)
        weights: Floats = np.exp(power * logs)
        weights /= weights.sum()
        enough = 1 / np.square(weights).sum() >= ENOUGH * len(logs)
        if enough and power == 1.0:
            return weights
        low, high = (power, min(high, 1.0)) if enough else (low, power)
    return weights


def smoothed(log_weights: Floats) -> tuple[Floats, float]:
    """Weights that sum to one, their largest smoothed, and the shape of the Pareto tail, ``(draw,)``.

    Args:
        log_weights: Logs of raw weights, ``(draw,)``; one that is not finite counts as none.
    """
    weights = np.exp(_below_zero(log_weights))
    if not np.isfinite(log_weights).any():
        return weights / weights.sum(), float("inf")
    n_tail = int(min(0.2 * len(weights), 3 * np.sqrt(len(weights))))
    order = np.argsort(weights)[-max(n_tail, 1) :]
    cut = weights[order[0]]
    if n_tail < FEWEST_IN_TAIL or weights.max() - cut <= ALIKE:
        return weights / weights.sum(), 0.0
    shape, _, scale = genpareto.fit(weights[order[1:]] - cut, floc=0.0)
    quantiles = genpareto.ppf((np.arange(len(order) - 1) + 0.5) / (len(order) - 1), shape, scale=scale) + cut
    weights[order[1:]] = np.minimum(quantiles, weights.max())
    return weights / weights.sum(), float(shape)


def _below_zero(log_weights: Floats) -> Floats:
    """Logs of weights whose largest is 1; all alike where none is finite."""
    finite = np.isfinite(log_weights)
    if not finite.any():
        return np.zeros_like(log_weights)
    return np.where(finite, log_weights - log_weights[finite].max(), -np.inf)
