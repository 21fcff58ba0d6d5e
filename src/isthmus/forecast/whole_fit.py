"""The fit of a corridor to all its figures as a unit of work: any worker does it, and whoever asks for the same has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.compute import Arrays, Unit
from isthmus.compute.unit import bytes_hash, listener
from isthmus.forecast.backtest.blocks import evidence_at
from isthmus.forecast.compiled import compiled, fitted_part
from isthmus.inference.diagnostics import Diagnostics
from isthmus.inference.fit import Effort, Posterior, fit
from isthmus.inference.warm import EarlierFit, fit_warm

Floats = NDArray[np.float64]

ABSENT = np.nan
"""Stands in an array for what a fit does not have."""


@dataclass(frozen=True)
class Fitting:
    """What a fit needs; its result depends on nothing else.

    Attributes:
        corridor: As text, see `forecast.compiled`.
        last_month: End of the compiled grid.
        last_fitted: Last month that the fit sees.
        figures: By series and month of the grid, NaN where none is used, ``(series, month)``.
        seed: Of the fit.
        earlier: Fit to go on from; absent: this one starts from nothing.
    """

    corridor: str
    last_month: str
    last_fitted: str
    figures: Floats
    seed: int
    effort: Effort
    earlier: EarlierFit | None = None

    @property
    def parts(self) -> tuple[object, ...]:
        """What the name of the unit is made of."""
        went_on: tuple[object, ...] = ()
        if self.earlier is not None:
            went_on = (bytes_hash(self.earlier.vectors), bytes_hash(self.earlier.figures), *self.earlier[2:])
        return (
            fitted_part(self.corridor),
            self.last_month,
            self.last_fitted,
            bytes_hash(self.figures),
            self.seed,
            self.effort,
            *went_on,
        )


def fit_unit(unit: Unit) -> Arrays:
    """The fit as work for any place."""
    asked: Fitting = unit.arguments["fitting"]
    work = compiled(asked.corridor, asked.last_month)
    evidence = evidence_at(asked.figures, work.model.grid.position(asked.last_fitted), work.model.knowledge)
    how: dict[str, Any] = {"seed": asked.seed, "effort": asked.effort, "progress": listener(unit)}
    if asked.earlier is None:
        return _arrays(fit(work.model, evidence, **how))
    before = evidence_at(asked.earlier.figures, asked.earlier.last, work.model.knowledge)
    return _arrays(fit_warm(work.model, evidence, before, asked.earlier, **how))


def _arrays(posterior: Posterior) -> dict[str, NDArray[Any]]:
    found = posterior.diagnostics
    return {
        "vectors": posterior.vectors,
        "rhat": found.rhat,
        "ess_bulk": found.ess_bulk,
        "ess_tail": found.ess_tail,
        "divergences": np.array(found.divergences),
        "acceptance": np.array(found.acceptance),
        "moved": np.array(ABSENT if found.moved is None else found.moved),
        "tail": np.array(ABSENT if found.tail is None else found.tail),
    }


def posterior_of(arrays: Mapping[str, NDArray[Any]]) -> Posterior:
    """The posterior of a unit's result."""
    moved, tail = (None if np.isnan(arrays[name]) else float(arrays[name]) for name in ("moved", "tail"))
    rhat, ess_bulk, ess_tail = (np.asarray(arrays[name]) for name in ("rhat", "ess_bulk", "ess_tail"))
    divergences, acceptance = int(arrays["divergences"]), float(arrays["acceptance"])
    found = Diagnostics(rhat, ess_bulk, ess_tail, divergences, acceptance, moved, tail)
    return Posterior(np.asarray(arrays["vectors"]), found)
