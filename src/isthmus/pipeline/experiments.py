"""`isthmus experiments`: every natural experiment of the registry as a unit of work, a file of figures and a page of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus import __version__
from isthmus.compute import Unit, Workplace, place_of, proved
from isthmus.data.figures import Figures, read_figures
from isthmus.errors import InputError
from isthmus.pipeline.folder import RunFolder, below, digest
from isthmus.pipeline.job import Event, Listener

if TYPE_CHECKING:
    from isthmus.forecast.experiments.registry import Experiment

NO_FIGURES = "no table of figures by nationality and month was given: --figures FILE"


def experiments(
    *,
    out: Path | str,
    figures: Path | None,
    only: Sequence[str] = (),
    seed: int = 1,
    quick: bool = False,
    on: str = "local",
    report: Listener = lambda _: None,
) -> RunFolder:
    """Make the experiments and their pages; one that cannot be made with these figures is there with the reason.

    Args:
        out: Folder in which the experiments' own folder is made.
        figures: Table of figures by nationality and month; absent: every experiment is skipped, and says why.
        only: Names; empty: all.
        seed: Root of all random streams.
        quick: Less sampling.
        on: Where the work runs, see `isthmus.compute`.
        report: Called with each event.

    Raises:
        InputError: A name that is not in the registry.
    """
    chosen = _chosen(only)
    place = proved(place_of(on))
    table = None if figures is None else read_figures(figures)
    made = digest(__version__, "" if table is None else table.hash, seed, quick)
    facts = {"isthmus": __version__, "hash": made, "seed": seed, "quick": quick, "figures": str(figures.name) if figures else ""}
    folder = RunFolder.open(below(out, f"experiments-{made[:12]}"), facts)
    outcomes = {one.name: _skipped(one) for one in chosen}
    if table is not None:
        report(Event("experiments", 0.02))
        where = Workplace(place, folder.units, lambda said: report(Event("experiments", 0.02, said=said)))
        outcomes |= _made(table, chosen, seed, quick=quick, where=where, report=report)
    _write(folder, chosen, outcomes, facts, "" if table is None else table.hash)
    report(Event("done", 1.0))
    return folder


def _chosen(only: Sequence[str]) -> list[Experiment]:
    from isthmus.forecast.experiments.registry import EXPERIMENTS

    names = {one.name: one for one in EXPERIMENTS}
    unknown = [name for name in only if name not in names]
    if unknown:
        raise InputError.one(
            where="--only",
            expected=f"one of {', '.join(names)}",
            found=", ".join(unknown),
            remedy="leave --only out to make them all",
        )
    return [names[name] for name in only] or list(EXPERIMENTS)


def _skipped(one: Experiment) -> dict[str, Any]:
    return {"name": one.name, "skipped": NO_FIGURES, "paths": []}


def _made(
    table: Figures, chosen: Sequence[Experiment], seed: int, *, quick: bool, where: Workplace, report: Listener
) -> dict[str, dict[str, Any]]:
    """Outcomes by name; those that are there are not made again."""
    from isthmus.forecast.experiments.predicted import FULL, QUICK, Job, experiment_unit

    effort = QUICK if quick else FULL
    units = []
    for one in chosen:
        inputs = digest(__version__, table.hash, seed, asdict(effort), asdict(one))
        arguments = {"job": Job(one, table, seed, effort)}
        kind = f"experiments{'-quick' if quick else ''}"
        units.append(Unit(experiment_unit, inputs, "experiment", scenario=one.name, arguments=arguments, kind=kind))
    progress: Callable[[float], None] = lambda share: report(Event("experiments", 0.02 + 0.9 * share))  # noqa: E731
    found = where.results(units, progress)
    return {unit.scenario: json.loads(str(arrays["outcome"][0])) for unit, arrays in found}


def _write(
    folder: RunFolder, chosen: Sequence[Experiment], outcomes: dict[str, dict[str, Any]], facts: dict[str, Any], figures: str
) -> None:
    from isthmus.report.experiments import render_experiment, render_index

    folder.write_json("experiments.json", {**facts, "figures_hash": figures, "experiments": list(outcomes.values())})
    for one in chosen:
        folder.write_text(f"{one.name}.html", render_experiment(one, outcomes[one.name], facts, figures))
    folder.write_text("experiments.html", render_index(chosen, outcomes, facts, figures))
