"""What may be typed after ``isthmus``, and what is said when something else is."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from isthmus.cli.compute_arguments import add_compute_commands
from isthmus.cli.data_arguments import add_data_commands, add_update_options
from isthmus.cli.flee_arguments import add_flee_command
from isthmus.cli.serve_arguments import add_serve_command
from isthmus.cli.stress_arguments import add_stress_command
from isthmus.cli.trust_arguments import add_experiment_options, add_place, add_trust_options, place, whole
from isthmus.errors import InputError

DEFAULT_CORRIDOR = "china-ecuador-us"

EXIT_CODES = """\
exit codes:
  0    fine
  1    unexpected error (please report it with the traceback)
  2    the corridor file or the command line is wrong
  3    the table of figures is wrong
  4    the corridor cannot be turned into a model
  5    the fit could not be made
  6    results could not be written
  7    a publisher's figures could not be had or read
  8    the store of figures is damaged or in use
  9    refused to protect people: what was asked for, or was about to leave, could harm them
  130  interrupted; the same command goes on from the last finished stage
"""

STAGES = {
    "run": ("report", "Fit, forecast, backtest and report a corridor."),
    "fit": ("fit", "Learn the model from the figures and stop there."),
    "forecast": ("forecast", "Fit and forecast, without backtest and report."),
    "backtest": ("backtest", "Hold earlier forecasts of every model and policy track against what came."),
}
"""Command: the stage after which it stops, and its line in the help."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of leaving the process."""

    def error(self, message: str) -> NoReturn:
        """Raise the problem as an `InputError`."""
        raise InputError.one(
            where="command line",
            expected=" ".join(self.format_usage().split()).removeprefix("usage: "),
            found=message,
            remedy=f"see '{self.prog} --help'",
        )


class _Version(argparse.Action):
    """Prints the installed version; reads it only when asked."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(nargs=0, **settings)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        import isthmus

        sys.stdout.write(f"isthmus {isthmus.__version__}\n")
        parser.exit()


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the command and its options.

    Raises:
        InputError: An unknown command or option, with the nearest known one, or a value that does not fit.
    """
    parser, commands = _parsers()
    first = next((word for word in arguments if not word.startswith("-")), None)
    if first is not None and first not in commands:
        raise _unknown(first, what="command", known=commands)
    options, rest = parser.parse_known_args(arguments)
    if rest and hasattr(options, "scenarios") and not any(word.startswith("-") for word in rest):
        # names of scenarios may also stand after the options, where argparse does not look for them
        options.scenarios, rest = [*options.scenarios, *rest], []
    if rest:
        parser = commands.get(options.command, parser)
        options_known = parser._option_string_actions  # noqa: SLF001  argparse has no public list
        raise _unknown(rest[0], what="argument", known=options_known)
    return options


def help_text() -> str:
    """Return the help of the program as a whole."""
    return _parsers()[0].format_help()


def _unknown(word: str, *, what: str, known: Iterable[str]) -> InputError:
    names = sorted(known)
    near = difflib.get_close_matches(word.partition("=")[0], names, n=1)
    return InputError.one(
        where="command line",
        expected=f"one of {', '.join(names)}",
        found=f"unknown {what} '{word}'",
        remedy=f"did you mean '{near[0]}'?" if near else "see 'isthmus --help'",
    )


def _parsers() -> tuple[Parser, dict[str, Parser]]:
    parser = Parser(
        prog="isthmus",
        description="Models, forecasts and stress-tests mixed-migration corridors from public aggregate statistics.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, help="print the version and stop")
    branches = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    commands: dict[str, Parser] = {}

    def add(name: str, line: str) -> Parser:
        commands[name] = branches.add_parser(name, help=line, description=line, allow_abbrev=False)
        return commands[name]

    for name, (_, line) in STAGES.items():
        command = add(name, line)
        _add_run_options(command)
        if name in {"run", "forecast"}:
            command.add_argument(
                "--partial",
                type=Path,
                metavar="FILE",
                help="what was counted so far of the month under way: series, from, to, value",
            )
        if name == "run":
            add_update_options(command)
            _add_release_options(command)
    add_trust_options(commands)
    _add_run_options(command := add("validate", "Say how far the inference of a corridor can be trusted."))
    add_place(command, default="processes")
    add_experiment_options(add("experiments", "Predict past events with and without them, from what was known before."))
    _add_corridor_options(add("check", "Read a corridor and its figures and say everything that is wrong."))
    command = add("show", "Print a run.")
    command.add_argument("run", type=place, metavar="RUN", help="folder of a run, such as runs/NAME-HASH")
    _add_export_options(
        add("export", "Write what people use: CSV with HXL tags, XLSX, GeoJSON, Parquet, NetCDF, a brief, the page.")
    )
    command = add("new", "Copy a working example to start from.")
    command.add_argument("folder", type=Path, metavar="DIR", help="folder to make")
    command.add_argument(
        "--from",
        dest="example",
        default=DEFAULT_CORRIDOR,
        metavar="NAME",
        help="shipped corridor to copy (default: %(default)s)",
    )
    add_data_commands(add)
    add_flee_command(add)
    add_compute_commands(add)
    add_serve_command(add)
    add_stress_command(add, _add_run_options)
    add_place(commands["stress"], default="local")
    add("list", "List the corridors that come with Isthmus.")
    add("schema", "Print the JSON Schema of corridor files, for editors.")
    for name, command in commands.items():
        if name not in {"schema", "data", "serve"}:
            command.add_argument("--json", action="store_true", help="print one JSON object on standard output, errors too")
    return parser, commands


def _add_corridor_options(command: argparse.ArgumentParser, *, scenario: bool = True) -> None:
    command.add_argument("corridor", metavar="NAME|FILE", help="shipped corridor (see 'isthmus list') or corridor file")
    command.add_argument(
        "--set",
        dest="sets",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change one entry of the corridor, such as time.horizon_months=3; may be repeated",
    )
    if scenario:
        command.add_argument("--scenario", metavar="NAME", help="lay one of the corridor's scenarios over it")
    command.add_argument("--figures", type=Path, metavar="FILE", help="table of figures to use instead of the corridor's")


def _add_release_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--language", default="en", metavar="LANGUAGE", help="of what is written: en or es (default: en)")
    command.add_argument("--policy", type=Path, metavar="FILE", help="policy of the gate, stricter than the shipped one")


def _add_export_options(command: Parser) -> None:
    command.add_argument("run", type=place, metavar="RUN", help="folder of a run, such as runs/NAME-HASH")
    command.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder to write to")
    command.add_argument(
        "--format",
        dest="formats",
        action="append",
        default=[],
        metavar="FORMAT",
        help="csv, xlsx, geojson, parquet, netcdf, brief or page; may be repeated (default: all)",
    )
    _add_release_options(command)


def _add_run_options(command: argparse.ArgumentParser, *, scenario: bool = True) -> None:
    _add_corridor_options(command, scenario=scenario)
    command.add_argument(
        "--out",
        type=place,
        default=Path("runs"),
        metavar="DIR",
        help="where the run's folder is made: a folder or s3://BUCKET/FOLDER (default: runs)",
    )
    command.add_argument("--seed", type=whole, default=0, metavar="N", help="root of all random streams (default: 0)")
    command.add_argument("--quick", action="store_true", help="fewer draws and origins: to try things, not to quote")
    command.add_argument("--quiet", action="store_true", help="no progress")
