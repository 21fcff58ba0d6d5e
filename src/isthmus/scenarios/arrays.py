"""From a scenario's shocks to arrays by draw: what the compiled program is given in place of the baseline's.

Shocks of one kind add up, multiply or take the lowest, so their order does not matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.model.blocks import NO_LIMIT, places_a_day
from isthmus.model.drivers import lag_weights
from isthmus.model.network import Knowledge, Model, Push
from isthmus.scenarios.furnish import Furnished
from isthmus.scenarios.gathered import Named, in_force, in_force_daily
from isthmus.scenarios.strengths import Strengths
from isthmus.spec import scenarios as spec
from isthmus.spec.schema import Corridor

__all__ = ["Arrays", "arrays"]

Floats = NDArray[np.float64]

LEAST = 1e-9
"""Share of a closed leg's ways that stays open, so that its value stays finite."""
MOST = 0.95
"""Largest share of those leaving a place who take a leg by an exact share."""


@dataclass(eq=False)
class Arrays:
    """What differs from the baseline; the axes in front are draws.

    Attributes:
        requirement: ``(group, place, requirement, step)``; the same for all draws.
        push: Added to values.
        places: Who can be carried on, ``(sample, queue, step)``; empty without queues.
        attention: ``(sample, step)``; empty without beliefs.
        official: ``(sample, leg of the block, group, step)``; empty without beliefs.
        shares: Exact shares of the extra legs, ``(sample, extra leg, group, step)``.
        numbers: Quantities of queues that scenarios bring, ``(sample,)`` each.
        harm: Factor on the hazards of legs, ``(sample, step)`` each; absent: 1.
        claims: Factor on the share who can claim, by place, ``(sample, group, step)`` each; absent: 1.
        ruled: Share of each step under the rules of shocks, by group and place, ``(step,)`` each.
    """

    requirement: Floats
    push: Push
    places: Floats
    attention: Floats
    official: Floats
    shares: Floats
    numbers: dict[str, Floats] = field(default_factory=dict)
    harm: dict[str, Floats] = field(default_factory=dict)
    claims: dict[str, Floats] = field(default_factory=dict)
    ruled: dict[tuple[int, int], Floats] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Scene:
    """What shocks are read against.

    Attributes:
        natural: Values of the corridor's quantities, ``(sample,)`` each.
        leaving: Expected departures a month in the baseline, ``(sample, group, step)``; zero where not known yet.
    """

    corridor: Corridor
    furnished: Furnished
    strengths: Strengths
    natural: dict[str, Floats]
    leaving: Floats

    @property
    def model(self) -> Model:
        """The furnished model."""
        return self.furnished.model

    def place(self, name: str) -> int:
        """Position of a place."""
        return [place.id for place in self.model.places].index(name)

    def leg(self, name: str) -> int:
        """Position of a leg."""
        return [leg.id for leg in self.model.legs].index(name)

    def groups(self, group: str | None) -> list[int]:
        """Positions of the groups concerned."""
        return list(range(len(self.model.groups))) if group is None else [self.model.groups.index(group)]

    def strength(self, named: Named, field_name: str) -> Floats:
        """Draws of a strength, ``(sample,)``."""
        return self.strengths.draw(f"{named.name}.{field_name}", getattr(named.shock, field_name))


def arrays(scene: Scene, shocks: Sequence[Named]) -> Arrays:
    """Everything that a scenario changes; no shocks give the baseline, to the bit."""
    out = _baseline(scene)
    for named in shocks:
        APPLY[type(named.shock)](scene, named, out)
    _capacities(scene, shocks, out)
    return out


def _baseline(scene: Scene) -> Arrays:
    model, known, n = scene.model, scene.furnished.knowledge, scene.strengths.n_samples
    steps, groups = model.grid.n_steps, len(model.groups)
    blocks = known.blocks

    def by_draw(part: Any) -> Floats:
        return np.repeat(np.asarray(part, float)[None], n, axis=0)

    return Arrays(
        requirement=np.array(known.requirement, float),
        push=Push(
            np.zeros((n, len(model.legs), groups, steps)),
            np.zeros((n, len(model.places), groups, steps)),
            np.zeros((n, 1, groups, steps)),
        ),
        places=np.zeros((n, 0, steps)) if blocks is None else by_draw(blocks.places),
        attention=np.zeros((n, 0)) if blocks is None else by_draw(blocks.attention),
        official=np.zeros((n, 0, groups, steps)) if blocks is None else by_draw(blocks.official),
        shares=np.zeros((n, len(scene.furnished.extra), groups, steps)),
        numbers={name: np.zeros(n) for name in scene.furnished.quantities},
    )


