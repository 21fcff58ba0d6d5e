"""The main job in order: read, check, align, fit, forecast, backtest, report."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from isthmus import __version__
from isthmus.data.align import Observations, align
from isthmus.data.figures import Figures
from isthmus.data.own import figures_for
from isthmus.data.partial import Part, digest_of, read_parts
from isthmus.errors import FiguresError
from isthmus.pipeline.away import is_away, prove_away
from isthmus.pipeline.folder import RunFolder, below, digest
from isthmus.spec.dump import AFTER_FIT, document_hash
from isthmus.spec.load import LoadedCorridor, load
from isthmus.timegrid import month_index, month_range, shift_month

if TYPE_CHECKING:
    from isthmus.compute.beside import Wait
    from isthmus.compute import Workplace
    from isthmus.forecast.compiled import Compiled
    from isthmus.forecast.predict import Predictor
    from isthmus.model.network import Model
    from isthmus.pipeline.renewal import Earlier

Until = Literal["check", "fit", "forecast", "backtest", "report"]
ORDER: tuple[Until, ...] = ("check", "fit", "forecast", "backtest", "report")

SEES_PARTS = ("forecast", "report")
"""Stages in which the month under way plays."""

TESTS = ("leaderboard", "validation")
"""Stages of other commands whose findings the report's model card takes up."""

SPAN = {
    "observations": (0.0, 0.02),
    "fit": (0.02, 0.35),
    "forecast": (0.35, 0.45),
    "backtest": (0.45, 0.97),
    "report": (0.97, 1.0),
}
"""Share of the whole at which each stage begins and ends, for the time left."""


@dataclass(frozen=True)
class Event:
    """How far a run has come."""

    stage: str
    done: float
    note: str = ""
    said: str = ""
    """A sentence for whoever started the run, such as where its work is done."""


Listener = Callable[[Event], None]


@dataclass(frozen=True)
class Task:
    """What one call was asked to do, read and checked."""

    loaded: LoadedCorridor
    figures: Figures
    observations: Observations
    seed: int
    quick: bool
    earlier: Earlier | None = None
    """Run that the fit goes on from. None: it starts from nothing."""
    parts: tuple[Part, ...] = ()
    """What was counted so far of the month under way."""

    @property
    def last_fitted(self) -> str:
        """Last month that the fit sees."""
        return self.observations.months[-1]

    @property
    def last_month(self) -> str:
        """Last month of the forecast."""
        return shift_month(self.last_fitted, self.loaded.corridor.time.horizon_months)

    @cached_property
    def text(self) -> str:
        """The corridor as the fit knows it, as text, by which stages and units of work name it."""
        from isthmus.forecast.compiled import text_of
        from isthmus.model.blocks import in_fit

        return text_of(in_fit(self.loaded.corridor))

    @cached_property
    def _compiled(self) -> Compiled:
        from isthmus.forecast.compiled import compiled

        return compiled(self.text, self.last_month)

    @cached_property
    def whole(self) -> Compiled:
        """The corridor with the blocks that the fit leaves out; the fitted one where it leaves out none."""
        from isthmus.forecast.compiled import compiled, text_of

        text = text_of(self.loaded.corridor)
        return self._compiled if text == self.text else compiled(text, self.last_month)

    @property
    def model(self) -> Model:
        """The corridor as fitted, compiled to the end of the forecast."""
        return self._compiled.model

    @property
    def predictor(self) -> Predictor:
        """Compiled prediction, shared by the stages of one call."""
        return self._compiled.predictor

    @property
    def kind(self) -> str:
        """What the costs of its units of work are kept by."""
        return f"{self.loaded.corridor.name}{'-quick' if self.quick else ''}"

    @property
    def hash(self) -> str:
        """What makes this run this run; what is asked of its draws afterwards does not."""
        fitted = {key: part for key, part in self.loaded.document.items() if key not in AFTER_FIT}
        went_on = [self.earlier.hash] if self.earlier else []
        return digest(document_hash(fitted), self.figures.hash, self.seed, self.quick, __version__, *went_on)


