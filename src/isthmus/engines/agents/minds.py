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

from isthmus.engines.agents.compiled import kernel
from isthmus.model.network import Model
from isthmus.timegrid import DAYS_A_MONTH

Floats = NDArray[np.float64]


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


class Minds:
    """Beliefs, as far as they are known, and the shares that follow from them."""

    def __init__(self, model: Model, outlook: Outlook) -> None:
        self.model, self.outlook = model, outlook
        block = model.information
        self.moving = block is not None and outlook.believed is not None
        n_steps = model.grid.n_steps
        self.window = n_steps if block is None or not self.moving else min(block.lag + 1, n_steps)
        self.accessibility = np.zeros((len(model.groups), n_steps))
        if block is None or not self.moving:
            return
        numbers = outlook.numbers
        shape = np.shape(outlook.believed)
        self.roads = Roads.of(model)
        self.shares_before = tuple(np.ascontiguousarray(part, np.float64) for part in (outlook.leg, outlook.settle))
        self.truth, self.start = (np.array([numbers[name] for name in names]) for names in (block.truth, block.start))
        self.official = np.ascontiguousarray(np.broadcast_to(outlook.official, shape), np.float64)
        self.attention = np.ascontiguousarray(np.broadcast_to(outlook.attention, n_steps), np.float64)
        contact, advertising, forgetting = (float(numbers[name]) for name in (block.contact, block.advertising, block.forgetting))
        self.rates = Rates(contact, advertising, forgetting, float(block.half), float(block.advertised))
        self.days = np.ascontiguousarray(model.grid.days, np.float64)
        self.feedback = np.array([numbers[f"groups.{g}.departures.feedback"] for g in model.groups])[:, None]
        self.believed = np.zeros(shape)
        self.believed[..., 0] = self.start[:, None]

    def learn(self, first: int, end: int, went: Floats) -> None:
        """Beliefs of the steps up to ``end``, from who set out on the legs of the block, ``(leg, group, step)``, persons."""
        block = self.model.information
        if block is not None and self.moving:
            steps = (max(first - 1, 0), end - 1, block.lag)
            _learn(self.believed, went, (self.official, self.attention), (self.truth, self.start), self.days, self.rates, steps)

    def shares(self, first: int, end: int) -> tuple[Floats, Floats]:
        """Shares by leg and place in the steps from ``first`` to before ``end``; notes how accessible the corridor is."""
        window, model = slice(first, end), self.model
        block = model.information
        if block is None or not self.moving:
            return self.outlook.leg[..., window], self.outlook.settle[..., window]
        change = -self.outlook.numbers["choice.risk"] * (self.believed[..., window] - self.outlook.believed[..., window])
        if model.strata is not None:
            change = np.repeat(change, model.strata.n_classes, axis=-2)
        leg, settle = self.shares_before
        shift = np.zeros((*leg.shape[:2], end - first))
        shift[list(block.legs)] = change
        worth = np.zeros((len(settle) + 1, *shift.shape[1:]))
        _pivot(leg, settle, shift, first, self.roads, worth)
        out_leg, out_settle = np.empty(shift.shape), np.empty((len(settle), *shift.shape[1:]))
        _move(leg, settle, shift, first, self.roads, worth, out_leg, out_settle)
        by_group = worth if model.strata is None else model.strata.mean(worth)
        self.accessibility[:, window] = by_group[list(model.origins), np.arange(len(model.groups))]
        return out_leg, out_settle

    def leaving(self, first: int, end: int, departures: Floats) -> Floats:
        """Departures of groups in a window, changed by how accessible the corridor has become, ``(group, step)``."""
        out = np.array(departures[:, first:end], np.float64)
        if self.moving:
            out *= np.exp(self.feedback * self.accessibility[:, first:end])
        return out


def pivot(model: Model, leg: Floats, settle: Floats, shift: Floats) -> Floats:
    """Change in what each place is worth, ``(place, stratum, step)``, when the value of legs shifts."""
    worth = np.zeros((len(settle) + 1, *settle.shape[1:]))
    arrays = [np.ascontiguousarray(part, np.float64) for part in (leg, settle, shift)]
    _pivot(arrays[0], arrays[1], arrays[2], 0, Roads.of(model), worth)
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
def _pivot(leg: Floats, settle: Floats, shift: Floats, first: int, roads: Roads, worth: Floats) -> None:
    """Places from the last to the first, shares from step ``first`` on; the last row of ``worth`` is beyond."""
    starts, out, heads = roads.starts, roads.out, roads.heads
    beyond = len(worth) - 1
    for i in range(beyond - 1, -1, -1):
        for s in range(shift.shape[1]):
            for t in range(shift.shape[2]):
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
def _move(
    leg: Floats, settle: Floats, shift: Floats, first: int, roads: Roads, worth: Floats, out_leg: Floats, out_settle: Floats
) -> None:
    """Shares moved by the shift and by what places have come to be worth."""
    beyond = len(worth) - 1
    for s in range(shift.shape[1]):
        for t in range(shift.shape[2]):
            for k in range(shift.shape[0]):
                head = roads.heads[k] if roads.heads[k] >= 0 else beyond
                change = shift[k, s, t] + worth[head, s, t] - worth[roads.tails[k], s, t]
                out_leg[k, s, t] = leg[k, s, first + t] * math.exp(change)
            for i in range(beyond):
                out_settle[i, s, t] = settle[i, s, first + t] * math.exp(-worth[i, s, t])
