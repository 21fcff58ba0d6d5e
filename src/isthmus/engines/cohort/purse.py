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
        self.short: dict[int, Array] = {}

    def arrive(self, i: int, wait_days: Array | None) -> None:
        """Note what those who reach a place have spent, what staying and waiting there adds, and who can pay to go on."""
        place, grid = self.model.places[i], self.model.grid
        if place.legs_in:
            tails = [self.model.legs[k].tail for k in place.legs_in]
            came = [self.visits[tail] * self.taken[k] for tail, k in zip(tails, place.legs_in, strict=True)]
            spent = [self.ready[tail] + self.costs[k] for tail, k in zip(tails, place.legs_in, strict=True)]
            self.spent[i] = mean_spent(came, spent)
            self.visits[i] = sum(came, self.visits[i])
        stay = place.stay_days if wait_days is None else place.stay_days + wait_days @ grid.month_mean.T
        self.ready[i] = self.spent[i] + self.values[self.money.living] * stay
        self._ask(i)

    def _ask(self, i: int) -> None:
        """Who reaches a place with money left, and who of them has enough for each leg from there."""
        # together, since a normal distribution is most of what is compiled here
        legs = self._paid_legs(i)
        if not legs:
            return
        asked = jnp.stack([self.spent[i], *(self.ready[i] + self.costs[k] for k in legs)])
        left = 1.0 - below(asked, self.money.strata)
        able = left[0] if self.model.places[i].legs_in else jnp.ones_like(left[0])
        for n, k in enumerate(legs):
            self.short[k] = 1.0 - left[1 + n] / jnp.maximum(able, SCARCE)

    def _paid_legs(self, i: int) -> list[int]:
        """Legs from a place that are paid for: nobody is kept from a return."""
        return [k for k in self.model.places[i].legs_out if self.model.legs[k].head >= 0]

    def unable(self, k: int) -> Array:
        """Share of those who want a leg who cannot pay for it, ``(stratum, month)``; 0 on returns."""
        return self.short.get(k, jnp.zeros_like(self.spent[0]))

    def pay(self, i: int, wanting: dict[int, Array]) -> dict[int, Paid]:
        """Let those who want the legs from a place pay for them."""
        legs = self._paid_legs(i)
        paid = {k: Paid(people, *[jnp.zeros_like(people)] * 5) for k, people in wanting.items()}
        if not legs:
            return paid
        want = jnp.stack([wanting[k] for k in legs])
        short = want * (jnp.stack([self.short[k] for k in legs]) @ self.model.grid.month_sum)
        to_work, turned_back = short * self.shares.work, short * self.shares.turn_back
        able = want - short * (1 - self.shares.borrow)
        from_work = delayed(to_work.reshape(-1, to_work.shape[-1]), self.money.work_kernel).reshape(to_work.shape)
        found = Paid(able + from_work, short, turned_back, want - able - to_work - turned_back, to_work, from_work)
        return paid | {k: Paid(*(part[n] for part in found)) for n, k in enumerate(legs)}


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
    return jnp.stack([purse.unable(k) for k in range(len(model.legs))]) @ model.grid.month_sum
