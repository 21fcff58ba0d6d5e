"""Claims, pending stock and decisions learned from yearly figures of all countries of asylum.

Log claims made beside the corridor walk from year to year; those of the corridor are its arrivals, as the fit has them, times a
share. Published applications count a share of the claims made that changes at a level break; published stocks, decisions and
recognitions scatter about the model on the log scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from isthmus.data.series import FlowSeries, StockSeries
from isthmus.inference.diagnostics import Diagnostics
from isthmus.inference.harm import natural_draws
from isthmus.inference.small import sample
from isthmus.model.asylum import yearly
from isthmus.model.kinds import FlowDraws, StockDraws
from isthmus.model.parameters import ParameterTable, Values
from isthmus.spec.asylum import Asylum

Floats = NDArray[np.float64]

START_SD = 1.0
"""Standard deviation of the log of claims in the first year about the first published figure."""


class Published(NamedTuple):
    """Yearly figures by year, NaN where there is none, ``(year,)``.

    Attributes:
        pending: Stock at the end of each year.
        before: Stock at the end of the year before the first; NaN where unknown.
    """

    years: tuple[str, ...]
    applications: Floats
    pending: Floats
    decisions: Floats
    recognised: Floats
    rejected: Floats
    before: float


class Course(NamedTuple):
    """What one vector says of each year, ``(year,)``; JAX arrays."""

    made: Array
    ended: Array
    pending: Array
    applications: Array
    decisions: Array


@dataclass(frozen=True, eq=False)
class AsylumFit:
    """Draws of the yearly model."""

    block: Asylum
    table: ParameterTable
    published: Published
    standard: Floats
    parameters: Floats
    made: FlowDraws
    ended: FlowDraws
    pending: StockDraws
    applications: FlowDraws
    diagnostics: Diagnostics

    def natural(self, name: str) -> Floats:
        """A quantity by name, ``(sample,)``; a fixed one is repeated."""
        if name in self.table.fixed:
            return np.full(len(self.parameters), self.table.fixed[name])
        return np.asarray(self.parameters[:, self.table.names.index(name)])


def published(series: dict[str, FlowSeries | StockSeries]) -> Published:
    """Lay out yearly series; years are those from the first to the last with applications or a stock."""
    points = {name: dict(one.points()) for name, one in series.items()}
    first = min(points["applications"])
    last = max([*points["applications"], *points["pending"]])
    years = tuple(str(y) for y in range(int(first), int(last) + 1))

    def of(name: str) -> Floats:
        return np.array([points.get(name, {}).get(year, np.nan) for year in years])

    return Published(
        years, of("applications"), of("pending"), of("decisions"), of("recognised"), of("rejected"),
        points["pending"].get(str(int(first) - 1), np.nan),
    )  # fmt: skip


def quantities(block: Asylum) -> ParameterTable:
    """All quantities of the block."""
    table = ParameterTable()
    for name in ("claim_share", "counted", "ending_share", "decisions_per_ending"):
        table.add(f"asylum.{name}", getattr(block, name))
    for k, one in enumerate(block.level_breaks):
        table.add(f"asylum.level_breaks.{k}.factor", one.factor)
    for name in ("recognised", "rejected"):
        table.add(f"asylum.outcomes.{name}", getattr(block.outcomes, name))
    return table


def counted(block: Asylum, values: Values, years: tuple[str, ...]) -> Array:
    """Applications published per claim made, ``(year,)``."""
    out = jnp.zeros(len(years)) + values["asylum.counted"]
    for k, one in enumerate(block.level_breaks):
        after = np.array([int(year) >= one.year for year in years])
        out = jnp.where(after, values[f"asylum.level_breaks.{k}.factor"], out)
    return out


def course(block: Asylum, seen: Published, arrivals: Floats, values: Values, latent: Array) -> Course:
    """The years under one vector.

    Args:
        block: The block of the corridor file.
        seen: Published figures.
        arrivals: Of the corridor, delayed to the time of claiming, ``(year,)``.
        values: Quantities by name.
        latent: Standard normals: first claims, changes ``(year - 1)``, ending deviations ``(year)``, start.
    """
    n = len(seen.years)
    steps = jnp.concatenate([START_SD * latent[:1], block.variation * latent[1:n]])
    beside = jnp.exp(np.log(np.nanmean(seen.applications[:3])) + jnp.cumsum(steps))
    share = values["asylum.ending_share"]
    logit = jnp.log(share) - jnp.log1p(-share) + block.ending_variation * latent[n : 2 * n]
    before = seen.before if np.isfinite(seen.before) else seen.pending[np.isfinite(seen.pending)][0]
    start = before * jnp.exp(0.5 * latent[2 * n]) if not np.isfinite(seen.before) else jnp.asarray(before)
    made = beside + values["asylum.claim_share"] * arrivals
    ended, pending = yearly(start, made, 1 / (1 + jnp.exp(-logit)))
    return Course(made, ended, pending, counted(block, values, seen.years) * made, values["asylum.decisions_per_ending"] * ended)


def log_density(block: Asylum, seen: Published, arrivals: Floats, table: ParameterTable, vector: Array) -> Array:
    """Log posterior up to a constant."""
    n = len(table.parameters)
    values = table.values(vector[:n])
    found = course(block, seen, arrivals, values, vector[n:])
    recognised, rejected = (values[f"asylum.outcomes.{name}"] for name in ("recognised", "rejected"))
    pairs = (
        (seen.applications, found.applications),
        (seen.pending, found.pending),
        (seen.decisions, found.decisions),
        (seen.recognised, recognised * found.decisions),
        (seen.rejected, rejected * found.decisions),
    )
    total = -0.5 * (vector**2).sum()
    for figures, means in pairs:
        there = np.isfinite(figures) & (figures > 0)
        apart = jnp.log(means)[there] - np.log(figures[there])
        total = total - 0.5 * ((apart / block.noise) ** 2).sum()
    return total


def fit_asylum(block: Asylum, seen: Published, arrivals: Floats, *, seed: int, n_samples: int) -> AsylumFit:
    """Learn the yearly model.

    Args:
        block: The block of the corridor file.
        seen: From `published`.
        arrivals: Arrivals of the corridor delayed to the time of claiming, ``(year,)``; their posterior means.
        seed: Seed of the module's stream.
        n_samples: Draws kept.
    """
    table = quantities(block)
    n = len(table.parameters)
    size = n + 2 * len(seen.years) + 1
    posterior = sample(partial(log_density, block, seen, arrivals, table), size, seed=seed)
    flat = posterior.vectors.transpose(1, 0, 2).reshape(-1, size)
    kept = flat[np.linspace(0, len(flat) - 1, n_samples).astype(int)]
    found = jax.jit(jax.vmap(lambda v: course(block, seen, arrivals, table.values(v[:n]), v[n:])))(jnp.asarray(kept))
    made, ended, pending, applications, _ = (np.asarray(part) for part in found)
    return AsylumFit(
        block, table, seen, kept[:, :n], natural_draws(table, kept[:, :n]), FlowDraws(made, "claims made a year"),
        FlowDraws(ended, "claims ended a year"), StockDraws(pending, "claims pending"),
        FlowDraws(applications, "applications published a year"), posterior.diagnostics,
    )  # fmt: skip
