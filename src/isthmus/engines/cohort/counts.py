"""Stochastic histories: whole people divided by multinomial draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from isthmus.engines import step
from isthmus.engines.result import Trajectories
from isthmus.model.network import Model

Floats = NDArray[np.float64]


def replicate(model: Model, departures: Floats, leg: Floats, settle: Floats, *, generator: np.random.Generator) -> Trajectories:
    """One history of whole people.

    Args:
        model: The compiled corridor.
        departures: Expected people leaving, ``(group, step)``; drawn as Poisson.
        leg: Share of those leaving who take a leg, ``(leg, group, step)``.
        settle: Share of those leaving who settle, ``(place, group, step)``.
        generator: The replicate's stream.

    Returns:
        Trajectories of whole numbers, ``int64``.

    Raises:
        ModelError: The shares of a place do not add up to 1.
    """
    left = generator.poisson(np.asarray(departures)).astype(np.float64)
    out = step.run(model, step.prepare(model, leg, settle), left, generator, draw=True)
    return Trajectories(*(None if part is None else part.astype(np.int64) for part in out))


def expected(model: Model, departures: Floats, leg: Floats, settle: Floats) -> Trajectories:
    """The same order of events with expectations: step by step, and what `mean_field` is held against.

    Arguments as in `replicate`; trajectories of ``float64``.
    """
    plan = step.prepare(model, leg, settle)
    return step.run(model, plan, np.array(departures, np.float64), np.random.default_rng(0), draw=False)
