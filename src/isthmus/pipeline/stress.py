"""Scenarios of a corridor on the draws of its run: `isthmus stress`, and the workshop behind a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.compute.unit import bytes_hash
from isthmus.errors import InputError
from isthmus.pipeline.folder import RunFolder, digest
from isthmus.pipeline.job import Event, Listener, Task, asked, carry, workplace
from isthmus.spec.document import did_you_mean
from isthmus.timegrid import shift_month

if TYPE_CHECKING:
    from isthmus.compute import Workplace
    from isthmus.scenarios.bench import Bench
    from isthmus.scenarios.compare import Comparison, Hazards
    from isthmus.scenarios.units import Trials
    from isthmus.spec.scenarios import Scenario
    from isthmus.spec.schema import Corridor

DRAWS = 1000
MONTHS = 18
FITTED = 0.3
"""Share of the whole at which the fit is there."""
FILES = ("scenarios.parquet", "scenarios.nc", "impacts.parquet", "impacts.nc", "stress.json")


def stress(
    source: str | Path,
    *,
    scenarios: Sequence[str] = (),
    out: Path | str,
    draws: int = DRAWS,
    months: int = MONTHS,
    sets: Sequence[str] = (),
    seed: int = 1,
    quick: bool = False,
    figures: Path | None = None,
    on: str = "local",
    report: Listener = lambda _: None,
) -> RunFolder:
    """Fit the corridor where that is not done yet, run its scenarios and write what came out into the run's folder.

    Args:
        source: Name of a shipped corridor, a corridor file or its folder.
        scenarios: Names of scenarios; none: all of the file.
        out: Folder in which the run's own folder is made.
        draws: Posterior draws, as many as the fit has at most.
        months: Months after the last fitted one.
        sets: Overrides, ``a.b.c=VALUE``.
        seed: Root of all random streams.
        quick: As for `pipeline.run`.
        figures: Table of figures in place of the corridor's own.
        on: Where fit and scenarios run, see `isthmus.compute`.
        report: Called with each event.

    Raises:
        InputError: No scenario of the file has one of the names.
    """
    task = asked(source, out=out, sets=sets, scenario=None, seed=seed, quick=quick, figures=figures, on=on)
    names = chosen(task, scenarios)
    folder = carry(task, out=out, until="fit", on=on, report=lambda event: report(replace(event, done=FITTED * event.done)))
    inputs = digest(task.hash, task.loaded.hash, "stress", names, draws, months)
    if folder.finished("stress", inputs):
        return folder
    from isthmus.impacts.assess import assess
    from isthmus.pipeline import stress_files

    corridor = task.loaded.corridor
    with folder.stage("stress", inputs, FILES):
        tried = trials(folder, task, names, draws=draws, months=months, where=workplace(folder, on, "stress", FITTED, report))
        comparison = compared(task, names, tried, lambda share: report(Event("stress", FITTED + 0.35 * share)))
        report(Event("stress", 0.7))
        assessed = assess(corridor, comparison, seed=task.seed)
        report(Event("stress", 0.8))
        stress_files.write(folder, task, comparison, assessed, lambda name, target: partial(tried.responses, name, target))
    if (folder.path / "report.html").is_file():
        from isthmus.pipeline.files import write_page

        write_page(folder)
    report(Event("done", 1.0))
    return folder


def chosen(task: Task, names: Sequence[str]) -> tuple[str, ...]:
    """The scenarios asked for; all of the file where none is named.

    Raises:
        InputError: A name is not in the file; all such names at once.
    """
    known = task.loaded.corridor.scenarios
    unknown = [name for name in names if name not in known]
    if unknown:
        from isthmus.errors import Problem

        raise InputError(
            Problem(
                "command line",
                "the name of a scenario in the file",
                f"`{name[:80]}`",
                did_you_mean(name, list(known), otherwise="" if known else "the file has no scenarios"),
            )
            for name in unknown
        )
    return tuple(dict.fromkeys(names)) or tuple(known)


def trials(folder: RunFolder, task: Task, names: Sequence[str], *, draws: int, months: int, where: Workplace) -> Trials:
    """Scenarios on a finished fit, as units of work."""
    from isthmus import __version__
    from isthmus.forecast.compiled import text_of
    from isthmus.forecast.predict import thin
    from isthmus.pipeline.files import read_vectors
    from isthmus.pipeline.stages import figures_on_grid
    from isthmus.scenarios.rows import BASELINE
    from isthmus.scenarios.units import Trial, Trials

    vectors, until = thin(read_vectors(folder), draws), shift_month(task.last_fitted, months)
    figures = figures_on_grid(task.model, task)

    def trial(laid: str, like: Trial | None = None) -> Trial:
        made_from = (
            task.text,
            laid,
            task.last_month,
            task.last_fitted,
            bytes_hash(figures),
            bytes_hash(vectors),
            until,
            task.seed,
        )
        name = digest(__version__, *made_from)
        return Trial(name, task.text, laid, task.last_month, task.last_fitted, figures, vectors, until, task.seed, like)

    scenarios = task.loaded.corridor.scenarios
    base = trial("")
    own = {name: trial(text_of(laid_over(task, name)), base) for name in names if scenarios[name].set}
    return Trials({BASELINE: base, **own}, where, task.kind)


def compared(task: Task, names: Sequence[str], tried: Trials, progress: Callable[[float], None]) -> Comparison:
    """Run scenarios and set them beside the baseline; their results stay in storage."""
    from isthmus.scenarios.compare import compare
    from isthmus.scenarios.rows import BASELINE

    with ThreadPoolExecutor(1) as beside:  # compiles its own small program while the large one is compiled
        learned = beside.submit(hazards_of, task, len(tried.own[BASELINE].vectors))
        tried.do(names, lambda share: progress(0.8 * share))
        benches = {name: tried.bench(name) for name in (BASELINE, *tried.own)}
        hazards = learned.result()
    return compare(
        benches, task.loaded.corridor.scenarios, names, hazards, source=source_of(task), runner=tried.ran,
        progress=lambda share: progress(0.8 + 0.2 * share),
    )  # fmt: skip


def source_of(task: Task) -> str:
    """What rows of a run's scenarios are from."""
    return f"isthmus {task.loaded.corridor.name}, figures to {task.last_fitted}"


