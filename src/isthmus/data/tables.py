"""Observations as rows of a table, for the run folder."""

from __future__ import annotations

import pyarrow as pa

from isthmus.data.align import Observations

_FIELDS = (
    ("series", pa.string()),
    ("place", pa.string()),
    ("group", pa.string()),
    ("period", pa.string()),
    ("kind", pa.string()),
    ("unit", pa.string()),
    ("value", pa.float64()),
    ("used", pa.bool_()),
    ("publisher", pa.string()),
    ("published_or_seen", pa.string()),
    ("confidence", pa.string()),
    ("note", pa.string()),
)


def observation_table(observations: Observations) -> pa.Table:
    """Return one row for each visible figure, in order of series and month.

    ``series`` is the corridor's series id; ``value`` is null where the publisher reported nothing; ``used`` is
    False there and where the corridor excludes the figure.
    """
    rows = [
        {
            "series": name,
            "place": figure.place,
            "group": figure.group,
            "period": figure.period,
            "kind": figure.kind,
            "unit": figure.unit,
            "value": figure.value,
            "used": used,
            "publisher": figure.publisher,
            "published_or_seen": figure.published_or_seen,
            "confidence": figure.confidence,
            "note": figure.note,
        }
        for name, figures, marks in zip(observations.series, observations.figures, observations.used, strict=True)
        for figure, used in zip(figures, marks, strict=True)
        if figure is not None
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(_FIELDS))
