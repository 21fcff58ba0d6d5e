"""From a standardised vector to a simulated corridor and its log density.

The vector holds the scalar unknowns (standard normal under the prior), then the latent paths by month. A path stands in the
vector as what the series see best: log departures and the log odds of taking a drifting leg. What the model calls the path
(the AR(1) deviation of departures, the random walk of a leg's constant) is that quantity less its systematic part, a shift with
unit Jacobian; the sampler then meets no ridge between a path and the coefficients behind it. Log detection, which single months
hardly reveal, and movements that groups share stand as standardised innovations instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray
from scipy.special import gammaln

from isthmus.engines.cohort import solve
from isthmus.engines.result import Trajectories
from isthmus.model.choice import Choices, choices
from isthmus.model.departures import departures, systematic
from isthmus.model.drivers import realised
from isthmus.model.network import Knowledge, Model
from isthmus.model.observe import detections, negbinomial_logpmf, seen_flows
from isthmus.model.parameters import Values
from isthmus.model.shared import added, autoregressive, shared_paths

LOG_2PI = float(np.log(2 * np.pi))


class Evidence(NamedTuple):
    """What one fit sees.

    Attributes:
        values: Figures, ``(series, month of the grid)``; anything where masked.
        mask: 1 where a figure is used, same shape.
        last: Position of the last month that the fit may see.
        knowledge: Rules and policies known to the fit.
    """

    values: Any
    mask: Any
    last: Any
    knowledge: Knowledge


class Paths(NamedTuple):
    """Latent paths by month, as the model calls them.

    Attributes:
        departures: u, ``(group, month)``.
        legs: Constants of drifting legs, ``(drifting leg, group, month)``.
        detection: Log detection of drifting series, ``(drifting series, month)``.
        drivers: Standard normals behind unknown values of drivers, ``(driver, latent)``.
        shared: Movements that groups make together, ``(movement, month)``.
    """

    departures: Any
    legs: Any
    detection: Any
    drivers: Any = None
    shared: Any = None


class Simulated(NamedTuple):
    """One simulated corridor and what its series would show."""

    trajectories: Trajectories
    choices: Choices
    seen: Any
    """Persons passing, ``(series, month)``."""
    mean: Any
    """Expected figures, ``(series, month)``."""
    log_detection: Any
    """``(series, month)``."""


@dataclass(frozen=True)
class Layout:
    """Where things stand in the vector."""

    n_scalars: int
    n_groups: int
    n_legs: int
    n_series: int
    n_months: int
    n_drivers: int = 0
    n_latent: int = 0
    n_shared: int = 0

    @classmethod
    def of(cls, model: Model) -> Layout:
        """Layout of a model's vector."""
        return cls(
            len(model.table.parameters), len(model.groups), len(model.drifting_legs), len(model.drifting_sights),
            model.grid.n_months, *driver_shape(model.knowledge), len(model.shared),
        )  # fmt: skip

    @property
    def size(self) -> int:
        """Length of the vector."""
        monthly = self.n_groups * (1 + self.n_legs) + self.n_series + self.n_shared
        return self.n_scalars + monthly * self.n_months + self.n_drivers * self.n_latent

    def split(self, vector: Array) -> tuple[Array, Paths]:
        """Scalars and raw paths of a vector ``(size,)``."""
        a, m = self.n_scalars, self.n_months
        b = a + self.n_groups * m
        c = b + self.n_legs * self.n_groups * m
        d = c + self.n_series * m
        e = d + self.n_shared * m
        return vector[:a], Paths(
            vector[a:b].reshape(self.n_groups, m),
            vector[b:c].reshape(self.n_legs, self.n_groups, m),
            vector[c:d].reshape(self.n_series, m),
            vector[e:].reshape(self.n_drivers, self.n_latent),
            vector[d:e].reshape(self.n_shared, m),
        )


def driver_shape(knowledge: Knowledge) -> tuple[int, int]:
    """Number of drivers in the fit and of the standard normals behind each."""
    if knowledge.drivers is None:
        return 0, 0
    n_drivers, _, n_latent = knowledge.drivers.factor.shape
    return n_drivers, n_latent


def with_drivers(knowledge: Knowledge, latent: Any) -> Knowledge:
    """What is known, with the drivers' unknown values filled in for one vector."""
    if knowledge.drivers is None:
        return knowledge
    return knowledge._replace(drivers=realised(knowledge.drivers, latent))


def hold(path: Array, first: int, last: Any) -> Array:
    """A path kept at its values in ``first`` before it and in ``last`` after it, ``(..., month)``."""
    return path[..., jnp.clip(jnp.arange(path.shape[-1]), first, last)]


