"""What may be typed after ``isthmus serve``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from isthmus.cli.trust_arguments import add_place


def add_serve_command(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the command with its actions on accounts."""
    command = add("serve", "Serve corridors as pages and as an HTTP API; keep its accounts.")
    _add_home(command)
    command.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (default: this machine only)"
    )
    command.add_argument("--port", type=_port, default=8765, metavar="N", help="port to listen on (default: %(default)s)")
    command.add_argument("--runs", type=Path, metavar="DIR", help="folder of runs that every team may see")
    command.add_argument("--store", type=Path, metavar="DIR", help="store of figures (default: as 'isthmus data')")
    command.add_argument("--demo", action="store_true", help="let this machine read without login")
    command.add_argument("--public-url", metavar="URL", help="https address of the reverse proxy in front")
    command.add_argument(
        "--workers", type=_workers, default=1, metavar="N", help="processes for long jobs (default: %(default)s)"
    )
    add_place(command, default="local")
    actions = command.add_subparsers(dest="action", metavar="ACTION", title="actions")
    user = actions.add_parser("user", help="Add, list, change and disable accounts.", allow_abbrev=False)
    verbs = user.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb, words in (
        ("add", "Add an account, and its team with the first member."),
        ("list", "List the accounts."),
        ("password", "Give an account a new password; its sessions end."),
        ("role", "Give an account another role."),
        ("disable", "Close an account, its sessions and its tokens."),
    ):
        made = verbs.add_parser(verb, help=words, description=words, allow_abbrev=False)
        _add_home(made, default=argparse.SUPPRESS)
        made.add_argument("--json", action="store_true", help="print one JSON object on standard output, errors too")
        if verb != "list":
            made.add_argument("name", metavar="NAME")
        if verb in {"add", "role"}:
            made.add_argument("--role", required=True, metavar="ROLE", help="viewer, analyst or publisher")
        if verb == "add":
            made.add_argument("--team", required=True, metavar="TEAM", help="whose corridors and runs the account sees")
        if verb in {"add", "password"}:
            made.add_argument("--password-file", type=Path, metavar="FILE", help="read the password from here; default: ask")


def _add_home(command: argparse.ArgumentParser, default: object = None) -> None:
    command.add_argument(
        "--home",
        type=Path,
        default=default,
        metavar="DIR",
        help="accounts, jobs, corridors and runs of the server (default: $ISTHMUS_SERVE or the user's data folder)",
    )


def _port(text: str) -> int:
    return _between(text, 1, 65535)


def _workers(text: str) -> int:
    return _between(text, 0, 64)


def _between(text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
        message = f"'{text}' is not a whole number from {low} to {high}"
        raise argparse.ArgumentTypeError(message)
    return int(text)
