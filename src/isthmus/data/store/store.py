"""A store of figures in a folder: opened for reading, or for one write that is kept whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from isthmus.data.store import generations, tables
from isthmus.data.store.read import Reader
from isthmus.data.store.write import Writer
from isthmus.errors import StoreError

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "1GB",
    # A store may come from elsewhere: nothing in it may read or fetch other files.
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of figures, with everything that was ever known about them."""

    folder: Path

    @property
    def exists(self) -> bool:
        """Whether anything was ever written to it."""
        return any(self.folder.glob("figures-*.json")) if self.folder.is_dir() else False

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Open the newest whole state for reading; writers do not disturb it, and are not disturbed.

        Raises:
            StoreError: The store is damaged beyond its last states, or written by a later version.
        """
        found = generations.find(self.folder)
        if found.generation is None:
            with duckdb.connect(":memory:", config=_SETTINGS) as connection:
                tables.migrate(connection, str(self.folder))
                yield Reader(connection)
            return
        path = found.generation.path
        with _connect(path, read_only=True) as connection:
            if tables.check_version(connection, str(path)) == tables.VERSION:
                yield Reader(connection, found.damaged)
                return
        # An earlier version, and not ours to change while others may read it: bring a copy up to date.
        with self.write():
            pass
        with self.read() as reader:
            yield reader

    @contextmanager
    def write(
        self, *, now: dt.datetime | None = None, fresh: bool = False, wait: float = generations.WAIT_SECONDS
    ) -> Iterator[Writer]:
        """Open the store for one write; if the block raises or the process is killed, nothing has happened.

        Args:
            now: When the write happens, UTC. Absent: now.
            fresh: Start from an empty store instead of the last state.
            wait: Seconds to wait for another writer.

        Raises:
            StoreError: The store is in use, damaged beyond its last states, or cannot be written.
        """
        with generations.writing(self.folder, wait=wait):
            base = None if fresh else generations.find(self.folder).generation
            part = generations.begin(self.folder, base)
            try:
                with _connect(part, read_only=False) as connection:
                    tables.migrate(connection, str(part))
                    connection.execute("BEGIN")
                    yield Writer(connection, now or dt.datetime.now(dt.UTC).replace(tzinfo=None))
                    connection.execute("COMMIT")
                    connection.execute("CHECKPOINT")
                generations.publish(part)
            finally:
                part.unlink(missing_ok=True)
                part.with_suffix(".part.wal").unlink(missing_ok=True)


def default_folder() -> Path:
    """Return where the store is when nobody says otherwise: ``ISTHMUS_DATA``, or the user's folder for data."""
    if named := os.environ.get("ISTHMUS_DATA"):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "isthmus"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local/share")) / "isthmus"


@contextmanager
def _connect(path: Path, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=_SETTINGS)
    except duckdb.Error as error:
        raise StoreError.one(
            where=str(path),
            expected="a DuckDB file that this version can open",
            found=str(error).splitlines()[0],
            remedy="update Isthmus, or name another store with --store",
        ) from error
    try:
        yield connection
    finally:
        connection.close()
