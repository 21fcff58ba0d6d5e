"""Engines: what is asked of agents can be done on one machine."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.spec.check.finding import Finding
from isthmus.spec.primitives import LognormalPrior, NormalPrior, PooledPrior, PooledQuantity, Quantity
from isthmus.spec.schema import Corridor

MOST_AGENTS = 2e9
"""A minute or so of one core for every few hundred million."""

MONTHS = 60
"""Months that a corridor is taken to run, for this check only."""


def check_agents(corridor: Corridor) -> Iterator[Finding]:
    """The agents of all draws are not more than can be moved in a reasonable time."""
    engines = corridor.engines
    if engines.journeys != "agents":
        return
    levels = [_level(corridor, group.departures.level) for group in corridor.groups.values()]
    people = sum(levels) * MONTHS
    agents = people * engines.agents_per_person * engines.draws
    if agents > MOST_AGENTS:
        remedy = f"write agents_per_person: {engines.agents_per_person * MOST_AGENTS / agents:.1g}, or fewer draws"
        expected = f"at most {MOST_AGENTS:.0e} agents in all draws together over {MONTHS} months"
        yield Finding(("engines", "agents_per_person"), expected, f"about {agents:.1e}", remedy)


def _level(corridor: Corridor, quantity: PooledQuantity) -> float:
    if not isinstance(quantity, PooledPrior):
        return _middle(quantity)
    return _middle(corridor.pools[quantity.pool].centre) if quantity.pool in corridor.pools else 1.0


def _middle(quantity: Quantity) -> float:
    if isinstance(quantity, LognormalPrior):
        return quantity.median
    if isinstance(quantity, NormalPrior):
        return quantity.mean
    return quantity if isinstance(quantity, float | int) else 1.0
