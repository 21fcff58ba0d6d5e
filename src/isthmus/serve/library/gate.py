"""The gate, as the server passes it: rows before they are kept, words before they are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.errors import DisclosureError
from isthmus.serve.library.runs import Run
from isthmus.serve.settings import Settings

if TYPE_CHECKING:
    from isthmus.disclosure import Ledger, Policy, Vocabulary

BASELINE, CHANGE = "baseline", "_change"
WHOLE_ONLY = frozenset({"leg_flow", "settled", "turned_back"})
"""Flows of many places or legs, most of them few people: released for all months ahead together, not month by month."""
LEDGERS = "ledgers"
"""Folder of what was released of scenarios, a file for each run."""


def released(
    settings: Settings, team: str, rows: Sequence[Mapping[str, Any]], run: Run, *, name: str, draws: int
) -> list[dict[str, Any]]:
    """Rows of a scenario and of its baseline as they may leave, noted in the run's ledger.

    Args:
        settings: Where the ledgers are.
        team: Whose result it is.
        rows: As they were computed.
        run: What they rest on.
        name: Name of the result, which tells scenarios of one label apart.
        draws: On how many draws.
    """
    from isthmus.disclosure import load_policy  # noqa: PLC0415
    from isthmus.report.gated import policy_of  # noqa: PLC0415

    policy = policy_of(run.folder) if settings.policy is None else load_policy(settings.policy)
    ledger = _ledger(settings.home / "teams" / team / LEDGERS / f"{run.id}.jsonl")
    known = _vocabulary(run.folder, run.changed)
    edition = f"{run.manifest.get('hash', run.id)} on {draws} draws"
    wanted = [
        {**row, "scenario": row["scenario"] if row["scenario"] == BASELINE else f"{row['scenario']} {name}"}
        for row in rows
        if row["measure"].removesuffix(CHANGE) not in WHOLE_ONLY or not _month(row)
    ]
    found = _together(wanted, policy, ledger, known, scope=run.corridor, edition=edition)
    return [{**row, "scenario": row["scenario"].removesuffix(f" {name}")} for row in found]


def _together(
    rows: Sequence[Mapping[str, Any]], policy: Policy, ledger: Ledger, known: Vocabulary, *, scope: str, edition: str
) -> list[dict[str, Any]]:
    """All measures as one table, so that the sums among them are kept in mind; nothing where they cannot leave together.

    A measure that may not leave in any form is left out before, which the others do not depend on. Months that cannot be hidden
    behind each other are left out of all measures: then the whole span is told alone.
    """
    from isthmus.disclosure import Table, release  # noqa: PLC0415
    from isthmus.disclosure.entry_checks import problems_of  # noqa: PLC0415

    measures: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        measures.setdefault(row["measure"], []).append(dict(row))
    may = [row for name, part in measures.items() if not problems_of(Table.of(part), policy, name, known) for row in part]
    for part in (may, [row for row in may if not _month(row)]):
        try:
            return release(
                Table.of(part), policy, ledger, scope=scope, edition=edition, vocabulary=known, where="scenario"
            ).rows()  # fmt: skip
        except DisclosureError:
            continue
    return []


def _month(row: Mapping[str, Any]) -> bool:
    return len(row["period"]) == len("2024-06") and row["kind"] == "flow"


@lru_cache(maxsize=4)
def _ledger(path: Path) -> Ledger:
    from isthmus.disclosure import Ledger  # noqa: PLC0415

    return Ledger.open(path)


@lru_cache(maxsize=8)
def _vocabulary(folder: Path, changed: int) -> Vocabulary:  # noqa: ARG001  what was read of an earlier state is read anew
    from isthmus.report.gated import vocabulary_of  # noqa: PLC0415
    from isthmus.spec.load import load  # noqa: PLC0415

    return vocabulary_of(load(folder / "corridor.yaml").corridor)
