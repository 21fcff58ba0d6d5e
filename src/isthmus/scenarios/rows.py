"""The long table of scenarios: one row a scenario, measure, place or leg, group and period, with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.scenarios.outcomes import Measure, Measures

Floats = NDArray[np.float64]

COLUMNS = (
    "scenario", "measure", "place", "leg", "group", "period", "kind", "unit", "median", "lo50", "hi50", "lo90", "hi90", "source",
)  # fmt: skip
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
ORDER = ("lo90", "lo50", "median", "hi50", "hi90")
ALL = "all"
"""Place, leg or group of a total."""
BASELINE = "baseline"
CHANGE = "_change"
"""Ending of the name of a measure's difference from the baseline, paired by draw."""

Row = dict[str, Any]


def rows(
    scenario: str, found: Measures, baseline: Measures | None, *, months: Sequence[str], groups: Sequence[str], source: str
) -> list[Row]:
    """Rows of a scenario: levels, and paired differences from the baseline where it is another."""
    out: list[Row] = []
    for name, measure in found.items():
        out += measure_rows(scenario, measure, measure.values, months=months, groups=groups, source=source)
        if baseline is not None and name != "predicted":
            paired = measure.values - baseline[name].values
            out += measure_rows(scenario, measure, paired, months=months, groups=groups, source=source, ending=CHANGE)
    return out


def measure_rows(
    scenario: str,
    measure: Measure,
    values: Floats,
    *,
    months: Sequence[str],
    groups: Sequence[str],
    source: str,
    ending: str = "",
) -> Iterator[Row]:
    """Rows of one measure by month, and of the months together: a flow added up, a stock at its highest and at its end."""
    span = f"{months[0]}/{months[-1]}"
    spans: dict[str, Floats] = {}
    if measure.kind == "flow":
        spans[span] = values.sum(axis=-1, keepdims=True)
    whole = np.concatenate([values, *spans.values()], axis=-1)
    periods = (*months, *spans)
    names: tuple[str, ...] = tuple(groups) if measure.grouped else (measure.group or ALL,)
    if measure.grouped and len(names) > 1:
        whole = np.concatenate([whole, whole.sum(axis=2, keepdims=True)], axis=2)
        names = (*names, ALL)
    found = quantiles(whole)
    name = measure.name + ending
    for i, item in enumerate(measure.items):
        measure_name = f"{name}_{item}" if measure.axis == "series" else name
        place = item if measure.axis in {"place", "queue"} else ALL
        leg = item if measure.axis == "leg" else ALL
        for g, group in enumerate(names):
            for m, period in enumerate(periods):
                yield {
                    "scenario": scenario, "measure": measure_name, "place": place, "leg": leg, "group": group, "period": period,
                    "kind": measure.kind, "unit": measure.unit, **dict(zip(ORDER, found[:, i, g, m].tolist(), strict=True)),
                    "source": source,
                }  # fmt: skip


def quantiles(values: Floats) -> Floats:
    """Levels of `ORDER` over draws, ``(level, ...)`` from ``(sample, ...)``."""
    ordered = np.sort(values.reshape(len(values), -1).T, axis=1)
    at = np.array(LEVELS) * (len(values) - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, len(values) - 1)
    found = ordered[:, low] + (ordered[:, high] - ordered[:, low]) * (at - low)
    return np.asarray(found.T.reshape(len(LEVELS), *values.shape[1:]))


def select(table: Sequence[Mapping[str, Any]], **where: str) -> list[Row]:
    """Rows with these entries."""
    return [dict(row) for row in table if all(row[key] == value for key, value in where.items())]
