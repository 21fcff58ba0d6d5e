"""Options of the commands that say what a forecast is worth: ``backtest``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping


def add_trust_options(commands: Mapping[str, argparse.ArgumentParser]) -> None:
    """Add their own options to commands that already take those of a run."""
    backtest = commands["backtest"]
    backtest.add_argument(
        "--origins",
        type=origins,
        default=None,
        metavar="N|MONTHS",
        help="past months to forecast from: how many of the last, or months such as 2023-06,2023-09 (default: from a year on)",
    )
    add_place(backtest, default="processes")


def add_place(command: argparse.ArgumentParser, *, default: str) -> None:
    """Add ``--on``."""
    command.add_argument(
        "--on",
        default=default,
        metavar="PLACE",
        help="where work runs: local, or processes[:N] of this machine (default: %(default)s)",
    )


def origins(text: str) -> int | tuple[str, ...]:
    """A number of origins, or their months."""
    if text.lstrip("-").isdigit() and len(text) < 5:
        return int(text)
    months = tuple(part.strip() for part in text.split(","))
    if not all(_is_month(month) for month in months):
        message = f"'{text}' is neither a number nor months such as 2023-06,2023-09"
        raise argparse.ArgumentTypeError(message)
    return months


def _is_month(text: str) -> bool:
    year, _, month = text.partition("-")
    digits = (year + month).isascii() and (year + month).isdigit()
    return digits and len(year) == 4 and len(month) == 2 and 1 <= int(month) <= 12