def laid_over(task: Task, name: str) -> Corridor:
    """The corridor with a scenario's partial document laid over it; it was checked when the file was read."""
    import json

    from isthmus.spec.override import lay_scenario
    from isthmus.spec.schema import Corridor

    return Corridor.model_validate_json(json.dumps(lay_scenario(task.loaded.source, name).plain()), strict=True)


def prepared(
    folder: RunFolder,
    task: Task,
    scenarios: Mapping[str, Scenario],
    *,
    draws: int,
    months: int,
    corridor: Corridor | None = None,
    like: Bench | None = None,
) -> Bench:
    """The bench of a run, for its corridor or another that differs in numbers and rules."""
    from isthmus.forecast.predict import thin
    from isthmus.pipeline.files import read_vectors
    from isthmus.pipeline.stages import evidence_of
    from isthmus.scenarios.bench import bench

    return bench(
        task.loaded.corridor if corridor is None else corridor,
        task.model,
        thin(read_vectors(folder), draws),
        evidence_of(task),
        last_month=shift_month(task.last_fitted, months),
        seed=task.seed,
        scenarios=scenarios,
        predictor=task.predictor,
        like=like,
    )


def hazards_of(task: Task, n_samples: int) -> Hazards:
    """Events expected on a passage in the months ahead, ``(sample,)`` by leg and kind; none without the block."""
    block = task.loaded.corridor.harm
    if block is None:
        return {}
    from isthmus.data.wanted import flow_of
    from isthmus.forecast.harmed import OPEN_BY_GROUP
    from isthmus.forecast.years import AHEAD
    from isthmus.inference.harm import fit_harm
    from isthmus.streams import stream, stream_seed

    fit = fit_harm(block, flow_of(task.figures, block.everyone, "ALL"), seed=stream_seed(task.seed, "harm"), n_samples=n_samples)
    return {
        (leg, kind): fit.hazard(leg, kind, AHEAD, stream(task.seed, "harm", leg, kind, AHEAD))
        for leg in block.legs
        for kind in OPEN_BY_GROUP
    }
