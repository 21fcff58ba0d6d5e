"""Mode, curvature and scales in turn: what figures say of many groups, and of the populations they come from."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from isthmus.inference.diagnostics import AT_REST
from isthmus.inference.gaussian import walks as walking
from isthmus.inference.gaussian.learning import Learning
from isthmus.inference.gaussian.mode import climb, rest, settle
from isthmus.inference.gaussian.response import Programs
from isthmus.inference.gaussian.state import Frame
from isthmus.inference.posterior import Evidence

Floats = NDArray[np.float64]

FIRST = 4
"""Steps by the chord before scales are learned."""
ROUNDS = 6
"""Rounds of scales, each after a step of the mode."""
LAST = 16
"""Most steps at the last scales."""


def maximise(state: Learning) -> None:
    """Weights, scales, persistences and populations under the present Gaussian."""
    if state.arrow is None:
        return
    natural, table, m = state.natural(), state.frame.template.whole.table, state.frame.months
    recent = 0.5 ** (np.maximum(int(state.evidence.last) - np.arange(m), 0) / state.frame.template.whole.memory_months)
    bands = [state.arrow.band(g) for g in range(len(state.own))]
    shared_band = state.arrow.shared_band()
    counts: dict[str, float] = defaultdict(float)
    squares: dict[str, float] = defaultdict(float)
    sums: dict[str, Floats] = defaultdict(lambda: np.zeros(3))
    for k, walk in enumerate(state.frame.walks):
        mean = (state.shared if walk.group < 0 else state.own[walk.group])[walk.offset : walk.offset + m]
        variance, beside = (
            part[walk.offset : walk.offset + m] for part in (shared_band if walk.group < 0 else bands[walk.group])
        )
        rho, sigma, steps = state.rho(walk, natural), state.sigma(walk, natural), walking.moving(walk, m)
        found = walking.expected_squares(mean, variance, beside[: m - 1], rho)
        if walk.tails is not None:
            state.weights[k, 1:] = (walk.tails + 1) / (walk.tails + found / sigma**2)
        w = recent[1:][steps]
        counts[walk.scale] += w.sum()
        squares[walk.scale] += float(w @ found[steps]) * walking.narrower(walk.tails)
        if isinstance(walk.persistence, str):
            second = mean**2 + variance
            products = mean[1:] * mean[:-1] + beside[: m - 1]
            w = w * state.weights[k, 1:][steps] / sigma**2
            sums[walk.persistence] += [w @ second[1:][steps], w @ products[steps], w @ second[:-1][steps]]
    _set_scales(state, counts, squares)
    _set_persistences(state, {name: value for name, value in sums.items() if name in table.names})
    _set_populations(state)


def _prior_of(state: Learning, k: int) -> tuple[float, float]:
    """Centre and standard deviation of an unknown on the scale of its family, its population as it stands."""
    table = state.frame.template.whole.table
    members, centres, spreads = table.members
    parameter = table.parameters[k]
    at = np.flatnonzero(members == k)
    if not len(at):
        return parameter.location, parameter.sd
    unconstrained = state.frame.template.unconstrained(state.scalars[:-1])
    return float(unconstrained[centres[at[0]]]), float(np.exp(unconstrained[spreads[at[0]]]))


def _set_scales(state: Learning, counts: dict[str, float], squares: dict[str, float]) -> None:
    at = state.frame.template.whole.table.names.index
    names = [n for n in counts if n in state.frame.template.whole.table.names]
    if not names:
        return
    where = [at(name) for name in names]
    centre, sd = np.array([_prior_of(state, k) for k in where]).T
    modes, curvature = walking.scale_mode(np.array([counts[n] for n in names]), np.array([squares[n] for n in names]), centre, sd)
    for k, mode, one, c, s in zip(where, modes, curvature, centre, sd, strict=True):
        state.scalars[k] = (mode - c) / s
        state.spread[k] = 1 / one


def _set_persistences(state: Learning, sums: dict[str, Floats]) -> None:
    if not sums:
        return
    where = [state.frame.template.whole.table.names.index(name) for name in sums]
    centre, sd = np.array([_prior_of(state, k) for k in where]).T
    means, variances = walking.persistence_mode(np.array(list(sums.values())), centre, sd)
    for k, mean, variance, c, s in zip(where, means, variances, centre, sd, strict=True):
        state.scalars[k] = (mean - c) / s
        state.spread[k] = float(variance)


def _set_populations(state: Learning) -> None:
    """Move each population to its members; the members stay where they are."""
    table = state.frame.template.whole.table
    members, centres, spreads = table.members
    for centre, spread in sorted(set(zip(centres.tolist(), spreads.tolist(), strict=True))):
        mine = members[centres == centre]
        unconstrained = state.frame.template.unconstrained(state.scalars[:-1])
        now = float(np.exp(unconstrained[spread]))
        known = np.array([state.spread.get(int(k), _variance(state, int(k)) * now**2) for k in mine])
        before = [(table.parameters[k].location, table.parameters[k].sd) for k in (centre, spread)]
        middle, log = walking.population(unconstrained[mine], known, before[0], before[1], now)
        for k, value, (location, sd) in zip((centre, spread), (middle, log), before, strict=True):
            state.scalars[k] = (value - location) / sd
        state.scalars[mine] = (unconstrained[mine] - middle) / np.exp(log)
        _renew(state, mine)


def _variance(state: Learning, k: int) -> float:
    """Posterior variance of a standardised own scalar."""
    found = np.argwhere(state.frame.template.own == k)
    if not len(found) or state.arrow is None:
        return 1.0
    g, n = found[0]
    unit = np.zeros(state.own.shape[1])
    unit[n] = 1.0
    alone = solve_triangular(state.arrow.factors[g], unit, lower=True)
    return float(alone @ alone)


def _renew(state: Learning, mine: NDArray[np.intp]) -> None:
    """The groups' unknowns after their scalars were standardised anew."""
    frame = state.frame
    for g, at in enumerate(frame.template.own):
        state.own[g, : frame.n_own] = np.where(np.isin(at, mine), state.scalars[at], state.own[g, : frame.n_own])


def learn(frame: Frame, evidence: Evidence, programs: Programs) -> Learning:
    """Steps towards the mode, then in turn with the scales, then at the last scales until the mode is at rest."""
    state = Learning.begin(frame, evidence)
    for _ in range(FIRST):
        climb(state, programs, "chord")
    for _ in range(ROUNDS):
        climb(state, programs, "observed")
        settle(state, programs)
        maximise(state)
    rest(state, programs, steps=LAST, near=AT_REST)
    return state
