"""What may be typed after ``isthmus data`` and ``isthmus claim``."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from pathlib import Path


def add_data_commands(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the commands about figures.

    Args:
        add: Adds a command with its line in the help.
    """
    command = add("data", "Keep publishers' figures: update, status, review, export, import.")
    branches = command.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)

    def branch(name: str, line: str) -> argparse.ArgumentParser:
        made = branches.add_parser(name, help=line, description=line, allow_abbrev=False)
        made.add_argument(
            "--store", type=Path, metavar="DIR", help="store of figures (default: $ISTHMUS_DATA or the user's data folder)"
        )
        made.add_argument("--json", action="store_true", help="print one JSON object on standard output, errors too")
        return made

    _add_update(branch("update", "Ask publishers for their current figures and keep them."))
    branch("status", "Say how old the figures are, and when the next ones are due.")
    _add_review(branch("review", "Show what the checks on arrival found; accept or reject what is held back."))
    made = branch("export", "Write the whole store (FILE.zip), or its figures as a table (FILE.parquet, FILE.csv).")
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("--as-of", type=_day, metavar="DATE", help="only what was known on this day (tables)")
    made = branch("import", "Take over a store written by 'data export'.")
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("--replace", action="store_true", help="put it in place of what is there")
    claim = add("claim", "Hold a public statement against the figures.")
    claim.add_argument("claim", metavar="TEXT|FILE", help="a sentence with a number, or a YAML list of them")
    claim.add_argument(
        "--store", type=Path, metavar="DIR", help="store of figures (default: $ISTHMUS_DATA or the user's data folder)"
    )


def _add_update(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "sources", nargs="*", metavar="SOURCE|MAPPING", help="names of sources, or mapping files; default: all sources"
    )
    made.add_argument("--from", dest="folder", type=Path, metavar="DIR", help="read files saved in this folder instead of asking")
    made.add_argument("--with", dest="plugin", type=Path, metavar="FILE", help="a Python file that defines a source of yours")
    made.add_argument(
        "--group", dest="groups", action="append", metavar="ISO3", help="nationality; may be repeated (default: CHN)"
    )
    made.add_argument("--since", type=int, default=2012, metavar="YEAR", help="first year asked for (default: 2012)")


def _add_review(made: argparse.ArgumentParser) -> None:
    made.add_argument("--accept", type=int, nargs="+", default=[], metavar="N", help="findings whose figures are right")
    made.add_argument("--reject", type=int, nargs="+", default=[], metavar="N", help="findings whose figures are wrong")
    made.add_argument("--reason", default="", metavar="TEXT", help="why; kept with the decision")
    made.add_argument("--decided", action="store_true", help="show earlier decisions instead")
    made.add_argument("--html", type=Path, metavar="FILE", help="write a page with plots as well")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        message = f"'{text}' is not a date YYYY-MM-DD"
        raise argparse.ArgumentTypeError(message) from None


def add_update_options(command: argparse.ArgumentParser) -> None:
    """Add what ``run`` takes to bring its figures up to date."""
    command.add_argument(
        "--update", action="store_true", help="ask the publishers of the corridor's series first, and go on from the last run"
    )
    command.add_argument("--store", type=Path, metavar="DIR", help="store of figures for --update (default: as 'isthmus data')")
    command.add_argument(
        "--from", dest="folder", type=Path, metavar="DIR", help="with --update: saved answers in place of the network"
    )