def entry_rule(scene: Scene, named: Named, out: Arrays) -> None:
    """The requirements in force before give way, each by its share of a step; people may leave before it begins."""
    shock = named.shock
    assert isinstance(shock, spec.EntryRuleShock)  # noqa: S101  chosen by its type
    g, p = scene.model.groups.index(shock.group), scene.place(shock.place)
    share = in_force(shock, scene.model.grid)
    before_it = np.asarray(scene.furnished.knowledge.requirement, float)[g, p]
    ruled = out.ruled.setdefault((g, p), np.zeros_like(share))
    taken = np.minimum(share, 1 - ruled)
    ruled += taken
    out.requirement[g, p] -= before_it * taken
    out.requirement[g, p, scene.model.requirements.index(shock.requirement)] += taken
    announced = shock.announced or shock.from_
    early = (shock.from_ - announced).days
    if early > 0:
        moved = np.minimum(scene.strength(named, "brought_forward"), MOST)
        later = shock.from_ + dt.timedelta(days=shock.forward_days)
        before, after = (
            in_force(shock.model_copy(update={"from_": first, "to": end}), scene.model.grid)
            for first, end in ((announced, shock.from_), (shock.from_, later))
        )
        gain, loss = np.log1p(moved * shock.forward_days / early), np.log1p(-moved)
        out.push.departures[:, 0, g] += gain[:, None] * before + loss[:, None] * after


def close(scene: Scene, named: Named, out: Arrays) -> None:
    """A leg loses the share of its ways that is closed."""
    shock = named.shock
    assert isinstance(shock, spec.CloseShock)  # noqa: S101
    loss = np.log(np.maximum(1 - scene.strength(named, "share"), LEAST))
    for leg in shock.legs:
        out.push.leg[:, scene.leg(leg)] += (loss[:, None] * in_force(shock, scene.model.grid))[:, None]


def flights(scene: Scene, named: Named, out: Arrays) -> None:
    """Air legs to a hub lose the share of seats that is cut."""
    shock = named.shock
    assert isinstance(shock, spec.FlightsShock)  # noqa: S101
    loss = np.log(np.maximum(1 - scene.strength(named, "share"), LEAST))
    for name, leg in scene.corridor.legs.items():
        if leg.to == shock.place and leg.mode == "air" and leg.kind == "forward":
            out.push.leg[:, scene.leg(name)] += (loss[:, None] * in_force(shock, scene.model.grid))[:, None]


def removals(scene: Scene, named: Named, out: Arrays) -> None:
    """A share leaves by the leg of removals, and ways to the place lose the chance of getting on and a deterrent."""
    shock = named.shock
    assert isinstance(shock, spec.RemovalsShock)  # noqa: S101
    n, i = scene.furnished.extra.index(f"removals.{shock.place}"), scene.place(shock.place)
    share = np.minimum(scene.strength(named, "share"), MOST)[:, None] * in_force(shock, scene.model.grid)
    loss = np.log1p(-share) - scene.strength(named, "deterrence")[:, None] * in_force(shock, scene.model.grid)
    for g in scene.groups(shock.group):
        # sent back by either of two measures
        out.shares[:, n, g] = 1 - (1 - out.shares[:, n, g]) * (1 - share)
        for k in scene.model.places[i].legs_in:
            out.push.leg[:, k, g] += loss


def asylum(scene: Scene, named: Named, out: Arrays) -> None:
    """Reaching the place is worth less or more."""
    shock = named.shock
    assert isinstance(shock, spec.AsylumShock)  # noqa: S101
    force = in_force(shock, scene.model.grid)
    size = scene.strength(named, "size")[:, None] * force * (-1 if shock.direction == "narrowed" else 1)
    factor = 1 + (scene.strength(named, "claims")[:, None] - 1) * force
    everybody = np.ones((len(factor), len(scene.model.groups), scene.model.grid.n_steps))
    claims = out.claims.setdefault(shock.place, everybody)
    for g in scene.groups(shock.group):
        out.push.settle[:, scene.place(shock.place), g] += size
        claims[:, g] *= factor


def pathway(scene: Scene, named: Named, out: Arrays) -> None:
    """Some of those who would set out travel with permission; a new way also makes some people leave."""
    shock = named.shock
    assert isinstance(shock, spec.PathwayShock)  # noqa: S101
    g, n = scene.model.groups.index(shock.group), scene.furnished.extra.index(f"pathway.{shock.group}")
    moved = scene.strength(named, "per_month") * scene.strength(named, "replacing")
    leaving = scene.leaving[:, g]
    share = np.divide(moved[:, None], leaving, out=np.zeros_like(leaving), where=leaving > 0)
    share = np.minimum(share, MOST) * in_force(shock, scene.model.grid)
    out.shares[:, n, g] = np.minimum(out.shares[:, n, g] + share, MOST)
    feedback = scene.natural[f"groups.{shock.group}.departures.feedback"]
    out.push.departures[:, 0, g] -= feedback[:, None] * np.log1p(-share)


def information(scene: Scene, named: Named, out: Arrays) -> None:
    """Official information moves beliefs towards the truth."""
    shock = named.shock
    assert isinstance(shock, spec.InformationShock)  # noqa: S101
    rate = scene.strength(named, "per_month")[:, None] * in_force(shock, scene.model.grid)
    block = scene.model.information
    for n, k in enumerate(() if block is None else block.legs):
        if not shock.legs or scene.model.legs[k].id in shock.legs:
            for g in scene.groups(shock.group):
                out.official[:, n, g] += rate


