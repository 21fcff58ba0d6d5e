"""What people believe and choose while agents move: beliefs follow who really went, and shares follow beliefs.

Shares are not solved anew from values: they are moved from those of the mean-field corridor by the change ``d`` in the value
of legs that a different belief makes. With ``P`` its shares and ``D`` the change in what a place is worth,

    D_i = log sum_a P(a | i) exp(d_a + D_head(a)),    P'(a | i) = P(a | i) exp(d_a + D_head(a) - D_i)

which is the recursive logit exactly; the largest exponent is subtracted first. Beliefs follow `model.information`, step by step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.compiled import giver, kernel
from isthmus.engines.agents.counts import Counts
from isthmus.engines.agents.draws import I64
from isthmus.engines.agents.world import World
from isthmus.model.network import Model
from isthmus.timegrid import DAYS_A_MONTH

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True)
class Outlook:
    """Choices of the mean-field corridor and what they lean on.

    Attributes:
        leg: Share who take a leg, ``(leg, stratum, step)``.
        settle: Share who end at a place, ``(place, stratum, step)``.
        believed: Believed risk that these shares lean on, ``(leg of the block, group, step)``; absent: no belief changes.
        official: Rate of official information, likewise, per month.
        attention: Attention paid to facilitators, ``(step,)``.
        numbers: Natural values of the quantities of the block, `choice.risk`, and feedback of departures, by name.
    """

    leg: Floats
    settle: Floats
    believed: Any = None
    official: Any = None
    attention: Any = None
    numbers: Any = None


class Rates(NamedTuple):
    """How beliefs move, per month, and what they move by; see `model.information`."""

    contact: float
    advertising: float
    forgetting: float
    half: float
    advertised: float


class Roads(NamedTuple):
    """Legs by place, and the places that they join; -1 is beyond, where returns lead.

    Attributes:
        starts: Where the legs that leave a place begin in ``out``, by place and at the end.
        out: Legs, place by place.
        heads: By leg.
        tails: By leg.
    """

    starts: NDArray[np.int64]
    out: NDArray[np.int64]
    heads: NDArray[np.int64]
    tails: NDArray[np.int64]

    @classmethod
    def of(cls, model: Model) -> Roads:
        """Of a corridor."""
        starts = np.cumsum([0, *(len(place.legs_out) for place in model.places)])
        out = np.array([k for place in model.places for k in place.legs_out], np.int64)
        ends = np.array([(leg.head, leg.tail) for leg in model.legs], np.int64).reshape(-1, 2).T
        return cls(starts, out, *np.ascontiguousarray(ends))


class Scratch(NamedTuple):
    """Room for what is worked out in a window.

    Attributes:
        shift: Change in the value of legs, ``(leg, stratum, step)``.
        worth: Change in what places are worth, ``(place and beyond, stratum, step)``.
        leg: Shares by leg, ``(leg, stratum, step)``.
        settle: Shares by place, ``(place, stratum, step)``.
        people: Who set out, ``(leg of the block, stratum, step)``.
    """

    shift: Floats
    worth: Floats
    leg: Floats
    settle: Floats
    people: Longs

    @classmethod
    def room(cls, n_legs: int, n_places: int, n_heard: int, n_strata: int, window: int) -> Scratch:
        """Arrays of a corridor of this size."""
        sizes = (n_legs, n_places + 1, n_legs, n_places)
        shift, worth, leg, settle = (np.zeros((size, n_strata, window)) for size in sizes)
        return cls(shift, worth, leg, settle, np.zeros((n_heard, n_strata, window), np.int64))


class Beliefs(NamedTuple):
    """Beliefs, as far as they are known, and the shares that follow from them.

    Attributes:
        moving: Whether any belief changes; where none does, tables of beliefs are empty.
        leg: Shares of the mean-field corridor, ``(leg, stratum, step)``.
        settle: Likewise, ``(place, stratum, step)``.
        before: Beliefs that these lean on, ``(leg of the block, group, step)``.
        believed: Beliefs of agents, likewise.
        went: Who set out on the legs of the block, likewise, people.
        official: Rate of official information, likewise.
        attention: By step.
        truth: By leg of the block; ``start`` likewise.
        days: Length of steps.
        rates: How beliefs move.
        roads: How places are joined.
        legs: Legs of the block.
        lag: Steps until word comes back.
        risk: Weight of risk in a choice.
        feedback: Of accessibility on departures, by group.
        origin: Place where a group starts.
        classes: Strata of a group.
        changed: What departures are multiplied by as beliefs differ from before, ``(group, step)``.
        window: Steps within which no belief can change what is chosen.
        scratch: Room for a window.
    """

    moving: bool
    leg: Floats
    settle: Floats
    before: Floats
    believed: Floats
    went: Floats
    official: Floats
    attention: Floats
    truth: Floats
    start: Floats
    days: Floats
    rates: Rates
    roads: Roads
    legs: Longs
    lag: int
    risk: float
    feedback: Floats
    origin: Longs
    classes: int
    changed: Floats
    window: int
    scratch: Scratch

    @classmethod
    def of(cls, model: Model, outlook: Outlook) -> Beliefs:
        """At the start of a run."""
        block, n_steps = model.information, model.grid.n_steps
        moving = block is not None and outlook.believed is not None
        named: dict[str, Any] = {}
        shape = (0, len(model.groups), n_steps)
        if block is not None and moving:
            numbers, shape = outlook.numbers, np.shape(outlook.believed)
            contact, advertising, forgetting = (float(numbers[n]) for n in (block.contact, block.advertising, block.forgetting))
            named = {
                "truth": np.array([numbers[name] for name in block.truth]),
                "start": np.array([numbers[name] for name in block.start]),
                "rates": Rates(contact, advertising, forgetting, float(block.half), float(block.advertised)),
                "legs": np.array(block.legs, np.int64),
                "lag": int(block.lag),
                "risk": float(numbers["choice.risk"]),
                "feedback": np.array([numbers[f"groups.{g}.departures.feedback"] for g in model.groups]),
            }  # fmt: skip
        start = named.setdefault("start", np.zeros(0))
        believed = np.zeros(shape)
        believed[..., 0] = start[:, None]
        nothing: dict[str, Any] = {
            "truth": np.zeros(0),
            "rates": Rates(0.0, 0.0, 0.0, 0.0, 0.0),
            "legs": np.zeros(0, np.int64),
            "lag": 0,
            "risk": 0.0,
            "feedback": np.zeros(len(model.groups)),
        }
        named = nothing | named
        window = min(named["lag"] + 1, n_steps) if moving else n_steps
        n_strata = np.shape(outlook.leg)[1]
        return cls(
            **named,
            moving=moving,
            leg=np.ascontiguousarray(outlook.leg, np.float64),
            settle=np.ascontiguousarray(outlook.settle, np.float64),
            before=np.ascontiguousarray(outlook.believed if moving else believed, np.float64),
            believed=believed,
            went=np.zeros(shape),
            official=_spread_out(outlook.official if moving else 0.0, shape),
            attention=_spread_out(outlook.attention if moving else 0.0, (n_steps,)),
            days=np.ascontiguousarray(model.grid.days, np.float64),
            roads=Roads.of(model),
            origin=np.array(model.origins, np.int64),
            classes=1 if model.strata is None else model.strata.n_classes,
            changed=np.ones((len(model.groups), n_steps)),
            window=window,
            scratch=Scratch.room(len(model.legs), len(model.places), shape[0], n_strata, window),
        )


def _spread_out(values: Any, shape: tuple[int, ...]) -> Floats:
    return np.array(np.broadcast_to(values, shape), np.float64)


@kernel
def hear(beliefs: Beliefs, counts: tuple[Counts, ...], world: World, per_person: float, before: int, window: int) -> None:
    """Note who set out on the legs of the block in the window that ended; ``counts`` are flat, of one thread each."""
    first, n_strata, n_steps, people = max(before - window, 0), len(world.origin), world.n_steps, beliefs.scratch.people
    people[:] = 0
    for part in counts:
        for at in range(len(beliefs.legs)):
            k = beliefs.legs[at]
            base, delays = I64(world.hops[k]), I64(world.travel.size[k])
            for s in range(n_strata):
                for t in range(first, before):
                    row = base + (s * n_steps + t) * delays
                    for delay in range(delays):
                        people[at, s, t - first] += part.hops[row + delay]
    for at in range(len(beliefs.legs)):
        for g in range(beliefs.went.shape[1]):
            for t in range(first, before):
                total = 0.0
                for s in range(g * beliefs.classes, (g + 1) * beliefs.classes):
                    total += people[at, s, t - first] / per_person
                beliefs.went[at, g, t] = total


@giver
def share(beliefs: Beliefs, first: int, end: int) -> tuple[Floats, Floats]:
    """Learn up to ``end``; return shares by leg and by place from ``first`` on, and note how departures change."""
    leg, settle, scratch = beliefs.leg, beliefs.settle, beliefs.scratch
    if not beliefs.moving:
        return leg, settle
    told, goals = (beliefs.official, beliefs.attention), (beliefs.truth, beliefs.start)
    _learn(beliefs.believed, beliefs.went, told, goals, beliefs.days, beliefs.rates, (max(first - 1, 0), end - 1, beliefs.lag))
    shift, worth, steps = scratch.shift, scratch.worth, (first, end)
    for at in range(len(beliefs.legs)):
        for s in range(leg.shape[1]):
            for t in range(first, end):
                g = s // beliefs.classes
                shift[beliefs.legs[at], s, t - first] = -beliefs.risk * (beliefs.believed[at, g, t] - beliefs.before[at, g, t])
    _pivot(leg, settle, shift, steps, beliefs.roads, worth)
    _move(leg, settle, shift, steps, beliefs.roads, worth, scratch)
    for g in range(len(beliefs.origin)):
        for t in range(first, end):
            total = 0.0
            for s in range(g * beliefs.classes, (g + 1) * beliefs.classes):
                total += worth[beliefs.origin[g], s, t - first]
            beliefs.changed[g, t] = math.exp(beliefs.feedback[g] * (total / beliefs.classes))
    return scratch.leg, scratch.settle


def pivot(model: Model, leg: Floats, settle: Floats, shift: Floats) -> Floats:
    """Change in what each place is worth, ``(place, stratum, step)``, when the value of legs shifts."""
    worth = np.zeros((len(settle) + 1, *settle.shape[1:]))
    arrays = [np.ascontiguousarray(part, np.float64) for part in (leg, settle, shift)]
    _pivot(arrays[0], arrays[1], arrays[2], (0, shift.shape[2]), Roads.of(model), worth)
    return worth[:-1]


@kernel
def _learn(believed: Floats, went: Floats, told: Any, goals: Any, days: Floats, rates: Rates, steps: Any) -> None:
    """Beliefs after ``steps[0]`` up to ``steps[1]``, word coming back after ``steps[2]``; equations: `model.information`."""
    (official, attention), (truth, start) = told, goals
    for t in range(steps[0], steps[1]):
        came, advertising = t - steps[2], rates.advertising * attention[t]
        for k in range(believed.shape[0]):
            for g in range(believed.shape[1]):
                n = went[k, g, came] / days[came] * DAYS_A_MONTH if came >= 0 else 0.0
                towards_truth = rates.contact * n / (n + rates.half) + official[k, g, t]
                total = towards_truth + advertising + rates.forgetting
                pull = towards_truth * truth[k] + advertising * rates.advertised + rates.forgetting * start[k]
                goal = pull / total if total > 0 else start[k]
                keep = math.exp(-total * days[t] / DAYS_A_MONTH)
                believed[k, g, t + 1] = keep * believed[k, g, t] + (1 - keep) * goal


@kernel
def _pivot(leg: Floats, settle: Floats, shift: Floats, steps: tuple[int, int], roads: Roads, worth: Floats) -> None:
    """Places from the last to the first, in the steps of a window; the last row of ``worth`` is beyond."""
    first, end = steps
    starts, out, heads = roads.starts, roads.out, roads.heads
    beyond = len(worth) - 1
    for i in range(beyond - 1, -1, -1):
        for s in range(shift.shape[1]):
            for t in range(end - first):
                most = 0.0 if settle[i, s, first + t] > 0 else -np.inf
                for k in out[starts[i] : starts[i + 1]]:
                    if leg[k, s, first + t] > 0:
                        most = max(most, shift[k, s, t] + worth[heads[k] if heads[k] >= 0 else beyond, s, t])
                if most == -np.inf:
                    worth[i, s, t] = -np.inf
                    continue
                total = settle[i, s, first + t] * math.exp(-most)
                for k in out[starts[i] : starts[i + 1]]:
                    change = shift[k, s, t] + worth[heads[k] if heads[k] >= 0 else beyond, s, t]
                    total += leg[k, s, first + t] * math.exp(min(change - most, 700.0))
                worth[i, s, t] = most + math.log(total)


@kernel
def _move(leg: Floats, settle: Floats, shift: Floats, steps: tuple[int, int], roads: Roads, worth: Floats, out: Scratch) -> None:
    """Shares moved by the shift and by what places have come to be worth."""
    first, end = steps
    beyond = len(worth) - 1
    for s in range(shift.shape[1]):
        for t in range(end - first):
            for k in range(shift.shape[0]):
                head = roads.heads[k] if roads.heads[k] >= 0 else beyond
                change = shift[k, s, t] + worth[head, s, t] - worth[roads.tails[k], s, t]
                out.leg[k, s, t] = leg[k, s, first + t] * math.exp(change)
            for i in range(beyond):
                out.settle[i, s, t] = settle[i, s, first + t] * math.exp(-worth[i, s, t])
