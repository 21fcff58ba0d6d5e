"""What may be typed after ``isthmus flee``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from isthmus.cli.trust_arguments import add_place, place

MODES = ("flee-compat", "fixed")


def add_flee_command(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the command.

    Args:
        add: Makes a parser for a name and a line of help.
    """
    command = add("flee", "Run a Flee conflict instance and hold it against observed camp counts.")
    command.add_argument("folder", type=Path, metavar="DIR", help="folder with input_csv/ and source_data/")
    command.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="settings file (default: DIR/simsetting.yml, else the defaults of Flee's code)",
    )
    command.add_argument(
        "--mode",
        choices=MODES,
        default=MODES[0],
        help="as Flee does, its defects included and named, or as its documentation says (default: %(default)s)",
    )
    command.add_argument("--seed", type=_whole, default=0, metavar="N", help="the first seed (default: 0)")
    command.add_argument("--seeds", type=_positive, default=1, metavar="N", help="how many seeds to run (default: 1)")
    command.add_argument("--hasten", type=_positive, metavar="N", help="simulate one person in N, whatever the settings say")
    command.add_argument(
        "--calibrate", action="store_true", help="learn parameters on the first half of the days, judge on the second"
    )
    command.add_argument(
        "--out", type=place, default=Path("runs"), metavar="DIR", help="where the run's folder is made, or s3://… (default: runs)"
    )
    add_place(command, default="local")
    command.add_argument("--quiet", action="store_true", help="no progress and no warnings")


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        message = f"'{text}' is not a whole number from 0"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _positive(text: str) -> int:
    number = _whole(text)
    if number < 1:
        message = f"'{text}' is not a whole number from 1"
        raise argparse.ArgumentTypeError(message)
    return number
