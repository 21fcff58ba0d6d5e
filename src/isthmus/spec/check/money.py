"""Money: budgets that can be told in US$, and shares that do not exceed 1 together."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.spec.check.finding import Finding
from isthmus.spec.document import Path, one_of
from isthmus.spec.primitives import LogitNormalPrior, Quantity
from isthmus.spec.schema import Corridor


def check_budgets(corridor: Corridor) -> Iterator[Finding]:
    """Every group has a budget, and one in another currency has a rate of exchange known on its day."""
    money = corridor.money
    if money is None:
        return
    for group, block in corridor.groups.items():
        if group not in money.budgets and block.budget_usd is None:
            remedy = f"add `money.budgets.{group}`, or `budget_usd` to the group"
            yield Finding(("money", "budgets"), f"a budget for {group}", "none", remedy)
    for group, budget in money.budgets.items():
        dates = [rate.date for rate in money.rates if rate.currency == budget.currency]
        path: Path = ("money", "budgets", group)
        if budget.currency == "USD":
            continue
        if not dates:
            known = one_of(sorted({rate.currency for rate in money.rates} | {"USD"}))
            expected = f"a currency with a rate under `money.rates` ({known})"
            remedy = f"add a rate: {{currency: {budget.currency}, date: ..., usd: ..., source: ...}}"
            yield Finding((*path, "currency"), expected, budget.currency, remedy)
        elif budget.date is not None and min(dates) > budget.date:
            expected = f"a rate of {budget.currency} known by then (the first is of {min(dates)})"
            yield Finding((*path, "date"), expected, str(budget.date), "add an earlier rate, or write a later date")


def check_short(corridor: Corridor) -> Iterator[Finding]:
    """Of those short of money, who borrow, work and turn back are not more than all."""
    if corridor.money is None:
        return
    short = corridor.money.short
    shares = {"borrow": _middle(short.borrow), "work": _middle(short.work), "turn_back": _middle(short.turn_back)}
    total = sum(shares.values())
    if total > 1 + 1e-9:
        found = f"{total:g} ({', '.join(f'{name} {share:g}' for name, share in shares.items())})"
        remedy = "make them sum to 1 or less; the rest are stranded"
        yield Finding(("money", "short"), "shares that sum to at most 1", found, remedy)


def _middle(share: Quantity) -> float:
    if isinstance(share, LogitNormalPrior):
        return share.median
    return share if isinstance(share, float | int) else 0.0
