"""The embedded database of the server: accounts, sessions, tokens, jobs, saved scenarios, and what was done by whom."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from isthmus.errors import StoreError

Connection = sqlite3.Connection
Row = sqlite3.Row

MIGRATIONS = (
    """
    CREATE TABLE teams (id TEXT PRIMARY KEY, created REAL NOT NULL);
    CREATE TABLE users (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, team TEXT NOT NULL REFERENCES teams(id), role TEXT NOT NULL,
      password TEXT NOT NULL, created REAL NOT NULL, disabled REAL);
    CREATE TABLE sessions (
      hash TEXT PRIMARY KEY, user INTEGER NOT NULL REFERENCES users(id), csrf TEXT NOT NULL,
      created REAL NOT NULL, seen REAL NOT NULL);
    CREATE TABLE tokens (
      id TEXT PRIMARY KEY, user INTEGER NOT NULL REFERENCES users(id), name TEXT NOT NULL, hash TEXT NOT NULL,
      scopes TEXT NOT NULL, created REAL NOT NULL, expires REAL NOT NULL, revoked REAL, used REAL);
    CREATE TABLE attempts (key TEXT NOT NULL, at REAL NOT NULL);
    CREATE INDEX attempts_key ON attempts (key, at);
    CREATE TABLE audit (
      n INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, team TEXT, who TEXT NOT NULL, action TEXT NOT NULL,
      target TEXT NOT NULL, outcome TEXT NOT NULL);
    CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
    CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
    CREATE TABLE jobs (
      id TEXT PRIMARY KEY, team TEXT NOT NULL, who TEXT NOT NULL, kind TEXT NOT NULL, lane TEXT NOT NULL, request TEXT NOT NULL,
      state TEXT NOT NULL, done REAL NOT NULL DEFAULT 0, stage TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '',
      created REAL NOT NULL, started REAL, finished REAL, seconds REAL NOT NULL, worker TEXT, attempts INTEGER NOT NULL DEFAULT 0,
      cancelling INTEGER NOT NULL DEFAULT 0, result TEXT, problem TEXT, version INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX jobs_state ON jobs (state, lane, created);
    CREATE INDEX jobs_team ON jobs (team, created);
    CREATE TABLE corridors (
      team TEXT NOT NULL, name TEXT NOT NULL, folder TEXT NOT NULL, who TEXT NOT NULL, created REAL NOT NULL, deleted REAL,
      PRIMARY KEY (team, name));
    CREATE TABLE scenarios (
      id TEXT PRIMARY KEY, team TEXT NOT NULL, who TEXT NOT NULL, corridor TEXT NOT NULL, label TEXT NOT NULL,
      document TEXT NOT NULL, created REAL NOT NULL, changed REAL NOT NULL, deleted REAL);
    CREATE INDEX scenarios_team ON scenarios (team, corridor);
    """,
    "ALTER TABLE scenarios ADD COLUMN earlier TEXT NOT NULL DEFAULT '[]';",
)
"""What each version of the database adds to the one before; never changed, only added to."""


def connect(path: Path) -> Connection:
    """Open the database; readers do not wait for writers, a power cut loses at most the last write."""
    connection = sqlite3.connect(path, timeout=30.0, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    for setting in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "busy_timeout = 30000"):
        connection.execute(f"PRAGMA {setting}")
    return connection


@contextmanager
def opened(path: Path) -> Iterator[Connection]:
    """Open the database for a block."""
    connection = connect(path)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def writing(connection: Connection) -> Iterator[None]:
    """Everything in the block, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def prepare(path: Path) -> None:
    """Make the database, or bring it up to this version.

    Raises:
        StoreError: It was written by a later version, or is not a database.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with opened(path) as connection:
            path.chmod(0o600)
            _migrate(connection, path.name)
    except sqlite3.DatabaseError as error:
        raise StoreError.one(
            where=path.name,
            expected="a database of isthmus serve",
            found=str(error),
            remedy="restore the last backup: docs/serve.md",
        ) from error


def _migrate(connection: Connection, name: str) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise StoreError.one(
            where=name,
            expected=f"a database of version {len(MIGRATIONS)} or earlier",
            found=f"version {version}, of a later Isthmus",
            remedy="install that Isthmus, or restore the backup made before it was upgraded",
        )
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")


def now() -> float:
    """Seconds since 1970."""
    return time.time()
