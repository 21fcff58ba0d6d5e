"""What somebody looks at who decides on a figure that is held back: the series around it."""

from __future__ import annotations

from isthmus.data.store.read import Reader
from isthmus.data.store.records import StoredFinding
from isthmus.errors import FiguresError

AROUND = 36
"""Periods shown, two thirds of them before the one held back."""


def around(reader: Reader, stored: StoredFinding) -> list[tuple[str, float]]:
    """The series around the period of a finding, with the figure held back in its place; nothing of a finding about no series."""
    if stored.finding.key is None:
        return []
    series, place, group = stored.finding.key
    try:
        points = dict(reader.series(series, place=place, group=group, source=stored.source).points())
    except FiguresError:
        points = {}
    period = stored.finding.period
    if period is None:
        return sorted(points.items())[-AROUND:]
    if stored.value is not None:
        points[period] = stored.value
    ordered = sorted(points.items())
    at = next((n for n, (name, _) in enumerate(ordered) if name >= period), len(ordered))
    return ordered[max(0, at - AROUND * 2 // 3) : at + AROUND // 3]
