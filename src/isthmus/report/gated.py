"""What of a run's counts may be shown: page and tables ask here, and the gate decides once for both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from isthmus.disclosure.gate import RELEASED, Released, release
from isthmus.disclosure.ledger import Ledger
from isthmus.disclosure.policy import AREAS, Policy, default_policy
from isthmus.disclosure.table import ALL, Sum, Table, Vocabulary
from isthmus.report.block_counts import KEPT, block_rows
from isthmus.report.intervals import Interval, interval, intervals
from isthmus.report.tables import forecast_rows
from isthmus.report.view import RunView
from isthmus.scenarios.account import ACCOUNT
from isthmus.spec.schema import Corridor

POLICY_NAME = "policy.json"
"""The policy a run was made under, where it is not the shipped one."""

OWN = "isthmus"
_DEKAD = {"01": "D1", "11": "D2", "21": "D3"}


@dataclass(frozen=True)
class Shown:
    """The gate's answer for a run.

    Attributes:
        forecast: Rows of ``forecast.csv``: months ahead by series and model, with their totals.
        withheld: Series and periods (months, years, the span ahead) whose modelled count is withheld.
    """

    forecast: Released
    withheld: frozenset[tuple[str, str]]


def policy_of(folder: Path) -> Policy:
    """The policy a run was made under."""
    path = folder / POLICY_NAME
    return Policy.model_validate_json(path.read_text("utf-8"), strict=True) if path.is_file() else default_policy()


def vocabulary_of(corridor: Corridor) -> Vocabulary:
    """The places, legs and groups of a corridor, with the legs that scenarios add to it, and how large areas they are of."""
    sent, permitted = (
        {f"removed_from_{place}": place for place in corridor.places},
        [f"pathway_{group.lower()}" for group in corridor.groups],
    )
    areas: dict[str, str] = {name: place.area for name, place in corridor.places.items()}
    areas |= {name: _finer(areas[leg.from_], areas[leg.to]) for name, leg in corridor.legs.items()}
    areas |= {name: areas[place] for name, place in sent.items()}
    for name, series in corridor.series.items():
        watch = series.watches
        watched = (*watch.departures_on, *watch.arrivals_on, *filter(None, [watch.arrivals_at]))
        areas[name] = min((areas[part] for part in watched), key=AREAS.index, default=AREAS[-1])
    legs = frozenset({*corridor.legs, *sent, *permitted})
    sums = _accounts(corridor, tuple(sent), tuple(permitted))
    return Vocabulary(frozenset(corridor.places), legs, frozenset(corridor.groups), areas, sums)


def _accounts(corridor: Corridor, sent: Sequence[str], permitted: Sequence[str]) -> tuple[Sum, ...]:
    """How the account of people adds up: those who set out are somewhere, and each part is that of its places or legs.

    Who was on the way before the first month ahead is in every scenario alike.
    """
    ends = {name for name, place in corridor.places.items() if place.role == "destination"}

    def at(measure: str, places: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
        return tuple((measure, place, ALL) for place in places)

    def by(legs: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
        return tuple(("leg_flow", ALL, leg) for leg in legs)

    return (
        Sum("departures", tuple((part, ALL, ALL) for part in ACCOUNT)),
        Sum("arrived", at("settled", sorted(ends))),
        Sum("settled_on_the_way", at("settled", sorted(corridor.places.keys() - ends))),
        Sum("returned", by(name for name, leg in corridor.legs.items() if leg.kind != "forward")),
        Sum("removed", by(sent)),
        Sum("permitted", by(permitted)),
        Sum("turned_back_all", at("turned_back", corridor.places)),
        Sum("stranded_all", at("stranded", corridor.places)),
    )


def _finer(one: str, other: str) -> str:
    return min(one, other, key=AREAS.index)


def shown(view: RunView, policy: Policy, ledger: Ledger) -> Shown:
    """Pass everything that page and tables show by series and month through the gate, as one release.

    Months before the forecast and the totals that the page names are in it, so that no total gives a month away.
    """
    ahead = forecast_rows(view)
    table = Table.of([*ahead, *_beside(view, {str(row["series"]): row for row in ahead})])
    scope, edition = str(view.manifest.get("corridor", view.corridor.name)), str(view.manifest.get("hash", ""))
    found = release(
        table,
        policy,
        ledger,
        scope=scope,
        edition=edition,
        vocabulary=vocabulary_of(view.corridor),
        where="table of monthly counts",
    )
    models = zip(table.column("series"), table.column("model"), table.column("period"), found.withheld, strict=True)
    withheld = frozenset((series, period) for series, model, period, held in models if model == OWN and held)
    return Shown(found.first(len(ahead)), withheld)


def through(view: RunView, policy: Policy, ledger: Ledger) -> RunView:
    """The view as a page may show it: what is withheld is marked, and of scenarios and impacts there is only what is released."""
    scope, edition = str(view.manifest.get("corridor", view.corridor.name)), str(view.manifest.get("hash", ""))

    def let(name: str, rows: Sequence[Mapping[str, Any]]) -> Released:
        return let_out(name, rows, view.corridor, policy, ledger, scope=scope, edition=edition)

    counts = block_rows(view)
    held = let("sections of blocks", counts).withheld if counts else ()
    named = frozenset(tuple(row[name] for name in KEPT) for row, gone in zip(counts, held, strict=True) if gone)
    tables = {name: let(name, rows) for name, rows in long_tables(view.folder).items()}
    rows = {name: tuple(row for row in found.rows() if row["status"] == RELEASED) for name, found in tables.items()}
    return replace(view, withheld=shown(view, policy, ledger).withheld, held=named, released=rows)


def let_out(
    name: str, rows: Sequence[Mapping[str, Any]], corridor: Corridor, policy: Policy, ledger: Ledger, *, scope: str, edition: str
) -> Released:
    """Pass rows as of `gate_row` through the gate with all their margins; they come out the same wherever they are asked for."""
    return release(Table.of(rows), policy, ledger, scope=scope, edition=edition, vocabulary=vocabulary_of(corridor), where=name)


def gate_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of scenarios or impacts as the gate takes it."""
    return {key: value for key, value in row.items() if key != "mean"} | {"period": _period(row["period"])}


