"""Stochastic histories: whole people divided by multinomial draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.engines import step
from isthmus.engines.cohort.purse import unable_to_pay
from isthmus.engines.gates import gates
from isthmus.errors import ModelError
from isthmus.engines.result import Trajectories
from isthmus.model.choice import Choices
from isthmus.model.network import Knowledge, Model
from isthmus.model.parameters import Values

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Mechanisms:
    """What queues and money go by, from one solution of the mean-field corridor.

    Attributes:
        knowledge: Capacity and other people.
        numbers: Natural values of the quantities of the blocks, by name.
        unable: Share who cannot pay, ``(leg, stratum, step)``; absent without money.
    """

    knowledge: Knowledge
    numbers: dict[str, float]
    unable: Floats | None

    @classmethod
    def of(cls, model: Model, values: Values, knowledge: Knowledge, chosen: Choices, flows: Trajectories) -> Mechanisms:
        """From choices and mean-field flows."""
        names = [name for queue in model.queues for name in (queue.give_up, queue.other_way)]
        if model.money is not None:
            names += [model.money.borrow, model.money.work, model.money.turn_back]
        unable = None if model.money is None else np.asarray(unable_to_pay(model, values, chosen, flows.wait_days))
        return cls(knowledge, {name: float(values[name]) for name in names}, unable)


def _plan(model: Model, leg: Floats, settle: Floats, mechanisms: Mechanisms | None) -> step.Plan:
    if model.queues and model.totals:
        raise ModelError.one(
            where="queues",
            expected="groups of whom nobody is in two, where whole people are followed",
            found=f"`groups.{model.groups[model.totals[0]]}`, which is all of them together",
            remedy="leave out the group, or the queues",
        )
    found = gates(model, None, {}, None) if mechanisms is None else gates(model, *_parts(mechanisms))
    return step.prepare(model, leg, settle, found)


def _parts(mechanisms: Mechanisms) -> tuple[Knowledge, dict[str, float], Floats | None]:
    return mechanisms.knowledge, mechanisms.numbers, mechanisms.unable


def replicate(
    model: Model,
    departures: Floats,
    leg: Floats,
    settle: Floats,
    *,
    generator: np.random.Generator,
    mechanisms: Mechanisms | None = None,
) -> Trajectories:
    """One history of whole people.

    Args:
        model: The compiled corridor.
        departures: Expected people leaving, ``(group, step)``; drawn as Poisson.
        leg: Share of those leaving who take a leg, ``(leg, group, step)``; with money, by budget class.
        settle: Share of those leaving who settle, ``(place, group, step)``; likewise.
        generator: The replicate's stream.
        mechanisms: What queues and money go by; needed where the corridor has them.

    Returns:
        Trajectories of whole numbers, ``int64``.

    Raises:
        ModelError: The shares of a place do not add up to 1, or a block lacks what it goes by.
    """
    leaving = np.asarray(departures) if model.strata is None else np.asarray(model.strata.spread(np.asarray(departures)))
    left = generator.poisson(leaving).astype(np.float64)
    out = step.run(model, _plan(model, leg, settle, mechanisms), left, generator, draw=True)
    return Trajectories(*(None if part is None else part.astype(np.int64) for part in out))


def expected(
    model: Model, departures: Floats, leg: Floats, settle: Floats, *, mechanisms: Mechanisms | None = None
) -> Trajectories:
    """The same order of events with expectations: step by step, and what `mean_field` is held against.

    Arguments as in `replicate`; trajectories of ``float64``.
    """
    leaving = np.array(departures, np.float64)
    leaving = leaving if model.strata is None else np.array(model.strata.spread(leaving))
    return step.run(model, _plan(model, leg, settle, mechanisms), leaving, np.random.default_rng(0), draw=False)
