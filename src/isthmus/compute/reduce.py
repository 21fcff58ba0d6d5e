"""Many results made into few numbers, without ever holding all of them: a streamed Parquet file, exact quantiles by blocks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from isthmus.compute.arrays import table
from isthmus.compute.unit import Arrays, Unit

Floats = NDArray[np.float64]

BLOCK_BYTES = 32_000_000
"""Of a row group, and of the cells whose quantiles are taken at a time."""

KEYS = ("stage", "groups", "origin", "scenario", "first_draw", "last_draw")


def to_parquet(results: Iterable[tuple[Unit, Arrays]], path: Path) -> int:
    """Write one row a unit, its key and its arrays as lists, and return how many; memory holds one row group.

    Args:
        results: Units with results of the same names and shapes, in the order wanted.
        path: File to write, by a temporary name.
    """
    scratch = path.with_name(f".part-{path.name}")
    count = 0
    try:
        writer: pq.ParquetWriter | None = None
        try:
            for group in _row_groups(results):
                writer = writer or pq.ParquetWriter(scratch, group.schema, compression="zstd")
                writer.write_table(group)
                count += group.num_rows
        finally:
            if writer is not None:
                writer.close()
        if writer is not None:
            scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
    return count


def _row_groups(results: Iterable[tuple[Unit, Arrays]]) -> Iterator[pa.Table]:
    rows: list[pa.Table] = []
    size = 0
    for unit, arrays in results:
        row = _row(unit, arrays)
        rows.append(row)
        size += row.nbytes + 2000  # what a table costs beside its values
        if size > BLOCK_BYTES:
            yield pa.concat_tables(rows).combine_chunks()
            rows, size = [], 0
    if rows:
        yield pa.concat_tables(rows).combine_chunks()


def _row(unit: Unit, arrays: Arrays) -> pa.Table:
    values = (unit.stage, "+".join(unit.groups), unit.origin, unit.scenario, unit.draws[0], unit.draws[1] - 1)
    row = table(arrays)
    for n, (name, value) in enumerate(zip(KEYS, values, strict=True)):
        row = row.add_column(n, name, pa.array([value]))
    return row


def quantiles(results: Iterable[tuple[Unit, Arrays]], name: str, at: Sequence[float]) -> Floats:
    """Exact quantiles over the draws of all units, ``(quantile, ...)``.

    Each result's draws are written, cell by cell, to a scratch file that the system pages; quantiles are then taken for some
    cells at a time. That is exact, where a digest is not, and needs the scratch file's space on disk instead of memory.

    Args:
        results: Units whose array ``name`` has draws along its first axis, and the same shape behind it.
        name: Of the array.
        at: Quantiles, 0 to 1.
    """
    with tempfile.TemporaryFile() as scratch:
        shape: tuple[int, ...] | None = None
        n_draws = 0
        for _, arrays in results:
            block = np.asarray(arrays[name], np.float64)
            shape = shape or block.shape[1:]
            if block.shape[1:] != shape:
                message = f"{name} has shape {block.shape[1:]} in one unit and {shape} in another"
                raise ValueError(message)
            scratch.write(np.ascontiguousarray(block).data)
            n_draws += len(block)
        if shape is None or not n_draws:
            message = f"no draws of {name}"
            raise ValueError(message)
        scratch.flush()
        draws: Any = np.memmap(scratch, np.float64, "r", shape=(n_draws, int(np.prod(shape, dtype=int))))
        step = max(1, BLOCK_BYTES // (8 * n_draws))
        parts = [np.quantile(draws[:, k : k + step], at, axis=0) for k in range(0, draws.shape[1], step)]
        return np.concatenate(parts, axis=1).reshape(len(at), *shape)
