"""Sessions of the browser: a random cookie, kept as a hash, that ends by itself."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from isthmus.serve.accounts.people import User, user_of
from isthmus.serve.accounts.rights import ROLES, Visitor
from isthmus.serve.database import Connection, now
from isthmus.serve.settings import Limits

SEEN_STEP = 60.0
"""Seconds between two notes that a session is in use."""


def digest(secret: str) -> str:
    """What is kept of a random secret; 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def begin(connection: Connection, user: User) -> tuple[str, str]:
    """Begin a session; returns the cookie and what its forms must carry."""
    cookie, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", [digest(cookie), user.id, csrf, now(), now()])
    return cookie, csrf


def visitor(connection: Connection, cookie: str, limits: Limits) -> Visitor | None:
    """Return whose session a cookie is, if it still holds."""
    row = connection.execute("SELECT * FROM sessions WHERE hash = ?", [digest(cookie)]).fetchone()
    if row is None:
        return None
    moment = now()
    user = user_of(connection, row["user"])
    if user is None or moment - row["created"] > limits.session_hours * 3600 or moment - row["seen"] > limits.idle_hours * 3600:
        connection.execute("DELETE FROM sessions WHERE hash = ?", [digest(cookie)])
        return None
    if moment - row["seen"] > SEEN_STEP:
        connection.execute("UPDATE sessions SET seen = ? WHERE hash = ?", [moment, digest(cookie)])
    return Visitor(user.name, user.team, ROLES[user.role], "session", user.id, user.role, row["csrf"])


def end(connection: Connection, cookie: str) -> None:
    """End a session."""
    connection.execute("DELETE FROM sessions WHERE hash = ?", [digest(cookie)])


def clear(connection: Connection, limits: Limits) -> None:
    """Forget sessions that have ended by themselves."""
    moment = now()
    connection.execute(
        "DELETE FROM sessions WHERE created < ? OR seen < ?",
        [moment - limits.session_hours * 3600, moment - limits.idle_hours * 3600],
    )


def same(a: str, b: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return bool(a) and hmac.compare_digest(a.encode(), b.encode())
