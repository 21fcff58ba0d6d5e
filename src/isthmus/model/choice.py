"""Route choice: the recursive logit of Fosgerau, Frejinger and Karlstrom (2013, Transportation Research B 56:70-80).

The value of a place is the expected maximum over what can be done next,
``V_gi(t) = log sum_a exp(v_ga(t) + V_g,head(a)(t))``, solved backwards from the destinations; the share taking ``a`` is
``P(a | i) = exp(v_ga + V_head - V_i)``. Paths are never enumerated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.special import logsumexp

from isthmus.model.drivers import contributions
from isthmus.model.money import Strata
from isthmus.model.network import Knowledge, Model
from isthmus.model.parameters import Values


Drift = Callable[[int, Array], Array]
"""``drift(leg, advantage (group, step)) -> constant (group, step)`` of a drifting leg.

``advantage`` is the log odds of taking the leg, against the alternatives solved before it, as if its constant were 0.
"""


class Choices(NamedTuple):
    """Shares and values in time.

    Attributes:
        leg: Share of those leaving the leg's tail who take the leg, ``(leg, group, step)``.
        settle: Share of those leaving a place who end there, ``(place, group, step)``; 0 where nobody can.
        value: Expected value of being at a place, ``(place, group, step)``.
    """

    leg: Array
    settle: Array
    value: Array


def leg_values(model: Model, values: Values, knowledge: Knowledge, believed: Array | None = None) -> Array:
    """Value of each leg before what follows it, constants of drifting legs left out, ``(leg, group, step)``.

    With money the axis is groups by budget class, and a leg's cost takes in living and extortion; ``believed`` risk, ``(leg,
    group, step)``, takes the place of the risk of the file.

    ``v = -theta_c price/budget - theta_t duration/30 - theta_r risk - friction(entry rule at head) + constant + policies``.
    """
    legs = model.legs
    steady = np.array([not leg.drift for leg in legs], float)
    days = np.array([leg.duration_days + (model.places[leg.head].stay_days if leg.head >= 0 else 0.0) for leg in legs])
    same = jnp.asarray(steady) * values.stack([leg.constant for leg in legs]) - values["choice.time"] * days / 30
    if believed is None:
        same = same - values["choice.risk"] * np.array([leg.risk for leg in legs])
    costs = np.array([leg.price_usd for leg in legs])[:, None] / model.budgets
    by_group = same[:, None] - values["choice.cost"] * costs if model.money is None else same[:, None] + np.zeros_like(costs)
    v = by_group[:, :, None] + policy_shift(model, values, knowledge, "leg", len(legs))
    if believed is not None:
        v = v - values["choice.risk"] * believed
    if not model.requirements:
        v = v + jnp.zeros((1, 1, model.grid.n_steps))
    else:
        friction = values.stack([f"choice.friction.{r}" for r in model.requirements])
        at_place = jnp.einsum("gprt,r->pgt", jnp.asarray(knowledge.requirement), friction) * sensitivity(model, values)
        entering = np.array([leg.head >= 0 for leg in legs], float)[:, None, None]
        v = v - entering * at_place[np.array([max(leg.head, 0) for leg in legs])]
    if model.money is None:
        return v
    stays = np.array([model.places[leg.head].stay_days if leg.head >= 0 else 0.0 for leg in legs])
    dear = (leg_costs(model, values) + values[model.money.living] * stays)[:, None] / model.money.strata.budget
    classes: Array = model.money.strata.same(v)
    return classes - (values["choice.cost"] * dear)[:, :, None]


def leg_costs(model: Model, values: Values) -> Array:
    """What a leg costs a person under way: price, extortion and living, US$, ``(leg,)``."""
    prices = jnp.array([leg.price_usd for leg in model.legs])
    if model.money is None:
        return prices
    taken = [(k, name) for k, name in enumerate(model.money.extortion) if name is not None]
    costs = prices + values[model.money.living] * np.array([leg.duration_days for leg in model.legs])
    if taken:
        costs = costs.at[np.array([k for k, _ in taken])].add(values.stack([name for _, name in taken]))
    return costs


def policy_shift(model: Model, values: Values, knowledge: Knowledge, on: str, n_targets: int) -> Array:
    """Sum of the policy effects of one kind and of what a scenario adds, ``(target, group, step)``.

    Broadcastable zeros where there is neither.
    """
    shifts = [(n, shift) for n, shift in enumerate(model.shifts) if shift.on == on]
    pushed = getattr(knowledge.push, on, None)
    if not shifts:
        return jnp.zeros((1, 1, 1)) if pushed is None else jnp.asarray(pushed)
    where = np.zeros((len(shifts), n_targets, len(model.groups), 1))
    for row, (_, shift) in enumerate(shifts):
        where[row, max(shift.target, 0), list(shift.groups)] = 1.0
    sizes = values.stack([shift.name for _, shift in shifts]) * jnp.asarray(knowledge.shift)[np.array([n for n, _ in shifts])]
    profile = np.stack([shift.profile for _, shift in shifts])[:, None, None]
    total = sensitivity(model, values) * jnp.einsum("s,spgt->pgt", sizes, where * profile)
    return total if pushed is None else total + pushed


def sensitivity(model: Model, values: Values) -> Array:
    """How strongly rules and policies move each group, ``(group, 1)``."""
    return values.stack([f"groups.{g}.sensitivity" for g in model.groups])[:, None]


def settle_values(model: Model, values: Values, knowledge: Knowledge) -> Array:
    """Value of ending the journey at each place, with a destination's pull, ``(place, group, step)``; -inf where none can."""
    open_ = [(i, place.settle) for i, place in enumerate(model.places) if place.settle is not None]
    at = np.array([i for i, _ in open_], int)
    own = jnp.full(len(model.places), -jnp.inf).at[at].set(values.stack([name for _, name in open_]))
    pull = jnp.zeros((len(model.places), len(model.groups)))
    if model.pull:
        groups, places = np.array(list(model.pull)).T
        pull = pull.at[places, groups].set(values.stack(list(model.pull.values())))
    shift = policy_shift(model, values, knowledge, "settle", len(model.places))
    out = (own[:, None] + pull)[:, :, None] + shift + jnp.zeros((1, 1, model.grid.n_steps))
    for node, pulled in contributions(model.drivers, values, knowledge.drivers, model.grid, "settle").values():
        out = out.at[node.place, np.array(node.groups)].add(pulled)
    return out


