"""The backtest of a run: blocks of origins, each a file named by what it was made from, and ``scores.csv``.

A stopped backtest goes on from its finished blocks; blocks that `isthmus run` made serve `isthmus backtest`.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from isthmus import __version__
from isthmus.compute import Unit, Workplace
from isthmus.compute.unit import Work
from isthmus.forecast.backtest.blocks import EFFORT, QUICK, SIZE, Block, Forecasts, forecast_unit, vintages_of
from isthmus.forecast.backtest.origins import blocks_of
from isthmus.forecast.backtest.rivalry import Said, naive_block
from isthmus.forecast.backtest.scoring import (
    EVERY,
    MEASURES,
    NO_TRACK,
    OURS,
    Entry,
    Scored,
    Stand,
    observed_after,
    stands,
)
from isthmus.forecast.compiled import Compiled, compiled, fitted_part
from isthmus.data.figures import Figures
from isthmus.forecast.rivals import NAIVE
from isthmus.pipeline.folder import RunFolder, digest
from isthmus.pipeline.origins import backtest_origins

if TYPE_CHECKING:
    from isthmus.pipeline.job import Task

Floats = NDArray[np.float64]
Progress = Callable[[float], None]

SHOWN = (Entry(OURS, "real_time"), *(Entry(name, NO_TRACK) for name in NAIVE))
"""Entries of ``scores.csv``."""


def blocks(task: Task, origins: Sequence[str]) -> list[Block]:
    """The units of work of a backtest."""
    corridor = task.loaded.corridor
    effort = QUICK if task.quick else EFFORT
    return [
        Block(task.text, task.figures, task.last_month, part, corridor.time.horizon_months, task.seed, effort)
        for part in blocks_of(origins, SIZE)
    ]


def unit_of(block: Block, work: Work, stage: str, kind: str = "") -> Unit:
    """The unit of work of a block; its name holds all that its result depends on."""
    posterior = "" if block.posterior is None else hashlib.sha256(block.posterior.tobytes()).hexdigest()
    parts = (
        fitted_part(block.corridor),
        block.figures.hash,
        block.last_month,
        block.origins,
        block.horizon,
        block.seed,
        block.size,
    )
    inputs = digest(__version__, *parts, asdict(block.effort), posterior)
    return Unit(work, inputs, stage, origin=f"{block.origins[0]} to {block.origins[-1]}", arguments={"block": block}, kind=kind)


def units_of(task: Task, made: Sequence[Block], stage: str) -> list[Unit]:
    """Units of work of blocks."""
    return [unit_of(block, forecast_unit, stage, task.kind) for block in made]


def coming(task: Task) -> list[Unit]:
    """Units that the backtest of a run will ask for."""
    return units_of(task, blocks(task, backtest_origins(task)), "backtest")


def forecasts_of(
    task: Task, made: Sequence[Block], stage: str, where: Workplace, progress: Progress = lambda _: None
) -> Iterator[Forecasts]:
    """Forecasts block by block, one in memory at a time; those that are there are not made again."""
    return (Forecasts.of(arrays) for _, arrays in where.results(units_of(task, made, stage), progress))


def backtest_stage(folder: RunFolder, task: Task, progress: Progress, where: Workplace) -> None:
    """Rolling origins inside the figures, against the naive rivals."""
    origins = backtest_origins(task)
    units = blocks(task, origins)
    work = compiled(task.text, task.last_month)
    scored = nothing_scored(work, units)
    rhat: list[float] = []
    for block, found in zip(units, forecasts_of(task, units, "backtest", where, progress), strict=True):
        scored.take(len(rhat), stands_of(work, block, found, naive_block(block)))
        rhat += [round(float(r), 4) for r in found.rhat]
    folder.write_text("scores.csv", score_table(work, scored))
    folder.write_json(
        "backtest.json",
        {
            "origins": list(origins),
            "largest_rhat": rhat,
            "vintages": dict(zip(scored.series, vintages_of(work, task.figures).how, strict=True)),
            "missing": missing_rows(scored, last_figures(work, task.figures)),
        },
    )


def nothing_scored(work: Compiled, made: Sequence[Block]) -> Scored:
    """Room for the scores of all blocks."""
    origins = tuple(origin for block in made for origin in block.origins)
    return Scored(origins, tuple(sight.id for sight in work.model.sights), made[0].horizon if made else 0)


def stands_of(work: Compiled, block: Block, found: Forecasts, said: Sequence[Said]) -> list[list[Stand]]:
    """All forecasts of a block by origin and series, with what came."""
    by_origin = {one.origin: one for one in said}
    lasts = [work.model.grid.position(origin) for origin in found.origins]
    observed = observed_after(vintages_of(work, block.figures).latest, lasts, block.horizon)
    return stands(found, [by_origin[origin] for origin in found.origins], observed)


def last_figures(work: Compiled, figures: Figures) -> dict[str, str]:
    """Month of the last figure of each series that has one."""
    known = ~np.isnan(vintages_of(work, figures).latest)
    months = work.model.grid.months
    return {s.id: months[int(np.flatnonzero(row)[-1])] for s, row in zip(work.model.sights, known, strict=True) if row.any()}


def missing_rows(scored: Scored, last: Mapping[str, str]) -> list[dict[str, object]]:
    """What has no score, and why; of a series that has stopped, the month of its last figure too."""
    rows: list[dict[str, object]] = []
    for (entry, series, reason), origins in scored.missing.items():
        stopped = entry == EVERY and series in last
        told = f"{reason}: the last is of {last[series]}" if stopped else reason
        rows.append({"model": entry.model, "track": entry.track, "series": series, "reason": told, "origins": origins})
    return rows


def score_table(work: Compiled, scored: Scored) -> str:
    """Rows of ``scores.csv``."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["model", "checkpoint", "group", "origin", "horizon", *MEASURES])
    groups = [work.model.groups[sight.group] for sight in work.model.sights]
    for entry in (entry for entry in SHOWN if entry in scored.entries):
        tables = [scored.scores[measure][entry] for measure in MEASURES]
        for n, k, h in np.argwhere(~np.isnan(tables[0])):
            row = [entry.model, scored.series[k], groups[k], scored.origins[n], h + 1]
            table.writerow([*row, *(f"{found[n, k, h]:.6g}" for found in tables)])
    return text.getvalue()
