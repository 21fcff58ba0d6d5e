"""Logins that fail too often have to wait: by name and by address, so that neither many names nor many places help."""

from __future__ import annotations

from isthmus.serve.database import Connection, now
from isthmus.serve.settings import Limits


def wait(connection: Connection, keys: tuple[str, ...], limits: Limits) -> float:
    """Seconds until the next attempt is allowed; doubles with each failure beyond the limit, up to the whole window."""
    moment, window = now(), limits.login_minutes * 60
    longest = 0.0
    for key in keys:
        count, last = connection.execute(
            "SELECT count(*), max(at) FROM attempts WHERE key = ? AND at > ?", [key, moment - window]
        ).fetchone()
        if count >= limits.login_failures:
            pause = min(window, 2.0 ** (count - limits.login_failures) * 10)
            longest = max(longest, last + pause - moment)
    return longest


def failed(connection: Connection, keys: tuple[str, ...], limits: Limits) -> None:
    """Note a failure."""
    connection.executemany("INSERT INTO attempts VALUES (?, ?)", [(key, now()) for key in keys])
    connection.execute("DELETE FROM attempts WHERE at < ?", [now() - limits.login_minutes * 60])


def succeeded(connection: Connection, name_key: str) -> None:
    """Forget the failures of a name whose owner has come in; the address keeps its own."""
    connection.execute("DELETE FROM attempts WHERE key = ?", [name_key])
