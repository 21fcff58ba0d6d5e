"""Stores for tests: figures in a few words."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from isthmus.data.store import FIGURE_FIELDS

DAY = dt.date(2024, 1, 31)


def batch(*rows, series="transits", place="darien", kind="flow", unit="persons", known=DAY, held=None):
    """Return figures of (group, period, value) or (group, period, value, known)."""
    table = pa.table(
        {
            "series": [series] * len(rows),
            "place": [place] * len(rows),
            "grp": [row[0] for row in rows],
            "period": [row[1] for row in rows],
            "kind": [kind] * len(rows),
            "unit": [unit] * len(rows),
            "value": pa.array([row[2] for row in rows], pa.float64()),
            "publisher": ["Made up"] * len(rows),
            "known": [row[3] if len(row) > 3 else known for row in rows],
            "confidence": ["S"] * len(rows),
            "note": [""] * len(rows),
        },
        schema=FIGURE_FIELDS,
    )
    return table if held is None else table.append_column("held", pa.array(held, pa.bool_()))


def fill(store, *rows, source="made_up", **settings):
    """Load figures in a write of their own."""
    with store.write() as writer:
        return writer.load(source, batch(*rows, **settings))
