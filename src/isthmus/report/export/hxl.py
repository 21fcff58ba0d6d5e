"""CSV that exchange platforms read: a header, a row of HXL hashtags, p-codes where known, one number a row."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib import resources
from typing import Any

from isthmus.disclosure.periods import span_of
from isthmus.report.export.gather import Gathered
from isthmus.report.language import say
from isthmus.report.parameters import place_name

TAGS = {
    "date_start": "#date+start",
    "date_end": "#date+end",
    "country_code": "#country+code",
    "adm1_pcode": "#adm1+code",
    "pcode_confidence": "#meta+pcode+confidence",
    "location": "#loc+name",
    "leg": "#loc+leg+name",
    "nationality": "#population+nationality+code",
    "scenario": "#meta+scenario",
    "indicator": "#indicator+name",
    "sector": "#sector",
    "value": "#indicator+value+num",
    "lo50": "#indicator+value+lo50+num",
    "hi50": "#indicator+value+hi50+num",
    "lo90": "#indicator+value+lo90+num",
    "hi90": "#indicator+value+hi90+num",
    "unit": "#indicator+unit",
    "kind": "#indicator+type",
    "basis": "#meta+basis",
    "status": "#meta+suppressed",
    "note": "#meta+note",
    "source": "#meta+source",
    "model_version": "#meta+model+version",
}


def hxl_text(gathered: Gathered, name: str) -> str:
    """A table as CSV with its hashtags in the second row."""
    text = io.StringIO()
    table = csv.DictWriter(text, list(TAGS), lineterminator="\n")
    table.writeheader()
    table.writerow(TAGS)
    table.writerows(hxl_row(gathered, row) for row in gathered.rows(name))
    return text.getvalue()


def hxl_row(gathered: Gathered, row: dict[str, Any]) -> dict[str, Any]:
    """A released row in the columns of the exchange file."""
    corridor = gathered.view.corridor
    span = span_of(str(row.get("period", "")))
    place = corridor.places.get(str(row.get("place") or ""))
    pcode = pcodes().get((place.country, place.label)) if place is not None else None
    return {
        "date_start": "" if span is None else span.first.isoformat(),
        "date_end": "" if span is None else span.last.isoformat(),
        "country_code": place.country if place is not None else "",
        "adm1_pcode": pcode["pcode"] if pcode else "",
        "pcode_confidence": f"{pcode['confidence']} ({say('unverified')})" if pcode else "",
        "location": place_name(corridor, str(row.get("place") or "")) or _total(row.get("place")),
        "leg": _total(row.get("leg")),
        "nationality": _total(row.get("group")),
        "scenario": row.get("scenario") or "",
        "indicator": say(str(row.get("label") or _words(row.get("measure") or row.get("series")))),
        "sector": row.get("sector") or "",
        "value": _number(row["median"]),
        **{end: _number(row[end]) for end in ("lo50", "hi50", "lo90", "hi90")},
        "unit": say(str(row["unit"])),
        "kind": say(str(row["kind"])),
        "basis": say(basis_of(row)),
        "status": say(str(row["status"])),
        "note": say(str(row["note"])),
        "source": row.get("source") or row.get("publisher") or "",
        "model_version": "" if row.get("basis") == "official" else f"isthmus {gathered.view.manifest.get('isthmus', '')}".strip(),
    }


def basis_of(row: dict[str, Any]) -> str:
    """What a number is: an official count, a forecast, or what would follow if the model were right."""
    if row.get("basis") == "official":
        return "official count"
    label = str(row.get("label_horizon") or "model")
    rival = str(row.get("model") or "isthmus")
    return label if rival == "isthmus" else rival.replace("_", " ")


@cache
def pcodes() -> dict[tuple[str, str], dict[str, str]]:
    """Codes of first-level areas by country and label of the place, each with how sure it is."""
    text = resources.files("isthmus.report.export").joinpath("pcodes.csv").read_text("utf-8")
    return {(row["country"], row["label"]): row for row in csv.DictReader(text.splitlines())}


def _total(name: Any) -> str:
    return say("all together") if name == "all" else str(name or "")


def _words(name: Any) -> str:
    return str(name or "").replace("_", " ").strip().capitalize()


def _number(value: float | None) -> str | int | float:
    if value is None:
        return ""
    return int(value) if float(value).is_integer() else value
