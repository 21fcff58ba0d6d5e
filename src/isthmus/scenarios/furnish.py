"""What scenarios need that the corridor has not: queues that hold nobody back and legs that nobody takes, until they do.

All scenarios and the baseline run on the furnished model, so one compiled program serves them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from isthmus.model.blocks import NO_LIMIT, BlockKnowledge
from isthmus.model.journey import delay_table
from isthmus.model.network import Knowledge, LegArc, Model
from isthmus.model.parameters import ParameterTable
from isthmus.model.queues import QueueNode
from isthmus.scenarios.gathered import Named
from isthmus.spec.primitives import Duration
from isthmus.spec.scenarios import CapShock, PathwayShock, RemovalsShock, StopShock
from isthmus.spec.schema import Corridor

Floats = NDArray[np.float64]

NOBODY = -60.0
"""Value of a leg that nobody takes by choice."""
PATIENCE_DAYS = 120.0
"""Longest wait in a queue that a scenario brings."""
JOURNEY = Duration(mean_days=2, sd_days=1)


@dataclass(frozen=True, eq=False)
class Furnished:
    """The corridor with what its scenarios need.

    Attributes:
        model: The furnished model; its legs are the corridor's and then those of ``extra``.
        knowledge: What is in force in the baseline.
        extra: Legs taken by exact shares, by what they are for: ``removals.PLACE`` or ``pathway.GROUP``.
        quantities: Names of the quantities added behind the corridor's own, 0 in the baseline.
        brought: Positions of the queues that scenarios bring, by place.
    """

    model: Model
    knowledge: Knowledge
    extra: tuple[str, ...]
    quantities: tuple[str, ...]
    brought: dict[str, int]


def furnish(corridor: Corridor, model: Model, knowledge: Knowledge, shocks: Iterable[Named]) -> Furnished:
    """Add queues and legs that any of the shocks needs."""
    shocks = list(shocks)
    places = [place.id for place in model.places]
    legs = _extra_legs(model, places, shocks)
    queues = _extra_queues(corridor, model, places, shocks)
    if not legs and not queues:
        return Furnished(model, knowledge, (), (), {})
    quantities = tuple(name for queue in queues.values() for name in (queue.give_up, queue.other_way))
    table = ParameterTable(list(model.table.parameters), {**model.table.fixed, **dict.fromkeys(quantities, 0.0)})
    if legs:
        table.add("scenarios.nobody", NOBODY)
    money = model.money
    if money is not None:
        money = replace(money, extortion=(*money.extortion, *(None for _ in legs)))
    first = len(model.legs)
    nodes = [
        replace(
            place,
            legs_out=(*place.legs_out, *(first + n for n, leg in enumerate(legs.values()) if leg.tail == i)),
        )
        for i, place in enumerate(model.places)
    ]
    furnished = replace(
        model,
        places=tuple(nodes),
        legs=(*model.legs, *legs.values()),
        queues=(*model.queues, *queues.values()),
        table=table,
        money=money,
    )
    brought = {place: len(model.queues) + n for n, place in enumerate(queues)}
    return Furnished(furnished, _known(model, knowledge, len(queues)), tuple(legs), quantities, brought)


def _known(model: Model, knowledge: Knowledge, n_queues: int) -> Knowledge:
    """What is in force with rows for the queues that scenarios bring: no limit, nobody else."""
    if not n_queues:
        return knowledge
    free, nobody = NO_LIMIT * np.tile(model.grid.days, (n_queues, 1)), np.zeros((n_queues, model.grid.n_steps))
    blocks = knowledge.blocks
    if blocks is None:
        official = np.zeros((0, len(model.groups), model.grid.n_steps))
        return knowledge._replace(blocks=BlockKnowledge(free, nobody, np.zeros(0), official))
    grown = blocks._replace(places=np.concatenate([blocks.places, free]), others=np.concatenate([blocks.others, nobody]))
    return knowledge._replace(blocks=grown)


def _extra_legs(model: Model, places: list[str], shocks: list[Named]) -> dict[str, LegArc]:
    legs: dict[str, LegArc] = {}
    for named in shocks:
        match named.shock:
            case RemovalsShock() as shock:
                legs.setdefault(f"removals.{shock.place}", _leg(model, f"removed_from_{shock.place}", places.index(shock.place)))
            case PathwayShock() as shock:
                # who travels with permission is not met at the border, so the leg ends outside the corridor
                arc = _leg(model, f"pathway_{shock.group.lower()}", model.origins[model.groups.index(shock.group)])
                legs.setdefault(f"pathway.{shock.group}", arc)
            case _:
                pass
    return legs


def _leg(model: Model, name: str, tail: int) -> LegArc:
    return LegArc(
        id=name,
        tail=tail,
        head=-1,
        kernel=delay_table(JOURNEY.mean_days, JOURNEY.sd_days, model.grid.edges),
        price_usd=0.0,
        duration_days=JOURNEY.mean_days,
        risk=0.0,
        constant="scenarios.nobody",
        drift=None,
        start=None,
        start_source="a scenario",
    )


def _extra_queues(corridor: Corridor, model: Model, places: list[str], shocks: list[Named]) -> dict[str, QueueNode]:
    queues: dict[str, QueueNode] = {}
    for named in shocks:
        shock = named.shock
        if isinstance(shock, CapShock | StopShock) and shock.place not in corridor.queues and shock.place not in queues:
            i = places.index(shock.place)
            onward = [k for k in model.places[i].legs_out if model.legs[k].head >= 0]
            legs = [k for k in onward if not shock.legs or model.legs[k].id in shock.legs]
            names = (f"scenarios.queues.{shock.place}.give_up", f"scenarios.queues.{shock.place}.other_way")
            longest = max(1, int(np.ceil(PATIENCE_DAYS / model.grid.mean_days)))
            queues[shock.place] = QueueNode(i, tuple(legs), *names, longest)
    return queues
