"""Small posteriors of their own, by the same search and batched HMC as the corridor's fit.

A module fitted here sees its own figures, and of the corridor's flow no more than what the fit has settled: nothing it learns
flows back (a cut; Plummer 2015, Statistics and Computing 25:37).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jax import Array

from isthmus.inference.diagnostics import diagnose
from isthmus.inference.fit import Effort, Posterior, search_and_sample
from isthmus.inference.hmc import compiled_gradient
from isthmus.inference.standin import simple
from isthmus.streams import stream

EFFORT = Effort(chains=4, warmup=400, draws=800, search=400)


def sample(density: Callable[[Array], Array], size: int, *, seed: int, effort: Effort = EFFORT) -> Posterior:
    """Draw from a log density of a vector whose prior is about standard normal.

    Args:
        density: ``density(vector (size,)) -> log density``.
        size: Length of the vector.
        seed: Seed of the module's stream.
        effort: How much to sample.
    """
    gradient = compiled_gradient(lambda vector, _: density(vector), np.zeros(1))
    starts, free = np.zeros((1, size)), np.ones(size)
    drawn = search_and_sample(simple(gradient), starts, free, [stream(seed, "hmc")], effort, lambda _: None)
    vectors = drawn.vectors[:, 0].transpose(1, 0, 2)
    return Posterior(vectors, diagnose(vectors, int(drawn.divergent.sum()), float(drawn.acceptance.mean())))
