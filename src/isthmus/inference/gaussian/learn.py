"""Joint mode and curvature over all groups, in turn with scales, persistences and populations."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from isthmus.inference.gaussian import walks as walking
from isthmus.inference.gaussian.arrow import Arrow
from isthmus.inference.gaussian.response import Answer, Data, Programs, Unknowns
from isthmus.inference.gaussian.state import Frame
from isthmus.inference.posterior import Evidence
from isthmus.model.network import Knowledge

Floats = NDArray[np.float64]

WILD = 1.0
"""Largest step of a log expected figure that is trusted when a figure is far off."""

FIRST = 4
"""Steps by the secant before Fisher's weights, and before scales are learned."""

SHARES = (1.0, 0.5, 0.25, 0.1, 0.02, 0.0)
"""Shares of a step that are tried in turn."""


@dataclass
class Learning:
    """State of one fit while it is learned; arrays are changed in place.

    Attributes:
        scalars: Standardised scalars of the whole and a slot for padding, ``(scalar + 1,)``.
        own: Each group's unknowns, ``(group, unknown)``.
        shared: Shared unknowns.
        weights: Weight of each step of each walk, ``(walk, month)``.
        spread: How well each scale and persistence is known: variance on the scale of its family, by position.
        arrow: The present Gaussian.
        moved: Length of the last step before it was shortened, root mean square in log figures and prior standard deviations: a
            step shortened to nothing is not a mode at rest.
    """

    frame: Frame
    evidence: Evidence
    scalars: Floats
    own: Floats
    shared: Floats
    weights: Floats
    spread: dict[int, float] = field(default_factory=dict)
    arrow: Arrow | None = None
    moved: float = np.inf

    @classmethod
    def begin(cls, frame: Frame, evidence: Evidence) -> Learning:
        """At the centre of every prior."""
        model = frame.template.whole
        out = cls(
            frame,
            evidence,
            np.zeros(len(model.table.parameters) + 1),
            np.zeros((len(model.groups), frame.size)),
            np.zeros(frame.shared_size),
            np.ones((len(frame.walks), frame.months)),
        )
        for walk in frame.walks:
            if walk.group >= 0 and walk.start is not None:
                out.own[walk.group, walk.offset : walk.offset + frame.months] = walk.start[0]
        return out

    def natural(self) -> Floats:
        """Natural values of all quantities."""
        table = self.frame.template.whole.table
        return np.asarray(table.natural(table.unconstrained(jnp.asarray(self.scalars[:-1]))))

    def rho(self, walk: walking.Walk, natural: Floats) -> float:
        """Persistence of a walk."""
        if isinstance(walk.persistence, str):
            return float(natural[self.frame.template.whole.table.position[walk.persistence]])
        return walk.persistence

    def sigma(self, walk: walking.Walk, natural: Floats) -> float:
        """Scale of a walk."""
        return max(float(natural[self.frame.template.whole.table.position[walk.scale]]), walking.LEAST_SCALE)

    def unknowns(self) -> Unknowns:
        """What the response takes, shared movements added."""
        frame, model = self.frame, self.frame.template.whole
        m, n = frame.months, len(self.own)
        departures = self.own[:, frame.n_own : frame.n_own + m].copy()
        legs = self.own[:, frame.leg(0) : frame.leg(0) + m * frame.n_legs].reshape(n, frame.n_legs, m)
        detection = self.own[:, frame.detection(0) :].reshape(n, -1, m).copy()
        for k, node in enumerate(model.shared):
            path = self.shared[frame.movement(k) : frame.movement(k) + m]
            if node.on == "departures":
                departures[list(node.members)] += path
            else:
                for row in node.members:
                    g, c = np.argwhere(frame.template.series == row)[0]
                    detection[g, c] += path
        common = np.tile(self.shared[: frame.n_common], (n, 1))
        return Unknowns(self.own[:, : frame.n_own], common, departures, legs, detection)

    def data(self) -> Data:
        """What differs between groups."""
        template, known = self.frame.template, self.evidence.knowledge
        rows = [template.knowledge(known, g) for g in range(len(self.own))]
        stacked = Knowledge(np.stack([r.requirement for r in rows]), np.stack([r.shift for r in rows]))
        return Data(self.scalars, template.own, template.quantities, stacked)


def figures(state: Learning) -> tuple[Floats, NDArray[np.bool_]]:
    """Figures and mask as the template lays them out, ``(group, checkpoint, month)``."""
    series = state.frame.template.series
    mask = np.asarray(state.evidence.mask)[series] & (series >= 0)[:, :, None]
    return np.where(mask, np.asarray(state.evidence.values)[series], 0.0), mask


