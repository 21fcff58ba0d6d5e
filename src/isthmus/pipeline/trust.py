"""What a run is worth: the commands that test it, each after the stages of the main job that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from isthmus.compute import Workplace
from isthmus.pipeline.folder import RunFolder, digest
from isthmus.pipeline.job import SPAN, Event, Listener, Task, Until, asked, carry, open_folder, workplace
from isthmus.pipeline.origins import origins_of
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
    task = asked(source, out=out, sets=sets, scenario=scenario, seed=seed, quick=quick, figures=figures, on=on)
    wanted = origins_of(task, origins)
    with _after("forecast", task, out=out, on=on, report=report, share=0.3) as (folder, listener):
        from isthmus.pipeline import leaderboard

        listener(Event("backtest", 0.3))
        where = workplace(folder, on, "backtest", 0.3, listener)
        if origins is None:
            _scores(folder, task, where, _within(listener, "backtest", 0.3, 0.8))
        leaderboard.leaderboard_stage(folder, task, wanted, where, _within(listener, "backtest", 0.3 if origins else 0.8, 1.0))
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
    task = asked(source, out=out, sets=sets, scenario=scenario, seed=seed, quick=quick, figures=figures, on=on)
    with _after("fit", task, out=out, on=on, report=report, share=0.15) as (folder, listener):
        from isthmus.pipeline.validation import validation_stage

        listener(Event("validate", 0.15))
        where = workplace(folder, on, "validate", 0.15, listener)
        validation_stage(folder, task, where, _within(listener, "validate", 0.15, 1.0))
    return folder


@contextmanager
def _after(
    until: Until, task: Task, *, out: Path | str, on: str, report: Listener, share: float
) -> Iterator[tuple[RunFolder, Listener]]:
    """The run's folder once the main job has come as far as ``until``, the first ``share`` of the whole; then the rest."""

    def told(event: Event) -> None:
        if event.stage != "done":
            listener(replace(event, done=share * event.done / SPAN[until][1]))

    with watched(open_folder(out, task).address, report) as listener:
        yield carry(task, out=out, until=until, watch=False, on=on, report=told), listener
        listener(Event("done", 1.0))


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
