"""Everything an export may contain, passed through the gate once and whole, with the ledger of what was exported before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isthmus.disclosure.gate import Released, release
from isthmus.disclosure.ledger import Ledger
from isthmus.disclosure.policy import Policy
from isthmus.disclosure.table import Table
from isthmus.report.gated import long_tables, shown, vocabulary_of
from isthmus.report.intervals import interval
from isthmus.report.view import RunView

LEDGER_NAME = "releases.jsonl"
"""Beside the run folders: what was exported of any of them."""


@dataclass(frozen=True)
class Gathered:
    """What may leave of a run.

    Attributes:
        tables: Released tables by name: ``forecast``, ``flows``, ``published``, and ``scenarios`` and ``impacts`` where made.
    """

    view: RunView
    policy: Policy
    tables: dict[str, Released]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Rows of a table; none where it was not made."""
        return self.tables[name].rows() if name in self.tables else []


def gather(run: Path, policy: Policy, ledger: Ledger) -> Gathered:
    """Read a run and pass all its tables through the gate.

    Raises:
        InputError: Files of the run are missing.
        DisclosureError: A table must not leave.
    """
    view = RunView.load(run)
    tables = {"forecast": shown(view, policy, ledger).forecast}
    scope, edition = str(view.manifest.get("corridor", view.corridor.name)), str(view.manifest.get("hash", ""))
    raw = {"flows": list(_flows(view)), "published": list(_published(view)), **long_tables(run)}
    for name, rows in raw.items():
        tables[name] = release(
            Table.of(rows), policy, ledger, scope=scope, edition=edition, vocabulary=vocabulary_of(view.corridor), where=name
        )
    return Gathered(view, policy, tables)


def _flows(view: RunView) -> Iterator[dict[str, Any]]:
    """People who set out on each leg, all groups, in the last fitted year and in the months ahead."""
    source = f"isthmus {view.manifest.get('isthmus', '')}, figures to {view.origin}".replace("  ", " ")
    for months in (view.last_year, view.ahead):
        for leg in view.corridor.legs:
            value = interval(view.leg_total(leg, months))
            yield {
                "measure": "leg_flow", "place": "all", "leg": leg, "group": "all", "period": f"{months[0]}/{months[-1]}",
                "kind": "flow", "unit": "persons", "lo90": value.lo90, "lo50": value.lo50, "median": value.median,
                "hi50": value.hi50, "hi90": value.hi90, "source": source,
            }  # fmt: skip


def _published(view: RunView) -> Iterator[dict[str, Any]]:
    """Official figures at the granularity of their publisher."""
    for one in view.observations:
        if one.value is not None:
            yield {
                "series": one.series, "label": view.corridor.series[one.series].label, "group": one.group, "period": one.period,
                "kind": one.kind, "unit": one.unit, "median": one.value, "lo90": None, "lo50": None, "hi50": None, "hi90": None,
                "source": one.publisher, "basis": "official",
            }  # fmt: skip
