"""What people of a budget class have spent by the time they reach a place, and who cannot pay for the next leg."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array

from isthmus.model.choice import leg_costs
from isthmus.model.journey import delayed
from isthmus.model.money import cannot_pay, mean_spent, short_shares
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
    """Money spent by place, filled in the order of the sweep.

    What a leg took is added where people arrive, with what its tail cost at the time of arrival: exact where the mix of
    ways is steady, and people themselves are never lost or made by it.
    """

    def __init__(self, model: Model, values: Values, shape: tuple[int, ...]) -> None:
        if model.money is None:
            message = "a purse needs a corridor with money"
            raise ValueError(message)
        self.model, self.money, self.values = model, model.money, values
        self.costs = leg_costs(model, values)
        self.spent: list[Array] = [jnp.zeros(shape)] * len(model.places)
        self.ready: list[Array] = list(self.spent)
        self.shares = short_shares(values[self.money.borrow], values[self.money.work], values[self.money.turn_back])

    def arrive(self, i: int, arrived_by: list[Array], wait_days: Any) -> None:
        """Note what those who reach a place have spent, and what staying and waiting there adds."""
        place = self.model.places[i]
        if place.legs_in:
            spent = [self.ready[self.model.legs[k].tail] + self.costs[k] for k in place.legs_in]
            self.spent[i] = mean_spent([arrived_by[k] for k in place.legs_in], spent)
        self.ready[i] = self.spent[i] + self.values[self.money.living] * (place.stay_days + wait_days)

    def pay(self, k: int, wanting: Array) -> Paid:
        """Let those who want a leg pay for it; nobody is kept from a return."""
        leg = self.model.legs[k]
        nobody = jnp.zeros_like(wanting)
        if leg.head < 0:
            return Paid(wanting, nobody, nobody, nobody, nobody, nobody)
        price = self.ready[leg.tail] - self.spent[leg.tail] + self.costs[k]
        short = wanting * cannot_pay(self.spent[leg.tail], price, self.money.strata)
        to_work, turned_back = short * self.shares.work, short * self.shares.turn_back
        able = wanting - short * (1 - self.shares.borrow)
        from_work = delayed(to_work, self.money.work_kernel)
        stranded = wanting - able - to_work - turned_back
        return Paid(able + from_work, short, turned_back, stranded, to_work, from_work)
