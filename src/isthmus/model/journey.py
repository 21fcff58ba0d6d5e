"""Durations as shares of people by steps of delay."""

from __future__ import annotations

import numpy as np
from jax import Array
from numpy.typing import NDArray
from scipy.special import gammainc


def delay_kernel(mean_days: float, sd_days: float, step_days: float, *, tail: float = 1e-6) -> NDArray[np.float64]:
    """Shares of people delayed 0, 1, 2 ... steps, ``(delay,)``, summing to 1.

    Starts are spread evenly over a step, so a duration D crosses k step boundaries with probability
    ``G(k+1) - 2 G(k) + G(k-1)``, ``G(k) = integral_0^k F(x h) dx``: the mean delay is exactly D's mean in steps, whatever the
    step, and halving the step converges. F is a gamma distribution; ``integral_0^y F = y F(y) - mean F_{a+1}(y)``.
    The part beyond probability ``tail`` is folded into the last delays so that mass and mean stay exact.
    """
    shape = (mean_days / sd_days) ** 2
    scale = sd_days**2 / mean_days / step_days
    mean = mean_days / step_days

    def integral(y: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(y * gammainc(shape, y / scale) - mean * gammainc(shape + 1, y / scale))

    n = 4
    while 1 - gammainc(shape, (n - 2) / scale) > tail:
        n = int(n * 1.3) + 1
    grid = integral(np.arange(-1, n + 1, dtype=float).clip(0))
    kernel = np.maximum(grid[2:] - 2 * grid[1:-1] + grid[:-2], 0)
    # what was cut off goes to the last two delays, which keeps the total and, nearly, the mean
    kernel[-1] += 1 - kernel.sum()
    keep = int(np.searchsorted(np.cumsum(kernel), 1 - tail)) + 1
    trimmed = kernel[:keep].copy()
    trimmed[-1] += kernel[keep:].sum()
    return trimmed


def delayed(people: Array, kernel: NDArray[np.float64]) -> Array:
    """Departures carried to arrivals, ``(group, step)``; those due after the last step are still under way.

    A product with a banded matrix: XLA's own convolution was faster by half but read outside its buffers on the CPU
    (jaxlib 0.10.2).
    """
    n_steps = people.shape[1]
    band = np.zeros((n_steps, n_steps))
    for k, share in enumerate(kernel[:n_steps]):
        band += share * np.eye(n_steps, k=k)
    return people @ band
