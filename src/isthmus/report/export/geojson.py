"""GeoJSON of places and aggregate flows: towns and borders as points, legs as straight schematic lines, no way on the ground."""

from __future__ import annotations

import json
from typing import Any

from isthmus.report.export.gather import Gathered
from isthmus.report.export.hxl import pcodes
from isthmus.report.language import say

DECIMALS = 1
"""Of a degree, about 11 km: positions of towns, not of beaches, boats or houses."""


def geojson_text(gathered: Gathered) -> str:
    """A collection of points and lines (RFC 7946)."""
    features = [*_places(gathered), *_legs(gathered)]
    about = say("Lines join places and are schematic: they show no way on the ground. Not route advice.")
    content = {"type": "FeatureCollection", "name": gathered.view.corridor.name, "about": about, "features": features}
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _places(gathered: Gathered) -> list[dict[str, Any]]:
    features = []
    for name, place in gathered.view.corridor.places.items():
        pcode = pcodes().get((place.country, place.label))
        properties = {"id": name, "name": say(place.label), "role": say(place.role), "country": place.country}
        if pcode:
            properties |= {"adm1_pcode": pcode["pcode"], "pcode_confidence": pcode["confidence"]}
        features.append(_feature("Point", _at(place), properties))
    return features


def _legs(gathered: Gathered) -> list[dict[str, Any]]:
    corridor = gathered.view.corridor
    features = []
    for row in gathered.rows("flows"):
        leg = corridor.legs[str(row["leg"])]
        ends = [corridor.places[leg.from_], corridor.places[leg.to]]
        properties = {
            "id": row["leg"], "from": leg.from_, "to": leg.to, "mode": say(leg.mode), "period": row["period"],
            "people": row["median"], **{end: row[end] for end in ("lo50", "hi50", "lo90", "hi90")},
            "kind": say("flow"), "unit": say("persons"), "status": say(row["status"]), "source": row["source"],
        }  # fmt: skip
        features.append(_feature("LineString", [_at(end) for end in ends], properties))
    return features


def _at(place: Any) -> list[float]:
    return [round(place.lon, DECIMALS), round(place.lat, DECIMALS)]


def _feature(shape: str, coordinates: list[Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": coordinates}, "properties": properties}
