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
from isthmus.inference.warm import fit_warm

Floats = NDArray[np.float64]

NOT_A_GAUSSIAN = np.nan
"""Stands for the absent length of a last step."""


@dataclass(frozen=True)
class Fitting:
    """What a fit needs; its result depends on nothing else.

    Attributes:
        corridor: As text, see `forecast.compiled`.
        last_month: End of the compiled grid.
        last_fitted: Last month that the fit sees.
        figures: By series and month of the grid, NaN where none is used, ``(series, month)``.
        seed: Of the fit.
        earlier: Draws to go on from, ``(chain, draw, size)``; absent: the fit starts from nothing.
    """

    corridor: str
    last_month: str
    last_fitted: str
    figures: Floats
    seed: int
    effort: Effort
    earlier: Floats | None = None

    @property
    def parts(self) -> tuple[object, ...]:
        """What the name of the unit is made of."""
        went_on = "" if self.earlier is None else bytes_hash(self.earlier)
        return (
            fitted_part(self.corridor),
            self.last_month,
            self.last_fitted,
            bytes_hash(self.figures),
            self.seed,
            self.effort,
            went_on,
        )


def fit_unit(unit: Unit) -> Arrays:
    """The fit as work for any place."""
    asked: Fitting = unit.arguments["fitting"]
    work = compiled(asked.corridor, asked.last_month)
    evidence = evidence_at(asked.figures, work.model.grid.position(asked.last_fitted), work.model.knowledge)
    how: dict[str, Any] = {"seed": asked.seed, "effort": asked.effort, "progress": listener(unit)}
    if asked.earlier is None:
        return _arrays(fit(work.model, evidence, **how))
    return _arrays(fit_warm(work.model, evidence, asked.earlier, **how))


def _arrays(posterior: Posterior) -> dict[str, NDArray[Any]]:
    found = posterior.diagnostics
    return {
        "vectors": posterior.vectors,
        "rhat": found.rhat,
        "ess_bulk": found.ess_bulk,
        "ess_tail": found.ess_tail,
        "divergences": np.array(found.divergences),
        "acceptance": np.array(found.acceptance),
        "moved": np.array(NOT_A_GAUSSIAN if found.moved is None else found.moved),
    }


def posterior_of(arrays: Mapping[str, NDArray[Any]]) -> Posterior:
    """The posterior of a unit's result."""
    moved = float(arrays["moved"])
    rhat, ess_bulk, ess_tail = (np.asarray(arrays[name]) for name in ("rhat", "ess_bulk", "ess_tail"))
    divergences, acceptance = int(arrays["divergences"]), float(arrays["acceptance"])
    found = Diagnostics(rhat, ess_bulk, ess_tail, divergences, acceptance, None if np.isnan(moved) else moved)
    return Posterior(np.asarray(arrays["vectors"]), found)
