"""Parameters of an instance learned on the first half of its days, to be judged on the second.

What is learned: five of Flee's own parameters, one attraction per camp, and where an instance has a closure of a
location with two names, whether it means the link between them. All in logarithms around the given settings, drawn
back to them by a quadratic penalty, so that a camp the first half says little about keeps what it had. The search is an
evolution strategy with mirrored samples (Brockhoff et al. 2010) under common random numbers.

What they are learned for is what they are used for: to say from the counts of one day how the people who come later are
shared out. So at the middle of the learned days people in camps are set to the shares observed the day before, and the
error of the days after it weighs three times that of the days before. The calibrated run does the same on the first
held day (`Instance.anchor`), as any forecaster would begin from the last counts. Days after the split are not run while
learning; a count after it enters only where Flee's interpolation of the last learned days leads up to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import ModelError
from isthmus.interop.flee.compiled import compile_instance
from isthmus.interop.flee.instance import Instance
from isthmus.interop.flee.metrics import relative_by_day
from isthmus.interop.flee.native import Kernel, load
from isthmus.interop.flee.run import runs
from isthmus.interop.flee.settings import Settings
from isthmus.streams import stream

SEARCHED = {
    "default_movechance": (1.0, 0.02, 1.0),
    "softening": (0.7, 1.0, 500.0),
    "distance_power": (0.5, 0.1, 4.0),
    "conflict_weight": (0.7, 0.001, 4.0),
    "capacity_scaling": (0.15, 0.1, 10.0),
}
"""Parameter: standard deviation of its logarithm a priori, lowest, highest. How fast people leave camps is not among them:
stocks do not show it, and where it was learned it made up for other errors and did harm later."""
PENALTY = 0.002
"""Relative difference that one squared a-priori standard deviation costs; for attractions the unit is a factor e."""
PEOPLE = 20_000
"""About so many people are simulated while searching."""
GENERATIONS, SAMPLES = 40, 16
FEWEST = 4
"""Days that an instance must have."""
AFTER = 0.75
"""Weight of the days after the anchor in the error that is minimised."""

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """What was learned."""

    settings: Settings
    split: int
    """First day that was not learned from."""
    learned_before: float
    """Weighted relative difference on the learned days, given settings."""
    learned_after: float
    evaluations: int


def calibrate(
    read: Callable[[int], Instance],
    given: Settings,
    *,
    seed: int = 0,
    generations: int = GENERATIONS,
    report: Callable[[float], None] = lambda _: None,
) -> Calibration:
    """Learn an instance's parameters.

    Args:
        read: Reads the instance with a given ``hasten``.
        given: Settings to start from.
        seed: Of the search.
        generations: How long to search.
        report: Called with the share done, 0 to 1.

    Raises:
        ModelError: There are too few days.
    """
    whole = read(given.hasten)
    if whole.days < FEWEST:
        raise ModelError.one(
            where=whole.name,
            expected=f"at least {FEWEST} days to learn from a half of them",
            found=f"{whole.days}",
            remedy="run it without --calibrate, or lengthen it in sim_period.csv",
        )
    split = whole.days // 2
    people = compile_instance(whole).world.people * given.hasten
    learned = replace(read(max(given.hasten, people // PEOPLE)), days=split)
    kernel = load()
    before = _error(learned, learned.settings, kernel, seed)
    start = _reading_of_closures(learned, kernel, seed, before)
    names = learned.camp_names
    generator = stream(seed, "flee", "calibrate")
    size = len(SEARCHED) + len(names)
    centre, spread = np.zeros(size), np.full(size, 0.5)
    for generation in range(generations):
        half = generator.standard_normal((SAMPLES // 2, size))
        tried = centre + spread * np.concatenate([half, -half])
        errors = np.array([_error(learned, decode(x, start, names), kernel, seed) + PENALTY * (x @ x) for x in tried])
        centre, spread = _recombine(centre, spread, tried[np.argsort(errors, kind="stable")])
        report((generation + 1) / generations)
    after = _error(learned, decode(centre, start, names), kernel, seed)
    found = replace(decode(centre, start, names), hasten=given.hasten)
    return Calibration(found, split, before, after, 2 + generations * SAMPLES)


def decode(x: Vector, given: Settings, camps: tuple[str, ...]) -> Settings:
    """Return the settings that a point of the search stands for; the origin stands for the given ones."""
    values: dict[str, float] = {}
    for place, (name, (scale, low, high)) in enumerate(SEARCHED.items()):
        value = float(getattr(given, name)) * math.exp(scale * float(x[place]))
        values[name] = min(max(value, low), high)
    attraction = tuple((camp, math.exp(float(x[len(SEARCHED) + n]))) for n, camp in enumerate(camps))
    changed: dict[str, Any] = {**values, "attraction": attraction}
    return replace(given, **changed)


def _recombine(centre: Vector, spread: Vector, ranked: Vector) -> tuple[Vector, Vector]:
    """Move to the weighted mean of the best quarter; let the spread follow theirs."""
    best = ranked[: SAMPLES // 4]
    weights = math.log(len(best) + 0.5) - np.log(np.arange(1, len(best) + 1))
    weights /= weights.sum()
    spread = np.sqrt(0.8 * spread**2 + 0.2 * (weights @ (best - centre) ** 2))
    return weights @ best, spread


def _reading_of_closures(learned: Instance, kernel: Kernel, seed: int, before: float) -> Settings:
    """Take a location's closure with two names for a link's if that fits the learned days better."""
    settings, index = learned.settings, learned.geography.index
    if not any(c.kind == "location" and c.second in index for c in learned.geography.closures):
        return settings
    other = replace(settings, two_names_close_a_link=True)
    return other if _error(learned, other, kernel, seed) < before else settings


def _error(learned: Instance, settings: Settings, kernel: Kernel, seed: int) -> float:
    """Return the weighted relative difference of the learned days, camps set right in their middle."""
    anchor = learned.days // 2 or None
    instance = replace(learned, settings=settings, anchor=anchor)
    compiled = compile_instance(instance)
    by_day = relative_by_day(instance, compiled.arrivals, next(runs(compiled, seed=seed, kernel=kernel)))
    before, after = by_day[:anchor], by_day[anchor:]
    return AFTER * math.fsum(after) / len(after) + (1.0 - AFTER) * math.fsum(before) / len(before)
