"""Needs and services: what must be ready, where and when, from a run's impacts."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Response

from isthmus.serve.pages.corridor import There

router = APIRouter()

FILE = "impacts.csv"
"""Impacts of a run, as the gate let them through."""

Row = Mapping[str, str]


@router.get("/corridors/{name}/needs")
def needs(at: There, place: str = "") -> Response:
    """The calendar: a row for each need or service, a column for each month, at one place."""
    path = at.run.folder / FILE if at.run else None
    rows = _read(str(path), path.stat().st_mtime_ns) if path is not None and path.is_file() else ()
    places = sorted({row["place"] for row in rows})
    chosen = place if place in places else (places[0] if places else "")
    shown = [row for row in rows if row["place"] == chosen and row["scenario"] == "baseline"]
    periods = sorted({row["period"] for row in shown})
    items = sorted({(row["measure"], row.get("item", ""), row["unit"], row["kind"], row["source"]) for row in shown})
    cells = {(row["measure"], row.get("item", ""), row["period"]): _words(row) for row in shown}
    labels = {key: spot.label for key, spot in at.corridor.places.items()}
    return at.page("needs", "needs", places=places, chosen=chosen, periods=periods, items=items, cells=cells, labels=labels)


def _words(row: Row) -> str:
    if not row["median"]:
        return "withheld"
    median, low, high = (f"{float(row[name]):,.0f}" for name in ("median", "lo90", "hi90"))
    return f"{median} ({low} to {high})"


@lru_cache(maxsize=8)
def _read(path: str, _changed: int) -> tuple[Row, ...]:
    with Path(path).open(encoding="utf-8", newline="") as handle:
        return tuple(row for row in csv.DictReader(line for line in handle if not line.startswith("#")))
