"""What people of a budget class have spent by the time they reach a place, and who cannot pay for the next leg."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from isthmus.model.choice import Choices, leg_costs
from isthmus.model.journey import delayed
from isthmus.model.money import SCARCE, below, mean_spent, short_shares
from isthmus.model.network import Model
from isthmus.model.parameters import Values


class Paid(NamedTuple):
    """Who sets out on a leg, and what became of those who could not pay; ``(stratum, step)``, persons a step."""

    flow: Array
    short: Array
    turned_back: Array
    stranded: Array
    to_work: Array
    from_work: Array


class Purse:
    """Money spent by place and month, filled in the order of the sweep.

    What people have spent at a place is the mean over the ways there, by the shares that take them in the month, with what
    places and legs cost in that month: exact where shares and waits are steady. People are never lost or made by it.
    """

    def __init__(self, model: Model, values: Values, choices: Choices) -> None:
        if model.money is None:
            message = "a purse needs a corridor with money"
            raise ValueError(message)
        self.model, self.money, self.values = model, model.money, values
        self.costs = leg_costs(model, values)
        self.shares = short_shares(values[self.money.borrow], values[self.money.work], values[self.money.turn_back])
        taken = choices.leg @ model.grid.month_mean.T
        self.taken = [taken[k] for k in range(len(model.legs))]
        nothing = jnp.zeros(taken.shape[1:])
        starts = [[float(model.origins[g] == i)] for i in range(len(model.places)) for g in self.money.strata.group]
        begin = np.array(starts).reshape(len(model.places), -1, 1)
        self.visits: list[Array] = [nothing + begin[i] for i in range(len(model.places))]
        self.spent: list[Array] = [nothing] * len(model.places)
        self.ready: list[Array] = [nothing] * len(model.places)
        self.able: list[Array] = [nothing + 1.0] * len(model.places)

    def arrive(self, i: int, wait_days: Array | None) -> None:
        """Note what those who reach a place have spent, and what staying and waiting there adds."""
        place, grid = self.model.places[i], self.model.grid
        if place.legs_in:
            tails = [self.model.legs[k].tail for k in place.legs_in]
            came = [self.visits[tail] * self.taken[k] for tail, k in zip(tails, place.legs_in, strict=True)]
            spent = [self.ready[tail] + self.costs[k] for tail, k in zip(tails, place.legs_in, strict=True)]
            self.spent[i] = mean_spent(came, spent)
            self.visits[i] = sum(came, self.visits[i])
            self.able[i] = 1.0 - below(self.spent[i], self.money.strata)
        stay = place.stay_days if wait_days is None else place.stay_days + wait_days @ grid.month_mean.T
        self.ready[i] = self.spent[i] + self.values[self.money.living] * stay

    def unable(self, k: int) -> Array:
        """Share of those who want a leg who cannot pay for it, ``(stratum, month)``."""
        leg = self.model.legs[k]
        still = 1.0 - below(self.ready[leg.tail] + self.costs[k], self.money.strata)
        return 1.0 - still / jnp.maximum(self.able[leg.tail], SCARCE)

    def pay(self, k: int, wanting: Array) -> Paid:
        """Let those who want a leg pay for it; nobody is kept from a return."""
        leg = self.model.legs[k]
        nobody = jnp.zeros_like(wanting)
        if leg.head < 0:
            return Paid(wanting, nobody, nobody, nobody, nobody, nobody)
        short = wanting * (self.unable(k) @ self.model.grid.month_sum)
        to_work, turned_back = short * self.shares.work, short * self.shares.turn_back
        able = wanting - short * (1 - self.shares.borrow)
        from_work = delayed(to_work, self.money.work_kernel)
        stranded = wanting - able - to_work - turned_back
        return Paid(able + from_work, short, turned_back, stranded, to_work, from_work)


def unable_to_pay(model: Model, values: Values, choices: Choices, wait_days: Array | None) -> Array:
    """Share of those who want a leg who cannot pay for it, ``(leg, stratum, step)``; 0 on returns.

    Args:
        model: The compiled corridor.
        values: Quantities by name.
        choices: Shares of legs.
        wait_days: Mean wait in each queue, ``(queue, step)``; absent without queues.
    """
    purse = Purse(model, values, choices)
    for i in range(len(model.places)):
        purse.arrive(i, None if i not in model.queue_at or wait_days is None else wait_days[model.queue_at[i]])
    legs = [purse.unable(k) if leg.head >= 0 else jnp.zeros_like(purse.able[0]) for k, leg in enumerate(model.legs)]
    return jnp.stack(legs) @ model.grid.month_sum
