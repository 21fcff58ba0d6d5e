"""Make src/isthmus/report/shapes.json, the country outlines behind the report's map.

Natural Earth (public domain) as TopoJSON comes from the npm package ``world-atlas`` 2.0.2 (ISC,
Copyright 2013-2019 Michael Bostock); ISO codes from the npm package ``i18n-iso-countries`` (MIT).
To reproduce, in an empty folder::

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    mv package atlas
    npm pack i18n-iso-countries@7 && tar xzf i18n-iso-countries-7*.tgz
    python tools/make_shapes.py atlas/countries-50m.json package/codes.json src/isthmus/report/shapes.json

Arcs are simplified (Douglas-Peucker) before rings are put together, so neighbours keep one border.
Each ring is written as text in the encoded-polyline form: zigzag deltas in steps of 1/20 degree.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

STEPS_PER_DEGREE = 20
TOLERANCE = 0.05
SMALLEST_RING = 0.03

Point = tuple[float, float]


def decoded_arcs(topology: dict[str, Any]) -> list[list[Point]]:
    """Arcs of a quantised topology in degrees."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    return arcs


def simplified(points: list[Point], tolerance: float) -> list[Point]:
    """Douglas-Peucker without recursion; the ends stay."""
    keep = {0, len(points) - 1}
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        (x0, y0), (x1, y1) = points[first], points[last]
        length = math.hypot(x1 - x0, y1 - y0)
        worst, where = 0.0, first
        for k in range(first + 1, last):
            x, y = points[k]
            across = abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0))
            distance = across / length if length > 0.0 else math.hypot(x - x0, y - y0)
            if distance > worst:
                worst, where = distance, k
        if worst > tolerance:
            keep.add(where)
            stack += [(first, where), (where, last)]
    return [points[k] for k in sorted(keep)]


def ring_of(indices: list[int], arcs: list[list[Point]]) -> list[Point]:
    """One ring from its arcs; a negative index is the arc backwards."""
    ring: list[Point] = []
    for index in indices:
        points = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring += points[1:] if ring else points
    return ring


def area(ring: list[Point]) -> float:
    """Area in square degrees."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


def encoded(ring: list[Point]) -> str:
    """Encoded polyline of a ring: zigzag deltas, five bits a character from '?' on."""
    text, last = [], (0, 0)
    for x, y in ring:
        point = (round(x * STEPS_PER_DEGREE), round(y * STEPS_PER_DEGREE))
        if point == last and text:
            continue
        for delta in (point[0] - last[0], point[1] - last[1]):
            value = delta << 1 if delta >= 0 else ~(delta << 1)
            while value >= 32:
                text.append(chr((32 | value & 31) + 63))
                value >>= 5
            text.append(chr(value + 63))
        last = point
    return "".join(text)


def shapes(topology: dict[str, Any], codes: dict[str, str]) -> dict[str, list[str]]:
    """Encoded rings by ISO alpha-2 code ("" where a territory has none); specks are left out."""
    arcs = [simplified(arc, TOLERANCE) for arc in decoded_arcs(topology)]
    found: dict[str, list[str]] = {}
    for country in topology["objects"]["countries"]["geometries"]:
        parts = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        rings = [ring_of(part[0], arcs) for part in parts]
        largest = max(area(ring) for ring in rings)
        kept = [r for r in rings if area(r) >= SMALLEST_RING or (area(r) == largest and len(r) > 3)]
        code = codes.get(str(country.get("id", "")), "")
        if code != "AQ" and kept:
            found.setdefault(code, []).extend(encoded(ring) for ring in kept)
    return dict(sorted(found.items()))


def main() -> None:
    """Read the two downloaded files, write the committed one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("countries", type=Path)
    parser.add_argument("codes", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    codes = {row[2]: row[0] for row in json.loads(arguments.codes.read_text("utf-8"))}
    document = {
        "source": "Natural Earth 1:50m by world-atlas 2.0.2 (ISC, Copyright 2013-2019 Michael Bostock)",
        "steps_per_degree": STEPS_PER_DEGREE,
        "countries": shapes(json.loads(arguments.countries.read_text("utf-8")), codes),
    }
    arguments.out.write_text(json.dumps(document, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
