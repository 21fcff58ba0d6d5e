"""Drivers: dated series that shift departures or a destination's pull.

``x~_k(t) = sum_j w_kj x_k(t - j)`` with the weights w a discretised gamma lag, and ``beta_k x~_k(t)`` is added to log
departures or to the value of settling. Unknown values of x are not interpolated: given the known ones they are normal under a
stationary AR(1) with the known values' mean and spread, ``x = m + L z`` with z standard normal and learned with everything
else (Kalman 1960; the exact conditional of a Gaussian autoregression). The form of the departures equation is that of gravity
models with lagged push factors (Hatton and Moloney 2015, CEPR DP10678, for the signs).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from isthmus.model.journey import delay_kernel
from isthmus.model.parameters import ParameterTable, Values
from isthmus.spec.drivers import Driver
from isthmus.spec.schema import Corridor
from isthmus.timegrid import TimeGrid, month_end, month_index, shift_month

Floats = NDArray[np.float64]

TAIL = 1e-3
"""Share of the lag distribution folded into its last month."""


@dataclass(frozen=True)
class DriverNode:
    """One driver that the model uses."""

    id: str
    target: str
    """``departures`` or ``settle``."""
    place: int
    """Position of the place whose pull moves; -1 for departures."""
    groups: tuple[int, ...]
    coefficient: str


class DriverKnowledge(NamedTuple):
    """What is known of the drivers, lagged, so that origins with different knowledge can be batched.

    Attributes:
        mean: Transformed values, unknown ones at their expectation, ``(driver, month)``.
        factor: What a standard normal of each month adds, ``(driver, month, latent)``.
        value: The values used, ``(driver, month)``; absent until `realised`.
    """

    mean: Any
    factor: Any
    value: Any = None


def lag_weights(driver: Driver) -> Floats:
    """Weights of the present and earlier months, ``(lag,)``, summing to 1."""
    if driver.lag_sd_months == 0 or driver.lag_months == 0:
        out = np.zeros(round(driver.lag_months) + 1)
        out[-1] = 1.0
        return out
    return delay_kernel(driver.lag_months, driver.lag_sd_months, 1.0, tail=TAIL)


def months_before(corridor: Corridor) -> int:
    """Months before the grid that lags reach back to."""
    return max((len(lag_weights(driver)) - 1 for driver in corridor.drivers.values() if driver.in_fit), default=0)


def transformed(driver: Driver, known: dict[str, float]) -> Floats:
    """Known values on the scale of the coefficient, in order of time."""
    values = np.array(list(known.values()), float)
    if driver.transform == "log":
        return np.asarray(np.log(values))
    if driver.transform == "standardise":
        spread = values.std()
        return np.asarray((values - values.mean()) / spread) if spread > 0 else np.zeros_like(values)
    return values


def path(driver: Driver, first: str, last: str, as_of: dt.date | None = None) -> tuple[Floats, Floats]:
    """Mean ``(month,)`` and factor ``(month, month)`` of the values from ``first`` to ``last``, before any lag.

    Known values have no factor; nothing published after ``as_of`` is known.
    """
    origin, n = month_index(first), month_index(last) - month_index(first) + 1
    known = {
        month: value
        for month, value in sorted(driver.values.items())
        if as_of is None or month_end(shift_month(month, driver.delay_months)) <= as_of
    }
    mean, factor = np.zeros(n), np.zeros((n, n))
    if not known:
        return mean, factor
    at = np.array([month_index(month) - origin for month in known])
    x = transformed(driver, known)
    centre, spread = x.mean(), x.std()
    axis = np.arange(n)
    after = axis > at[-1]
    unknown = axis[~np.isin(axis, at) & (~after if driver.after_end != "path" else True)]
    inside = (at >= 0) & (at < n)
    mean[at[inside]] = x[inside]
    if driver.after_end == "hold":
        mean[after] = x[-1]
    if len(unknown):
        given, spread_given = _conditional(unknown, at, x - centre, spread, driver.persistence)
        mean[unknown] = centre + given
        factor[np.ix_(unknown, unknown)] = spread_given
    return mean, factor


def _conditional(unknown: NDArray[np.intp], at: NDArray[np.intp], x: Floats, spread: float, rho: float) -> tuple[Floats, Floats]:
    """Mean and Cholesky factor of a stationary AR(1) at ``unknown`` given its values ``x`` at ``at``."""

    def covariance(a: NDArray[np.intp], b: NDArray[np.intp]) -> Floats:
        return np.asarray(rho ** np.abs(a[:, None] - b[None, :]), float)

    weights = np.linalg.solve(covariance(at, at) + 1e-12 * np.eye(len(at)), covariance(at, unknown)).T
    left = covariance(unknown, unknown) - weights @ covariance(at, unknown)
    factor = spread * np.linalg.cholesky(left + 1e-10 * np.eye(len(unknown)))
    return np.asarray(weights @ x, float), np.asarray(factor, float)


def lagged(weights: Floats, n_before: int, n_months: int) -> Floats:
    """Matrix that carries months with ``n_before`` more in front to lagged months, ``(month, month and before)``."""
    out = np.zeros((n_months, n_before + n_months))
    for lag, weight in enumerate(weights):
        out += weight * np.eye(n_months, n_before + n_months, k=n_before - lag)
    return out


def driver_knowledge(corridor: Corridor, grid: TimeGrid, as_of: dt.date | None = None) -> DriverKnowledge | None:
    """What is known of the drivers in the fit on ``as_of``; absent: all that the file says. None without drivers."""
    drivers = [driver for driver in corridor.drivers.values() if driver.in_fit]
    if not drivers:
        return None
    n_before = months_before(corridor)
    first = shift_month(grid.first, -n_before)
    means, factors = [], []
    for driver in drivers:
        mean, factor = path(driver, first, grid.last, as_of)
        carry = lagged(lag_weights(driver), n_before, grid.n_months)
        means.append(carry @ mean)
        factors.append(carry @ factor)
    return DriverKnowledge(np.array(means), np.array(factors))


def driver_nodes(corridor: Corridor, order: list[str], table: ParameterTable) -> tuple[DriverNode, ...]:
    """Drivers in the fit, with their coefficients registered."""
    groups = list(corridor.groups)
    return tuple(
        DriverNode(
            id=name,
            target=driver.target,
            place=order.index(driver.place) if driver.place is not None else -1,
            groups=tuple(range(len(groups))) if driver.group is None else (groups.index(driver.group),),
            coefficient=table.add(f"drivers.{name}.coefficient", driver.coefficient),
        )
        for name, driver in corridor.drivers.items()
        if driver.in_fit
    )


def realised(known: DriverKnowledge, latent: Any) -> DriverKnowledge:
    """The values used under standard normals ``(driver, latent)``."""
    return known._replace(value=jnp.asarray(known.mean) + jnp.einsum("dml,dl->dm", jnp.asarray(known.factor), latent))


def contributions(
    nodes: tuple[DriverNode, ...], values: Values, known: DriverKnowledge | None, grid: TimeGrid, target: str
) -> dict[str, tuple[DriverNode, Array]]:
    """``beta x~`` of each driver of one target by step, ``(step,)``, carried from mid-month to mid-month."""
    if known is None:
        return {}
    months = known.mean if known.value is None else known.value
    return {
        node.id: (node, values[node.coefficient] * (jnp.asarray(months)[k] @ grid.month_interpolation.T))
        for k, node in enumerate(nodes)
        if node.target == target
    }
