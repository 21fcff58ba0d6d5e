"""From which months a backtest forecasts, and which of their targets lie before, across or after a change of rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from isthmus.errors import InputError, Problem
from isthmus.spec.past_changes import priors_in
from isthmus.spec.schema import Corridor
from isthmus.timegrid import month_index, month_range, shift_month

Regime = Literal["before", "straddle", "after"]
REGIMES: tuple[Regime, ...] = ("before", "straddle", "after")

LEAST_ORIGINS = 12
"""Origins from which a verdict is given."""
LEAST_FITTED = 4
"""Months fitted at the first origin that may be asked for."""
FIRST_AFTER = 12
"""Months fitted before the first origin that is taken unasked."""


@dataclass(frozen=True)
class Change:
    """A dated change of rules that moves some groups in the model."""

    label: str
    month: str
    groups: tuple[str, ...]
    announced: str


def changes(corridor: Corridor) -> tuple[Change, ...]:
    """Policies with an effect, and entry rules that begin after the first fitted month, by date."""
    found = []
    for policy in corridor.policies.values():
        if policy.effects:
            every = any(effect.group is None for effect in policy.effects)
            groups = tuple(corridor.groups) if every else tuple(dict.fromkeys(e.group for e in policy.effects if e.group))
            found.append(Change(policy.label, month_of(policy.date), groups, month_of(policy.announced or policy.date)))
    for rule in corridor.entry_rules:
        month = month_of(rule.from_)
        if rule.group in corridor.groups and month > corridor.time.fit_from:
            place = corridor.places[rule.place].label
            label = f"{place}: {rule.requirement.replace('_', ' ')}"
            found.append(Change(label, month, (rule.group,), month_of(rule.announced or rule.from_)))
    return tuple(sorted(found, key=lambda change: (change.month, change.label)))


def month_of(day: object) -> str:
    """``YYYY-MM`` of a date."""
    return str(day)[:7]


def regime(origin: str, horizon: int, months: Sequence[str]) -> Regime:
    """Where the targets of an origin lie against changes in ``months``.

    *straddle*: a change falls on a target; else *after*: one lies at or before the origin; else *before*.
    """
    at = month_index(origin)
    ahead = [month_index(month) - at for month in months]
    if any(1 <= k <= horizon for k in ahead):
        return "straddle"
    return "after" if any(k <= 0 for k in ahead) else "before"


def told_by(corridor: Corridor) -> str:
    """The month in which the last of what the corridor's priors took from past changes of rules was known; empty: nothing."""
    return max((month_of(prior["known_by"]) for _, prior in priors_in(corridor.model_dump())), default="")


def possible_origins(first_fitted: str, last_fitted: str, told: str = "") -> tuple[str, ...]:
    """Months from which one can forecast and be held against a later figure, none before priors were ``told``."""
    found = month_range(shift_month(first_fitted, LEAST_FITTED), shift_month(last_fitted, -1))
    return tuple(month for month in found if month >= told)


def usual_origins(first_fitted: str, last_fitted: str, told: str = "") -> tuple[str, ...]:
    """Origins taken unasked: those with a year of months before them, or where there are none, all possible ones."""
    possible = possible_origins(first_fitted, last_fitted, told)
    late = month_index(shift_month(first_fitted, FIRST_AFTER))
    return tuple(o for o in possible if month_index(o) >= late) or possible


def wanted_origins(
    first_fitted: str, last_fitted: str, *, count: int | None = None, months: Sequence[str] = (), told: str = ""
) -> tuple[str, ...]:
    """The last ``count`` origins, or those named, or the usual ones; none before ``told``, see `told_by`.

    Raises:
        InputError: Origins outside the data, or more than there are, or none at all.
    """
    possible = possible_origins(first_fitted, last_fitted, told)
    span = f"{possible[0]} to {possible[-1]}" if possible else "none"
    if not possible:
        raise InputError.one(
            where="backtest",
            expected=f"at least {LEAST_FITTED + 2} months of figures: some to fit, one to be held against",
            found=f"figures from {first_fitted} to {last_fitted}",
            remedy="add figures, or set time.fit_from earlier",
        )
    outside = [m for m in months if m not in possible]
    if outside:
        raise InputError(
            Problem(f"--origins {m}", f"a month from {span}", _outside(m, told), "choose an origin inside, or add figures")
            for m in outside
        )
    if months:
        return tuple(sorted(set(months)))
    if count is None:
        return usual_origins(first_fitted, last_fitted, told)
    if not 1 <= count <= len(possible):
        raise InputError.one(
            where=f"--origins {count}",
            expected=f"1 to {len(possible)} origins ({span})",
            found=str(count),
            remedy="ask for fewer, or add figures" if count > 0 else "ask for at least one",
        )
    return possible[-count:]


def _outside(month: str, told: str) -> str:
    if month < told:
        return f"a month before {told}, when the last of the past changes was known that priors of the corridor take in"
    return "outside the figures"


def blocks_of(origins: Sequence[str], size: int) -> tuple[tuple[str, ...], ...]:
    """Origins in blocks counted from the last, so that asking for earlier ones leaves the later blocks as they are."""
    cuts = list(range(len(origins), 0, -size))
    return tuple(tuple(origins[max(cut - size, 0) : cut]) for cut in reversed(cuts))
