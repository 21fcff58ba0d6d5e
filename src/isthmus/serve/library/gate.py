"""The gate, as the server passes it: rows before they are kept, shown or sent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from isthmus.report.intervals import COUNT_STEP, SMALLEST_CELL
from isthmus.serve.library.runs import Run
from isthmus.serve.settings import Settings

NUMBERS = ("median", "lo50", "hi50", "lo90", "hi90")


def released(settings: Settings, rows: Sequence[Mapping[str, Any]], run: Run) -> list[dict[str, Any]]:
    """Rows with small counts withheld and the others rounded."""
    del settings, run
    return [_row(row) for row in rows]


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    change = str(row["measure"]).endswith("_change")
    values = {name: float(row[name]) for name in NUMBERS}
    small = not change and values["median"] < SMALLEST_CELL
    shown = {
        name: None if small or not math.isfinite(v) else float(round(v / COUNT_STEP) * COUNT_STEP) for name, v in values.items()
    }
    return {**row, **shown, "status": "withheld" if small else "released"}
