"""People of a draw, one by one: what the agent engine is told of a simulated corridor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents import Costs, Crowd, Hazards, Lives, Outlook, live
from isthmus.engines.gates import gates
from isthmus.engines.result import Trajectories
from isthmus.model.choice import Choices
from isthmus.model.network import Knowledge, Model

Floats = NDArray[np.float64]


def people_of(
    model: Model,
    choices: Choices,
    flows: Trajectories,
    knowledge: Knowledge,
    numbers: Mapping[str, Any],
    *,
    crowd: Crowd,
    unable: Floats | None = None,
    hazards: Hazards | None = None,
) -> Lives:
    """Let agents live through one simulated corridor; with queues, nobody of a group that is all people together.

    Args:
        model: The compiled corridor.
        choices: Its shares.
        flows: Its mean-field trajectories: departures, and beliefs if it has them.
        knowledge: What is in force.
        numbers: Natural values by name.
        crowd: Agents for a person, streams, threads.
        unable: Share of a class who cannot pay, ``(leg, stratum, step)``, which then decides; absent: own budget and spending do.
        hazards: Harm of passages.
    """
    own = unable is None
    if own and model.money is not None:
        unable = np.zeros(np.shape(choices.leg))
    named = {name: float(numbers[name]) for name in names_needed(model)}
    leaving = np.array(flows.departures)
    leaving[list(model.unfollowed)] = 0.0
    return live(
        model,
        leaving,
        outlook(model, choices, flows, knowledge, named),
        gates(model, knowledge, named, unable),
        crowd=crowd,
        costs=costs(model, named, own=own),
        hazards=hazards,
    )


def names_needed(model: Model) -> tuple[str, ...]:
    """Quantities that agents go by."""
    names = [name for queue in model.queues for name in (queue.give_up, queue.other_way)]
    money, block = model.money, model.information
    if money is not None:
        names += [money.borrow, money.work, money.turn_back, money.living, *filter(None, money.extortion)]
    if block is not None:
        names += [*block.truth, *block.start, block.contact, block.advertising, block.forgetting, "choice.risk"]
        names += [f"groups.{g}.departures.feedback" for g in model.groups]
    return tuple(names)


def costs(model: Model, numbers: Mapping[str, float], *, own: bool) -> Costs:
    """What people pay: price ranges at their middle, extortion, living."""
    price = np.array([leg.price_usd for leg in model.legs])
    if model.money is None:
        return Costs(price, 0.0, own)
    price += [0.0 if name is None else numbers[name] for name in model.money.extortion]
    return Costs(price, numbers[model.money.living], own)


def outlook(model: Model, choices: Choices, flows: Trajectories, knowledge: Knowledge, numbers: Mapping[str, float]) -> Outlook:
    """Shares of the mean-field corridor, with the beliefs that they lean on."""
    leg, settle = np.asarray(choices.leg, np.float64), np.asarray(choices.settle, np.float64)
    if model.information is None or knowledge.blocks is None:
        return Outlook(leg, settle)
    return Outlook(
        leg,
        settle,
        believed=np.asarray(flows.believed),
        official=np.asarray(knowledge.blocks.official),
        attention=np.asarray(knowledge.blocks.attention),
        numbers=numbers,
    )