def dispersion(state: Learning, natural: Floats) -> Floats:
    """Dispersion of each series, ``(group, checkpoint, 1)``."""
    model = state.frame.template.whole
    phi = np.array([natural[model.table.position[s.dispersion]] for s in model.sights])
    return np.asarray(phi[state.frame.template.series][:, :, None])


def working(state: Learning, answer: Answer, natural: Floats, *, secant: bool) -> tuple[Floats, Floats]:
    """Weights and residuals of the negative binomial on the log scale, ``(group, checkpoint, month)``.

    The secant through the score from the expected to the observed figure takes large steps safely; Fisher's weights are those of
    the curvature. Both have the same fixed point.
    """
    y, mask = figures(state)
    phi = dispersion(state, natural)
    mean = np.exp(np.clip(answer.log_mean, -20, 30))
    weight = mean / (1 + mean / phi)
    residual = np.clip((y - mean) / mean, -WILD, WILD)
    if secant:
        away = np.log((y + 0.5) / (mean + 0.5))
        with np.errstate(divide="ignore", invalid="ignore"):
            chord = (y - mean) / away / (1 + mean / phi)
        fits = np.isfinite(chord) & (chord > 0) & (np.abs(away) > 0.1)
        weight, residual = np.where(fits, chord, weight), np.where(fits, away, residual)
    return np.where(mask, weight, 0.0), np.where(mask, residual, 0.0)


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


def gauss_newton(state: Learning, programs: Programs, *, secant: bool) -> None:
    """One step towards the joint mode at the present scales, shortened until the posterior rises."""
    natural, answer = state.natural(), programs.answer(state.unknowns(), state.data())
    weight, residual = working(state, answer, natural, secant=secant)
    own, across = slopes(state, answer)
    prior = priors(state, natural)
    w, e = weight.reshape(len(own), -1), residual.reshape(len(own), -1)
    target = e + np.einsum("gfu,gu->gf", own, state.own) + across @ state.shared
    scaled = own * w[..., None]
    turned = np.swapaxes(scaled, 1, 2)
    arrow = Arrow.solve(
        prior.own + turned @ own,
        turned @ across,
        prior.shared + np.tensordot(across * w[..., None], across, ([0, 1], [0, 1])),
        prior.right + np.einsum("gfu,gf->gu", scaled, target),
        prior.right_shared + np.einsum("gfs,gf->s", across, w * target),
    )
    begin = state.own.copy(), state.shared.copy()
    best = log_posterior(state, answer.log_mean, natural, prior)
    for share in SHARES:
        state.own = begin[0] + share * (arrow.own - begin[0])
        state.shared = begin[1] + share * (arrow.shared - begin[1])
        _keep_scalars(state)
        if log_posterior(state, programs.log_mean(state.unknowns(), state.data()), natural, prior) >= best:
            break
    whole = arrow.own - begin[0], arrow.shared - begin[1]
    state.moved = float(sum(np.sqrt(np.mean(part**2)) for part in whole))
    state.arrow = replace(arrow, own=state.own, shared=state.shared)


def log_posterior(state: Learning, log_mean: Floats, natural: Floats, prior: Priors) -> float:
    """Log posterior of the unknowns at the present scales, up to a constant."""
    y, mask = figures(state)
    phi = dispersion(state, natural)
    mean = np.exp(np.clip(log_mean, -20, 30))
    likelihood = np.where(mask, y * np.log(mean) - (y + phi) * np.log(phi + mean), 0.0).sum()
    quadratic = np.einsum("gu,guv,gv->", state.own, prior.own, state.own) + state.shared @ prior.shared @ state.shared
    return float(likelihood - 0.5 * quadratic + (prior.right * state.own).sum() + prior.right_shared @ state.shared)


def _keep_scalars(state: Learning) -> None:
    frame = state.frame
    for g, at in enumerate(frame.template.own):
        state.scalars[at] = state.own[g, : frame.n_own]
    state.scalars[-1] = 0.0
    state.scalars[frame.template.common] = state.shared[: frame.n_common]


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
    unconstrained = np.asarray(table.unconstrained(jnp.asarray(state.scalars[:-1])))
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
        unconstrained = np.asarray(table.unconstrained(jnp.asarray(state.scalars[:-1])))
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


def learn(frame: Frame, evidence: Evidence, programs: Programs, *, steps: int) -> Learning:
    """Steps of the mode in turn with the scales; the last step of the mode has Fisher's curvature."""
    state = Learning.begin(frame, evidence)
    for n in range(steps):
        gauss_newton(state, programs, secant=n < FIRST)
        if n >= FIRST:
            maximise(state)
    gauss_newton(state, programs, secant=False)
    return state
