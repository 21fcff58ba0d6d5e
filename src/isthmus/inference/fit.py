"""Fit: mode, curvature, whitened HMC, diagnostics; with blocks, along the gradient of a stand-in.

1. The mode by Adam with the scales of the latent paths held at their prior centre, because a joint mode would collapse them.
2. The curvature at the mode gives a first metric; warm-up refines it with draws and gradients of the fit's chains.
3. Fixed metric and step size, then draws; diagnostics always.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax
import numpy as np
from numpy.typing import NDArray

from isthmus.inference.diagnostics import Diagnostics, diagnose
from isthmus.inference.gaussian import fit_gaussian
from isthmus.inference.hmc import Gradient, Metric, Sampled, StepSize, leapfrog_counts, sample
from isthmus.inference.posterior import Evidence, Layout, scale_names, start_vector
from isthmus.inference.standin import Target, target
from isthmus.model.network import Model
from isthmus.streams import stream

jax.config.update("jax_enable_x64", val=True)  # type: ignore[no-untyped-call]

Floats = NDArray[np.float64]
Progress = Callable[[float], None]

BLOCK = 100
"""Iterations between changes of the metric during warm-up."""

CURVATURE_STEP = 1e-4
"""Step of the finite differences; gradients are exact to about 1e-12."""


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


def _mode(gradient: Gradient, starts: Floats, free: Floats, chains: int, steps: int) -> Floats:
    """Ascend by Adam with a decaying rate, ``(fit, size)``; elements where ``free`` is 0 stay."""
    x = starts.copy()
    m, v = np.zeros_like(x), np.zeros_like(x)
    for n in range(steps):
        g = np.nan_to_num(gradient(np.repeat(x[:, None], chains, axis=1))[1][:, 0]) * free
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g**2
        rate = 0.1 * (1 - n / steps) ** 1.5 + 1e-4
        x = x + rate * (m / (1 - 0.9 ** (n + 1))) / (np.sqrt(v / (1 - 0.99 ** (n + 1))) + 1e-8)
    return x


def _curvature(gradient: Gradient, x: Floats, chains: int) -> Metric:
    """Metric from central differences of the gradient at ``x``, its precisions kept between 0.1 and 1e8."""
    size = x.shape[1]
    shifts = np.concatenate([CURVATURE_STEP * np.eye(size), -CURVATURE_STEP * np.eye(size)])
    shifts = np.concatenate([shifts, np.zeros((-len(shifts) % chains, size))])
    slopes = [gradient(x[:, None] + shifts[k : k + chains])[1] for k in range(0, len(shifts), chains)]
    slope = np.concatenate(slopes, axis=1)
    hessian = (slope[:, :size] - slope[:, size : 2 * size]) / (2 * CURVATURE_STEP)
    precision, directions = np.linalg.eigh(-0.5 * (hessian + hessian.transpose(0, 2, 1)))
    return Metric(x, directions / np.sqrt(np.clip(precision, 0.1, 1e8))[:, None, :])


def search_and_sample(
    target: Target, starts: Floats, free: Floats, streams: Sequence[np.random.Generator], effort: Effort, progress: Progress
) -> Sampled:
    """Mode, curvature, warm-up and draws of all fits; the search goes by the rows of ``free``, ``(phase, size)``, in turn."""
    centre = starts
    phases = np.atleast_2d(free)
    # a stand-in agrees with the whole corridor where it was last compared, so the search goes there again
    for steps in (effort.search,) if target.exact is None else (effort.search, effort.search // 3):
        target = target.at(centre)
        for phase in phases:
            centre = _mode(target.gradient, centre, phase, effort.chains, steps // len(phases))
    target = target.at(centre)
    metric = _curvature(target.gradient, centre, effort.chains)
    progress(0.1)
    white = 0.5 * np.stack([stream.standard_normal((effort.chains, starts.shape[1])) for stream in streams])
    size = StepSize.begin(np.full(len(starts), 0.2))
    blocks = [BLOCK] * -(-effort.warmup // BLOCK) + [BLOCK] * -(-effort.draws // BLOCK)
    n_warm = -(-effort.warmup // BLOCK)
    recent: list[tuple[Floats, Floats]] = []
    kept: list[Sampled] = []
    for n, length in enumerate(blocks):
        counts = leapfrog_counts(length, first=n * BLOCK)
        drawn, white = sample(target.gradient, metric, white, size, streams, counts, adapt=n < n_warm, exact=target.exact)
        progress(0.1 + 0.9 * (n + 1) / len(blocks))
        if n >= n_warm:
            kept.append(drawn)
            continue
        recent = [*recent[-2:], (drawn.vectors, metric.slopes(drawn.slopes))]
        if n < n_warm - 1:
            vectors = metric.vectors(white)
            metric = metric.learned(*(np.concatenate(part) for part in zip(*recent, strict=True)))
            white = metric.white(vectors)
            target = target.at(metric.centre)
            size = StepSize.begin(np.exp(size.log_step_mean))
    columns = zip(*((k.vectors, k.slopes, k.acceptance, k.divergent) for k in kept), strict=True)
    return Sampled(*(np.concatenate(column) for column in columns))


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
    if model.gaussian:
        found = fit_gaussian(model, evidence, seeds=seeds, chains=effort.chains, draws=effort.draws, progress=progress)
        return [Posterior(vectors, diagnostics) for vectors, diagnostics in found]
    layout = Layout.of(model)
    free = np.ones(layout.size)
    free[[model.table.names.index(name) for name in scale_names(model)]] = 0.0
    # before the paths follow the figures all scatter looks like noise, and a search that may call it so stays there
    steady = free.copy()
    steady[[k for k, name in enumerate(model.table.names) if name.endswith(".dispersion")]] = 0.0
    starts = np.stack([start_vector(model, e) for e in evidence])
    streams = [stream(seed, "hmc") for seed in seeds]
    goal = target(model, evidence, chains=effort.chains)
    drawn = search_and_sample(goal, starts, np.stack([steady, free]), streams, effort, progress)
    out = []
    for n in range(len(evidence)):
        vectors = drawn.vectors[:, n].transpose(1, 0, 2)
        out.append(Posterior(vectors, diagnose(vectors, int(drawn.divergent[:, n].sum()), float(drawn.acceptance[:, n].mean()))))
    return out
