"""Teams, users and their passwords."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import cache
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from isthmus.errors import InputError, Problem
from isthmus.serve.accounts.rights import DEMO, ROLES, Role
from isthmus.serve.database import Connection, Row, now, writing

NAME = re.compile(r"[a-z][a-z0-9._-]{0,39}")
SHORTEST, LONGEST = 12, 256
"""Characters of a password."""


@dataclass(frozen=True, slots=True)
class User:
    """An account."""

    id: int
    name: str
    team: str
    role: Role


@cache
def _hasher() -> PasswordHasher:
    """Argon2id with the library's defaults, which follow RFC 9106."""
    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that no password fits, so that an unknown name takes as long as a wrong password."""
    return _hasher().hash(secrets.token_urlsafe(32))


def add_user(connection: Connection, name: str, *, team: str, role: str, password: str) -> User:
    """Add an account, and its team with its first member.

    Raises:
        InputError: Name, team, role or password do not do; everything at once.
    """
    problems = [*_name_problems("user", name), *_name_problems("team", team), *_password_problems(password, name)]
    if team == DEMO:
        problems.append(Problem("team", "another name", DEMO, "this name stands for those who read without login"))
    if role not in ROLES:
        problems.append(Problem("role", f"one of {', '.join(ROLES)}", role[:40], "choose one of them"))
    if connection.execute("SELECT 1 FROM users WHERE name = ?", [name]).fetchone():
        problems.append(Problem("user", "a name that is free", name, "choose another name"))
    if problems:
        raise InputError(problems)
    with writing(connection):
        connection.execute("INSERT OR IGNORE INTO teams VALUES (?, ?)", [team, now()])
        made = connection.execute(
            "INSERT INTO users (name, team, role, password, created) VALUES (?, ?, ?, ?, ?) RETURNING *",
            [name, team, role, _hasher().hash(password), now()],
        ).fetchone()
    return _user(made)


def verify(connection: Connection, name: str, password: str) -> User | None:
    """Return the account if name and password fit; takes equally long whether the name exists or not."""
    row = connection.execute("SELECT * FROM users WHERE name = ? AND disabled IS NULL", [name[:80]]).fetchone()
    stored = row["password"] if row else _nobody()
    try:
        _hasher().verify(stored, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return None
    if row is None:
        return None
    if _hasher().check_needs_rehash(stored):
        connection.execute("UPDATE users SET password = ? WHERE id = ?", [_hasher().hash(password), row["id"]])
    return _user(row)


def user_of(connection: Connection, number: int) -> User | None:
    """Return an account that may log in."""
    row = connection.execute("SELECT * FROM users WHERE id = ? AND disabled IS NULL", [number]).fetchone()
    return _user(row) if row else None


def users(connection: Connection) -> list[tuple[User, bool]]:
    """Return all accounts, and whether each may log in."""
    rows = connection.execute("SELECT * FROM users ORDER BY team, name").fetchall()
    return [(_user(row), row["disabled"] is None) for row in rows]


def set_password(connection: Connection, name: str, password: str) -> None:
    """Give an account a new password and end its sessions.

    Raises:
        InputError: There is no such account, or the password does not do.
    """
    number = _number(connection, name)
    if problems := _password_problems(password, name):
        raise InputError(problems)
    with writing(connection):
        connection.execute("UPDATE users SET password = ? WHERE id = ?", [_hasher().hash(password), number])
        connection.execute("DELETE FROM sessions WHERE user = ?", [number])


def set_role(connection: Connection, name: str, role: str) -> None:
    """Give an account another role; its tokens keep no right that the role has not.

    Raises:
        InputError: There is no such account or role.
    """
    number = _number(connection, name)
    if role not in ROLES:
        raise InputError.one(where="role", expected=f"one of {', '.join(ROLES)}", found=role[:40], remedy="choose one of them")
    connection.execute("UPDATE users SET role = ? WHERE id = ?", [role, number])


def disable(connection: Connection, name: str) -> None:
    """Close an account: no login, no session, no token.

    Raises:
        InputError: There is no such account.
    """
    number = _number(connection, name)
    with writing(connection):
        connection.execute("UPDATE users SET disabled = ? WHERE id = ?", [now(), number])
        connection.execute("DELETE FROM sessions WHERE user = ?", [number])
        connection.execute("UPDATE tokens SET revoked = ? WHERE user = ? AND revoked IS NULL", [now(), number])


def _number(connection: Connection, name: str) -> int:
    row = connection.execute("SELECT id FROM users WHERE name = ?", [name]).fetchone()
    if row is None:
        raise InputError.one(
            where="user", expected="the name of an account", found=name[:40], remedy="see 'isthmus serve user list'"
        )
    return int(row["id"])


def _user(row: Row) -> User:
    return User(row["id"], row["name"], row["team"], cast("Role", row["role"]))


def _name_problems(what: str, name: str) -> list[Problem]:
    if NAME.fullmatch(name):
        return []
    expected = "a small letter, then up to 39 small letters, digits, dots, hyphens or underscores"
    return [Problem(what, expected, name[:60] or "nothing", "choose a name such as ana.ruiz")]


def _password_problems(password: str, name: str) -> list[Problem]:
    if not SHORTEST <= len(password) <= LONGEST:
        found = f"{len(password)} characters"
        return [
            Problem("password", f"{SHORTEST} to {LONGEST} characters", found, "a few words in a row are easy to keep in mind")
        ]
    if name and name in password.lower():
        return [Problem("password", "one without the user's name in it", "the name", "choose another")]
    if len(set(password)) < 5:
        return [Problem("password", "at least five different characters", str(len(set(password))), "choose another")]
    return []
