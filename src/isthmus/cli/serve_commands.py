"""``isthmus serve``: the server, and its accounts."""

from __future__ import annotations

import getpass
import json
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from isthmus.errors import InputError

if TYPE_CHECKING:
    from isthmus.serve.database import Connection


def serve(options: Namespace) -> None:
    """Serve, or carry out an action on accounts."""
    _require_extra()
    if options.action == "user":
        _user(options)
        return
    from isthmus.serve.settings import Settings, default_home
    from isthmus.serve.start import serve as start

    settings = Settings(
        home=(options.home or default_home()).absolute(),
        host=options.host,
        port=options.port,
        runs=options.runs.absolute() if options.runs else None,
        store=options.store.absolute() if options.store else None,
        demo=options.demo,
        public_url=options.public_url,
        workers=options.workers,
        on=options.on,
    ).checked()
    sys.stderr.write(f"Isthmus serves {settings.public_url or f'http://{settings.host}:{settings.port}'}, Ctrl-C stops it.\n")
    start(settings)


def _user(options: Namespace) -> None:
    from isthmus.serve import database
    from isthmus.serve.accounts import audit, people
    from isthmus.serve.settings import Settings, default_home

    settings = Settings(home=(options.home or default_home()).absolute())
    database.prepare(settings.database)
    with database.opened(settings.database) as connection:
        if options.verb == "list":
            _list(connection, as_json=options.json)
            return
        if options.verb == "add":
            made = people.add_user(connection, options.name, team=options.team, role=options.role, password=_password(options))
            said = f"{made.name}, {made.role} of team {made.team}, may log in."
        elif options.verb == "password":
            people.set_password(connection, options.name, _password(options))
            said = f"{options.name} has a new password; earlier sessions have ended."
        elif options.verb == "role":
            people.set_role(connection, options.name, options.role)
            said = f"{options.name} is {options.role} now."
        else:
            people.disable(connection, options.name)
            said = f"{options.name} may not log in any more; sessions and tokens have ended."
        audit.note(connection, f"account {options.verb}", options.name, who="command line", team=_team(connection, options.name))
    sys.stdout.write((json.dumps({"said": said}) if options.json else said) + "\n")


def _list(connection: Connection, *, as_json: bool) -> None:
    from isthmus.serve.accounts import people

    rows = [
        {"name": user.name, "team": user.team, "role": user.role, "enabled": enabled}
        for user, enabled in people.users(connection)
    ]
    if as_json:
        sys.stdout.write(json.dumps({"users": rows}, indent=2) + "\n")
        return
    for row in rows:
        sys.stdout.write(
            f"{row['name']:<20} {row['team']:<20} {row['role']:<10} {'' if row['enabled'] else 'disabled'}".rstrip() + "\n"
        )
    if not rows:
        sys.stdout.write("No accounts yet: isthmus serve user add NAME --team TEAM --role publisher\n")


def _team(connection: Connection, name: str) -> str | None:
    row = connection.execute("SELECT team FROM users WHERE name = ?", [name]).fetchone()
    return row["team"] if row else None


def _password(options: Namespace) -> str:
    """Read the password from a file, or ask twice; never from the command line, which others can see."""
    if options.password_file is not None:
        text: str = options.password_file.read_text(encoding="utf-8")
        return text.rstrip("\r\n")
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise InputError.one(where="password", expected="the same twice", found="two different ones", remedy="try again")
    return first


def _require_extra() -> None:
    try:
        import argon2
        import fastapi  # noqa: F401
    except ImportError as error:
        raise InputError.one(
            where="isthmus serve",
            expected="the extra 'serve' to be installed",
            found=f"no {error.name}",
            remedy="pip install 'isthmus[serve]'",
        ) from error
    del argon2
