"""Beliefs about the risk of a leg, apart from its truth.

For each group and leg the believed probability b follows

    db/dt = contact n/(n + half) (truth - b) + official (truth - b) + advertising a (advertised - b) + forgetting (start - b)

with n the persons of the group on the leg a month, as word of them comes back, and a the attention paid to facilitators. The
questions are those of Hinsch and Bijak (2019, Rumours lead to self-organized migration routes); the equations are ours. A
step is solved exactly with its rates held, so b stays within what people are told: between the lowest and the highest of
truth, advertised risk and start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from isthmus.timegrid import DAYS_A_MONTH


@dataclass(frozen=True)
class InformationBlock:
    """The compiled block; attention and campaigns stand in `Knowledge`.

    Attributes:
        legs: Positions of the legs whose risk people may be wrong about.
        truth: Name of the true probability by leg.
        start: Name of the first belief by leg.
        contact: Name of the rate of contact, per month.
        advertising: Name of the rate of advertising, per month.
        forgetting: Name of the rate of forgetting, per month.
        half: Persons a month at which contact works at half its rate.
        lag: Steps until word comes back.
        advertised: Risk that facilitators promise.
        passes: Times that flows are solved anew.
    """

    legs: tuple[int, ...]
    truth: tuple[str, ...]
    start: tuple[str, ...]
    contact: str
    advertising: str
    forgetting: str
    half: float
    lag: int
    advertised: float
    passes: int


@dataclass(frozen=True)
class Rates:
    """Rates of the belief equation, per month; they broadcast to ``(leg, group, step)``."""

    contact: Any
    official: Any
    advertising: Any
    forgetting: Any


def contact_share(flow: Array, days: Array, half: float, lag: int) -> Array:
    """n/(n + half) as word comes back, same shape as ``flow``.

    Args:
        flow: Departing on legs, ``(leg, group, step)``, persons a step.
        days: Length of each step.
        half: Persons a month at which it is one half.
        lag: Steps until word comes back.
    """
    monthly = flow / days * DAYS_A_MONTH
    heard = jnp.pad(monthly, ((0, 0), (0, 0), (lag, 0)))[..., : flow.shape[-1]]
    return heard / (heard + half)


def beliefs(truth: Array, start: Array, advertised: float, rates: Rates, days: Array) -> Array:
    """Believed probability in each step, before what that step teaches, ``(leg, group, step)``.

    Args:
        truth: True probability, ``(leg,)``.
        start: First belief, ``(leg,)``.
        advertised: Risk that facilitators promise.
        rates: Rates per month.
        days: Length of each step.
    """
    towards_truth = rates.contact + rates.official
    total = towards_truth + rates.advertising + rates.forgetting
    truth, start = truth[:, None, None], start[:, None, None]
    pull = towards_truth * truth + rates.advertising * advertised + rates.forgetting * start
    goal = jnp.where(total > 0, pull / jnp.where(total > 0, total, 1.0), start)
    keep = jnp.exp(-total * days / DAYS_A_MONTH)

    def after(first: Any, then: Any) -> Any:
        return first[0] * then[0], then[0] * first[1] + then[1]

    slope, add = jax.lax.associative_scan(after, (keep, (1 - keep) * goal), axis=-1)
    learnt = slope * start + add
    return jnp.concatenate([jnp.broadcast_to(start, learnt[..., :1].shape), learnt[..., :-1]], axis=-1)


def gap(believed: Any, truth: Any) -> Any:
    """Belief less truth: below 0 people think the leg safer than it is."""
    return np.asarray(believed) - np.asarray(truth)
