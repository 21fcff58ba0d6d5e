"""Queues: people wait for a dated capacity, first come first served.

With ``a`` who join in a step, ``c`` the places, ``r = exp(-give_up x days)`` the share of those waiting who go on waiting
and ``U`` all who joined within the longest wait, the number waiting follows

    W(t) = min(max(r(t) W(t-1) + a(t) - c(t), 0), U(t))

(Lindley 1952, Proc. Camb. Phil. Soc. 48:277, with giving up as in Palm 1957), one step after the other: clamped lines compose
to clamped lines, but to solve all steps together by that takes three times as long to compile and no less to run. Under first
come first served those who wait are the last who came: the split by group follows from the total, exactly, without following
anybody. Persons and steps throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array


@dataclass(frozen=True)
class QueueNode:
    """A queue of the compiled corridor; its capacity and the other people in it stand in `Knowledge`.

    Attributes:
        place: Position of the place.
        legs: Positions of the legs that it holds back.
        give_up: Name of the rate at which people stop waiting, per day.
        other_way: Name of the share of those who go on all the same.
        longest: Longest wait, steps.
    """

    place: int
    legs: tuple[int, ...]
    give_up: str
    other_way: str
    longest: int


class Served(NamedTuple):
    """What became of those who joined a queue.

    Attributes:
        served: Carried on by group, ``(group, step)``, persons a step.
        gave_up: Who stopped waiting, ``(group, step)``, persons a step.
        waiting: In the queue at the end of a step, ``(group, step)``, persons (stock).
        others: Of other nationalities in the queue at the end of a step, ``(step,)``, persons (stock).
        wait_days: Mean time in the queue of those served in a step, ``(step,)``, days; 0 where nobody is.
    """

    served: Array
    gave_up: Array
    waiting: Array
    others: Array
    wait_days: Array


def total_waiting(joined: Array, places: Array, keep: Array, most: Array) -> Array:
    """Number waiting at the end of each step, ``(step,)``, starting from nobody.

    Args:
        joined: Who join, ``(step,)``.
        places: Who can be carried on, ``(step,)``.
        keep: Share of those waiting at the start of a step who go on waiting, ``(step,)``.
        most: Who can be waiting at most, ``(step,)``.
    """

    def after(before: Array, now: Any) -> tuple[Array, Array]:
        kept, came, left, limit = now
        here = jnp.clip(kept * before + (came - left), 0.0, limit)
        return here, here

    _, waiting = jax.lax.scan(after, jnp.zeros_like(most[0]), (keep, joined, places, most))
    return waiting


def cohorts(joined: Array, keep: Array, longest: int) -> Array:
    """Those who joined 0, 1, 2 ... steps ago and would still wait had nobody been served.

    Args:
        joined: Who join, ``(..., step)``.
        keep: Share who go on waiting, ``(step,)``.
        longest: Longest wait, steps.

    Returns:
        Survivors ``(..., age, step)``.
    """
    n_steps = keep.shape[-1]

    ages = min(longest, n_steps)
    joined_at = np.arange(n_steps) - np.arange(ages)[:, None] + ages

    def aged(people: Array) -> Array:
        # one look-up: a slice for each age takes twice as long to compile
        return jnp.pad(people, [(0, 0)] * (people.ndim - 1) + [(ages, 0)])[..., joined_at]

    logs = jnp.cumsum(jnp.log(keep))
    survival = jnp.exp(logs - aged(logs))
    return aged(joined) * survival


def serve(
    joined: Array, others: Array, places: Array, give_up: Any, *, days: Array, longest: int, totals: Sequence[int] = ()
) -> Served:
    """Serve a queue first come first served.

    Args:
        joined: Who join by group, ``(group, step)``.
        others: Who join of other nationalities, ``(step,)``.
        places: Who can be carried on, ``(step,)``.
        give_up: Rate of giving up, per day.
        days: Length of each step.
        longest: Longest wait, steps.
        totals: Positions of groups that are all people together: they take up no place, and are served as those are whom they
            sum up.
    """
    keep = jnp.exp(-give_up * days)
    everyone = jnp.concatenate([joined, others[None]])
    total = jnp.delete(everyone, np.array(totals, int), axis=0).sum(axis=0) if totals else everyone.sum(axis=0)
    alive = cohorts(total, keep, longest)
    waiting = total_waiting(total, places, keep, alive.sum(axis=0))
    younger = jnp.cumsum(alive, axis=0) - alive
    left = jnp.clip(waiting - younger, 0.0, alive)
    share = left / jnp.where(alive > 0, alive, 1.0)
    by_group = (cohorts(everyone, keep, longest) * share).sum(axis=-2)

    before = jnp.pad(by_group, ((0, 0), (1, 0)))[:, :-1]
    total_before = jnp.pad(waiting, (1, 0))[:-1]
    ready = keep * total_before + total
    served = jnp.minimum(places, ready)
    out = keep * before + everyone - by_group
    # at most all of them: where next to nobody leaves, rounding would make the ratio anything
    aboard = out * jnp.minimum(served / jnp.maximum(ready - waiting, 1e-300), 1.0)
    gave_up = (1 - keep) * before + out - aboard
    # mean age of those served: what left each cohort, by its age at the middle of the step
    kept = jnp.pad(left, ((1, 0), (1, 0)))[:-1, :-1] * keep
    joins = jnp.concatenate([total[None], jnp.zeros_like(kept[1:])])
    went = jnp.maximum(kept + joins - left, 0.0)
    age = (np.arange(len(went))[:, None] * went).sum(axis=0) / jnp.maximum(went.sum(axis=0), 1e-300)
    wait_days = jnp.where(served > 0, age, 0.0) * jnp.mean(days)
    return Served(aboard[:-1], gave_up[:-1], by_group[:-1], by_group[-1], wait_days)
