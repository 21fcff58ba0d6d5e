"""The files of a run's scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr

from isthmus.pipeline.files import save
from isthmus.pipeline.folder import RunFolder
from isthmus.scenarios.rows import BASELINE, COLUMNS
from isthmus.scenarios.summary import summary

if TYPE_CHECKING:
    from isthmus.pipeline.job import Task
    from isthmus.scenarios.compare import Comparison

KEPT = {"departures": "group", "arrivals": "place", "leg_flow": "leg"}
"""Measures whose draws are kept, and the axis that they are kept by."""


def write(folder: RunFolder, task: Task, comparison: Comparison) -> None:
    """``scenarios.parquet``, ``scenarios.nc`` and ``stress.json``."""
    table = pa.Table.from_pylist(list(comparison.table)).select(list(COLUMNS))
    folder.write("scenarios.parquet", lambda path: pq.write_table(table, path))
    save(folder, "scenarios.nc", draws(task, comparison))
    folder.write_json("stress.json", summary(task.loaded.corridor, comparison))


def draws(task: Task, comparison: Comparison) -> xr.Dataset:
    """Draws of the main measures by scenario and month, single precision."""
    bench = comparison.bench
    variables = {}
    for name, axis in KEPT.items():
        found = [outcome.found[name] for outcome in comparison.outcomes.values()]
        by = "group" if axis == "group" else axis
        values = np.stack([m.values[:, 0] if by == "group" else m.values.sum(axis=2) for m in found]).astype(np.float32)
        variables[name] = (("scenario", "sample", by, "month"), values, {"units": "persons a month", "kind": "flow"})
    labels = {BASELINE: "The corridor as it stands"}
    labels |= {name: task.loaded.corridor.scenarios[name].label for name in comparison.names}
    return xr.Dataset(
        {**variables, "label": ("scenario", [labels[name] for name in comparison.outcomes])},
        coords={
            "scenario": list(comparison.outcomes),
            "group": list(bench.model.groups),
            "place": [place.id for place in bench.model.places],
            "leg": [leg.id for leg in bench.model.legs],
            "month": list(bench.months),
        },
        attrs={"origin": task.last_fitted, "seed": task.seed},
    )
