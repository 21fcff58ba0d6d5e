"""One function per command. Each imports what it needs, prints to standard output and raises `IsthmusError`."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from isthmus.cli import arguments
from isthmus.errors import InputError, OutputError

if TYPE_CHECKING:
    from isthmus.data.figures import Figures
    from isthmus.disclosure import Policy
    from isthmus.pipeline import RunFolder


def run(options: Namespace) -> None:
    """Carry the main job as far as the command says and print what came out."""
    from isthmus import pipeline
    from isthmus.cli import show
    from isthmus.cli.progress import Progress

    _refuse_unwritable(options.out)
    policy = _policy(options)
    renew = bool(getattr(options, "update", False))
    figures = _updated(options) if renew else options.figures
    with Progress(sys.stderr, quiet=options.quiet or options.json) as progress:
        folder = pipeline.run(
            options.corridor,
            out=options.out,
            sets=options.sets,
            scenario=options.scenario,
            seed=options.seed,
            quick=options.quick,
            figures=figures,
            partial=getattr(options, "partial", None),
            renew=renew,
            on=getattr(options, "on", "local"),
            until=cast("pipeline.Until", arguments.STAGES[options.command][0]),
            report=progress,
            spare=True,
        )
    _released(options, folder, policy)
    show.print_run(folder.path, as_json=options.json, address=folder.address)


def _released(options: Namespace, folder: RunFolder, policy: Policy | None) -> None:
    """Tables and page under the policy asked for, and the page in the language asked for."""
    if options.command != "run" or (policy is None and options.language == "en"):
        return
    from isthmus.pipeline.files import release_under, write_page

    if policy is not None:
        release_under(folder, policy)
    if options.language != "en":
        write_page(folder, options.language)


def backtest(options: Namespace) -> None:
    """Hold past forecasts of every model against what came, and print the leaderboard."""
    from isthmus.cli import trust_commands

    _refuse_unwritable(options.out)
    trust_commands.backtest(options)


def _updated(options: Namespace) -> Figures:
    """Ask the publishers of the corridor's series; what they say is laid over the corridor's own figures."""
    from isthmus.cli import data_commands
    from isthmus.data.own import figures_for
    from isthmus.spec.load import load

    loaded = load(options.corridor, sets=options.sets, scenario=options.scenario)
    return data_commands.refreshed(options, figures_for(loaded.corridor, loaded.path, options.figures))


def validate(options: Namespace) -> None:
    """Say how far the inference of a corridor can be trusted."""
    from isthmus.cli import trust_commands

    _refuse_unwritable(options.out)
    trust_commands.validate(options)


def experiments(options: Namespace) -> None:
    """Hold past policies and events against what came without them."""
    from isthmus.cli import trust_commands

    _refuse_unwritable(options.out)
    trust_commands.experiments(options)


def check(options: Namespace) -> None:
    """Read the corridor, its figures, and the one against the other; raise everything that is wrong."""
    from isthmus.data.align import align
    from isthmus.data.own import figures_for
    from isthmus.spec.load import load

    loaded = load(options.corridor, sets=options.sets, scenario=options.scenario)
    corridor = loaded.corridor
    figures = figures_for(corridor, loaded.path, options.figures)
    align(figures, corridor, ())
    if options.json:
        _print_json({"corridor": corridor.name, "file": str(loaded.path), "hash": loaded.hash, "problems": []})
    else:
        _print(
            f"{loaded.path} and {figures.path} are fine: {len(corridor.groups)} groups, {len(corridor.places)} places, "
            f"{len(corridor.legs)} legs, {len(corridor.series)} series, {len(figures.rows)} figures."
        )


def show_run(options: Namespace) -> None:
    """Print a run folder."""
    from isthmus.cli import show

    from isthmus.pipeline.away import here

    show.print_run(here(options.run), as_json=options.json, address=str(options.run))


def _policy(options: Namespace) -> Policy | None:
    """The policy of the gate that was asked for, read and held to the floors before any work."""
    path = getattr(options, "policy", None)
    if path is None:
        return None
    from isthmus.disclosure import load_policy

    return load_policy(path)


def export(options: Namespace) -> None:
    """Write the files people use."""
    from isthmus.report.export import FORMATS
    from isthmus.report.export import export as write

    _refuse_unwritable(options.to)
    formats = options.formats or FORMATS
    from isthmus.pipeline.away import here

    files = write(here(options.run), options.to, formats=formats, language=options.language, policy=_policy(options))
    if options.json:
        _print_json({"run": str(options.run), "files": [str(file) for file in files]})
    else:
        _print("\n".join(str(file) for file in files))


def new(options: Namespace) -> None:
    """Copy a shipped corridor into a new folder, whole or not at all."""
    from isthmus.spec.load import shipped as find_shipped

    shipped = find_shipped()
    if options.example not in shipped:
        raise InputError.one(
            where="--from",
            expected=f"one of {', '.join(sorted(shipped))}",
            found=options.example,
            remedy="see 'isthmus list'",
        )
    folder: Path = options.folder
    if folder.exists():
        raise InputError.one(
            where=str(folder), expected="a name that is free", found="it exists", remedy="choose another, or remove it"
        )
    _refuse_unwritable(folder.parent)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as scratch:
        copy = Path(scratch, folder.name)
        shutil.copytree(shipped[options.example].parent, copy, ignore=shutil.ignore_patterns("__*__*"))
        copy.rename(folder)
    file = folder / "corridor.yaml"
    if options.json:
        _print_json({"folder": str(folder), "corridor": str(file)})
    else:
        _print(f"{folder} is a copy of {options.example}. Edit {file}, then:\n  isthmus check {file}\n  isthmus run {file}")


def list_shipped(options: Namespace) -> None:
    """Print the names and titles of the shipped corridors."""
    from isthmus.spec.load import load, shipped

    titles = {name: load(path).corridor.title for name, path in sorted(shipped().items())}
    if options.json:
        _print_json({"corridors": [{"name": name, "title": title} for name, title in titles.items()]})
    else:
        _print("\n".join(f"{name}  {title}" for name, title in titles.items()))


def schema(_: Namespace) -> None:
    """Print the JSON Schema of corridor files."""
    from isthmus.spec.load import json_schema

    _print_json(json_schema())


def data(options: Namespace) -> None:
    """Carry out an action on the store of figures."""
    from isthmus.cli import data_commands

    data_commands.data(options)


def claim(options: Namespace) -> None:
    """Hold a statement against the figures."""
    from isthmus.cli import data_commands

    data_commands.claim(options)


def watch(options: Namespace) -> None:
    """Say how far a run has come until it ends, or ask it to stop."""
    from isthmus.cli import compute_commands

    compute_commands.watch(options)


def plan(options: Namespace) -> None:
    """Say what a job will cost before it is started."""
    from isthmus.cli import compute_commands

    compute_commands.plan(options)


def flee(options: Namespace) -> None:
    """Run a Flee instance."""
    from isthmus.cli import flee_commands

    flee_commands.flee(options)


def serve(options: Namespace) -> None:
    """Serve corridors as pages and as an HTTP API, or keep the server's accounts."""
    from isthmus.cli import serve_commands

    serve_commands.serve(options)