def finish(model: Model, values: Values, knowledge: Knowledge, chosen: Choices, flows: Trajectories, paths: Paths) -> Simulated:
    """What flows show to the series: persons passing, detection, expected figures."""
    seen = seen_flows(model, flows.leg_flow, flows.leg_arrivals, flows.arrivals)
    rho = detections(model, values, knowledge, paths.detection)
    if model.shared:
        rho = rho + added(model.shared, paths.shared, "detection", len(model.sights))
    baseline = values.stack([s.baseline for s in model.sights])[:, None]
    if any(s.baseline_moves for s in model.sights):
        level = jnp.log(values.stack([s.detection for s in model.sights]))[:, None]
        baseline = baseline * jnp.where(np.array([s.baseline_moves for s in model.sights])[:, None], jnp.exp(rho - level), 1.0)
    mean = jnp.exp(rho) * seen + baseline
    return Simulated(flows, chosen, seen, mean, rho)


def together(model: Model, shared: Any) -> Any:
    """What the shared movements add to log departures, ``(group, month)``; 0 without any."""
    return added(model.shared, shared, "departures", len(model.groups)) if model.shared else 0.0


def simulate(
    model: Model,
    values: Values,
    paths: Paths,
    knowledge: Knowledge,
    adjust: Callable[[Choices], Choices] = lambda chosen: chosen,
) -> Simulated:
    """Run the mean-field corridor under natural values and paths that cover the whole grid; ``adjust`` changes choices."""
    knowledge = with_drivers(knowledge, paths.drivers)
    weights = model.grid.month_interpolation.T
    deviations = paths.departures + together(model, paths.shared)

    def drift(k: int, _: Array) -> Array:
        constant: Array = paths.legs[model.drifting_legs.index(k)] @ weights
        return constant

    def run(believed: Array | None) -> tuple[Choices, Array]:
        chosen = adjust(choices(model, values, knowledge, drift, believed))
        return chosen, departures(model, systematic(model, values, knowledge, chosen.value), deviations)

    chosen, flows = solve(model, values, knowledge, run)
    return finish(model, values, knowledge, chosen, flows, paths)


def simulate_seen(model: Model, values: Values, carried: Paths, knowledge: Knowledge, last: Any) -> tuple[Simulated, Paths]:
    """Run the corridor from paths as they stand in the vector, and find the paths as the model calls them.

    After ``last`` every path holds its last value; constants hold their first before the first fitted month.
    """
    weights, mean = model.grid.month_interpolation.T, model.grid.month_mean.T
    knowledge = with_drivers(knowledge, carried.drivers)
    legs: dict[int, Array] = {}

    def drift(k: int, advantage: Array) -> Array:
        constant = carried.legs[model.drifting_legs.index(k)] - advantage @ mean
        legs[k] = hold(constant, model.fit_from, last)
        return legs[k] @ weights

    deviations: list[Array] = []
    shared = shared_paths(model.shared, values, carried.shared, moving_months(model, last))
    common = together(model, shared)

    def run(believed: Array | None) -> tuple[Choices, Array]:
        chosen = choices(model, values, knowledge, drift, believed)
        base = systematic(model, values, knowledge, chosen.value)
        deviations.append(hold(carried.departures - base @ mean - common, 0, last))
        return chosen, departures(model, base, deviations[-1] + common)

    chosen, flows = solve(model, values, knowledge, run)
    log_rho = detection_paths(model, values, carried.detection, last)
    stacked = jnp.stack([legs[k] for k in model.drifting_legs]) if legs else carried.legs
    paths = Paths(deviations[-1], stacked, log_rho, carried.drivers, shared)
    return finish(model, values, knowledge, chosen, flows, paths), paths


def _student(x: Array, scale: Any, df: float) -> Array:
    constant = gammaln((df + 1) / 2) - gammaln(df / 2) - 0.5 * np.log(df * np.pi)
    return jnp.asarray(constant - jnp.log(scale) - (df + 1) / 2 * jnp.log1p((x / scale) ** 2 / df))


def _normal(x: Array, sd: Any) -> Array:
    return jnp.asarray(-0.5 * (x / sd) ** 2 - jnp.log(sd) - 0.5 * LOG_2PI)


def detection_paths(model: Model, values: Values, innovations: Array, last: Any) -> Array:
    """Log detection of drifting series from standardised innovations, ``(drifting series, month)``."""
    if not model.drifting_sights:
        return innovations
    sights = [model.sights[k] for k in model.drifting_sights]
    moving = jnp.where(moving_months(model, last), innovations, 0.0)
    sd = values.stack([s.drift or "" for s in sights])[:, None]
    start = jnp.log(values.stack([s.detection for s in sights]))[:, None]
    if all(s.persistence == 1 for s in sights):
        return jnp.asarray(start + sd * jnp.cumsum(moving, axis=-1))
    return jnp.asarray(start + autoregressive(sd * moving, jnp.array([s.persistence for s in sights])))


def moving_months(model: Model, last: Any) -> Any:
    """Months in which walks move under a fit that ends in ``last``, ``(month,)``."""
    months = np.arange(model.grid.n_months)
    return (months >= model.fit_from) & (months <= last)


