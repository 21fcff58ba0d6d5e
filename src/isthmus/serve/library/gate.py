"""The gate, as the server passes it: rows before they are kept, words before they are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.serve.library.runs import Run
from isthmus.serve.settings import Settings

if TYPE_CHECKING:
    from isthmus.disclosure import Ledger

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
    told_apart = [{**row, "scenario": row["scenario"] if row["scenario"] == "baseline" else name} for row in rows]
    edition = f"{run.manifest.get('hash', run.id)} on {draws} draws"
    found = release(Table.of(told_apart), policy, ledger, scope=run.corridor, edition=edition, where="scenario").rows()
    return [{**out, "scenario": row["scenario"]} for out, row in zip(found, rows, strict=True)]


@lru_cache(maxsize=4)
def _ledger(path: Path) -> Ledger:
    from isthmus.disclosure import Ledger  # noqa: PLC0415

    return Ledger.open(path)
