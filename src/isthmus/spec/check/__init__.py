"""Checks that need more than one field: each a small function with one concern, yielding findings.

A new block adds its checks to a module here and names them in ``CHECKS``; checks that follow people along the
legs go into ``NETWORK_CHECKS``, which are left out while the legs themselves are faulty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from isthmus.errors import Problem
from isthmus.spec.check import (
    dates,
    engines,
    impacts,
    information,
    money,
    network,
    outcomes,
    quantities,
    queues,
    references,
    scenarios,
    watches,
)
from isthmus.spec.check.finding import Finding
from isthmus.spec.document import Locate, Path, capped, dotted
from isthmus.spec.schema import Corridor

CHECKS: tuple[Callable[[Corridor], Iterator[Finding]], ...] = (
    references.check_names,
    references.check_effect_targets,
    references.check_codes,
    references.check_everyone,
    references.check_past_changes,
    references.check_coordinates,
    references.check_origins,
    references.check_destinations,
    references.check_friction,
    dates.check_time,
    dates.check_entry_rules,
    dates.check_rule_overlaps,
    dates.check_policies,
    dates.check_claims,
    quantities.check_durations,
    quantities.check_prices,
    quantities.check_signs,
    quantities.check_shares,
    quantities.check_drivers,
    outcomes.check_driver_targets,
    outcomes.check_fees,
    outcomes.check_responses,
    outcomes.check_totals,
    outcomes.check_harm,
    outcomes.check_records,
    outcomes.check_asylum,
    outcomes.check_reverse,
    outcomes.check_reverse_shares,
    queues.check_capacities,
    queues.check_queue_legs,
    money.check_budgets,
    money.check_short,
    information.check_campaigns,
    information.check_believed_legs,
    engines.check_agents,
    impacts.check_planned_places,
    impacts.check_triggers,
    impacts.check_priced,
    impacts.check_rates,
    impacts.check_sectors,
    impacts.check_others,
    scenarios.check_shock_names,
    scenarios.check_shock_dates,
    scenarios.check_shock_strengths,
    scenarios.check_shock_targets,
    scenarios.check_includes,
    scenarios.check_contradictions,
    scenarios.check_brought_queues,
    scenarios.check_likelihoods,
    watches.check_watches,
    watches.check_watched_twice,
    watches.check_shared,
    network.check_cycles,
)

NETWORK_CHECKS: tuple[Callable[[Corridor], Iterator[Finding]], ...] = (
    network.check_origin_legs,
    network.check_reverse_legs,
    network.check_reachable_places,
    network.check_reachable_destinations,
    network.check_dead_ends,
    watches.check_reachable_watches,
)

COMPARED: dict[str | int, tuple[str, ...]] = {
    "from": ("announced", "to"),
    "date": ("announced", "until"),
    "start": ("fit_from", "fit_to", "reference"),
    "fit_from": ("fit_to",),
    "fit_to": ("start", "reference"),
    "horizon_months": ("reference",),
    "mean_days": ("sd_days",),
    "counts": ("detection",),
}
"""Fields whose value decides whether fields beside them are right."""


def check(corridor: Corridor, *, locate: Locate = dotted) -> list[Problem]:
    """Return everything that is wrong across the blocks of a corridor, nothing if it is sound.

    Args:
        corridor: the corridor.
        locate: turns a field path into ``file:line: a.b.c``; by default the path alone.
    """
    return to_problems(findings(corridor), locate)


def findings(corridor: Corridor, *, unsure: Iterable[Path] = ()) -> list[Finding]:
    """Return what the checks find.

    Args:
        corridor: the corridor.
        unsure: fields that hold stand-ins; nothing is said about them or about what rests on them.
    """
    doubts = list(unsure)
    checks = list(CHECKS if any(map(_bears_on_legs, doubts)) else CHECKS + NETWORK_CHECKS)
    if any(doubt[:1] == ("entry_rules",) for doubt in doubts):
        checks.remove(dates.check_rule_overlaps)
    found = [finding for check_one in checks for finding in check_one(corridor)]
    return [finding for finding in found if not any(_rests_on(finding.path, doubt) for doubt in doubts)]


def to_problems(found: Iterable[Finding], locate: Locate) -> list[Problem]:
    """Return findings as problems of a file, at most as many as a reader can use."""
    return capped([Problem(locate(one.path), one.expected, one.found, one.remedy) for one in found])


def _bears_on_legs(path: Path) -> bool:
    """Whether a stand-in at a path changes who can go where."""
    structural = {"from", "to", "kind", "role", "settle", "origin"}
    return path[:1] in {("legs",), ("places",), ("groups",)} and (len(path) <= 2 or path[-1] in structural)


def _rests_on(path: Path, doubt: Path) -> bool:
    """Whether a finding is about a stand-in, what holds it, or what is compared with it."""
    compared = COMPARED.get(doubt[-1], ()) if doubt else ()
    if path[:-1] == doubt[:-1] and path[-1] in compared:
        return True
    return path[: len(doubt)] == doubt or path == doubt[:-1]
