"""A rival's predictive distribution: normal on log(1 + y), or a mixture of such, floored at zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp, ndtri

Floats = NDArray[np.float64]

LEAST_SD = 0.05
"""Floor of a standard deviation on the log scale, for series that hardly moved so far."""


@dataclass(frozen=True)
class Outlook:
    """What a rival says of one series.

    Attributes:
        location: Of log(1 + y), ``(component, horizon)``.
        sd: Same shape; components weigh the same.
    """

    location: Floats
    sd: Floats

    @classmethod
    def single(cls, location: Floats, sd: Floats) -> Outlook:
        """One component from ``(horizon,)`` arrays."""
        return cls(np.asarray(location, float)[None], np.maximum(np.asarray(sd, float), LEAST_SD)[None])

    def draws(self, n_draws: int) -> Floats:
        """Figures, ``(draw, horizon)``: evenly spaced quantiles of each component, or one of them a component in turn."""
        components = len(self.location)
        each = -(-n_draws // components)
        grid = ndtri((np.arange(each * components) + 0.5) / (each * components)).reshape(each, components)
        logs = self.location[None] + self.sd[None] * _scattered(grid)[:, :, None]
        flat = logs.reshape(-1, logs.shape[2])[:n_draws]
        return np.asarray(np.maximum(np.expm1(np.minimum(flat, 40.0)), 0.0))

    def log_mass(self, figures: Floats) -> Floats:
        """Log probability of the whole number ``figures`` ``(horizon,)``, between a half below and a half above."""
        upper = (np.log(figures + 1.5) - self.location) / self.sd
        with np.errstate(divide="ignore"):
            lower = np.where(figures <= 0, -np.inf, (np.log(np.maximum(figures, 0.5) + 0.5) - self.location) / self.sd)
        return np.asarray(logsumexp(_log_between(lower, upper), axis=0) - np.log(len(self.location)))


def _scattered(grid: Floats) -> Floats:
    """Quantiles dealt to components so that each gets low and high ones: columns in bit-reversed order."""
    n = grid.shape[1]
    if n == 1:
        return grid
    bits = max((n - 1).bit_length(), 1)
    order = sorted(range(n), key=lambda k: int(f"{k:0{bits}b}"[::-1], 2))
    return np.asarray(grid[:, order])


def _log_between(lower: Floats, upper: Floats) -> Floats:
    """Log of the normal probability between two points, from the tail in which it is exact."""
    flip = lower > 0
    high, low = np.where(flip, -lower, upper), np.where(flip, -upper, lower)
    with np.errstate(divide="ignore"):
        return np.asarray(log_ndtr(high) + np.log1p(-np.exp(np.minimum(log_ndtr(low) - log_ndtr(high), 0.0))))
