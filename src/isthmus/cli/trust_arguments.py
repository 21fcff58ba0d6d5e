"""Options of the commands that say what a forecast is worth: ``backtest``, ``validate``, ``experiments``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path


def add_trust_options(commands: Mapping[str, argparse.ArgumentParser]) -> None:
    """Add their own options to commands that already take those of a run."""
    for name in ("run", "fit", "forecast"):
        add_place(commands[name], default="local")
    backtest = commands["backtest"]
    backtest.add_argument(
        "--origins",
        type=origins,
        default=None,
        metavar="N|MONTHS",
        help="past months to forecast from: how many of the last, or months such as 2023-06,2023-09 (default: from a year on)",
    )
    add_place(backtest, default="processes")


def add_experiment_options(command: argparse.ArgumentParser) -> None:
    """Add what the experiments are made from, which of them, and where."""
    command.add_argument("--figures", type=Path, metavar="FILE", help="table of figures by nationality and month")
    command.add_argument("--only", action="append", default=[], metavar="NAME", help="one of the experiments; may be repeated")
    command.add_argument(
        "--out", type=place, default=Path("runs"), metavar="DIR", help="where the experiments' folder is made (default: runs)"
    )
    command.add_argument("--seed", type=whole, default=0, metavar="N", help="root of all random streams (default: 0)")
    command.add_argument("--quick", action="store_true", help="fewer draws: to try things, not to quote")
    command.add_argument("--quiet", action="store_true", help="no progress")
    add_place(command, default="processes")


def place(text: str) -> Path | str:
    """A folder, or the address of object storage, which a path would lose a slash of."""
    return text if "://" in text else Path(text)


def whole(text: str) -> int:
    """A whole number from 0."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        message = f"'{text}' is not a whole number from 0"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def add_place(command: argparse.ArgumentParser, *, default: str) -> None:
    """Add ``--on``."""
    command.add_argument(
        "--on",
        default=default,
        metavar="PLACE",
        help="where work runs: local, processes[:N] of this machine, or dask[:ADDRESS] (default: %(default)s)",
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
