"""One group of many: groups that go the same ways share one compiled model, and differ in data alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import jax
import numpy as np
from numpy.typing import NDArray

from isthmus.errors import ModelError
from isthmus.model.network import Knowledge, Model, Sight
from isthmus.model.parameters import ParameterTable
from isthmus.model.shifts import Shift

Ints = NDArray[np.intp]

ONE = "ONE"
"""Name of the group in the template."""


@dataclass(frozen=True, eq=False)
class Template:
    """A model of one group, and where each group finds its quantities and series in the whole.

    Attributes:
        whole: The model of all groups.
        one: The model of one group; its table only names quantities.
        checkpoints: Names of the series of the template.
        series: Position of each group's series in the whole, -1 where it has none, ``(group, checkpoint)``.
        quantities: Position of each quantity of the template among the natural values of the whole, ``(group, quantity)``.
        own: Positions of each group's own scalars, padded with one past the last, ``(group, scalar)``.
        common: Positions of scalars that several groups depend on.
        moves: Whether a policy's effect concerns the group, ``(group, shift)``.
    """

    whole: Model
    one: Model
    checkpoints: tuple[str, ...]
    series: Ints
    quantities: Ints
    own: Ints
    common: Ints
    moves: NDArray[np.float64]

    @classmethod
    def of(cls, model: Model) -> Template:
        """The template of a model.

        Raises:
            ModelError: Groups do not go the same ways, are watched differently at one checkpoint, or need each other.
        """
        _check(model)
        checkpoints = tuple(dict.fromkeys(_checkpoint(sight) for sight in model.sights))
        series = np.full((len(model.groups), len(checkpoints)), -1)
        for k, sight in enumerate(model.sights):
            series[sight.group, checkpoints.index(_checkpoint(sight))] = k
        one = _one(model, checkpoints)
        names = [_names(model, g, series[g], checkpoints, tuple(one.table.fixed)) for g in range(len(model.groups))]
        at = model.table.position
        quantities = np.array([[at[name] for name in row] for row in names], np.intp)
        own, common = _scalars(model, names)
        moves = np.array([[float(g in shift.groups) for shift in model.shifts] for g in range(len(model.groups))])
        return cls(model, one, checkpoints, series, quantities, own, common, moves.reshape(len(model.groups), -1))

    @cached_property
    def unconstrained(self) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
        """From standardised scalars of the whole to those on the scale of their family, compiled."""
        program = jax.jit(self.whole.table.unconstrained)
        return lambda scalars: np.array(program(scalars))

    @cached_property
    def natural(self) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
        """From standardised scalars of the whole to natural values of all quantities, compiled."""
        table = self.whole.table
        program = jax.jit(lambda scalars: table.natural(table.unconstrained(scalars)))
        return lambda scalars: np.array(program(scalars))

    def knowledge(self, known: Knowledge, group: int) -> Knowledge:
        """What is in force for one group."""
        return Knowledge(np.asarray(known.requirement)[group : group + 1], np.asarray(known.shift) * self.moves[group])


def _checkpoint(sight: Sight) -> str:
    return sight.checkpoint or sight.id


def _check(model: Model) -> None:
    if model.queues or model.money or model.information or model.drivers:
        raise ModelError.one(
            where="fit: gaussian",
            expected="groups that depend on each other by shared movements and quantities alone",
            found="queues, money, information or drivers within the fit",
            remedy="say `in_fit: false` in these blocks, or `fit: sampled`",
        )
    if trending := [g for g, trend in zip(model.groups, model.trends, strict=True) if trend is not None]:
        raise ModelError.one(
            where=f"groups.{trending[0]}.departures.trend",
            expected="departures without a trend, as `fit: gaussian` has them",
            found="a trend",
            remedy="leave out `trend`, or say `fit: sampled`",
        )
    watched: dict[str, tuple[object, ...]] = {}
    for sight in model.sights:
        ways = (sight.arrivals_at, sight.departures_on, sight.arrivals_on)
        if watched.setdefault(_checkpoint(sight), ways) != ways:
            raise ModelError.one(
                where=f"series.{sight.id}.watches",
                expected=f"what the other series of `{_checkpoint(sight)}` watch",
                found="something else",
                remedy="give the series another `checkpoint`",
            )
    if len(set(model.origins)) > 1 or len(set(model.tails)) > 1 or len(set(map(bool, model.season))) > 1:
        raise ModelError.one(
            where="fit: gaussian",
            expected="groups with one origin, one kind of tails, and all or none with a season",
            found="groups that differ",
            remedy="give them the same, or say `fit: sampled`",
        )


def _one(model: Model, checkpoints: tuple[str, ...]) -> Model:
    """The model of one group."""
    sights = []
    for name in checkpoints:
        sight = next(s for s in model.sights if _checkpoint(s) == name)
        of = f"series.{name}"
        sights.append(
            replace(
                sight,
                id=name,
                group=0,
                detection=f"{of}.detection",
                drift=f"{of}.detection_drift",
                baseline=f"{of}.baseline",
                dispersion=f"{of}.dispersion",
            )
        )
    shifts = tuple(_shift(model, shift, checkpoints) for shift in model.shifts)
    seasons = tuple(f"groups.{ONE}.{name.split('.', 2)[2]}" for name in model.season[0])
    pull = {(0, place): f"groups.{ONE}.{name.split('.', 2)[2]}" for (g, place), name in model.pull.items() if g == 0}
    names = [f"groups.{ONE}.{field}" for field in ("departures.level", "departures.feedback", "sensitivity")]
    names += [*seasons, *pull.values()]
    names += [f"series.{name}.{part}" for name in checkpoints for part in ("detection", "baseline")]
    names += [
        n for n in (*model.table.names, *model.table.fixed) if not n.startswith(("groups.", "series.", "pools.", "shared."))
    ]
    return replace(
        model,
        groups=(ONE,),
        totals=(),
        sights=tuple(sights),
        shifts=shifts,
        origins=model.origins[:1],
        budgets=model.budgets[:1],
        pull=pull,
        season=(seasons,),
        tails=model.tails[:1],
        table=ParameterTable(fixed=dict.fromkeys(names, 0.0)),
        shared=(),
    )


def _shift(model: Model, shift: Shift, checkpoints: tuple[str, ...]) -> Shift:
    if shift.on != "detection":
        return replace(shift, groups=(0,))
    sight = model.sights[shift.target]
    return replace(shift, groups=(0,), target=checkpoints.index(_checkpoint(sight)))


def _names(model: Model, g: int, series: Ints, checkpoints: tuple[str, ...], template: tuple[str, ...]) -> list[str]:
    """Names in the whole of the template's quantities for one group; a series it has not stands in by one it has."""
    stand_in = next((k for k in series if k >= 0), 0)
    of = {name: model.sights[k if k >= 0 else stand_in] for name, k in zip(checkpoints, series, strict=True)}
    out = []
    for name in template:
        kind, _, rest = name.partition(".")
        if kind == "groups":
            out.append(f"groups.{model.groups[g]}.{rest.split('.', 1)[1]}")
        elif kind == "series":
            checkpoint, part = rest.rsplit(".", 1)
            out.append(getattr(of[checkpoint], part))
        else:
            out.append(name)
    return out


def _scalars(model: Model, names: list[list[str]]) -> tuple[Ints, Ints]:
    """Each group's own scalars, padded, and those that several groups depend on."""
    at = {name: k for k, name in enumerate(model.table.names)}
    used = [{at[name] for name in row if name in at} for row in names]
    times = np.bincount([k for row in used for k in row], minlength=len(at))
    own = [sorted(k for k in row if model.table.names[k].startswith(("groups.", "series."))) for row in used]
    width = max((len(row) for row in own), default=0)
    padded = np.array([row + [len(at)] * (width - len(row)) for row in own], np.intp).reshape(len(own), width)
    mine = {k for row in own for k in row}
    return padded, np.array([k for k in np.flatnonzero(times) if k not in mine], np.intp)
