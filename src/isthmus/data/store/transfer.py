"""A whole store in one file, to take elsewhere; its figures as one flat table, for other programs."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from isthmus.data.store.store import Store
from isthmus.data.store.tables import TABLES, VERSION
from isthmus.errors import InputError, StoreError

_MANIFEST = "manifest.json"
_FORM = "isthmus store"
_MAX_MANIFEST = 1_000_000


def export_store(store: Store, path: Path) -> int:
    """Write the newest state of a store, whole: tables as Parquet with a manifest of hashes, in one ZIP file.

    Returns:
        Number of figures, held and rejected ones included.

    Raises:
        StoreError: The store cannot be read.
    """
    with store.read() as reader:
        tables = {name: reader.table(name) for name in TABLES}

    def write(file: IO[bytes]) -> None:
        hashes: dict[str, str] = {}
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, table in tables.items():
                buffer = io.BytesIO()
                pq.write_table(table, buffer, compression="zstd")
                hashes[name] = hashlib.sha256(buffer.getvalue()).hexdigest()
                archive.writestr(f"{name}.parquet", buffer.getvalue())
            archive.writestr(_MANIFEST, json.dumps({"form": _FORM, "version": VERSION, "sha256": hashes}, indent=2))

    _replace(path, write)
    return int(tables["figures"].num_rows)


def import_store(store: Store, path: Path, *, replace: bool = False) -> int:
    """Take over an exported store, whole or not at all.

    Args:
        store: Where to; must be empty unless ``replace``, and then its earlier state is kept as a generation.
        path: The exported file.
        replace: Whether to put it in place of what is there.

    Returns:
        Number of figures.

    Raises:
        InputError: The store is not empty.
        StoreError: The file is damaged or of a later version.
    """
    tables = _read(path)
    with store.read() as reader:
        full = bool(reader.states()) or reader.table("figures").num_rows > 0
    if full and not replace:
        raise InputError.one(
            where=str(store.folder),
            expected="an empty store",
            found="one with figures",
            remedy="add --replace to put the file in its place, or name another store with --store",
        )
    with store.write(fresh=True) as writer:
        writer.fill(tables)
    return int(tables["figures"].num_rows)


def write_parquet(store: Store, path: Path, *, as_of: dt.date | None = None) -> int:
    """Write the visible figures in every vintage as one Parquet table; returns how many."""
    return _write_flat(store, path, as_of, lambda table, file: pq.write_table(table, file, compression="zstd"))


def write_csv(store: Store, path: Path, *, as_of: dt.date | None = None) -> int:
    """Write the visible figures in every vintage as one CSV table; returns how many."""
    return _write_flat(store, path, as_of, pc.write_csv)


def _write_flat(store: Store, path: Path, as_of: dt.date | None, write: Callable[[pa.Table, IO[bytes]], None]) -> int:
    with store.read() as reader:
        table = reader.flat(as_of=as_of)
    _replace(path, lambda file: write(table, file))
    return int(table.num_rows)


def _replace(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Write beside the path and rename, so that no half file ever has its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _read(path: Path) -> dict[str, pa.Table]:
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(_MANIFEST).file_size > _MAX_MANIFEST:
                raise _damaged(path, "a manifest of more than 1 MB")
            manifest = json.loads(archive.read(_MANIFEST))
            if manifest.get("form") != _FORM or int(manifest["version"]) > VERSION:
                raise _damaged(
                    path, f"{manifest.get('form')!r} of version {manifest.get('version')}, which this version cannot read"
                )
            tables = {}
            for name, expected in manifest["sha256"].items():
                content = archive.read(f"{name}.parquet")
                if name not in TABLES or hashlib.sha256(content).hexdigest() != expected:
                    raise _damaged(path, f"a changed table {name!r}")
                tables[name] = pq.read_table(pa.BufferReader(content))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, AttributeError, pa.ArrowException) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}"[:150]) from error
    if "figures" not in tables or "meta" not in tables:
        raise _damaged(path, "no table of figures")
    return tables


def _damaged(path: Path, found: str) -> StoreError:
    return StoreError.one(
        where=str(path),
        expected="a file made by 'isthmus data export'",
        found=found,
        remedy="export it again; nothing was imported",
    )
