"""Hazards learned from records that disagree and from surveys, on people of all nationalities.

``recorded ~ NegBinomial(reporting x true, dispersion)`` with ``true = people x P(harm)`` and a log-normal deviation of a year's
hazard; a window that was only partly covered says "at least". ``share surveyed ~ Beta`` around the prevalence, shifted by the
instrument on the logit scale. Months after a source was suspended are censored: they enter nowhere, least of all as zero.
Reporting and hazard of a single source are not told apart by its counts; the prior of the reporting does that, and is swept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.special import betainc, betaln
from numpy.typing import NDArray

from isthmus.data.series import FlowSeries
from isthmus.inference.diagnostics import Diagnostics
from isthmus.inference.small import sample
from isthmus.model.observe import negbinomial_logpmf
from isthmus.model.parameters import ParameterTable, Values
from isthmus.spec.harm import Harm
from isthmus.timegrid import month_range

Floats = NDArray[np.float64]

KINDS = ("death", "robbery", "sexual_violence", "injury", "bodies")
HARMS = KINDS[:4]
"""Harm to a person; bodies seen are asked about in surveys and harm nobody twice."""


@dataclass(frozen=True)
class Window:
    """One recorded number as the density sees it."""

    record: str
    hazard: str
    period: tuple[str, str]
    people: float
    count: int
    at_least: bool
    dispersion: float
    effect: int
    """Position of the year's deviation."""


@dataclass(frozen=True, eq=False)
class HarmFit:
    """Draws of the hazards.

    Attributes:
        table: The quantities, in the order of ``parameters``.
        standard: Standardised draws, ``(sample, parameter)``.
        parameters: Natural draws, ``(sample, parameter)``.
        effects: Standard normal deviation of each hazard and year, ``(sample, effect)``.
        years: Hazard and year of each effect.
        instruments: Shift of each survey on the logit scale, ``(sample, survey)``.
    """

    block: Harm
    table: ParameterTable
    windows: tuple[Window, ...]
    standard: Floats
    parameters: Floats
    effects: Floats
    years: tuple[tuple[str, str], ...]
    instruments: Floats
    diagnostics: Diagnostics

    def natural(self, name: str) -> Floats:
        """A quantity by name, ``(sample,)``; a fixed one is repeated."""
        if name in self.table.fixed:
            return np.full(len(self.parameters), self.table.fixed[name])
        return np.asarray(self.parameters[:, self.table.names.index(name)])

    def hazard(self, leg: str, kind: str, year: str, generator: np.random.Generator) -> Floats:
        """Intensity of a year, ``(sample,)``; a year without records deviates by a draw."""
        name = f"harm.legs.{leg}.{kind}"
        mean = self.natural(name)
        if (name, year) in self.years:
            deviation = self.effects[:, self.years.index((name, year))]
        else:
            deviation = generator.standard_normal(len(mean))
        return np.asarray(mean * np.exp(self.block.variation * deviation))


def people_in(everyone: FlowSeries, period: tuple[str, str]) -> float:
    """People of all nationalities who passed in a window.

    Raises:
        FiguresError: a month has no figure.
    """
    return sum(everyone.at(month) for month in month_range(*period))


def windows(block: Harm, everyone: FlowSeries) -> tuple[tuple[Window, ...], tuple[tuple[str, str], ...]]:
    """All recorded numbers, and the hazards and years that they are about."""
    found: list[Window] = []
    years: dict[tuple[str, str], int] = {}
    for name, record in block.records.items():
        hazard = f"harm.legs.{record.leg}.{record.harm}"
        for count in record.counts:
            people = people_in(everyone, count.period) if count.people is None else count.people
            effect = years.setdefault((hazard, count.period[0][:4]), len(years))
            at_least = count.bound == "at_least"
            found.append(Window(name, hazard, count.period, people, count.count, at_least, record.dispersion, effect))
    return tuple(found), tuple(years)


