"""What a run is worth: the commands that test it, each after the stages of the main job that it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from isthmus.compute import Workplace, place_of
from isthmus.pipeline.folder import RunFolder, digest
from isthmus.pipeline.job import SPAN, Event, Listener, Task, open_folder, read, run, workplace
from isthmus.pipeline.watching import watched


def backtest(
    source: str | Path,
    *,
    out: Path | str,
    sets: Sequence[str] = (),
    scenario: str | None = None,
    seed: int = 1,
    quick: bool = False,
    figures: Path | None = None,
    origins: int | tuple[str, ...] | None = None,
    on: str = "local",
    report: Listener = lambda _: None,
) -> RunFolder:
    """Hold past forecasts of every model and policy track against what came; fit first where the folder has no fit.

    Args:
        source: As in `run`.
        out: As in `run`.
        sets: As in `run`.
        scenario: As in `run`.
        seed: As in `run`.
        quick: As in `run`.
        figures: As in `run`.
        origins: How many of the last possible origins, or their months; absent: the usual ones.
        on: Where the work runs, see `isthmus.compute`.
        report: Called with each event.

    Raises:
        InputError: Origins outside the data, or more than there are.
    """
    place_of(on)  # what is wrong with it is said before anything is read
    task = read(source, sets=sets, scenario=scenario, seed=seed, quick=quick, figures=figures)
    from isthmus.pipeline import leaderboard

    wanted = leaderboard.origins_of(task, origins)
    with watched(open_folder(out, task).address, report) as listener:
        folder = run(
            source, out=out, sets=sets, scenario=scenario, seed=seed, quick=quick, figures=figures, until="forecast", watch=False,
            on=on, report=lambda event: listener(replace(event, done=0.3 * event.done / SPAN["forecast"][1])),
        )  # fmt: skip
        listener(Event("backtest", 0.3))
        where = workplace(folder, on, "backtest", 0.3, listener)
        if origins is None:
            _scores(folder, task, where, _within(listener, "backtest", 0.3, 0.8))
        leaderboard.leaderboard_stage(folder, task, wanted, where, _within(listener, "backtest", 0.3 if origins else 0.8, 1.0))
        listener(Event("done", 1.0))
    return folder


def validate(
    source: str | Path,
    *,
    out: Path | str,
    sets: Sequence[str] = (),
    scenario: str | None = None,
    seed: int = 1,
    quick: bool = False,
    figures: Path | None = None,
    on: str = "local",
    report: Listener = lambda _: None,
) -> RunFolder:
    """Say how far the inference of a corridor can be trusted; fit first where the folder has no fit.

    Args:
        source: As in `run`.
        out: As in `run`.
        sets: As in `run`.
        scenario: As in `run`.
        seed: As in `run`.
        quick: Fewer data sets and draws.
        figures: As in `run`.
        on: Where the work runs, see `isthmus.compute`.
        report: Called with each event.
    """
    place_of(on)  # what is wrong with it is said before anything is read
    task = read(source, sets=sets, scenario=scenario, seed=seed, quick=quick, figures=figures)
    with watched(open_folder(out, task).address, report) as listener:
        folder = run(
            source, out=out, sets=sets, scenario=scenario, seed=seed, quick=quick, figures=figures, until="fit", watch=False,
            on=on, report=lambda event: listener(replace(event, done=0.15 * event.done / SPAN["fit"][1])),
        )  # fmt: skip
        from isthmus.pipeline.validation import validation_stage

        listener(Event("validate", 0.15))
        where = workplace(folder, on, "validate", 0.15, listener)
        validation_stage(folder, task, where, _within(listener, "validate", 0.15, 1.0))
        listener(Event("done", 1.0))
    return folder


def _scores(folder: RunFolder, task: Task, where: Workplace, progress: Callable[[float], None]) -> None:
    """The backtest of the main job, wherever it runs: its blocks are those of the leaderboard."""
    from isthmus.pipeline import stages
    from isthmus.pipeline.backtesting import backtest_stage

    inputs = digest(task.hash, "backtest")
    if not folder.finished("backtest", inputs):
        with folder.stage("backtest", inputs, stages.STAGES["backtest"][0]):
            backtest_stage(folder, task, progress, where)


def _within(report: Listener, stage: str, begin: float, end: float) -> Callable[[float], None]:
    """Progress of a stage as a share of the whole."""
    return lambda share: report(Event(stage, begin + share * (end - begin)))
