"""What people believe and choose while agents move: beliefs follow who really went, and shares follow beliefs.

Shares are not solved anew from values: they are moved from those of the mean-field corridor by the change ``d`` in the value
of legs that a different belief makes. With ``P`` its shares and ``D`` the change in what a place is worth,

    D_i = log sum_a P(a | i) exp(d_a + D_head(a)),    P'(a | i) = P(a | i) exp(d_a + D_head(a) - D_i)

which is the recursive logit exactly; the largest exponent is subtracted first. Beliefs follow `model.information`, step by step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

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


class Minds:
    """Beliefs, as far as they are known, and the shares that follow from them."""

    def __init__(self, model: Model, outlook: Outlook) -> None:
        self.model, self.outlook = model, outlook
        block = model.information
        self.moving = block is not None and outlook.believed is not None
        n_steps = model.grid.n_steps
        self.window = n_steps if block is None or not self.moving else min(block.lag + 1, n_steps)
        self.heads = [leg.head for leg in model.legs]
        self.tails = [leg.tail for leg in model.legs]
        self.accessibility = np.zeros((len(model.groups), n_steps))
        if block is None or not self.moving:
            return
        numbers = outlook.numbers
        self.truth = np.array([numbers[name] for name in block.truth])[:, None]
        self.start = np.array([numbers[name] for name in block.start])[:, None]
        self.believed = np.zeros(np.shape(outlook.believed))
        self.believed[..., 0] = self.start

    def learn(self, first: int, end: int, went: Floats) -> None:
        """Beliefs of the steps up to ``end``, from who set out on the legs of the block, ``(leg, group, step)``, persons."""
        block, numbers, days = self.model.information, self.outlook.numbers, self.model.grid.days
        if block is None or not self.moving:
            return
        for t in range(max(first - 1, 0), end - 1):
            n = went[..., t - block.lag] / days[t - block.lag] * DAYS_A_MONTH if t >= block.lag else np.zeros(went.shape[:2])
            towards_truth = numbers[block.contact] * n / (n + block.half) + self.outlook.official[..., t]
            advertising = numbers[block.advertising] * self.outlook.attention[t]
            forgetting = numbers[block.forgetting]
            total = towards_truth + advertising + forgetting
            pull = towards_truth * self.truth + advertising * block.advertised + forgetting * self.start
            goal = np.where(total > 0, pull / np.where(total > 0, total, 1.0), self.start)
            keep = np.exp(-total * days[t] / DAYS_A_MONTH)
            self.believed[..., t + 1] = keep * self.believed[..., t] + (1 - keep) * goal

    def shares(self, first: int, end: int) -> tuple[Floats, Floats]:
        """Shares by leg and place in the steps from ``first`` to before ``end``; notes how accessible the corridor is."""
        window, model = slice(first, end), self.model
        leg, settle = self.outlook.leg[..., window], self.outlook.settle[..., window]
        block = model.information
        if block is None or not self.moving:
            return leg, settle
        change = -self.outlook.numbers["choice.risk"] * (self.believed[..., window] - self.outlook.believed[..., window])
        if model.strata is not None:
            change = np.repeat(change, model.strata.n_classes, axis=-2)
        shift = np.zeros(leg.shape)
        shift[list(block.legs)] = change
        worth = pivot(model, leg, settle, shift)
        beyond = np.concatenate([worth, np.zeros((1, *worth.shape[1:]))])
        out_leg = leg * np.exp(shift + beyond[self.heads] - worth[self.tails])
        out_settle = settle * np.exp(-worth)
        by_group = worth if model.strata is None else model.strata.mean(worth)
        self.accessibility[:, window] = by_group[list(model.origins), np.arange(len(model.groups))]
        return out_leg, out_settle

    def leaving(self, first: int, end: int, departures: Floats) -> Floats:
        """Departures of groups in a window, changed by how accessible the corridor has become, ``(group, step)``."""
        out = np.array(departures[:, first:end], np.float64)
        if self.moving:
            names = [f"groups.{g}.departures.feedback" for g in self.model.groups]
            feedback = np.array([self.outlook.numbers[name] for name in names])[:, None]
            out *= np.exp(feedback * self.accessibility[:, first:end])
        return out


def pivot(model: Model, leg: Floats, settle: Floats, shift: Floats) -> Floats:
    """Change in what each place is worth, ``(place, stratum, step)``, when the value of legs shifts."""
    worth = np.zeros((len(settle) + 1, *settle.shape[1:]))
    starts = np.cumsum([0, *(len(place.legs_out) for place in model.places)])
    out = np.array([k for place in model.places for k in place.legs_out], np.int64)
    heads = np.array([leg.head for leg in model.legs], np.int64)
    arrays = [np.ascontiguousarray(part, np.float64) for part in (leg, settle, shift)]
    _pivot(arrays[0], arrays[1], arrays[2], (starts, out, heads), worth)
    return worth[:-1]


@kernel
def _pivot(leg: Floats, settle: Floats, shift: Floats, roads: Any, worth: Floats) -> None:
    """Places from the last to the first; the last row of ``worth`` is beyond, where returns lead."""
    starts, out, heads = roads
    beyond = len(worth) - 1
    for i in range(beyond - 1, -1, -1):
        for s in range(leg.shape[1]):
            for t in range(leg.shape[2]):
                most = 0.0 if settle[i, s, t] > 0 else -np.inf
                for k in out[starts[i] : starts[i + 1]]:
                    if leg[k, s, t] > 0:
                        most = max(most, shift[k, s, t] + worth[heads[k] if heads[k] >= 0 else beyond, s, t])
                if most == -np.inf:
                    worth[i, s, t] = -np.inf
                    continue
                total = settle[i, s, t] * math.exp(-most)
                for k in out[starts[i] : starts[i + 1]]:
                    change = shift[k, s, t] + worth[heads[k] if heads[k] >= 0 else beyond, s, t]
                    total += leg[k, s, t] * math.exp(min(change - most, 700.0))
                worth[i, s, t] = most + math.log(total)