def advertising(scene: Scene, named: Named, out: Arrays) -> None:
    """Attention to facilitators is multiplied."""
    shock = named.shock
    assert isinstance(shock, spec.AdvertisingShock)  # noqa: S101
    if out.attention.shape[1]:
        out.attention *= 1 + (scene.strength(named, "factor")[:, None] - 1) * in_force(shock, scene.model.grid)


def driver(scene: Scene, named: Named, out: Arrays) -> None:
    """What a driver's change adds, after its lag, with its coefficient as fitted, or its prior where it is not in the fit."""
    shock = named.shock
    assert isinstance(shock, spec.DriverShock)  # noqa: S101
    one, grid = scene.corridor.drivers[shock.driver], scene.model.grid
    name = f"drivers.{shock.driver}.coefficient"
    coefficient = scene.natural.get(name)
    if coefficient is None:
        coefficient = scene.strengths.draw(name, one.coefficient)
    scale = np.std(list(one.values.values())) if one.transform == "standardise" else 1.0
    moved = grid.month_mean @ in_force(shock, grid) * (1 / scale if scale else 0.0)
    lagged = np.convolve(moved, lag_weights(one))[: grid.n_months]
    effect = (coefficient * scene.strength(named, "change"))[:, None] * (grid.month_interpolation @ lagged)
    for g in scene.groups(one.group):
        if one.target == "departures":
            out.push.departures[:, 0, g] += effect
        else:
            out.push.settle[:, scene.place(one.place or ""), g] += effect


def storms(scene: Scene, named: Named, out: Arrays) -> None:
    """The way is worth less and more dangerous; capacities follow in `_capacities`."""
    shock = named.shock
    assert isinstance(shock, spec.StormsShock)  # noqa: S101
    force = in_force(shock, scene.model.grid)
    factor = 1 + (scene.strength(named, "harm")[:, None] - 1) * force
    for leg in shock.legs:
        out.push.leg[:, scene.leg(leg)] -= (scene.strength(named, "deterrence")[:, None] * force)[:, None]
        out.harm[leg] = out.harm.get(leg, np.ones_like(factor)) * factor


def waits(scene: Scene, named: Named, out: Arrays) -> None:
    """Who waits in a queue that a scenario brings gives up or finds another way; capacities follow in `_capacities`."""
    shock = named.shock
    assert isinstance(shock, spec.CapShock | spec.StopShock)  # noqa: S101
    if shock.place in scene.furnished.brought:
        for part in ("give_up", "other_way"):
            out.numbers[f"scenarios.queues.{shock.place}.{part}"] = scene.strength(named, part)


def _capacities(scene: Scene, shocks: Sequence[Named], out: Arrays) -> None:
    """Capacities of the queues that any shock touches: storms multiply, then the lowest cap holds."""
    grid = scene.model.grid
    for n, queue in enumerate(scene.model.queues):
        place = scene.model.places[queue.place].id
        legs = {scene.model.legs[k].id for k in queue.legs}
        caps = [
            named for named in shocks if isinstance(named.shock, spec.CapShock | spec.StopShock) and named.shock.place == place
        ]
        rough = [named for named in shocks if isinstance(named.shock, spec.StormsShock) and legs & set(named.shock.legs)]
        if not caps and not rough:
            continue
        file = scene.corridor.queues.get(place)
        daily = np.full(len(grid.dates), NO_LIMIT) if file is None else places_a_day(file, grid)
        by_draw = np.repeat(daily[None], scene.strengths.n_samples, axis=0)
        for named in rough:
            by_draw *= 1 + (scene.strength(named, "capacity")[:, None] - 1) * in_force_daily(named.shock, grid)
        for named in caps:
            stop = isinstance(named.shock, spec.StopShock)
            most = np.zeros(len(by_draw)) if stop else scene.strength(named, "per_day")
            within = in_force_daily(named.shock, grid) > 0
            by_draw[:, within] = np.minimum(by_draw[:, within], most[:, None])
        out.places[:, n] = np.add.reduceat(by_draw, np.r_[0, np.cumsum(grid.days)[:-1]].astype(int), axis=1)


Apply = Callable[[Scene, Named, Arrays], None]

APPLY: dict[type, Apply] = {
    spec.EntryRuleShock: entry_rule,
    spec.CloseShock: close,
    spec.CapShock: waits,
    spec.StopShock: waits,
    spec.RemovalsShock: removals,
    spec.AsylumShock: asylum,
    spec.PathwayShock: pathway,
    spec.InformationShock: information,
    spec.AdvertisingShock: advertising,
    spec.DriverShock: driver,
    spec.FlightsShock: flights,
    spec.StormsShock: storms,
}


def knowledge_of(scene: Scene, found: Arrays) -> Knowledge:
    """What is in force, with everything that differs by draw in front."""
    known = scene.furnished.knowledge
    blocks = known.blocks
    if blocks is not None:
        blocks = blocks._replace(places=found.places, attention=found.attention, official=found.official)
    return known._replace(requirement=found.requirement, blocks=blocks, push=found.push)