def run(
    source: str | Path,
    *,
    out: Path | str,
    sets: Sequence[str] = (),
    scenario: str | None = None,
    seed: int = 1,
    quick: bool = False,
    figures: Path | Figures | None = None,
    partial: Path | None = None,
    renew: bool = False,
    until: Until = "report",
    report: Listener = lambda _: None,
    on: str = "local",
    watch: bool = True,
    spare: bool = False,
) -> RunFolder:
    """Run the main job as far as ``until`` and return its folder; what an earlier call finished is not done again.

    Args:
        source: Name of a shipped corridor, a corridor file or its folder.
        out: Folder in which the run's own folder is made, or the address of a bucket, ``s3://bucket/folder``.
        sets: Overrides, ``a.b.c=VALUE``.
        scenario: Name of a scenario of the file to lay over it.
        seed: Root of all random streams.
        quick: Less sampling and fewer origins, for a first look.
        figures: Table of figures in place of the corridor's own.
        partial: Table of what was counted so far of the month under way.
        renew: Go on from the last run of this corridor under ``out``: fit from its draws, and say what came since its forecast.
        until: Last stage wanted.
        report: Called with each event.
        on: Where fit and backtest run, see `isthmus.compute`.
        watch: Keep ``progress.json`` for ``isthmus watch``.
        spare: Use a spare processor: a second process fits the backtest's origins meanwhile. A script that asks for it must guard
            its start with ``if __name__ == "__main__"``.

    Raises:
        SpecError: The corridor file has problems; all are named.
        FiguresError: So has the table of figures.
        OutputError: The folder cannot be written.
    """
    task = asked(source, out=out, sets=sets, scenario=scenario, seed=seed, quick=quick, figures=figures, on=on)
    if partial is not None:
        ahead = month_range(shift_month(task.last_fitted, 1), task.last_month)
        task = replace(task, parts=read_parts(partial, tuple(task.loaded.corridor.series), ahead))
    if renew:
        task = going_on(out, task)
    return carry(task, out=out, until=until, report=report, on=on, watch=watch, spare=spare)


def asked(
    source: str | Path,
    *,
    out: Path | str,
    sets: Sequence[str],
    scenario: str | None,
    seed: int,
    quick: bool,
    figures: Path | Figures | None,
    on: str,
) -> Task:
    """What a command was asked to do, read and checked; what is wrong with its places is said before anything is read."""
    from isthmus.compute import place_of, proved

    proved(place_of(on))
    if is_away(out):
        prove_away(str(out))
    return read(source, sets=sets, scenario=scenario, seed=seed, quick=quick, figures=figures)


def carry(
    task: Task,
    *,
    out: Path | str,
    until: Until = "report",
    report: Listener = lambda _: None,
    on: str = "local",
    watch: bool = True,
    spare: bool = False,
) -> RunFolder:
    """Carry a task as far as ``until``; as `run`, from what was read already."""
    from isthmus.pipeline.watching import watched

    folder = open_folder(out, task)
    with watched(folder.address, report) if watch else nullcontext(report) as listener:
        _carry(folder, task, until, listener, on, spare=spare)
    return folder


def _carry(folder: RunFolder, task: Task, until: Until, report: Listener, on: str, *, spare: bool) -> None:
    report(Event("observations", 0.0, "reading official figures"))
    keep_inputs(folder, task)
    if task.earlier:
        keep_news(folder, task)
    with _backtest_beside(folder, task, until, on) if spare else nullcontext(_at_once) as wait:
        for stage in (*ORDER[1 : ORDER.index(until) + 1], *_again(folder, until)):
            begin, end = SPAN[stage]
            inputs = _inputs(task, stage, folder)
            if folder.finished(stage, inputs):
                report(Event(stage, end, "unchanged"))
                continue
            from isthmus.pipeline import stages  # what computes is loaded where there is something to compute

            files, work = stages.STAGES[stage]
            told = partial(report, Event(stage, begin))
            told()
            if stage == "backtest":
                wait(told)
            with folder.stage(stage, inputs, files):
                work(folder, task, _listener(report, stage, begin, end), workplace(folder, on, stage, begin, report))
    report(Event("done", 1.0))


def _again(folder: RunFolder, until: Until) -> tuple[Until, ...]:
    """A page that is there already is made again with a forecast that is another, so that a folder says one thing."""
    return ("report",) if until == "forecast" and folder.made_from("report") else ()


def _inputs(task: Task, stage: str, folder: RunFolder) -> str:
    """What the result of a stage depends on; the report's card also tells what backtest and validation found meanwhile."""
    later = [digest_of(task.parts)] if task.parts and stage in SEES_PARTS else []
    if stage == "report":
        later += [folder.made_from(test) for test in TESTS if folder.made_from(test)]
    return digest(task.hash, stage, *later)


