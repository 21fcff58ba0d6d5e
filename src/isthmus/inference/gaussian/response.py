"""How the expected figures of one group answer to its unknowns: values and slopes, compiled once for all groups."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from isthmus.inference.gaussian.template import Template
from isthmus.inference.posterior import Paths, hold, simulate
from isthmus.model.network import Knowledge
from isthmus.model.parameters import Values


class Unknowns(NamedTuple):
    """The unknowns of one group; with a leading group axis of all.

    Attributes:
        own: The group's own scalars, standardised, ``(scalar,)``.
        common: Scalars of several groups, standardised, ``(scalar,)``; the same in all groups.
        departures: Deviation of log departures, shared movements included, ``(month,)``.
        legs: Constants of drifting legs, ``(leg, month)``.
        detection: Log detection above its level, shared movements included, ``(checkpoint, month)``.
    """

    own: Any
    common: Any
    departures: Any
    legs: Any
    detection: Any


class Answer(NamedTuple):
    """Log expected figures and their slopes, by group.

    Attributes:
        log_mean: ``(group, checkpoint, month)``.
        share: Slope on log detection: the part of the figure that is not baseline, same shape.
        slope: Slopes on own, common, departures and legs, ``(group, checkpoint, month, unknown)``.
    """

    log_mean: Any
    share: Any
    slope: Any


class Data(NamedTuple):
    """What differs between groups beside their unknowns.

    Attributes:
        scalars: All standardised scalars of the whole with one slot for padding, ``(scalar + 1,)``.
        own: Where the group's own scalars stand, ``(scalar,)``.
        quantities: Where the template's quantities stand, ``(quantity,)``.
        knowledge: Rules and policies in force for the group.
    """

    scalars: Any
    own: Any
    quantities: Any
    knowledge: Knowledge


def natural(template: Template, scalars: Array) -> Array:
    """Natural values of the whole from standardised scalars with their padding."""
    table = template.whole.table
    return table.natural(table.unconstrained(scalars[: len(table.parameters)]))


def expected(template: Template, at: Unknowns, data: Data) -> tuple[Array, Array]:
    """Log expected figures of one group and the share that is not baseline, ``(checkpoint, month)`` each."""
    one = template.one
    scalars = jnp.asarray(data.scalars).at[data.own].set(at.own).at[template.common].set(at.common)
    values = Values(one.table, natural(template, scalars)[data.quantities])
    level = jnp.log(values.stack([sight.detection for sight in one.sights]))[:, None]
    legs = hold(at.legs, one.fit_from, one.grid.n_months - 1)[:, None]
    paths = Paths(at.departures[None], legs, level + at.detection, jnp.zeros((0, 0)), jnp.zeros((0, 0)))
    mean = jnp.maximum(simulate(one, values, paths, data.knowledge).mean, 1e-9)
    still = jnp.array([0.0 if sight.baseline_moves else 1.0 for sight in one.sights])
    baseline = (still * values.stack([sight.baseline for sight in one.sights]))[:, None]
    return jnp.log(mean), (mean - jnp.minimum(baseline, mean)) / mean


class Programs(NamedTuple):
    """Compiled for all groups at once; arguments have a leading group axis.

    Attributes:
        answer: ``answer(unknowns, data) -> Answer``.
        log_mean: ``log_mean(unknowns, data)``, ``(group, checkpoint, month)``.
        bend: ``bend(unknowns, data, score)``: second slopes of log expected figures, weighted by ``score`` and summed, in own,
            common, departures and legs, ``(group, unknown, unknown)``.
    """

    answer: Any
    log_mean: Any
    bend: Any

    def until(self, months: int, whole: int) -> Programs:
        """The same for unknowns of the first ``months`` of ``whole``: what comes after stands still and is not looked at."""

        def padded(at: Unknowns) -> Unknowns:
            legs = lengthened(at.legs, whole, "edge")
            return at._replace(departures=lengthened(at.departures, whole), legs=legs, detection=lengthened(at.detection, whole))

        def kept(at: Unknowns) -> NDArray[np.intp]:
            first = at.own.shape[1] + at.common.shape[1]
            walks = np.arange(whole * (1 + at.legs.shape[1])).reshape(-1, whole)[:, :months]
            return np.concatenate([np.arange(first), first + walks.ravel()])

        def answer(at: Unknowns, data: Data) -> Answer:
            found = self.answer(padded(at), data)
            return Answer(found.log_mean[..., :months], found.share[..., :months], found.slope[:, :, :months][..., kept(at)])

        def bend(at: Unknowns, data: Data, score: Any) -> Any:
            columns = kept(at)
            return self.bend(padded(at), data, lengthened(score, whole))[:, columns[:, None], columns]

        return Programs(answer, lambda at, data: self.log_mean(padded(at), data)[..., :months], bend)


def lengthened(path: Any, whole: int, mode: Literal["constant", "edge"] = "constant") -> Any:
    """A path ``(..., month)`` with months added at its end: zeros, or its last value."""
    return np.pad(path, [(0, 0)] * (path.ndim - 1) + [(0, whole - path.shape[-1])], mode=mode)


def compiled(template: Template) -> Programs:
    """The programs of a template."""

    def at_flat(at: Unknowns, flat: Array, data: Data) -> tuple[Array, Array]:
        cuts = np.cumsum([int(np.prod(part.shape)) for part in (at.own, at.common, at.departures)])
        own, common, departures, legs = jnp.split(flat, cuts)
        return expected(template, Unknowns(own, common, departures, legs.reshape(at.legs.shape), at.detection), data)

    def flat_of(at: Unknowns) -> Array:
        return jnp.concatenate([at.own, at.common, at.departures, at.legs.ravel()])

    def slopes(at: Unknowns, data: Data) -> Answer:
        def of(flat: Array) -> tuple[Array, tuple[Array, Array]]:
            log_mean, share = at_flat(at, flat, data)
            return log_mean, (log_mean, share)

        slope, (log_mean, share) = jax.jacfwd(of, has_aux=True)(flat_of(at))
        return Answer(log_mean, share, slope)

    def bent(at: Unknowns, data: Data, score: Array) -> Array:
        second: Array = jax.hessian(lambda flat: (at_flat(at, flat, data)[0] * score).sum())(flat_of(at))
        return second

    axes = Data(None, 0, 0, Knowledge(0, 0))
    program = jax.jit(jax.vmap(slopes, in_axes=(0, axes)))
    values = jax.jit(jax.vmap(lambda at, data: expected(template, at, data)[0], in_axes=(0, axes)))
    bend = jax.jit(jax.vmap(bent, in_axes=(0, axes, 0)))

    def answer(at: Unknowns, data: Data) -> Answer:
        return Answer(*(np.asarray(part) for part in program(at, data)))

    return Programs(
        answer, lambda at, data: np.asarray(values(at, data)), lambda at, data, score: np.asarray(bend(at, data, score))
    )
