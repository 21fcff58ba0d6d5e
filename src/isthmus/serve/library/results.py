"""Results of scenarios: rows by measure, place or leg and period, with their paired difference from the baseline."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from isthmus.serve.library.runs import Run
from isthmus.serve.settings import Settings

FAST, MANY = 250, 1000
"""Draws of the first answer, and of the one that replaces it."""
MONTHS = 18
NAME = re.compile(r"[0-9a-f]{32}")
CHANGE = "_change"
ALL = "all"


@dataclass(frozen=True, slots=True)
class Result:
    """A result as it was kept.

    Attributes:
        draws: On how many draws it rests.
        rows: Released rows.
    """

    name: str
    run: str
    draws: int
    rows: tuple[Mapping[str, Any], ...]

    @property
    def months(self) -> tuple[str, ...]:
        """Months ahead."""
        return tuple(sorted({row["period"] for row in self.rows if len(row["period"]) == 7}))

    @property
    def span(self) -> str:
        """The months ahead together."""
        return f"{self.months[0]}/{self.months[-1]}"

    def changes(self, period: str) -> list[Mapping[str, Any]]:
        """Differences from the baseline in one period, all groups together where there are several."""
        found = [row for row in self.rows if row["measure"].endswith(CHANGE) and row["period"] == period]
        groups = {row["group"] for row in found}
        return [row for row in found if len(groups) == 1 or ALL not in groups or row["group"] == ALL]

    def series(self, measure: str, item: str) -> list[Mapping[str, Any]]:
        """Rows of a measure at a place or on a leg by month."""
        wanted = [row for row in self.rows if row["measure"] == measure and item in {row["place"], row["leg"]}]
        return sorted((row for row in wanted if len(row["period"]) == 7), key=lambda row: str(row["period"]))


def request(run: Run, scenario: str, document: Mapping[str, Any] | None, *, draws: int, months: int = MONTHS) -> dict[str, Any]:
    """What a job is asked for; without a document, a scenario of the corridor's file."""
    return {
        "corridor": run.corridor,
        "run": run.id,
        "tag": run.tag,
        "scenario": scenario,
        "document": document,
        "draws": draws,
        "months": months,
    }


def name_of(asked: Mapping[str, Any]) -> str:
    """Name of the result of a request: the same request, the same name."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]


def path_of(settings: Settings, team: str, name: str) -> Path:
    """File of a result."""
    return settings.home / "teams" / team / "results" / f"{name}.parquet"


def write(settings: Settings, team: str, target: Path, run: Run, rows: Sequence[Mapping[str, Any]], *, draws: int) -> None:
    """Let the rows through the gate and keep what comes out, whole or not at all."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    from isthmus.serve.library.gate import released  # noqa: PLC0415

    target.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(released(settings, team, rows, run, name=target.stem, draws=draws))
    about = {b"run": run.id.encode(), b"draws": str(draws).encode()}
    handle, part = tempfile.mkstemp(prefix=".part-", dir=target.parent)
    os.close(handle)
    try:
        pq.write_table(table.replace_schema_metadata(about), part)
        Path(part).replace(target)
    finally:
        Path(part).unlink(missing_ok=True)


def read(settings: Settings, team: str, name: str) -> Result | None:
    """Return a team's result, if it is there yet."""
    path = path_of(settings, team, name)
    return _read(str(path)) if NAME.fullmatch(name) and path.is_file() else None


@lru_cache(maxsize=64)
def _read(path: str) -> Result:
    import pyarrow.parquet as pq  # noqa: PLC0415

    table = pq.read_table(path)
    about = table.schema.metadata or {}
    return Result(Path(path).stem, about[b"run"].decode(), int(about[b"draws"]), tuple(table.to_pylist()))
