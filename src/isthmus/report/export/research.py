"""Parquet and NetCDF for researchers: the released quantiles of every table, never the draws they come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr

from isthmus.disclosure.table import COLUMNS, NUMBERS
from isthmus.report.export.gather import Gathered

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def write_parquet(gathered: Gathered, name: str, path: Path) -> None:
    """A table with its words and numbers; withheld numbers are null."""
    rows = gathered.rows(name)
    columns = [column for column in (*COLUMNS, "status") if any(row.get(column) not in {None, ""} for row in rows)]
    arrays = {column: pa.array([_plain(row.get(column)) for row in rows]) for column in columns}
    about = {b"corridor": gathered.view.corridor.name.encode(), b"policy": gathered.policy.hash.encode()}
    pq.write_table(pa.table(arrays).replace_schema_metadata(about), path)


def write_netcdf(gathered: Gathered, path: Path) -> None:
    """One group of variables a table: ``NAME(NAME_row, level)`` with its words by row."""
    variables: dict[str, Any] = {}
    for name, released in gathered.tables.items():
        if not len(released.table):
            continue
        row = f"{name}_row"
        attributes = {"units": f"see {name}_unit", "about": "released quantiles; NaN where withheld"}
        variables[name] = ((row, "level"), released.table.numbers.astype(np.float64), attributes)
        for column, values in released.table.words.items():
            if any(value not in {None, ""} for value in values):
                variables[f"{name}_{column}"] = (row, ["" if value is None else str(value) for value in values])
        variables[f"{name}_status"] = (row, released.status)
    view = gathered.view
    facts = {"corridor": view.corridor.name, "run": str(view.manifest.get("hash", "")), "policy": gathered.policy.hash}
    data = xr.Dataset(variables, coords={"level": list(LEVELS)}, attrs={**facts, "quantiles": ", ".join(NUMBERS)})
    data.to_netcdf(path, engine="h5netcdf")


def _plain(value: Any) -> Any:
    return None if value == "" else value
