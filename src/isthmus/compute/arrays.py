"""Results as Parquet: one row a unit, one column an array, its shape beside it; the same arrays give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from isthmus.compute.unit import Arrays


def table(arrays: Arrays) -> pa.Table:
    """A table of one row: lists of values, with the arrays' shapes and types in the fields' metadata."""
    fields, columns = [], []
    for name, values in arrays.items():
        array = np.asarray(values)
        flat = pa.array(array.ravel().tolist(), pa.string()) if array.dtype.kind == "U" else pa.array(array.ravel())
        column = pa.LargeListArray.from_arrays([0, array.size], flat)
        facts = {"shape": ",".join(map(str, array.shape)), "dtype": "U" if array.dtype.kind == "U" else array.dtype.str}
        fields.append(pa.field(name, column.type, metadata=facts))
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def encode(arrays: Arrays) -> bytes:
    """A Parquet file, with a checksum on every page."""
    out = io.BytesIO()
    pq.write_table(table(arrays), out, compression="zstd", use_dictionary=False, write_page_checksum=True)
    return out.getvalue()


def decode(content: bytes) -> dict[str, NDArray[Any]]:
    """Arrays of a file.

    Raises:
        ValueError: The file is cut off or damaged.
    """
    try:
        read = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True).read()
        if read.num_rows != 1:
            message = f"{read.num_rows} rows"
            raise ValueError(message)
        return {name: _array(read, name) for name in read.column_names}
    except (pa.ArrowException, OSError, KeyError) as error:
        raise ValueError(str(error)) from error


def _array(read: pa.Table, name: str) -> NDArray[Any]:
    facts: Mapping[bytes, bytes] = read.schema.field(name).metadata
    shape = tuple(int(n) for n in facts[b"shape"].decode().split(",") if n)
    flat = read.column(name).combine_chunks().flatten()
    if facts[b"dtype"] == b"U":
        return np.array(flat.to_pylist(), dtype=str).reshape(shape)
    return np.asarray(flat.to_numpy(zero_copy_only=False).astype(facts[b"dtype"].decode())).reshape(shape)
