"""What of a run's monthly counts may be shown: page and tables ask here, and the gate decides once for both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isthmus.disclosure.gate import Released, release
from isthmus.disclosure.ledger import Ledger
from isthmus.disclosure.policy import Policy, default_policy
from isthmus.disclosure.table import Table, Vocabulary
from isthmus.report.intervals import Interval, interval, intervals
from isthmus.report.tables import forecast_rows
from isthmus.report.view import RunView

POLICY_NAME = "policy.json"
"""The policy a run was made under, where it is not the shipped one."""

OWN = "isthmus"


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


def vocabulary_of(view: RunView) -> Vocabulary:
    """The places, legs and groups of the run's corridor, with the legs that scenarios add to it."""
    corridor = view.corridor
    added = {*(f"removed_from_{place}" for place in corridor.places), *(f"pathway_{g.lower()}" for g in corridor.groups)}
    return Vocabulary(frozenset(corridor.places), frozenset({*corridor.legs, *added}), frozenset(corridor.groups))


def shown(view: RunView, policy: Policy, ledger: Ledger) -> Shown:
    """Pass everything that page and tables show by series and month through the gate, as one release.

    Months before the forecast and the totals that the page names are in it, so that no total gives a month away.
    """
    ahead = forecast_rows(view)
    table = Table.of([*ahead, *_beside(view, {str(row["series"]): row for row in ahead})])
    scope, edition = str(view.manifest.get("corridor", view.corridor.name)), str(view.manifest.get("hash", ""))
    found = release(
        table, policy, ledger, scope=scope, edition=edition, vocabulary=vocabulary_of(view), where="table of monthly counts"
    )
    models = zip(table.column("series"), table.column("model"), table.column("period"), found.withheld, strict=True)
    withheld = frozenset((series, period) for series, model, period, held in models if model == OWN and held)
    return Shown(found.first(len(ahead)), withheld)


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
