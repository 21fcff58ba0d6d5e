"""Money: budgets in classes, what the journey takes, and running out.

Budgets B of a group are lognormal. People are divided into C classes of equal size; class k holds the quantiles k/C to
(k+1)/C, and within it ``F_k(x) = clip(C Phi((log x - log median)/sd) - k, 0, 1)`` is the share with less than x. Whoever has
paid S so far has B > S, so the share who cannot pay for a leg of price p is

    q = [F(S + p) - F(S)] / [1 - F(S)]

and along any path the shares multiply to ``1 - F(total)``: nobody is asked twice for the same dollar. Of those short, shares
borrow (and go on at once), work (and go on later) or turn back; the rest are stranded. US$ throughout. The definition is
ours; budgets and prices come from the corridor file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.special import ndtr
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]

SCARCE = 1e-9
"""Share of a class with money left below which the class counts as having none."""


@dataclass(frozen=True)
class Strata:
    """Groups divided by budget: the axis on which people choose and move.

    Attributes:
        group: Position of each stratum's group, ``(stratum,)``.
        rank: Class within the group, 0 for the poorest, ``(stratum,)``.
        n_classes: Classes a group.
        budget: Budget at the middle of the class, US$, ``(stratum,)``.
        median: Median budget of the group, US$, ``(stratum,)``.
        sd_log: Spread of the group's budgets, ``(stratum,)``.
    """

    group: tuple[int, ...]
    rank: tuple[int, ...]
    n_classes: int
    budget: Floats
    median: Floats
    sd_log: Floats

    @classmethod
    def of(cls, medians: Floats, sds: Floats, n_classes: int) -> Strata:
        """Classes of groups with lognormal budgets; a spread of 0 makes all classes alike."""
        n_groups = len(medians)
        rank = np.tile(np.arange(n_classes), n_groups)
        median, sd = np.repeat(medians, n_classes), np.repeat(sds, n_classes)
        budget = median * np.exp(sd * ndtri((rank + 0.5) / n_classes))
        group = tuple(int(g) for g in np.repeat(np.arange(n_groups), n_classes))
        return cls(group, tuple(int(r) for r in rank), n_classes, budget, median, sd)

    def spread(self, people: Any) -> Any:
        """People of groups divided evenly over their classes, ``(group, step) -> (stratum, step)``."""
        return self.same(people) / self.n_classes

    def same(self, values: Any) -> Any:
        """A quantity of groups, for each of their classes, ``(..., group, step) -> (..., stratum, step)``."""
        # written as a broadcast: the gradient of a gather is slow
        many = jnp.broadcast_to(values[..., None, :], (*values.shape[:-1], self.n_classes, values.shape[-1]))
        return many.reshape(*values.shape[:-2], -1, values.shape[-1])

    def total(self, people: Any) -> Any:
        """People of classes added to groups, ``(..., stratum, step) -> (..., group, step)``."""
        return people.reshape(*people.shape[:-2], -1, self.n_classes, people.shape[-1]).sum(axis=-2)

    def mean(self, values: Any) -> Any:
        """Mean over the classes of a group, ``(..., stratum, step) -> (..., group, step)``."""
        return self.total(values) / self.n_classes


@dataclass(frozen=True)
class MoneyBlock:
    """The compiled block.

    Attributes:
        strata: Groups by budget class.
        living: Name of the cost of a day, US$.
        extortion: Name of what is taken on a leg beside its price, by leg; absent: nothing.
        borrow: Name of the share of those short who borrow.
        work: Name of the share who work.
        turn_back: Name of the share who turn back.
        work_kernel: Time that work takes, shares by steps.
        work_days: Its mean.
    """

    strata: Strata
    living: str
    extortion: tuple[str | None, ...]
    borrow: str
    work: str
    turn_back: str
    work_kernel: Floats
    work_days: float


class ShortShares(NamedTuple):
    """What those who cannot pay do: shares that sum to at most 1."""

    borrow: Any
    work: Any
    turn_back: Any


def below(amount: Array, strata: Strata) -> Array:
    """Share of a class with less than an amount, ``(stratum, step)`` of US$ to shares."""
    column = (slice(None), None)
    spread = np.maximum(strata.sd_log, 1e-9)[column]
    score = (jnp.log(jnp.maximum(amount, 1e-9)) - np.log(strata.median)[column]) / spread
    return jnp.clip(strata.n_classes * ndtr(score) - np.array(strata.rank, float)[column], 0.0, 1.0)


def cannot_pay(spent: Array, price: Any, strata: Strata) -> Array:
    """Share of those who have paid ``spent`` who cannot pay ``price`` more, ``(stratum, step)``.

    A class whose money is all used is short of everything.
    """
    before, after = below(spent, strata), below(spent + price, strata)
    return 1.0 - (1.0 - after) / jnp.maximum(1.0 - before, SCARCE)


def short_shares(borrow: Any, work: Any, turn_back: Any) -> ShortShares:
    """Shares scaled down together where they exceed 1."""
    scale = 1.0 / jnp.maximum(borrow + work + turn_back, 1.0)
    return ShortShares(borrow * scale, work * scale, turn_back * scale)


def mean_spent(came: list[Array], spent: list[Array]) -> Array:
    """What those who arrive have spent: mean over the ways they came by, equal weights where nobody came; all one shape."""
    weights = [people + 1e-12 for people in came]
    total = sum(weights[1:], weights[0])
    return sum((w * s for w, s in zip(weights[1:], spent[1:], strict=True)), weights[0] * spent[0]) / total