def choices(model: Model, values: Values, knowledge: Knowledge, drift: Drift, believed: Array | None = None) -> Choices:
    """Solve the recursive logit for all groups and steps at once.

    A return ends the journey and is worth nothing beyond its own value. With money the axis of the result is groups by
    budget class; a drifting constant is that of the group, from the mean advantage of its classes.

    Args:
        model: The compiled corridor.
        values: Quantities by name.
        knowledge: Rules and policies in force.
        drift: Gives the constants of drifting legs.
        believed: Believed risk, ``(leg, group, step)``; absent: the risk of the file.
    """
    legs, settle = leg_values(model, values, knowledge, believed), settle_values(model, values, knowledge)
    if model.strata is not None:
        settle, drift = model.strata.same(settle), _of_groups(model.strata, drift)
    nothing = jnp.zeros(legs.shape[1:])
    value, settled = [nothing] * len(model.places), [nothing] * len(model.places)
    whole, share = [nothing] * len(model.legs), [nothing] * len(model.legs)
    for i in reversed(range(len(model.places))):
        place = model.places[i]
        drifting = [k for k in place.legs_out if model.legs[k].drift]
        steady = [] if place.settle is None else [settle[i]]
        for k in place.legs_out:
            head = model.legs[k].head
            whole[k] = legs[k] + value[head] if head >= 0 else legs[k]
            if k not in drifting:
                steady.append(whole[k])
        for k in drifting:
            others = _log_sum(steady) if steady else 0.0
            whole[k] = whole[k] + drift(k, whole[k] - others)
            steady.append(whole[k])
        value[i] = _log_sum(steady)
        # a place with one way on needs no exponentials
        ones = jnp.ones_like(nothing) if len(steady) == 1 else None
        for k in place.legs_out:
            share[k] = jnp.exp(whole[k] - value[i]) if ones is None else ones
        if place.settle is not None:
            settled[i] = jnp.exp(settle[i] - value[i]) if ones is None else ones
    return Choices(jnp.stack(share), jnp.stack(settled), jnp.stack(value))


def _of_groups(strata: Strata, drift: Drift) -> Drift:
    return lambda k, advantage: strata.same(drift(k, strata.mean(advantage)))


def _log_sum(rows: list[Array]) -> Array:
    """``log sum exp`` over alternatives with the maximum subtracted."""
    return rows[0] if len(rows) == 1 else logsumexp(jnp.stack(rows), axis=0)
