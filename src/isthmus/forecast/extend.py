"""Paths beyond the last fitted month, drawn month by month as they were fitted, each with a stream of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.inference.posterior import Paths
from isthmus.model.network import Model
from isthmus.streams import stream

Floats = NDArray[np.float64]


def extend(model: Model, values: dict[str, Floats], paths: Paths, last: int, *, seed: int, names: Sequence[str | int]) -> Paths:
    """Paths after ``last``; arrays with the sample axis first are changed and returned."""
    n = model.grid.n_months - 1 - last
    if n <= 0:
        return paths
    departures, legs, seen, drivers, shared = paths
    normal = stream(seed, "departures", *names).standard_normal((n, *departures.shape[:2]))
    for g, gid in enumerate(model.groups):
        own = f"groups.{gid}.departures"
        steps = values[f"{own}.innovation"] * heavy(normal[:, :, g], model.tails[g], seed, gid, *names)
        persistence, trend, path = values[f"{own}.persistence"], model.trends[g], departures[:, g]
        if trend is not None:
            steps = trend.onward(path[:, 1 : last + 1] - persistence[:, None] * path[:, :last], values[trend.gain], steps)
        carry_on(path, last, persistence, steps)
    for row, k in enumerate(model.drifting_legs):
        draws = stream(seed, "drift", model.legs[k].id, *names).standard_normal((n, *legs.shape[:1], legs.shape[2]))
        walk = np.cumsum(draws * values[model.legs[k].drift or ""][:, None], axis=0)
        legs[:, row, :, last + 1 :] = legs[:, row, :, last, None] + walk.transpose(1, 2, 0)
    for row, k in enumerate(model.drifting_sights):
        sight = model.sights[k]
        draws = stream(seed, "detection", sight.id, *names).standard_normal((n, seen.shape[0]))
        steps = values[sight.drift or ""] * heavy(draws, sight.tails, seed, sight.id, *names)
        carry_on(seen[:, row], last, sight.persistence, steps, around=np.log(values[sight.detection]))
    for row, node in enumerate(model.shared):
        draws = stream(seed, "shared", node.id, *names).standard_normal((n, shared.shape[0]))
        carry_on(shared[:, row], last, values[node.persistence], values[node.innovation] * draws)
    return Paths(departures, legs, seen, drivers, shared)


def carry_on(path: Floats, last: int, persistence: Any, steps: Floats, *, around: Any = 0.0) -> None:
    """``x_t = a + rho (x_{t-1} - a) + e_t`` after ``last``, in place.

    Args:
        path: ``(sample, month)``.
        last: Last month that stays.
        persistence: rho, a number or ``(sample,)``.
        steps: e, ``(month ahead, sample)``.
        around: a, a number or ``(sample,)``.
    """
    for k, step in enumerate(steps):
        path[:, last + 1 + k] = around + persistence * (path[:, last + k] - around) + step


def heavy(normal: Floats, tails: float | None, seed: int, *names: str | int) -> Floats:
    """Student-t variates: normal ones over the root of a chi-squared of its own stream; normal where ``tails`` is absent."""
    if tails is None:
        return normal
    return np.asarray(normal / np.sqrt(stream(seed, "tails", *names).chisquare(tails, normal.shape) / tails))
