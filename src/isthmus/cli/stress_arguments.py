"""What may be typed after ``isthmus stress``."""

from __future__ import annotations

import argparse
from collections.abc import Callable

MAX_MONTHS = 60


def add_stress_command(add: Callable[[str, str], argparse.ArgumentParser], corridor: Callable[..., None]) -> None:
    """Add the command.

    Args:
        add: Makes a parser for a name and a line of help.
        corridor: Adds the options of commands that run a corridor.
    """
    command = add("stress", "Run scenarios of a corridor beside the corridor as it stands.")
    corridor(command, scenario=False)
    command.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="scenarios of the file (default: all)")
    command.add_argument("--draws", type=_draws, default=1000, metavar="N", help="posterior draws (default: 1000)")
    command.add_argument("--months", type=_months, default=18, metavar="N", help="months after the last figure (default: 18)")


def _whole(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most):
        message = f"'{text}' is not a whole number from {least} to {most}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _draws(text: str) -> int:
    return _whole(text, 10, 100_000)


def _months(text: str) -> int:
    return _whole(text, 1, MAX_MONTHS)
