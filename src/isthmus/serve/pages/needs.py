"""Needs and services: what must be ready, where and when, from a run's impacts as the gate let them through."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response

from isthmus.report.words import period_name
from isthmus.serve.pages.corridor import There

router = APIRouter()

FILE = "impacts.parquet"
BASELINE = "baseline"
KINDS = ("people_", "need_", "load_", "exceeded_", "in_need", "cases_", "cost", "spending", "jobs")
"""Beginnings of the measures, in the order of the calendar."""

Row = Mapping[str, Any]


@router.get("/corridors/{name}/needs")
def needs(at: There, place: str = "", scenario: str = BASELINE) -> Response:
    """The calendar: a row for each need or service, a column for each month, at one place and in one scenario."""
    path = at.settings.exports(at.visitor.team, at.run.id) / FILE if at.run else None
    rows = _read(str(path), path.stat().st_mtime_ns) if path is not None and path.is_file() else ()
    scenarios = sorted({row["scenario"] for row in rows}, key=lambda name: (name != BASELINE, name))
    rows = tuple(row for row in rows if row["scenario"] == scenario)
    places = sorted({row["place"] for row in rows})
    chosen = place if place in places else next((key for key in places if key != "all"), "")
    shown = [row for row in rows if row["place"] == chosen]
    periods = sorted({row["period"] for row in shown if len(row["period"]) == len("2024-06")})
    items = sorted(
        {(row["measure"], row["unit"], row["kind"], row["source"]) for row in shown}, key=lambda item: (_order(item[0]), item)
    )
    cells = {(row["measure"], row["period"]): _words(row) for row in shown}
    corridor = at.corridor
    labels = {key: spot.label for key, spot in corridor.places.items()} | {
        key: one.label for key, one in corridor.scenarios.items()
    }
    return at.page(
        "needs", "needs", places=places, chosen=chosen, scenarios=scenarios, scenario=scenario, items=items, cells=cells,
        labels=labels, periods=[(period, period_name(period)) for period in periods], services=_services(at, scenario, chosen),
    )  # fmt: skip


def _order(measure: str) -> int:
    return next((k for k, start in enumerate(KINDS) if measure.startswith(start)), len(KINDS))


def _words(row: Row) -> str:
    if row["median"] is None:
        return "withheld"
    median, low, high = (
        f"{row[name]:,.0f}" if abs(row[name]) >= 10 else f"{row[name]:.2g}" for name in ("median", "lo90", "hi90")
    )
    return f"{median} ({low} to {high})"


def _services(at: There, scenario: str, place: str) -> list[dict[str, Any]]:
    """Services at a place: their capacity, from when it is likely exceeded, and the chance that it ever is."""
    path = at.run.folder / "stress.json" if at.run else None
    if path is None or not path.is_file():
        return []
    notes = json.loads(path.read_text("utf-8")).get("impacts", {}).get(scenario, {})
    return [one for one in notes.get("services", []) if one["place"] == place]


@lru_cache(maxsize=8)
def _read(path: str, _changed: int) -> tuple[Row, ...]:
    import pyarrow.parquet as pq  # noqa: PLC0415

    return tuple(pq.read_table(Path(path)).to_pylist())
