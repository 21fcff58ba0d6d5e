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
    from isthmus.disclosure import Ledger, Vocabulary

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
    from isthmus.disclosure import Table, load_policy, release  # noqa: PLC0415
    from isthmus.report.gated import policy_of  # noqa: PLC0415

    policy = policy_of(run.folder) if settings.policy is None else load_policy(settings.policy)
    ledger = _ledger(settings.home / "teams" / team / LEDGERS / f"{run.id}.jsonl")
    edition = f"{run.manifest.get('hash', run.id)} on {draws} draws"
    known = _vocabulary(run.folder, run.changed)
    measures: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        told_apart = row["scenario"] if row["scenario"] == BASELINE else f"{row['scenario']} {name}"
        measures.setdefault(row["measure"], []).append({**row, "scenario": told_apart})
    found: list[dict[str, Any]] = []
    for measure, all_of_it in measures.items():
        whole = [row for row in all_of_it if not _month(row)]
        for part in (whole,) if measure.removesuffix(CHANGE) in WHOLE_ONLY else (all_of_it, whole):
            try:
                about = {"scope": run.corridor, "edition": edition, "vocabulary": known, "where": measure}
                let = release(Table.of(part), policy, ledger, **about).rows()  # type: ignore[arg-type]
            except DisclosureError:
                continue  # months that cannot be hidden behind each other: the whole span alone, or nothing
            found += let
            break
    return [{**row, "scenario": row["scenario"].removesuffix(f" {name}")} for row in found]


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
