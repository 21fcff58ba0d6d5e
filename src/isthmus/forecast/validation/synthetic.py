"""Data sets whose truth is known: drawn from the prior, seen where the real figures are seen.

Two variants are wrong on purpose, in ways that the real world is: *jumps*, departures whose monthly shocks have Student's t with
three degrees of freedom while the model holds them for normal; *recount*, offices that from the middle of the figures on count
half as many again, or a third less, while the model holds detection for steady.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, NamedTuple

import jax
import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.predict import Predictor, draw_figures
from isthmus.forecast.prior import prior_worlds
from isthmus.inference.posterior import Paths
from isthmus.streams import stream, stream_seed

Floats = NDArray[np.float64]
Variant = Literal["model", "jumps", "recount"]
VARIANTS: tuple[Variant, ...] = ("model", "jumps", "recount")

JUMP_TAILS = 3.0
RECOUNT = (1.5, 0.67)
"""Factors by which counts change, in turn over the series."""
MOST = 1e6
"""A prior draw whose expected figures go beyond so many a month is drawn again: no office counts so many."""
TRIES = 4


class Sets(NamedTuple):
    """Synthetic data sets.

    Attributes:
        scalars: True standardised unknowns, ``(set, parameter)``.
        paths: True paths, set axis first.
        figures: All figures, ``(set, series, month)``.
    """

    scalars: Floats
    paths: Paths
    figures: Floats


def synthetic(predictor: Predictor, variant: Variant, *, first: int, count: int, middle: int, seed: int) -> Sets:
    """Sets ``first`` to ``first + count`` of a variant; each depends on its own number and the seed only.

    Args:
        predictor: The compiled corridor.
        variant: How figures come about.
        first: Number of the first set.
        count: How many.
        middle: Month from which a recount holds.
        seed: Root seed.
    """
    return _joined([_one(predictor, variant, number, middle, seed) for number in range(first, first + count)])


def _one(predictor: Predictor, variant: Variant, number: int, middle: int, seed: int) -> Sets:
    source = predictor
    if variant == "jumps":
        source = _Jumpy(predictor)
    own = stream_seed(seed, "synthetic", variant, number)
    worlds = prior_worlds(source, predictor.model.knowledge, n_samples=TRIES, seed=own)
    means = np.asarray(worlds.simulated.mean)
    fits = np.isfinite(means).all(axis=(1, 2)) & (means.max(axis=(1, 2)) < MOST)
    chosen = int(np.argmax(fits)) if fits.any() else int(np.argmin(np.nan_to_num(means, nan=np.inf).max(axis=(1, 2))))
    mean = means[chosen : chosen + 1].copy()
    if variant == "recount":
        mean[:, :, middle:] *= np.resize(RECOUNT, mean.shape[1])[None, :, None]
    natural = predictor.natural(worlds.scalars)
    phi = np.stack([natural[s.dispersion] for s in predictor.model.sights], axis=1)[chosen : chosen + 1]
    figures = draw_figures(mean, phi, stream(own, "figures"))
    paths = Paths(*(None if path is None else np.asarray(path)[chosen : chosen + 1] for path in worlds.paths))
    return Sets(worlds.scalars[chosen : chosen + 1], paths, figures)


class _Jumpy(Predictor):
    """The corridor with heavy tails where the model has none; programs are those of the model itself."""

    def __init__(self, known: Predictor) -> None:
        self.model = replace(known.model, tails=(JUMP_TAILS,) * len(known.model.groups))
        self.seen_paths, self.simulated = known.seen_paths, known.simulated


def _joined(sets: list[Sets]) -> Sets:
    joined: Sets = jax.tree.map(lambda *parts: np.concatenate(parts), *sets)
    return joined
