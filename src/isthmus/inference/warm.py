"""A fit that starts from an earlier one's draws: same corridor, some figures more.

Mode, curvature and most of the warm-up are there to find where the posterior lies and how it is shaped. An earlier fit of the
same corridor knows both, but for the months that have come since; so these are added to its draws, and sampling starts. It ends
as soon as the diagnostics are passed; where half the draws of a cold fit do not pass them, the fit starts from nothing after all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from isthmus.inference.diagnostics import diagnose
from isthmus.inference.fit import BLOCK, Effort, Posterior, fit
from isthmus.inference.hmc import Metric, Sampled, StepSize, compiled_gradient, leapfrog_counts, sample
from isthmus.inference.posterior import Evidence, Layout, log_density
from isthmus.model.network import Model
from isthmus.streams import stream

Floats = NDArray[np.float64]

WARMUP = 100
"""Iterations in which the step size is adapted; the metric is the earlier draws'."""
FEWEST = 4
"""Blocks drawn before the diagnostics are first asked."""
OWN = 0.05
"""Share of the diagonal in the metric: what a covariance of finitely many draws lacks."""
STEP_SD = {"departures": 0.3, "legs": 0.1}
"""Spread of a month that the earlier fit did not see around the month before, on log and log odds."""


def carried_over(model: Model, earlier: Floats, *, earlier_last: int, last: int, rng: np.random.Generator) -> Floats | None:
    """Draws of an earlier fit in the layout of this one, ``(chain, draw, size)``; None if it was of another model.

    Args:
        model: The corridor compiled for this fit.
        earlier: Draws of the earlier fit, ``(chain, draw, earlier size)``.
        earlier_last: Position of the last month that the earlier fit saw.
        last: Position of the last month that this fit sees.
        rng: For months that the earlier fit did not see.
    """
    new = Layout.of(model)
    monthly = new.n_groups * (1 + new.n_legs) + new.n_series
    latent = new.n_drivers * new.n_latent
    months, rest = divmod(earlier.shape[2] - new.n_scalars - latent, monthly)
    if rest or not earlier_last < months <= new.n_months:
        return None
    head, body, tail = np.split(earlier, [new.n_scalars, new.n_scalars + monthly * months], axis=2)
    paths = rng.standard_normal((*earlier.shape[:2], monthly, new.n_months))
    paths[..., :months] = body.reshape(*earlier.shape[:2], monthly, months)
    walks = new.n_groups * (1 + new.n_legs)
    step = np.where(np.arange(walks) < new.n_groups, STEP_SD["departures"], STEP_SD["legs"])
    for month in range(earlier_last + 1, last + 1):
        moved = step * rng.standard_normal((*earlier.shape[:2], walks))
        paths[..., :walks, month] = paths[..., :walks, month - 1] + moved
    return np.concatenate([head, paths.reshape(*earlier.shape[:2], -1), tail], axis=2)


def fit_warm(
    model: Model,
    evidence: Evidence,
    earlier: Floats,
    *,
    seed: int,
    effort: Effort,
    progress: Callable[[float], None] = lambda _: None,
) -> Posterior:
    """Fit one corridor from draws of an earlier fit.

    Args:
        model: The compiled corridor.
        evidence: Figures, mask and knowledge.
        earlier: Draws as `carried_over` gives them, ``(chain, draw, size)``.
        seed: Seed of the fit's stream.
        effort: How much a fit from nothing samples; half of its draws are spent here at most.
        progress: Called with the share done, 0 to 1.

    Returns:
        The posterior with its diagnostics: of this fit where it passes them, else of a fit from nothing.
    """
    stacked = jax.tree.map(lambda row: jnp.asarray(row)[None], evidence)
    gradient = compiled_gradient(partial(log_density, model), stacked)
    streams = [stream(seed, "hmc", "warm")]
    metric = metric_of(earlier)
    white = metric.white(_starts(earlier, effort.chains)[None])
    size = StepSize.begin(np.full(1, 0.2))
    _, white = sample(gradient, metric, white, size, streams, leapfrog_counts(WARMUP), adapt=True)
    blocks = max(-(-effort.draws // (2 * BLOCK)), FEWEST)
    kept: list[Sampled] = []
    for n in range(blocks):
        drawn, white = sample(gradient, metric, white, size, streams, leapfrog_counts(BLOCK, first=n * BLOCK), adapt=False)
        kept.append(drawn)
        progress((n + 1) / blocks)
        if n + 1 >= FEWEST:
            posterior = _posterior(kept)
            if posterior.diagnostics.converged:
                return posterior
    return fit(model, evidence, seed=seed, effort=effort, progress=progress)


def metric_of(draws: Floats) -> Metric:
    """Metric of one fit from draws ``(chain, draw, size)``."""
    flat = draws.reshape(-1, draws.shape[2])
    covariance: Floats = np.cov(flat, rowvar=False)
    covariance = (1 - OWN) * covariance + OWN * np.diag(np.diag(covariance))
    return Metric(flat.mean(axis=0)[None], np.asarray(np.linalg.cholesky(covariance), float)[None])


def _starts(draws: Floats, chains: int) -> Floats:
    """Draws far from each other to start chains from, ``(chain, size)``."""
    flat = draws.reshape(-1, draws.shape[2])
    return np.asarray(flat[np.linspace(0, len(flat) - 1, chains).astype(int)])


def _posterior(kept: list[Sampled]) -> Posterior:
    drawn = Sampled(*(np.concatenate(part) for part in zip(*((k.vectors, k.acceptance, k.divergent) for k in kept), strict=True)))
    vectors = drawn.vectors[:, 0].transpose(1, 0, 2)
    return Posterior(vectors, diagnose(vectors, int(drawn.divergent.sum()), float(drawn.acceptance.mean())))
