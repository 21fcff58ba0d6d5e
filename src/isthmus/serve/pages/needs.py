"""Needs and services: what must be ready, where and when, from a run's impacts as the gate let them through."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal, format_percent
from fastapi import APIRouter, Response

from isthmus.report.words import period_name
from isthmus.serve.pages.corridor import There
from isthmus.serve.web.language import Language, say, speaking

router = APIRouter()

FILE = "impacts.parquet"
BASELINE = "baseline"

PARTS = {
    "People": ("people_",),
    "What must be ready": ("need_",),
    "Services: demand over capacity": ("load_",),
    "Services: chance that capacity is exceeded": ("exceeded_",),
    "People in need": ("in_need",),
    "Protection: expected cases": ("cases_",),
    "Costs and the local economy": ("cost", "spending", "local_income", "jobs", "dependence", "exposure"),
}
"""Parts of the calendar in order, and how the measures in each begin."""
LABELS = {
    "people_arrivals": "People who arrive",
    "people_peak": "Most people at a time",
    "people_person_days": "Days that people spend there",
    "in_need_overall": "In at least one sector",
    "in_need_units": "Counted as response plans do, by area",
    "in_need_region": "The whole corridor",
    "spending": "Spending by people in transit",
    "cost": "All items with a price",
    "local_income": "Local income from transit",
    "jobs": "Jobs that transit pays",
    "jobs_exposed": "Jobs lost if nine in ten people stay away",
    "dependence": "Share of local income that comes from transit",
    "exposure": "Income lost if nine in ten people stay away",
}
SECTORS = {
    "wash": "water and sanitation", "food": "food", "health": "health", "shelter": "shelter", "protection": "protection",
    "cash": "cash", "lodging": "lodging", "transport": "transport", "other": "other",
}  # fmt: skip
REPORTED = "_reported"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the calendar: what it is, in which unit, and a number with its interval for each column."""

    label: str
    unit: str
    kind: str
    source: str
    cells: tuple[str, ...]


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
    months = sorted({row["period"] for row in shown if len(row["period"]) == len("2024-06")})
    whole = max((row["period"] for row in shown if "/" in row["period"]), default="")
    columns = [*([whole] if whole else []), *months]
    labels = {key: spot.label for key, spot in at.corridor.places.items()}
    labels |= {key: one.label for key, one in at.corridor.scenarios.items()}
    with speaking(at.language, at.entry.name):
        groups = {key: group.label for key, group in at.corridor.groups.items()}
        found = [(part, _lines(shown, starts, columns, groups, at.language)) for part, starts in PARTS.items()]
        names = [say(at.language, "All months") if period == whole else period_name(period) for period in columns]
    parts = [(part, lines) for part, lines in found if lines]
    return at.page(
        "needs", "needs", places=places, chosen=chosen, scenarios=scenarios, scenario=scenario, parts=parts, labels=labels,
        columns=names, services=_services(at, scenario, chosen), there=bool(rows),
    )  # fmt: skip


def _lines(
    rows: Sequence[Row], starts: tuple[str, ...], columns: Sequence[str], groups: Mapping[str, str], language: Language
) -> list[Line]:
    """Rows of one part of the calendar, each measure, sector and group apart."""
    from isthmus.report.language import say as spoken  # noqa: PLC0415

    cells: dict[tuple[str, ...], dict[str, Row]] = {}
    for row in rows:
        if row["measure"].startswith(starts):
            key = tuple(str(row.get(name) or "") for name in ("measure", "sector", "item", "group", "unit", "kind", "source"))
            cells.setdefault(key, {})[row["period"]] = row
    made = []
    for (measure, sector, item, group, unit, kind, source), by_period in cells.items():
        label = _label(measure, sector, spoken(item) if item else "", language)
        label += "" if group in {"all", ""} else f" ({spoken(groups.get(group, group))})"
        words = tuple(_words(by_period.get(period), language) for period in columns)
        made.append(Line(label, spoken(unit), spoken(kind), source, words))
    return made


def _label(measure: str, sector: str, item: str, language: Language) -> str:
    if measure == "in_need" or (measure == "spending" and sector):
        return say(language, SECTORS.get(sector, sector)).capitalize()
    if measure in LABELS:
        return say(language, LABELS[measure])
    name = item or measure.replace("_", " ")
    return say(language, "{what}, of which come to be known", what=name) if measure.endswith(REPORTED) else name


def _words(row: Row | None, language: Language) -> str:
    if row is None:
        return ""
    if row["median"] is None:
        return say(language, "withheld")
    if str(row["measure"]).startswith("exceeded_"):
        return str(format_percent(row["median"], locale=language))
    median, low, high = (_number(row[name], language) for name in ("median", "lo90", "hi90"))
    return say(language, "{median} ({low} to {high})", median=median, low=low, high=high)


def _number(x: float, language: Language) -> str:
    return str(format_decimal(round(x), locale=language) if abs(x) >= 10 else format_decimal(float(f"{x:.2g}"), locale=language))


def _services(at: There, scenario: str, place: str) -> list[dict[str, Any]]:
    """Services at a place: their capacity, from when it is likely exceeded, and the chance that it ever is."""
    path = at.run.folder / "stress.json" if at.run else None
    if path is None or not path.is_file():
        return []
    notes = json.loads(path.read_text("utf-8")).get("impacts", {}).get(scenario, {})
    return [one for one in notes.get("services", []) if one["place"] == place]


def sentences() -> Iterator[str]:
    """All that is said here by key, for the catalogue."""
    yield from (*PARTS, *LABELS.values(), *SECTORS.values())


@lru_cache(maxsize=8)
def _read(path: str, _changed: int) -> tuple[Row, ...]:
    import pyarrow.parquet as pq  # noqa: PLC0415

    return tuple(pq.read_table(Path(path)).to_pylist())
