"""The random walk with the same prior policy step: who beats it has learned a mechanism, not a date.

The step is what the corridor's prior alone says of the rules and policies known: on the same prior draws, the log change of the
expected figure from the origin on, with them less without them. A rule long in force gives no step, one whose effect is still on
its way along the route gives the rest of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.predict import Predictor
from isthmus.forecast.prior import prior_predictive
from isthmus.forecast.rivals.outlook import Outlook
from isthmus.model.network import Knowledge

Floats = NDArray[np.float64]

N_STEPS = 100
"""Prior draws of the step."""


def without_changes(knowledge: Knowledge, earlier: Knowledge) -> Knowledge:
    """What is known, with rules and policies only as known ``earlier``."""
    return knowledge._replace(requirement=earlier.requirement, shift=earlier.shift)


def differs(one: Knowledge, other: Knowledge) -> bool:
    """Whether two states of knowledge differ in rules or policies."""
    return not (np.array_equal(one.requirement, other.requirement) and np.array_equal(one.shift, other.shift))


def prior_log_means(predictor: Predictor, knowledge: Knowledge, *, seed: int) -> Floats:
    """Log of the figures that the prior expects, on the same draws whatever is known, ``(draw, series, month)``."""
    means = prior_predictive(predictor, knowledge, n_samples=N_STEPS, seed=seed)
    return np.log1p(np.maximum(means, 0.0))


def steps(with_policies: Floats, without: Floats, last: int, horizon: int) -> Floats:
    """Log change from month ``last`` owed to the policies, ``(draw, series, horizon)``; beyond the grid, NaN."""
    effect = with_policies - without
    out = np.full((*effect.shape[:2], horizon), np.nan)
    ahead = effect[:, :, last + 1 : last + 1 + horizon] - effect[:, :, last, None]
    out[:, :, : ahead.shape[2]] = ahead
    return out


def prior_step(predictor: Predictor, knowledge: Knowledge, earlier: Knowledge, last: int, horizon: int, *, seed: int) -> Floats:
    """Steps ``(draw, series, horizon)`` by what is known beyond ``earlier``; a single zero where nothing is."""
    none = without_changes(knowledge, earlier)
    if not differs(none, knowledge):
        return np.zeros((1, len(predictor.model.sights), horizon))
    told, untold = (prior_log_means(predictor, one, seed=seed) for one in (knowledge, none))
    return steps(told, untold, last, horizon)


def step_walk(walk: Outlook, step: Floats) -> Outlook:
    """The random walk moved by each draw of the step ``(draw, horizon)``; draws that are all one make one component."""
    moved = np.nan_to_num(step)
    if np.ptp(moved, axis=0).max(initial=0.0) == 0.0:
        moved = moved[:1]
    return Outlook(walk.location + moved, np.broadcast_to(walk.sd, moved.shape).copy())