def _backtest_beside(folder: RunFolder, task: Task, until: Until, on: str) -> AbstractContextManager[Wait]:
    """Past origins are fitted by a second process from the first stage on: they need nothing of the fit to all figures."""
    wanted = on == "local" and ORDER.index(until) >= ORDER.index("backtest")
    if (
        not wanted
        or folder.finished("fit", _inputs(task, "fit", folder))
        or folder.finished("backtest", _inputs(task, "backtest", folder))
    ):
        return nullcontext(_at_once)
    from isthmus.compute import beside
    from isthmus.pipeline.backtesting import coming

    return beside(coming(task), folder.units)


def _at_once(_: Callable[[], None]) -> None:
    """Nothing to wait for."""


def workplace(folder: RunFolder, on: str, stage: str, begin: float, report: Listener) -> Workplace:
    """Where the units of a stage are done; what it has to say is reported."""
    from isthmus.compute import Workplace, place_of

    return Workplace(place_of(on), folder.units, lambda said: report(Event(stage, begin, said=said)))


def _listener(report: Listener, stage: str, begin: float, end: float) -> Callable[[float], None]:
    return lambda share: report(Event(stage, begin + share * (end - begin)))


def read(
    source: str | Path, *, sets: Sequence[str], scenario: str | None, seed: int, quick: bool, figures: Path | Figures | None
) -> Task:
    """Read and check corridor and figures."""
    loaded = load(source, sets=sets, scenario=scenario)
    corridor = loaded.corridor
    table = figures if isinstance(figures, Figures) else figures_for(corridor, loaded.path, figures)
    watched = {series.figures for series in corridor.series.values()}
    periods = [row.period for row in table.rows if row.series in watched and row.value is not None and len(row.period) == 7]
    last = corridor.time.fit_to or max(periods, default="")
    if not last or month_index(last) <= month_index(corridor.time.fit_from):
        raise FiguresError.one(
            where=str(table.path),
            expected=f"monthly figures after {corridor.time.fit_from} for the series that the corridor watches",
            found=f"the last is of {last}" if last else "none",
            remedy="add figures, or set time.fit_from earlier",
        )
    observations = align(table, corridor, month_range(corridor.time.fit_from, last))
    return Task(loaded, table, observations, seed, quick)


def open_folder(out: Path | str, task: Task) -> RunFolder:
    """The run's folder under ``out``."""
    facts = {
        "isthmus": __version__,
        "corridor": task.loaded.corridor.name,
        "hash": task.hash,
        "corridor_hash": task.loaded.hash,
        "figures_hash": task.figures.hash,
        "seed": task.seed,
        "quick": task.quick,
        "earlier": task.earlier.hash if task.earlier else None,
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "last_fitted": task.last_fitted,
        "last_month": task.last_month,
        "environment": {"python": platform.python_version(), "platform": platform.platform(), **_versions()},
    }
    return RunFolder.open(below(out, f"{task.loaded.corridor.name}-{task.hash[:12]}"), facts)


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("jax", "numpy", "scipy")}


def keep_inputs(folder: RunFolder, task: Task) -> None:
    """Keep corridor, figures and observations as they were read."""
    import pyarrow.parquet as pq

    from isthmus.data.tables import observation_table

    inputs, files = digest(task.hash, task.loaded.hash, "observations"), ("corridor.yaml", "figures.csv", "observations.parquet")
    if folder.finished("observations", inputs):
        return
    with folder.stage("observations", inputs, files):
        folder.write_text("corridor.yaml", task.loaded.dump())
        folder.write_text("figures.csv", task.figures.to_csv())
        folder.write("observations.parquet", lambda path: pq.write_table(observation_table(task.observations), path))


def going_on(out: Path | str, task: Task) -> Task:
    """The task, with the run to go on from where there is one."""
    from isthmus.pipeline.renewal import earlier_run

    found = earlier_run(
        out,
        corridor_hash=task.loaded.hash,
        figures_hash=task.figures.hash,
        seed=task.seed,
        quick=task.quick,
        version=__version__,
    )
    return replace(task, earlier=found)


def keep_news(folder: RunFolder, task: Task) -> None:
    """Keep what came since the earlier run's forecast."""
    from isthmus.pipeline.renewal import NEWS, news_since

    inputs = digest(task.hash, "news")
    if task.earlier is None or folder.finished("news", inputs):
        return
    with folder.stage("news", inputs, (NEWS,)):
        came = news_since(task.earlier, task.loaded.corridor, folder.path / "figures.csv")
        folder.write_json(NEWS, {"earlier": str(task.earlier.folder), "last_fitted": task.earlier.last_fitted, "news": came})
