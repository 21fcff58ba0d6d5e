"""Effects of policies: what each moves, for whom, and its course in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.model.parameters import ParameterTable
from isthmus.spec.schema import Corridor, Effect, Policy
from isthmus.timegrid import TimeGrid

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shift:
    """One effect of one policy: what it moves and its time profile."""

    name: str
    """Name of the quantity that sizes it."""
    policy: str
    on: str
    target: int
    """Position of the leg, place or series; -1 for departures."""
    groups: tuple[int, ...]
    profile: Floats
    """0 to 1, ``(step,)``."""


def _profile(policy: Policy, effect: Effect, grid: TimeGrid) -> Floats:
    """0 before the policy, 1 in full force, fading where a half-life is given."""
    share = grid.share_since(policy.date)
    if policy.until is not None:
        share = share - grid.share_since(policy.until)
    age = np.maximum(grid.days_since(policy.date), 0)
    if effect.ramp_days:
        share = share * np.minimum(age / effect.ramp_days, 1)
    if effect.half_life_days is not None:
        share = share * 0.5 ** (age / effect.half_life_days)
    return np.asarray(share)


def shifts_of(corridor: Corridor, order: list[str], grid: TimeGrid, table: ParameterTable) -> tuple[Shift, ...]:
    """Effects of all policies with their quantities registered."""
    positions = {
        "leg": {leg: k for k, leg in enumerate(corridor.legs)},
        "settle": {place: k for k, place in enumerate(order)},
        "detection": {series: k for k, series in enumerate(corridor.series)},
    }
    groups = list(corridor.groups)
    out = []
    for pid, policy in corridor.policies.items():
        for n, effect in enumerate(policy.effects):
            target = -1 if effect.on == "departures" else positions[effect.on][effect.id or ""]
            of = tuple(range(len(groups))) if effect.group is None else (groups.index(effect.group),)
            name = table.add(f"policies.{pid}.{n}.size", effect.size)
            out.append(Shift(name, pid, effect.on, target, of, _profile(policy, effect, grid)))
    return tuple(out)
