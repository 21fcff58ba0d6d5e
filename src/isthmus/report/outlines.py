"""Country outlines from the committed file, as SVG path data inside a window."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import math

from isthmus.report import svg

Point = tuple[float, float]


@dataclass(frozen=True)
class Window:
    """A rectangle of the world and the picture it fills; plate carrée, true at its middle latitude.

    Attributes:
        west, east, south, north: Degrees.
        width: Pixels.
    """

    west: float
    east: float
    south: float
    north: float
    width: float

    @property
    def scale(self) -> float:
        """Pixels per degree of longitude."""
        return self.width / (self.east - self.west)

    @property
    def height(self) -> float:
        """Pixels."""
        return (self.north - self.south) * self.scale / self._squeeze

    @property
    def _squeeze(self) -> float:
        return math.cos(math.radians((self.south + self.north) / 2))

    def at(self, lon: float, lat: float) -> Point:
        """Pixel of a position."""
        return (lon - self.west) * self.scale, (self.north - lat) * self.scale / self._squeeze

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a position lies inside."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


@cache
def _stored() -> tuple[dict[str, list[str]], int, str]:
    document = json.loads(files("isthmus.report").joinpath("shapes.json").read_text("utf-8"))
    return document["countries"], document["steps_per_degree"], document["source"]


def source() -> str:
    """Where the outlines come from."""
    return _stored()[2]


def _decoded(text: str, steps: int) -> list[Point]:
    """A ring from its encoded polyline."""
    points: list[Point] = []
    position, which, value, shift = [0, 0], 0, 0, 0
    for character in text:
        code = ord(character) - 63
        value |= (code & 31) << shift
        shift += 5
        if code & 32:
            continue
        position[which] += ~(value >> 1) if value & 1 else value >> 1
        which, value, shift = 1 - which, 0, 0
        if which == 0:
            points.append((position[0] / steps, position[1] / steps))
    return points


def _thinned(points: list[Point], least: float) -> list[Point]:
    """Points at least so many pixels apart."""
    kept = points[:1]
    for point in points[1:]:
        if math.hypot(point[0] - kept[-1][0], point[1] - kept[-1][1]) >= least:
            kept.append(point)
    return kept


def _clipped(ring: list[Point], window: Window) -> list[Point]:
    """A ring cut to a little more than the window (Sutherland-Hodgman), in pixels."""
    pad = 6.0
    points = [window.at(*p) for p in ring]
    for axis, bound, sign in ((0, -pad, 1), (0, window.width + pad, -1), (1, -pad, 1), (1, window.height + pad, -1)):
        points = _half(points, axis, bound, sign)
    return points


def _half(points: list[Point], axis: int, bound: float, sign: int) -> list[Point]:
    kept: list[Point] = []
    for a, b in zip(points, points[1:] + points[:1], strict=True):
        inside_a, inside_b = sign * (a[axis] - bound) >= 0, sign * (b[axis] - bound) >= 0
        if inside_a:
            kept.append(a)
        if inside_a != inside_b:
            t = (bound - a[axis]) / (b[axis] - a[axis])
            kept.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
    return kept


def land(window: Window, countries: frozenset[str], least: float) -> tuple[str, str]:
    """Path data of the land inside a window: countries named, then all others."""
    shapes, steps, _ = _stored()
    named: list[str] = []
    others: list[str] = []
    for code, rings in shapes.items():
        for text in rings:
            ring = _thinned(_clipped(_decoded(text, steps), window), least)
            if len(ring) > 2:
                (named if code in countries else others).append(svg.path(ring, close=True))
    return "".join(named), "".join(others)
