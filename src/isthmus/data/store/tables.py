"""The tables of a store, and how a store of an earlier version becomes one of this version."""

from __future__ import annotations

import pyarrow as pa
from duckdb import DuckDBPyConnection

from isthmus.errors import StoreError

VERSION = 2
"""Of the tables; a store remembers the version it was written in."""

_FIRST = """
CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);
CREATE TABLE sources (
    source VARCHAR PRIMARY KEY, title VARCHAR NOT NULL, publisher VARCHAR NOT NULL,
    licence VARCHAR NOT NULL, licence_url VARCHAR NOT NULL, home VARCHAR NOT NULL,
    release_days INTEGER, cadence VARCHAR);
CREATE TABLE receipts (
    receipt_id INTEGER PRIMARY KEY, source VARCHAR NOT NULL, url VARCHAR NOT NULL, seen TIMESTAMP NOT NULL,
    published DATE, sha256 VARCHAR NOT NULL, size BIGINT NOT NULL, etag VARCHAR, last_modified VARCHAR);
CREATE TABLE series (
    series_id INTEGER PRIMARY KEY, source VARCHAR NOT NULL, series VARCHAR NOT NULL, place VARCHAR NOT NULL,
    grp VARCHAR NOT NULL, kind VARCHAR NOT NULL CHECK (kind IN ('flow', 'stock')), unit VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL, resolution VARCHAR NOT NULL CHECK (resolution IN ('month', 'year')),
    UNIQUE (source, series, place, grp));
CREATE TABLE figures (
    seq BIGINT NOT NULL, series_id INTEGER NOT NULL, period INTEGER NOT NULL, value DOUBLE, known DATE NOT NULL,
    recorded TIMESTAMP NOT NULL, receipt_id INTEGER, status UTINYINT NOT NULL, confidence VARCHAR NOT NULL, note VARCHAR);
CREATE TABLE findings (
    finding_id INTEGER PRIMARY KEY, source VARCHAR NOT NULL, check_name VARCHAR NOT NULL, held BOOLEAN NOT NULL,
    series_id INTEGER, period INTEGER, seq BIGINT, text VARCHAR NOT NULL, found TIMESTAMP NOT NULL,
    decision VARCHAR, decided TIMESTAMP, reason VARCHAR);
CREATE TABLE attempts (source VARCHAR NOT NULL, tried TIMESTAMP NOT NULL, outcome VARCHAR NOT NULL, message VARCHAR NOT NULL);
"""

_SECOND = """
ALTER TABLE series ADD COLUMN definition VARCHAR DEFAULT '';
CREATE TABLE rules (
    seq BIGINT NOT NULL, source VARCHAR NOT NULL, nationality VARCHAR NOT NULL, place VARCHAR NOT NULL,
    requirement VARCHAR NOT NULL, days INTEGER, known DATE NOT NULL, receipt_id INTEGER);
"""

MIGRATIONS = (_FIRST, _SECOND)
"""Statements that lead from version n to n + 1; those that have been released are never changed."""

TABLES = ("meta", "sources", "receipts", "series", "figures", "findings", "attempts", "rules")

FIGURE_FIELDS = pa.schema([
    ("series", pa.string()),
    ("place", pa.string()),
    ("grp", pa.string()),
    ("period", pa.string()),
    ("kind", pa.string()),
    ("unit", pa.string()),
    ("value", pa.float64()),
    ("publisher", pa.string()),
    ("known", pa.date32()),
    ("confidence", pa.string()),
    ("note", pa.string()),
])  # fmt: skip
"""Columns of a batch of figures; ``grp`` is the nationality, ``known`` the day it was published or seen."""


def version_of(connection: DuckDBPyConnection) -> int:
    """Return the version of the tables, 0 for an empty database."""
    known = connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_name = 'meta'").fetchall()
    if not known[0][0]:
        return 0
    rows = connection.execute("SELECT value FROM meta WHERE key = 'version'").fetchall()
    return int(rows[0][0]) if rows else 0


def check_version(connection: DuckDBPyConnection, where: str) -> int:
    """Return the version of the tables.

    Raises:
        StoreError: The store was written by a later version of Isthmus.
    """
    version = version_of(connection)
    if version > VERSION:
        raise StoreError.one(
            where=where,
            expected=f"a store of version {VERSION} or earlier",
            found=f"version {version}",
            remedy="update Isthmus, or name another store with --store",
        )
    return version


def migrate(connection: DuckDBPyConnection, where: str) -> None:
    """Bring the tables to this version, all steps in one transaction.

    Raises:
        StoreError: The store was written by a later version of Isthmus.
    """
    version = check_version(connection, where)
    if version == VERSION:
        return
    connection.execute("BEGIN")
    for statements in MIGRATIONS[version:]:
        connection.execute(statements)
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('version', ?)", [str(VERSION)])
    connection.execute("COMMIT")
