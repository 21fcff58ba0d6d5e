"""Monthly walks as Gaussian priors, and their scales, persistences and populations by expectation and maximisation.

A walk is ``x_t = rho x_{t-1} + sigma e_t`` with e normal or Student-t. A t variate is a normal one whose variance is scaled, so
each month has a weight, (nu + 1) / (nu + E[e^2 / sigma^2]) (Lange, Little and Taylor 1989, JASA 84:881). Squares are expected
under the present Gaussian, spread included, so that a scale does not collapse as it would at a joint mode; recent months count
more. Single steps are hardly seen, so weights stay near 1 and squares tell the variance: the scale of a t is that variance's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_SCALE = 1e-3
SEARCH = 30


@dataclass(frozen=True)
class Walk:
    """One walk: where it stands and what rules it.

    Attributes:
        group: Position of its group; -1: shared.
        offset: Where its first month stands among the unknowns of its group, or of the shared ones.
        first: First month that moves; before it there is nothing.
        seen: First and last month between which figures bear on it.
        scale: Name of the quantity that sets its steps.
        persistence: Name of the quantity, or the number.
        tails: Degrees of freedom; absent: normal.
        start: Mean and standard deviation in the first month; absent: as one step from 0, or stationary.
        stationary: Whether it starts in its stationary law.
    """

    group: int
    offset: int
    first: int
    seen: tuple[int, int]
    scale: str
    persistence: str | float
    tails: float | None = None
    start: tuple[float, float] | None = None
    stationary: bool = False


def steps_of(months: int, walk: Walk, rho: float) -> Floats:
    """Rows that take a path to its steps, ``(month, month)``; months before the first stand for themselves."""
    rows = np.eye(months)
    at = np.arange(walk.first + 1, months)
    rows[at, at - 1] = -rho
    return rows


def precision(months: int, walk: Walk, rho: float, sigma: float, weights: Floats) -> tuple[Floats, Floats]:
    """Prior precision ``(month, month)`` of a walk and precision times mean ``(month,)``."""
    rows = steps_of(months, walk, rho)
    each = np.where(np.arange(months) > walk.first, weights / sigma**2, 1.0)
    mean, sd = walk.start or (0.0, sigma)
    if walk.stationary:
        sd = sigma / np.sqrt(1 - rho**2 + 1e-6)
    each[walk.first] = 1 / sd**2
    right = np.zeros(months)
    right[walk.first] = mean / sd**2
    return rows.T @ (each[:, None] * rows), right


def expected_squares(mean: Floats, variance: Floats, neighbours: Floats, rho: float) -> Floats:
    """``E[(x_t - rho x_{t-1})^2]`` of months from the second on, ``(month - 1,)``."""
    steps = mean[1:] - rho * mean[:-1]
    return np.asarray(steps**2 + variance[1:] - 2 * rho * neighbours + rho**2 * variance[:-1])


def narrower(tails: float | None) -> float:
    """Squared scale of a t per variance, (nu - 2) / nu; 1 for a normal."""
    return 1.0 if tails is None else (tails - 2) / tails


def moving(walk: Walk, months: int) -> slice:
    """Steps of a walk that figures bear on, among months from the second on."""
    return slice(max(walk.first, walk.seen[0]), min(walk.seen[1], months - 1))


def scale_mode(count: Floats, squares: Floats, centre: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Mode of log sigma under ``count`` normal steps with a sum of ``squares`` and a normal prior; with the curvature there."""
    log = 0.5 * np.log(np.maximum(squares, 1e-12) / np.maximum(count, 1.0))
    log = np.where(count > 0, log, centre)
    for _ in range(SEARCH):
        pull = squares * np.exp(-2 * log)
        slope, curve = -count + pull - (log - centre) / spread**2, 2 * pull + 1 / spread**2
        log = np.maximum(log + np.clip(slope / curve, -1, 1), np.log(LEAST_SCALE))
    return log, 2 * squares * np.exp(-2 * log) + 1 / spread**2


def persistence_mode(sums: Floats, centre: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of logit rho under ``-0.5 (a - 2 rho b + rho^2 c)`` and a normal prior, on a grid.

    Args:
        sums: a, b, c in units of the squared scale, ``(walk, 3)``.
        centre: Prior means, ``(walk,)``.
        spread: Prior standard deviations, ``(walk,)``.
    """
    nodes = np.linspace(-4, 4, 161)
    logit = centre[:, None] + spread[:, None] * nodes
    rho = 1 / (1 + np.exp(-logit))
    a, b, c = (sums[:, k, None] for k in range(3))
    log = -0.5 * (a - 2 * rho * b + rho**2 * c) - 0.5 * nodes**2
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    mean = (weight * logit).sum(axis=1)
    return mean, (weight * (logit - mean[:, None]) ** 2).sum(axis=1)


def population(
    values: Floats, variances: Floats, centre: tuple[float, float], spread: tuple[float, float], now: float
) -> tuple[float, float]:
    """New centre and log spread of a population from its members, one step from the present spread ``now``.

    Args:
        values: Members on the scale of their family, ``(member,)``.
        variances: How well they are known.
        centre: Prior mean and standard deviation of the centre.
        spread: Prior mean and standard deviation of the log spread.
        now: Present spread.
    """
    total = len(values) / now**2 + 1 / centre[1] ** 2
    middle = (values.sum() / now**2 + centre[0] / centre[1] ** 2) / total
    squares = np.array([((values - middle) ** 2 + variances).sum()])
    log, _ = scale_mode(np.array([float(len(values))]), squares, np.array([spread[0]]), np.array([spread[1]]))
    return float(middle), float(log[0])
