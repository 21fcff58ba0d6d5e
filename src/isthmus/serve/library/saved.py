"""Scenarios that a team keeps: saved, changed, taken back, deleted and brought back."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isthmus.errors import InputError
from isthmus.serve.accounts.rights import Visitor
from isthmus.serve.database import Connection, Row, now, writing

ID = re.compile(r"s[0-9a-f]{12}")
EARLIER = 20
"""Earlier states kept for undo."""
MOST = 500
"""Scenarios of one team."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved scenario."""

    id: str
    who: str
    corridor: str
    label: str
    document: dict[str, Any]
    changed: float
    undoable: bool
    deleted: bool


def listing(connection: Connection, team: str, corridor: str) -> list[Saved]:
    """Return a team's scenarios of a corridor, the latest first."""
    rows = connection.execute(
        "SELECT * FROM scenarios WHERE team = ? AND corridor = ? AND deleted IS NULL ORDER BY changed DESC", [team, corridor]
    )
    return [_saved(row) for row in rows.fetchall()]


def find(connection: Connection, team: str, number: str) -> Saved | None:
    """Return one of them, deleted or not."""
    row = connection.execute("SELECT * FROM scenarios WHERE team = ? AND id = ?", [team, number]).fetchone()
    return _saved(row) if row else None


def add(connection: Connection, visitor: Visitor, corridor: str, document: Mapping[str, Any]) -> Saved:
    """Keep a new scenario.

    Raises:
        InputError: The team has too many.
    """
    count = connection.execute("SELECT count(*) FROM scenarios WHERE team = ? AND deleted IS NULL", [visitor.team]).fetchone()[0]
    if count >= MOST:
        raise InputError.one(where="scenarios", expected=f"at most {MOST}", found=str(count), remedy="delete some")
    row = connection.execute(
        "INSERT INTO scenarios (id, team, who, corridor, label, document, created, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
        "RETURNING *",
        [f"s{secrets.token_hex(6)}", visitor.team, visitor.name, corridor, document["label"], json.dumps(document), now(), now()],
    ).fetchone()
    return _saved(row)


def change(connection: Connection, team: str, number: str, document: Mapping[str, Any]) -> bool:
    """Put another document in place of a scenario's; the one before is kept for undo. Returns whether there is one."""
    with writing(connection):
        row = connection.execute(
            "SELECT * FROM scenarios WHERE team = ? AND id = ? AND deleted IS NULL", [team, number]
        ).fetchone()
        if row is None:
            return False
        text = json.dumps(document)
        if text != row["document"]:
            earlier = [*json.loads(row["earlier"]), row["document"]][-EARLIER:]
            _put(connection, number, text, earlier)
    return True


def undo(connection: Connection, team: str, number: str) -> bool:
    """Go back to the document before, or bring a deleted scenario back; returns whether anything was undone."""
    with writing(connection):
        row = connection.execute("SELECT * FROM scenarios WHERE team = ? AND id = ?", [team, number]).fetchone()
        if row is None:
            return False
        if row["deleted"] is not None:
            connection.execute("UPDATE scenarios SET deleted = NULL WHERE id = ?", [number])
            return True
        earlier = json.loads(row["earlier"])
        if not earlier:
            return False
        _put(connection, number, earlier[-1], earlier[:-1])
    return True


def delete(connection: Connection, team: str, number: str) -> bool:
    """Take a scenario away; ``undo`` brings it back. Returns whether there was one."""
    done = connection.execute(
        "UPDATE scenarios SET deleted = ? WHERE team = ? AND id = ? AND deleted IS NULL", [now(), team, number]
    )
    return done.rowcount > 0


def _put(connection: Connection, number: str, text: str, earlier: list[str]) -> None:
    connection.execute(
        "UPDATE scenarios SET document = ?, label = ?, earlier = ?, changed = ? WHERE id = ?",
        [text, json.loads(text)["label"], json.dumps(earlier), now(), number],
    )


def _saved(row: Row) -> Saved:
    return Saved(
        id=row["id"],
        who=row["who"],
        corridor=row["corridor"],
        label=row["label"],
        document=json.loads(row["document"]),
        changed=row["changed"],
        undoable=row["earlier"] != "[]",
        deleted=row["deleted"] is not None,
    )
