"""What may be typed after ``isthmus watch`` and ``isthmus plan``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from isthmus.cli.trust_arguments import place


def add_compute_commands(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the commands about long work.

    Args:
        add: Adds a command with its line in the help.
    """
    command = add("watch", "Say how far a run has come, from any terminal, until it ends.")
    command.add_argument("run", type=place, metavar="RUN", help="folder of a run, such as runs/NAME-HASH")
    command.add_argument("--once", action="store_true", help="say it once and stop watching")
    command.add_argument("--stop", action="store_true", help="ask the run to stop at its next step; what is finished is kept")
    command = add("plan", "Say what a job will cost, from what units of work have cost, before it is started.")
    command.add_argument("run", metavar="NAME|RUN", help="a corridor that was run before, or the folder of a run of it")
    command.add_argument("--out", type=place, default=Path("runs"), metavar="DIR", help="where its runs are (default: runs)")
    command.add_argument("--quick", action="store_true", help="a job of quick runs")
    for name, default, line in (
        ("corridors", 1, "corridors"),
        ("groups", 1, "nationalities, or blocks of them, each fitted as a corridor of its own"),
        ("origins", None, "past months to forecast from"),
        ("scenarios", None, "scenarios"),
        ("blocks", 1, "blocks of draws of a scenario"),
        ("workers", 2, "workers"),
    ):
        command.add_argument(
            f"--{name}",
            type=_count,
            default=default,
            metavar="N",
            help=f"{line} (default: {default or 'as many as the last run had'})",
        )


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 10_000_000):
        message = f"'{text}' is not a whole number from 1 to 10,000,000"
        raise argparse.ArgumentTypeError(message)
    return int(text)