def path_log_prior(model: Model, values: Values, carried: Paths, paths: Paths, last: Any) -> Array:
    """Log prior of the paths up to ``last``; entries of the vector that nothing depends on are standard normal."""
    months = np.arange(model.grid.n_months)
    used = months <= last
    total = jnp.zeros(())
    for g, gid in enumerate(model.groups):
        u, sd = paths.departures[g], values[f"groups.{gid}.departures.innovation"]
        persistence = values[f"groups.{gid}.departures.persistence"]
        first = sd / jnp.sqrt(1 - persistence**2 + 1e-6)
        tails = model.tails[g]
        moved, trend = u[1:] - persistence * u[:-1], model.trends[g]
        moved = moved if trend is None else moved - trend.expected(moved, values[trend.gain])
        steps = jnp.concatenate([_normal(u[:1], first), _normal(moved, sd) if tails is None else _student(moved, sd, tails)])
        total = total + jnp.where(used, steps, _normal(carried.departures[g], 1.0)).sum()
    walking = used & (months >= model.fit_from)
    for n, k in enumerate(model.drifting_legs):
        mean, start_sd = model.legs[k].start or (0.0, 1.0)
        path, first = paths.legs[n], months == model.fit_from
        moved = jnp.where(first, path - mean, jnp.diff(path, axis=-1, prepend=0.0))
        sd = jnp.where(first, start_sd, values[model.legs[k].drift or ""])
        total = total + jnp.where(walking, _normal(moved, sd), _normal(carried.legs[n], 1.0)).sum()
    for given in (carried.drivers, carried.shared):
        if given is not None and given.size:
            total = total + _normal(given, 1.0).sum()
    moving = moving_months(model, last)
    for row, k in enumerate(model.drifting_sights):
        tails, steps = model.sights[k].tails, carried.detection[row]
        normal = _normal(steps, 1.0)
        # a heavy tail where nothing depends on a step would only keep the sampler busy
        total = total + (normal if tails is None else jnp.where(moving, _student(steps, 1.0, tails), normal)).sum()
    return total


def log_likelihood(model: Model, values: Values, mean: Array, evidence: Evidence) -> Array:
    """Log likelihood of each figure, 0 where masked, ``(series, month)``."""
    phi = values.stack([s.dispersion for s in model.sights])[:, None]
    logp = negbinomial_logpmf(jnp.where(evidence.mask, evidence.values, 1.0), mean, phi)
    return jnp.where(evidence.mask, logp, 0.0)


def log_density(model: Model, vector: Array, evidence: Evidence, *, offset: Any = 0.0) -> Array:
    """Log posterior density up to a constant.

    Args:
        model: The compiled corridor.
        vector: ``(size,)``, see `Layout`.
        evidence: What the fit sees.
        offset: Added to the log of the expected figures, ``(series, month)``.
    """
    return log_density_and_mean(model, vector, evidence, offset=offset)[0]


def log_density_and_mean(model: Model, vector: Array, evidence: Evidence, *, offset: Any = 0.0) -> tuple[Array, Array]:
    """The same, and the expected figures before the offset, ``(series, month)``."""
    scalars, carried = Layout.of(model).split(vector)
    values = model.table.values(scalars)
    simulated, paths = simulate_seen(model, values, carried, evidence.knowledge, evidence.last)
    likelihood = log_likelihood(model, values, simulated.mean * jnp.exp(offset), evidence).sum()
    prior = path_log_prior(model, values, carried, paths, evidence.last) + _normal(scalars, 1.0).sum()
    return likelihood + prior, simulated.mean


def scale_names(model: Model) -> tuple[str, ...]:
    """Unknown scales of the paths, which a joint mode would send to zero."""
    names = [f"groups.{g}.departures.innovation" for g in model.groups]
    names += [model.legs[k].drift or "" for k in model.drifting_legs]
    names += [model.sights[k].drift or "" for k in model.drifting_sights]
    names += [node.innovation for node in model.shared]
    return tuple(n for n in dict.fromkeys(names) if n in model.table.names)


def start_vector(model: Model, evidence: Evidence) -> NDArray[np.float64]:
    """A start for the search: scalars at their prior centre, departures following the mean log figure."""
    layout = Layout.of(model)
    out = np.zeros(layout.size)
    mask, values = np.asarray(evidence.mask), np.asarray(evidence.values)
    for g in range(layout.n_groups):
        rows = [k for k, s in enumerate(model.sights) if s.group == g and mask[k].any()]
        if not rows:
            continue
        logs = np.where(mask[rows], np.log1p(np.where(mask[rows], values[rows], 0.0)), np.nan)
        seen = ~np.isnan(logs).all(axis=0)
        path = np.interp(np.arange(layout.n_months), np.flatnonzero(seen), np.nanmean(logs[:, seen], axis=0))
        out[layout.n_scalars + g * layout.n_months :][: layout.n_months] = path
    return out
