"""The joint mode at given scales: exact scores, curvature of the figures as observed, steps damped until the posterior rises."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve, solve_triangular

from isthmus.inference.gaussian import walks as walking
from isthmus.inference.gaussian.arrow import Arrow
from isthmus.inference.gaussian.learning import Learning
from isthmus.inference.gaussian.response import Answer, Programs

Floats = NDArray[np.float64]
Weights = Literal["chord", "observed", "exact", "expected"]

TRIES = 5
"""Dampings that are tried before a step is given up."""
SHARES = (1.0, 0.5, 0.25, 0.1, 0.02)
"""Shares of a step of all groups together that are tried in turn."""
NOTHING = 1e-6
"""A gain of the log posterior that is not worth another try."""
CALM, SHAKEN = 0.75, 0.25
"""Gain over the promised one above which damping falls, and below which it rises."""
LEAST_DAMPING, MOST_DAMPING = 1e-3, 10.0
FLATTEST = 0.05
"""Least curvature in a direction that was turned over, as a share of the plain one."""


def figures(state: Learning) -> tuple[Floats, NDArray[np.bool_]]:
    """Figures and mask as the template lays them out, ``(group, checkpoint, month)``."""
    series, m = state.frame.template.series, state.frame.months
    mask = np.asarray(state.evidence.mask)[series, :m] & (series >= 0)[:, :, None]
    return np.where(mask, np.asarray(state.evidence.values)[series, :m], 0.0), mask


def dispersion(state: Learning, natural: Floats) -> Floats:
    """Dispersion of each series, ``(group, checkpoint, 1)``."""
    model = state.frame.template.whole
    phi = np.array([natural[model.table.position[s.dispersion]] for s in model.sights])
    return np.asarray(phi[state.frame.template.series][:, :, None])


def working(state: Learning, answer: Answer, natural: Floats, weights: Weights) -> tuple[Floats, Floats]:
    """Curvature and score of the negative binomial in the log of the expected figure, ``(group, checkpoint, month)`` each.

    The score is ``(y - m) / (1 + m / phi)`` whatever the weights. Those of the *chord* are the score over the way from the
    expected to the observed figure, which takes large steps safely; *observed* (and *exact*) ones are the curvature at figures
    that came, *expected* ones its mean (Fisher's).
    """
    y, mask = figures(state)
    phi = dispersion(state, natural)
    mean = np.exp(np.clip(answer.log_mean, -20, 30))
    score = (y - mean) / (1 + mean / phi)
    weight = mean / (1 + mean / phi)
    if weights in {"observed", "exact"}:
        weight = weight * (y + phi) / (mean + phi)
    if weights == "chord":
        away = np.log((y + 0.5) / (mean + 0.5))
        with np.errstate(divide="ignore", invalid="ignore"):
            chord = score / away
        weight = np.where(np.isfinite(chord) & (chord > 0) & (np.abs(away) > 0.1), chord, weight)
    return np.where(mask, weight, 0.0), np.where(mask, score, 0.0)


def slopes(state: Learning, answer: Answer) -> tuple[Floats, Floats]:
    """Slopes of log expected figures, ``(group, figure, own unknown)`` and ``(group, figure, shared unknown)``."""
    frame, model = state.frame, state.frame.template.whole
    n, checkpoints, m = answer.log_mean.shape
    own = np.zeros((n, checkpoints, m, frame.size))
    across = np.zeros((n, checkpoints, m, frame.shared_size))
    a, b = frame.n_own, frame.n_own + frame.n_common
    own[..., :a] = answer.slope[..., :a]
    across[..., : frame.n_common] = answer.slope[..., a:b]
    own[..., a : frame.detection(0)] = answer.slope[..., b:]
    months = np.arange(m)
    for c in range(checkpoints):
        own[:, c, months, frame.detection(c) + months] = answer.share[:, c]
    for k, node in enumerate(model.shared):
        at = frame.movement(k)
        if node.on == "departures":
            across[list(node.members), ..., at : at + m] = answer.slope[list(node.members), ..., b : b + m]
        else:
            for row in node.members:
                g, c = np.argwhere(frame.template.series == row)[0]
                across[g, c, months, at + months] = answer.share[g, c]
    return own.reshape(n, -1, frame.size), across.reshape(n, -1, frame.shared_size)


class Priors(NamedTuple):
    """Prior precisions, and precision times mean, of each group's unknowns and of the shared ones."""

    own: Floats
    right: Floats
    shared: Floats
    right_shared: Floats


def priors(state: Learning, natural: Floats) -> Priors:
    """Prior precisions and precision times mean of each group's unknowns and of the shared ones."""
    frame, m = state.frame, state.frame.months
    own = np.tile(np.eye(frame.size), (len(state.own), 1, 1))
    right, shared, right_shared = np.zeros_like(state.own), np.eye(frame.shared_size), np.zeros_like(state.shared)
    for k, walk in enumerate(frame.walks):
        at = slice(walk.offset, walk.offset + m)
        block, pull = walking.precision(m, walk, state.rho(walk, natural), state.sigma(walk, natural), state.weights[k])
        if walk.group < 0:
            shared[at, at], right_shared[at] = block, pull
        else:
            own[walk.group, at, at], right[walk.group, at] = block, pull
    return Priors(own, right, shared, right_shared)


class Hill(NamedTuple):
    """The log posterior about one point: its slope, and its curvature by the pieces of an arrow.

    Attributes:
        own: Curvature in each group's unknowns, ``(group, own, own)``.
        cross: Between these and the shared ones, ``(group, own, shared)``.
        shared: ``(shared, shared)``.
        slope: ``(group, own)``.
        slope_shared: ``(shared,)``.
        heights: Log posterior by group and of the shared unknowns' prior, up to constants, ``(group + 1,)``.
    """

    own: Floats
    cross: Floats
    shared: Floats
    slope: Floats
    slope_shared: Floats
    heights: Floats

    def step(self, damping: Floats) -> Arrow | None:
        """The Gaussian whose means are the way to the top, none where the curvature is not that of a top.

        Args:
            damping: Share of its own diagonal that is added to each group's curvature, ``(group,)``.
        """
        own = self.own.copy()
        for matrix, share in zip(own, damping, strict=True):
            matrix[np.diag_indices(len(matrix))] += share * np.abs(np.diag(matrix))
        try:
            return Arrow.solve(own, self.cross, self.shared, self.slope, self.slope_shared)
        except LinAlgError:
            return None


def hill(state: Learning, programs: Programs, natural: Floats, weights: Weights) -> Hill:
    """Slope and curvature where a fit stands, at its present scales; *exact* curvature has the bends of the figures in it."""
    unknowns, data = state.unknowns(), state.data()
    answer = programs.answer(unknowns, data)
    weight, score = working(state, answer, natural, weights)
    own, across = slopes(state, answer)
    prior = priors(state, natural)
    bend = Bend.of(state, programs.bend(unknowns, data, score)) if weights == "exact" else Bend(0.0, 0.0, 0.0)
    weight, score = (part.reshape(len(own), -1) for part in (weight, score))
    scaled = np.swapaxes(own * weight[..., None], 1, 2)
    plain = prior.own + scaled @ own
    return Hill(
        plain if weights != "exact" else np.stack([upright(one, at) for one, at in zip(plain - bend.own, plain, strict=True)]),
        scaled @ across - bend.cross,
        prior.shared + np.tensordot(across * weight[..., None], across, ([0, 1], [0, 1])) - bend.shared,
        prior.right - (prior.own @ state.own[..., None])[..., 0] + (np.swapaxes(own, 1, 2) @ score[..., None])[..., 0],
        prior.right_shared - prior.shared @ state.shared + np.tensordot(across, score, ([0, 1], [0, 1])),
        heights(state, answer.log_mean, natural, prior),
    )


def upright(curvature: Floats, plain: Floats) -> Floats:
    """A curvature as it is where it is that of a top; else with the directions in which it falls turned over.

    Directions are those of ``plain``, a curvature that is positive definite (Dauphin et al. 2014, arXiv 1406.2572).
    """
    try:
        np.linalg.cholesky(curvature)
    except np.linalg.LinAlgError:
        factor = np.linalg.cholesky(plain)
        half = solve_triangular(factor, curvature, lower=True)
        values, vectors = np.linalg.eigh(solve_triangular(factor, half.T, lower=True))
        turned = factor @ vectors
        return np.asarray((turned * np.maximum(np.abs(values), FLATTEST)) @ turned.T)
    return curvature


class Bend(NamedTuple):
    """Second slopes of figures weighted by their scores, laid out as a `Hill`."""

    own: Any
    cross: Any
    shared: Any

    @classmethod
    def of(cls, state: Learning, flat: Floats) -> Bend:
        """From those of each group in own, common, departures and legs, ``(group, unknown, unknown)``."""
        frame, model, m = state.frame, state.frame.template.whole, state.frame.months
        a, b = frame.n_own, frame.n_own + frame.n_common
        mine = np.r_[0:a, b : flat.shape[1]]
        here = np.r_[0 : frame.detection(0)]
        own = np.zeros((len(flat), frame.size, frame.size))
        cross = np.zeros((len(flat), frame.size, frame.shared_size))
        spread = np.zeros((len(flat), flat.shape[1], frame.shared_size))
        spread[:, a + np.arange(frame.n_common), np.arange(frame.n_common)] = 1.0
        for k, node in enumerate(model.shared):
            if node.on == "departures":
                months = np.arange(m)
                spread[np.array(node.members)[:, None], b + months, frame.movement(k) + months] = 1.0
        own[:, here[:, None], here] = flat[:, mine[:, None], mine]
        turned = flat @ spread
        cross[:, here] = turned[:, mine]
        return cls(own, cross, np.tensordot(spread, turned, ([0, 1], [0, 1])))


def relax(state: Learning, programs: Programs, natural: Floats, here: Hill) -> None:
    """One step of each group alone, shared unknowns held; damped by group, kept where the group's posterior rises."""
    prior, begin = priors(state, natural), state.own
    left = np.ones(len(begin), bool)
    for _ in range(TRIES):
        step = np.zeros_like(begin)
        for g in np.flatnonzero(left):
            step[g], state.damping[g] = damped(here.own[g], here.slope[g], state.damping[g])
        state.move(np.where(left[:, None], begin + step, state.own), state.shared)
        gained = heights(state, programs.log_mean(state.unknowns(), state.data()), natural, prior)[:-1] - here.heights[:-1]
        promised = (here.slope * step).sum(axis=1) - 0.5 * np.einsum("gu,guv,gv->g", step, here.own, step)
        share = gained / np.maximum(promised, 1e-9)
        calm, shaken = left & (share > CALM), left & ~(share > SHAKEN) & (promised > NOTHING)
        state.damping[calm] = np.where(state.damping[calm] < LEAST_DAMPING, 0.0, state.damping[calm] / 8)
        state.damping[shaken] = np.maximum(4 * state.damping[shaken], 10 * LEAST_DAMPING)
        back = left & ~(gained > 0)
        state.move(np.where(back[:, None], begin, state.own), state.shared)
        left = back & (promised > NOTHING)
        if not left.any():
            return


def damped(curvature: Floats, slope: Floats, damping: float) -> tuple[Floats, float]:
    """The step down a curvature whose diagonal is raised until it is positive definite, and the share it was raised by."""
    for _ in range(3 * TRIES):
        raised = curvature.copy()
        diagonal = np.abs(np.diag(curvature))
        raised[np.diag_indices(len(raised))] += damping * diagonal
        try:
            return np.asarray(cho_solve(cho_factor(raised, lower=True), slope)), damping
        except LinAlgError:
            damping = max(4 * damping, 10 * LEAST_DAMPING)
    return np.zeros_like(slope), damping


def climb(state: Learning, programs: Programs, weights: Weights, *, near: float = 0.0) -> bool:
    """A step of each group alone, then one of all together, both kept only where the posterior rises.

    Returns whether what was left to the mode at the present scales is at most ``near``; then nothing has moved.
    """
    natural = state.natural()
    here = hill(state, programs, natural, weights)
    arrow = here.step(np.zeros(len(state.own)))
    state.moved = np.inf if arrow is None else float(np.sqrt((here.slope * arrow.own).sum() + here.slope_shared @ arrow.shared))
    if state.moved <= near:
        return True
    relax(state, programs, natural, here)
    together(state, programs, natural, hill(state, programs, natural, weights))
    return False


def together(state: Learning, programs: Programs, natural: Floats, here: Hill) -> None:
    """A step of all unknowns, its groups damped as they were alone, shortened until the posterior rises."""
    prior, begin, damping = priors(state, natural), (state.own, state.shared), state.damping
    arrow = here.step(damping)
    while arrow is None and damping.max() < MOST_DAMPING:
        damping = np.maximum(4 * damping, 10 * LEAST_DAMPING)
        arrow = here.step(damping)
    if arrow is None:
        return
    for share in SHARES:
        state.move(begin[0] + share * arrow.own, begin[1] + share * arrow.shared)
        if heights(state, programs.log_mean(state.unknowns(), state.data()), natural, prior).sum() > here.heights.sum():
            return
    state.move(*begin)


def rest(state: Learning, programs: Programs, *, steps: int, near: float) -> None:
    """Newton's steps until what is left to the mode is at most ``near``; then the Gaussian about it."""
    for _ in range(steps):
        if climb(state, programs, "exact", near=near):
            break
    settle(state, programs)


def settle(state: Learning, programs: Programs) -> None:
    """The Gaussian about the present point, by the expected curvature."""
    arrow = hill(state, programs, state.natural(), "expected").step(np.zeros(len(state.own)))
    if arrow is not None:
        state.arrow = replace(arrow, own=state.own, shared=state.shared)


def heights(state: Learning, log_mean: Floats, natural: Floats, prior: Priors) -> Floats:
    """Log posterior at the present scales by group and of the shared unknowns' prior, up to constants, ``(group + 1,)``."""
    y, mask = figures(state)
    phi = dispersion(state, natural)
    mean = np.exp(np.clip(log_mean, -20, 30))
    likelihood = np.where(mask, y * np.log(mean) - (y + phi) * np.log(phi + mean), 0.0).sum(axis=(1, 2))
    groups = likelihood - 0.5 * np.einsum("gu,guv,gv->g", state.own, prior.own, state.own) + (prior.right * state.own).sum(axis=1)
    shared = prior.right_shared @ state.shared - 0.5 * state.shared @ prior.shared @ state.shared
    return np.append(groups, shared)
