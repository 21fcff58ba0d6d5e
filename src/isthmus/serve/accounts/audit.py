"""The log of what was done by whom: only ever added to, and each team sees its own part."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.serve.database import Connection, now


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    n: int
    at: float
    team: str | None
    who: str
    action: str
    target: str
    outcome: str


def note(connection: Connection, action: str, target: str, *, who: str, team: str | None, outcome: str = "done") -> None:
    """Add a line."""
    connection.execute(
        "INSERT INTO audit (at, team, who, action, target, outcome) VALUES (?, ?, ?, ?, ?, ?)",
        [now(), team, who[:80], action, target[:200], outcome[:80]],
    )


def entries(connection: Connection, team: str, *, before: int, limit: int) -> list[Entry]:
    """Return a team's lines with a number below ``before``, the latest first."""
    rows = connection.execute("SELECT * FROM audit WHERE team = ? AND n < ? ORDER BY n DESC LIMIT ?", [team, before, limit])
    return [Entry(*row) for row in rows.fetchall()]
