"""Stochastic histories: whole people divided by multinomial draws."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.engines import step
from isthmus.engines.result import Trajectories
from isthmus.model.network import Model


def replicate(
    model: Model,
    departures: NDArray[np.float64],
    leg: NDArray[np.float64],
    settle: NDArray[np.float64],
    *,
    generator: np.random.Generator,
) -> Trajectories:
    """One history of whole people.

    Args:
        model: The compiled corridor.
        departures: Expected people leaving, ``(group, step)``; drawn as Poisson.
        leg: Share of those leaving who take a leg, ``(leg, group, step)``.
        settle: Share of those leaving who settle, ``(place, group, step)``.
        generator: The replicate's stream.

    Returns:
        Trajectories of ``int64``.
    """
    left = generator.poisson(np.asarray(departures)).astype(np.int64)
    return step.run(model, step.prepare(model, leg, settle), left, generator.multinomial)


def expected(
    model: Model, departures: NDArray[np.float64], leg: NDArray[np.float64], settle: NDArray[np.float64]
) -> Trajectories:
    """The same order of events with expectations: slow, obvious, and what `mean_field` is held against."""

    def share(people: Any, shares: NDArray[np.float64]) -> Any:
        return people[:, None] * shares

    return step.run(model, step.prepare(model, leg, settle), np.asarray(departures, float), share)
