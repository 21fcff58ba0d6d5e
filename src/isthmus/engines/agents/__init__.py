"""The agent engine: people one by one, with budgets, beliefs and histories.

`live` moves the people of a compiled corridor and returns the `Trajectories` of the cohort engine, and the `Journeys` that
means cannot tell: durations, costs, waits and harm met, as distributions. Compiled code (Numba); what one person draws depends
on nobody else, nor on the number of threads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines import step
from isthmus.engines.agents.counts import Counts
from isthmus.engines.agents.endings import ENDINGS
from isthmus.engines.agents.journeys import Journeys
from isthmus.engines.agents.minds import Outlook
from isthmus.engines.agents.run import Crowd, Engine
from isthmus.engines.agents.world import Costs, Hazards
from isthmus.engines.gates import Gates, Held, nobody_held
from isthmus.engines.result import Trajectories
from isthmus.model.network import Model

Floats = NDArray[np.float64]

__all__ = ["ENDINGS", "Costs", "Crowd", "Hazards", "Journeys", "Lives", "Outlook", "live"]


class Lives(NamedTuple):
    """What became of people.

    Attributes:
        trajectories: As of the cohort engine, persons (agents divided by agents for a person).
        journeys: Histories of agents.
        agents: How many left.
        lived: Steps that they lived, from departure to the end of the journey.
        hops: How often one of them chose at a node and set out, joined a queue or ended the journey.
        most: Most of them kept at once.
        departed: Agents who left, ``(stratum, step)``.
    """

    trajectories: Trajectories
    journeys: Journeys
    agents: int
    lived: int
    hops: int
    most: int
    departed: NDArray[np.int64]


def live(
    model: Model,
    departures: Floats,
    outlook: Outlook,
    gates: Gates,
    *,
    crowd: Crowd,
    costs: Costs,
    hazards: Hazards | None = None,
) -> Lives:
    """Move the people of a corridor through all its steps, in the order of events of `engines.step`.

    Args:
        model: The compiled corridor.
        departures: Expected people leaving, ``(group, step)``, persons; drawn as Poisson by stratum and step.
        outlook: Choices of the mean-field corridor, and what they lean on.
        gates: Queues and money, from `engines.gates.gates`.
        crowd: Agents for a person, streams, threads.
        costs: What people pay.
        hazards: Harm of passages; absent: none is counted.

    Raises:
        ModelError: The shares of a place do not add up to 1, or departures are no number or too many.
    """
    plan = step.prepare(model, outlook.leg, outlook.settle, gates)
    engine = Engine(model, plan, outlook, costs, hazards, crowd).run(np.asarray(departures, np.float64))
    counts = Counts.total(engine.counts)
    out = step.count_stocks(model, _tables(engine, counts))
    scaled = (None if part is None else part / crowd.per_person for part in out)
    trajectories = Trajectories(*scaled)._replace(believed=engine.believed)
    journeys = Journeys.of(model, counts, 1.0 / engine.world.bins_a_usd, () if hazards is None else hazards.kinds)
    departed = engine.log.departed
    return Lives(
        trajectories, journeys, int(departed.sum()), counts.lived, int(counts.hops.sum()), int(engine.log.most[0]), departed
    )


def _tables(engine: Engine, counts: Counts) -> step.Tables:
    """Counts in the form from which `engines.step` counts stocks."""
    model, gates = engine.model, engine.plan.gates

    def by_leg(people: NDArray[np.int64]) -> Floats:
        return np.ascontiguousarray(people.transpose(2, 0, 1), np.float64)

    came, gone = (part.astype(np.float64) for part in (counts.came(engine.world), counts.flow(engine.world)))
    arrivals = np.zeros((len(model.places), *came.shape[1:]))
    for k, leg in enumerate(model.legs):
        if leg.head >= 0:
            arrivals[leg.head] += came[k]
    empty = nobody_held(model, gates, len(engine.log.departed))
    held = empty._replace(queued=engine.queued)
    if len(empty.turned_back):
        held = held._replace(turned_back=by_leg(counts.turned_back))
    if len(empty.short):
        held = Held(held.line, held.queued, held.turned_back, *(
            by_leg(part) for part in (counts.short, counts.to_work, counts.stranded, counts.from_work)
        ))  # fmt: skip
    return step.Tables(
        departures=engine.log.departed.astype(np.float64),
        stay_due=np.zeros(0),
        leg_due=came,
        arrivals=arrivals,
        flow=gone[: engine.world.n_legs],
        settled=gone[engine.world.n_legs :],
        held=held,
    )
