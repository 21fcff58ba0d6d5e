"""API tokens: shown once, kept as a hash, with rights of their own, an end, and a way to revoke them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from isthmus.errors import InputError, Problem
from isthmus.serve.accounts.people import user_of
from isthmus.serve.accounts.rights import RIGHTS, ROLES, Right, Visitor
from isthmus.serve.accounts.sessions import SEEN_STEP, digest, same
from isthmus.serve.database import Connection, Row, now
from isthmus.serve.settings import Limits

PATTERN = re.compile(r"isthmus_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret."""

    id: str
    name: str
    scopes: tuple[Right, ...]
    created: float
    expires: float
    revoked: float | None
    used: float | None


def issue(
    connection: Connection, visitor: Visitor, name: str, scopes: Iterable[str], *, days: int, limits: Limits
) -> tuple[str, Token]:
    """Make a token for a user; returns its text, which is never shown again, and what is kept.

    Raises:
        InputError: A right that the user has not, no name, or a life that is too long.
    """
    wanted = tuple(dict.fromkeys(scopes))
    problems = [
        Problem("scopes", f"some of {', '.join(sorted(visitor.rights))}", str(scope)[:40], "a token holds no more than its user")
        for scope in wanted
        if scope not in visitor.rights
    ]
    if not wanted:
        problems.append(Problem("scopes", f"some of {', '.join(RIGHTS)}", "none", "name at least one"))
    if not name.strip() or len(name) > 80:
        problems.append(Problem("name", "1 to 80 characters", f"{len(name)}", "say what the token is for"))
    if not 1 <= days <= limits.token_days:
        problems.append(Problem("days", f"1 to {limits.token_days}", str(days), "make a new token when this one ends"))
    if problems or visitor.user is None:
        raise InputError(problems or [Problem("token", "an account", visitor.name, "log in")])
    number, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    row = connection.execute(
        "INSERT INTO tokens (id, user, name, hash, scopes, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *",
        [number, visitor.user, name.strip(), digest(secret), " ".join(wanted), now(), now() + days * 86400],
    ).fetchone()
    return f"isthmus_{number}_{secret}", _token(row)


def visitor(connection: Connection, text: str) -> Visitor | None:
    """Return whose token a text is, if it still holds; its rights are those that both token and user have."""
    match = PATTERN.fullmatch(text)
    row = connection.execute("SELECT * FROM tokens WHERE id = ?", [match[1]]).fetchone() if match else None
    if match is None or row is None or not same(row["hash"], digest(match[2])):
        return None
    if row["revoked"] is not None or row["expires"] < now():
        return None
    user = user_of(connection, row["user"])
    if user is None:
        return None
    if row["used"] is None or now() - row["used"] > SEEN_STEP:
        connection.execute("UPDATE tokens SET used = ? WHERE id = ?", [now(), row["id"]])
    return Visitor(user.name, user.team, ROLES[user.role] & frozenset(_token(row).scopes), "token", user.id, user.role)


def tokens(connection: Connection, user: int) -> list[Token]:
    """Return a user's tokens, the newest first."""
    rows = connection.execute("SELECT * FROM tokens WHERE user = ? ORDER BY created DESC", [user]).fetchall()
    return [_token(row) for row in rows]


def revoke(connection: Connection, user: int, number: str) -> bool:
    """Revoke a token of a user; returns whether there is one."""
    done = connection.execute("UPDATE tokens SET revoked = coalesce(revoked, ?) WHERE user = ? AND id = ?", [now(), user, number])
    return done.rowcount > 0


def _token(row: Row) -> Token:
    scopes = cast("tuple[Right, ...]", tuple(row["scopes"].split()))
    return Token(row["id"], row["name"], scopes, row["created"], row["expires"], row["revoked"], row["used"])