def quantities(block: Harm) -> ParameterTable:
    """Hazards and reporting shares."""
    table = ParameterTable()
    for leg, hazards in block.legs.items():
        for kind in KINDS:
            table.add(f"harm.legs.{leg}.{kind}", getattr(hazards, kind))
    for name, record in block.records.items():
        table.add(f"harm.records.{name}.reporting", record.reporting)
    return table


def expected(block: Harm, values: Values, effects: Array, window: Window) -> Array:
    """Expected recorded number of a window."""
    hazard = values[window.hazard] * jnp.exp(block.variation * effects[window.effect])
    return values[f"harm.records.{window.record}.reporting"] * window.people * -jnp.expm1(-hazard)


def window_terms(block: Harm, seen: tuple[Window, ...], values: Values, effects: Array) -> Iterator[Array]:
    """Log likelihood of each recorded number."""
    for window in seen:
        mean = jnp.maximum(expected(block, values, effects, window), 1e-9)
        if window.at_least and window.count > 0:
            yield jnp.log(betainc(float(window.count), window.dispersion, mean / (mean + window.dispersion)) + 1e-300)
        elif not window.at_least:
            yield negbinomial_logpmf(jnp.asarray(float(window.count)), mean, jnp.asarray(window.dispersion))


def survey_terms(block: Harm, values: Values, shifts: Array) -> Iterator[Array]:
    """Log likelihood of each share surveyed."""
    for n, survey in enumerate(block.surveys.values()):
        prevalence = -jnp.expm1(-values[f"harm.legs.{survey.leg}.{survey.about}"])
        logit = jnp.log(prevalence) - jnp.log1p(-prevalence) + survey.instrument_sd * shifts[n]
        mean = jnp.clip(1 / (1 + jnp.exp(-logit)), 1e-9, 1 - 1e-9)
        weight = max(survey.people / survey.overdispersion - 1, 1.0)
        a, b = mean * weight, (1 - mean) * weight
        yield (a - 1) * np.log(survey.share) + (b - 1) * np.log1p(-survey.share) - betaln(a, b)


def log_density(block: Harm, table: ParameterTable, seen: tuple[Window, ...], n_effects: int, vector: Array) -> Array:
    """Log posterior up to a constant; the vector holds standardised quantities, year effects and instruments."""
    n = len(table.parameters)
    values, effects, shifts = table.values(vector[:n]), vector[n : n + n_effects], vector[n + n_effects :]
    total = -0.5 * (vector**2).sum()
    for term in (*window_terms(block, seen, values, effects), *survey_terms(block, values, shifts)):
        total = total + term
    return total


def fit_harm(block: Harm, everyone: FlowSeries, *, seed: int, n_samples: int) -> HarmFit:
    """Learn the hazards.

    Args:
        block: The block of the corridor file.
        everyone: People of all nationalities by month.
        seed: Seed of the module's stream.
        n_samples: Draws kept.

    Raises:
        FiguresError: a window's months have no figures and the window no `people`.
    """
    table = quantities(block)
    seen, years = windows(block, everyone)
    n = len(table.parameters)
    size = n + len(years) + len(block.surveys)
    posterior = sample(partial(log_density, block, table, seen, len(years)), size, seed=seed)
    flat = posterior.vectors.transpose(1, 0, 2).reshape(-1, size)
    kept = flat[np.linspace(0, len(flat) - 1, n_samples).astype(int)]
    natural = natural_draws(table, kept[:, :n])
    return HarmFit(
        block, table, seen, kept[:, :n], natural, kept[:, n : n + len(years)], years, kept[:, n + len(years) :],
        posterior.diagnostics,
    )  # fmt: skip


def natural_draws(table: ParameterTable, standard: Floats) -> Floats:
    """Natural values of the unknowns, ``(sample, parameter)``."""
    location, sd = np.array([p.location for p in table.parameters]), np.array([p.sd for p in table.parameters])
    return np.asarray(jax.vmap(table.natural)(jnp.asarray(location + sd * standard)))[:, : len(table.parameters)]
