"""A scenario's shocks, those of the scenarios that it includes among them, each under one name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.spec.scenarios import Dated, Scenario
from isthmus.timegrid import TimeGrid

Floats = NDArray[np.float64]

INSTANT = 1e-3
"""Days below which a ramp is none."""


@dataclass(frozen=True)
class Named:
    """A shock under the name by which its strengths are drawn: ``SCENARIO.SHOCK``."""

    name: str
    shock: Dated


def gathered(scenarios: Mapping[str, Scenario], name: str) -> tuple[Named, ...]:
    """All shocks in force in a scenario, in the order of their names, so that no order of writing matters."""
    found: dict[str, Named] = {}
    waiting, seen = [name], set()
    while waiting:
        one = waiting.pop()
        if one in seen or one not in scenarios:
            continue
        seen.add(one)
        waiting += scenarios[one].includes
        for key, shock in scenarios[one].shocks.items():
            found[f"{one}.{key}"] = Named(f"{one}.{key}", shock)
    return tuple(found[key] for key in sorted(found))


def in_force(shock: Dated, grid: TimeGrid) -> Floats:
    """Share of its full strength at which a shock is in force, day by day averaged over steps, ``(step,)``, 0 to 1."""
    return np.asarray(grid.sum_days(in_force_daily(shock, grid)) / grid.days)


def in_force_daily(shock: Dated, grid: TimeGrid) -> Floats:
    """The same by day, ``(day,)``."""
    ramp, fade = float(getattr(shock, "ramp_days", 0)), float(getattr(shock, "fade_days", 0))
    age = (grid.dates - np.datetime64(shock.from_, "D")).astype(float)
    out = np.clip((age + 0.5) / ramp, 0, 1) if ramp > INSTANT else np.ones_like(age)
    out = np.where(age >= 0, out, 0.0)
    if shock.to is not None:
        over = (grid.dates - np.datetime64(shock.to, "D")).astype(float)
        left = np.clip(1 - (over + 0.5) / fade, 0, 1) if fade > INSTANT else np.zeros_like(over)
        # what had not been reached when it ended fades from where it stood
        reached = out[np.flatnonzero(over < 0)[-1]] if (over < 0).any() else 0.0
        out = np.where(over >= 0, left * reached, out)
    return np.asarray(out)