def stress(options: Namespace) -> None:
    """Run scenarios and print what each changes."""
    from isthmus.cli import stress_commands

    _refuse_unwritable(options.out)
    stress_commands.stress(options)


COMMANDS: dict[str, Callable[[Namespace], None]] = {
    "data": data,
    "claim": claim,
    "flee": flee,
    "watch": watch,
    "plan": plan,
    "serve": serve,
    "stress": stress,
    **dict.fromkeys(arguments.STAGES, run),
    "backtest": backtest,
    "validate": validate,
    "experiments": experiments,
    "check": check,
    "show": show_run,
    "export": export,
    "new": new,
    "list": list_shipped,
    "schema": schema,
}


def _refuse_unwritable(folder: Path | str) -> None:
    """Raise before the work, not after it, when the bucket or the nearest folder that exists cannot be written to."""
    if isinstance(folder, str):
        from isthmus.pipeline.away import prove_away

        prove_away(folder)
        return
    nearest = folder.absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        found = "a file"
    elif not os.access(nearest, os.W_OK | os.X_OK):
        found = "a folder that may not be written to"
    else:
        return
    raise OutputError.one(where=str(nearest), expected="a folder to write to", found=found, remedy="choose another folder")


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")


def _print_json(content: Any) -> None:
    _print(json.dumps(content, indent=2, ensure_ascii=False))