def long_tables(run: Path) -> dict[str, list[dict[str, Any]]]:
    """Scenario results and impacts as they were computed, where the run has them."""
    found = {}
    for name in ("scenarios", "impacts"):
        path = run / f"{name}.parquet"
        if path.is_file():
            found[name] = [gate_row(row) for row in pq.read_table(path).to_pylist()]
    return found


def _period(period: str) -> str:
    """A dekad given by its first day as the gate writes it."""
    return f"{period[:7]}-{_DEKAD[period[8:]]}" if len(period) == 10 and period[8:] in _DEKAD else period


def ahead_span(view: RunView) -> str:
    """The months ahead as one period."""
    return f"{view.ahead[0]}/{view.ahead[-1]}"


def _beside(view: RunView, like: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows that the page shows and ``forecast.csv`` does not: fitted months, years, the total ahead."""
    for series in view.series:
        for month, value in zip(view.fitted, intervals(view.predicted(series, view.fitted)), strict=True):
            yield _row(like[series], month, value)
        for year in sorted({month[:4] for month in view.fitted}):
            months = [month for month in view.fitted if month.startswith(year)]
            if len(months) > 1:
                period = year if len(months) == 12 else f"{months[0]}/{months[-1]}"
                yield _row(like[series], period, interval(view.predicted(series, months).sum(axis=1)))
        if len(view.ahead) > 1:
            yield _row(like[series], ahead_span(view), interval(view.predicted(series, view.ahead).sum(axis=1)))


def _row(like: dict[str, Any], period: str, value: Interval) -> dict[str, Any]:
    numbers = {"lo90": value.lo90, "lo50": value.lo50, "median": value.median, "hi50": value.hi50, "hi90": value.hi90}
    return {**like, "model": OWN, "period": period, **numbers}


def gate_report(found: Shown, policy: Policy) -> dict[str, Any]:
    """What was withheld and what it cost, for the manifest and the page."""
    return {"policy": json.loads(policy.model_dump_json()), "policy_hash": policy.hash, **found.forecast.report()}
