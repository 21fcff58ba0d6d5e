"""Durations as shares of people by steps of delay."""

from __future__ import annotations

import numpy as np
from jax import Array
from numpy.typing import NDArray
from scipy.special import gammainc, gammainccinv


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


def delay_table(mean_days: float, sd_days: float, edges: NDArray[np.float64], *, tail: float = 1e-6) -> NDArray[np.float64]:
    """Shares by step of start and steps of delay, ``(step, delay)``, rows summing to 1, for steps of unequal length.

    Starts are spread evenly over their step ``[a_s, b_s)``, so with G as in `delay_kernel` the share in in ``[a_t, b_t)`` is
    ``(G(b_t - a_s) - G(b_t - b_s) - G(a_t - a_s) + G(a_t - b_s)) / (b_s - a_s)``. What is cut off is folded into the last delay.

    Args:
        mean_days: Mean of the gamma distribution, days.
        sd_days: Its standard deviation, days.
        edges: First day of each step and the day after the last, ``(step + 1,)``.
        tail: Probability beyond which delays are not kept apart.
    """
    shape, scale = (mean_days / sd_days) ** 2, sd_days**2 / mean_days

    def integral(y: NDArray[np.float64]) -> NDArray[np.float64]:
        y = np.maximum(y, 0.0)
        return np.asarray(y * gammainc(shape, y / scale) - mean_days * gammainc(shape + 1, y / scale))

    n_steps, shortest = len(edges) - 1, float(np.diff(edges).min())
    n = int(gammainccinv(shape, tail) * scale / shortest) + 3
    longer = np.append(edges, edges[-1] + np.diff(edges).mean() * np.arange(1, n + 1))
    first, end = longer[:n_steps, None], longer[1 : n_steps + 1, None]
    at = np.arange(n_steps)[:, None] + np.arange(n)
    opens, closes = longer[at], longer[at + 1]
    table = integral(closes - first) - integral(closes - end) - integral(opens - first) + integral(opens - end)
    table = np.maximum(table / (end - first), 0.0)
    table[:, -1] += 1 - table.sum(axis=1)
    keep = int((np.cumsum(table, axis=1) < 1 - tail).any(axis=0).sum()) + 1
    table[:, keep - 1] = table[:, keep - 1 :].sum(axis=1)
    return np.ascontiguousarray(table[:, :keep])


def delayed(people: Array, table: NDArray[np.float64]) -> Array:
    """Departures carried to arrivals, ``(group, step)``; those due after the last step are still under way.

    A product with a banded matrix: XLA's own convolution was faster but read outside its buffers on the CPU (jaxlib 0.10.2).

    Args:
        people: Departures, ``(group, step)``.
        table: From `delay_table`.
    """
    n_steps = people.shape[1]
    band = np.zeros((n_steps, n_steps))
    for k in range(min(table.shape[1], n_steps)):
        at = np.arange(n_steps - k)
        band[at, at + k] = table[at, k]
    return people @ band
