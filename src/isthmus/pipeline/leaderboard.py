"""`isthmus backtest`: all rivals, all policy tracks, the stack, and the leaderboard as tables and page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from isthmus.compute import Workplace
from isthmus.forecast.backtest import stack
from isthmus.forecast.backtest.blocks import SIZE, Block, Forecasts, hindsight, vintages_of
from isthmus.forecast.backtest.leaderboard import Frame, Row, coverage_curve, leaderboard, pit_histogram, unpooled
from isthmus.forecast.backtest.origins import LEAST_ORIGINS, Change, changes, regime
from isthmus.forecast.backtest.rivalry import Said, rivals_unit, said_of
from isthmus.forecast.backtest.scoring import ALL_MEASURES, Entry, Scored, Stand, measures, without_draws
from isthmus.forecast.compiled import Compiled, compiled
from isthmus.forecast.predict import thin
from isthmus.pipeline import files
from isthmus.pipeline.backtesting import (
    Progress,
    blocks,
    forecasts_of,
    last_figures,
    missing_rows,
    nothing_scored,
    stands_of,
    unit_of,
)
from isthmus.pipeline.folder import RunFolder, digest
from isthmus.report.language import LANGUAGES, Language

if TYPE_CHECKING:
    from isthmus.pipeline.job import Task

Floats = NDArray[np.float64]

STAGE = "leaderboard"
FILES = (
    "leaderboard.csv", "leaderboard.parquet", "backtest_scores.parquet", "leaderboard.json", "leaderboard.html",
    "leaderboard.es.html",
)  # fmt: skip
WIDTHS = (*tuple(round(0.1 * k, 1) for k in range(1, 10)), 0.95)
N_ATTRIBUTED = 200
"""Draws of the fit to all figures that the ex-post track takes."""


def leaderboard_stage(folder: RunFolder, task: Task, origins: Sequence[str], where: Workplace, progress: Progress) -> None:
    """Make all forecasts, score them, sum up, and write tables and page; unchanged, nothing is done."""
    inputs = digest(task.hash, STAGE, list(origins))
    if folder.finished(STAGE, inputs):
        return
    with folder.stage(STAGE, inputs, FILES):
        _leaderboard(folder, task, origins, where, progress)


def _leaderboard(folder: RunFolder, task: Task, origins: Sequence[str], where: Workplace, progress: Progress) -> None:
    work = compiled(task.text, task.last_month)
    made = blocks(task, origins)
    rhat = [float(r) for one in forecasts_of(task, made, "backtest", where, lambda s: progress(0.7 * s)) for r in one.rhat]
    posterior = thin(files.read_vectors(folder), N_ATTRIBUTED)
    attributed = [hindsight(block, posterior) for block in made]
    for _ in forecasts_of(task, attributed, "ex post", where, lambda s: progress(0.7 + 0.1 * s)):
        pass
    units = [unit_of(block, rivals_unit, "rivals", task.kind) for block in made]
    found = where.results(units, lambda share: progress(0.8 + 0.1 * share))
    said = [one for _, arrays in found for one in said_of(arrays)]
    scored = nothing_scored(work, made)
    rows: list[list[Stand]] = []
    for block in _rows(task, work, (made, attributed), said, where):
        scored.take(len(rows), block)
        rows += [[without_draws(stand) for stand in row] for row in block]
    progress(0.91)
    again = _rows(task, work, (made, attributed), said, where)
    weights = _stack(scored, rows, again, ("real_time", "date_given"))
    progress(0.93)
    _write(folder, task, work, scored, rhat, weights)
    progress(1.0)


def _rows(
    task: Task, work: Compiled, made: tuple[Sequence[Block], Sequence[Block]], said: Sequence[Said], where: Workplace
) -> Iterator[list[list[Stand]]]:
    """Forecasts with what came, block by block, from units that are done."""
    told = (forecasts_of(task, blocks, stage, where) for blocks, stage in zip(made, ("backtest", "ex post"), strict=True))
    for block, one, other in zip(made[0], *told, strict=True):
        yield stands_of(work, block, _joined(one, other), said)


def _joined(one: Forecasts, other: Forecasts) -> Forecasts:
    return Forecasts(one.origins, {**one.tracks, **other.tracks}, one.rhat)


def _stack(
    scored: Scored, rows: Sequence[Sequence[Stand]], again: Iterator[list[list[Stand]]], tracks: Sequence[str]
) -> dict[str, Any]:
    """Add the stacks' scores, the draws of each block read ``again``; return their weights by track and origin."""
    members = {track: stack.members_of(rows, track) for track in tracks}
    weights = {track: stack.weights_of(rows, scored.origins, members[track]) for track in tracks}
    for n, row in enumerate(row for block in again for row in block):
        for k, stand in enumerate(row):
            for track in tracks:
                one = stack.stacked(stand, members[track], weights[track][n])
                if one is not None:
                    scored.put(stack.entry_of(track), n, k, measures(one, stand.observed))
    return {track: _by_origin(scored.origins, members[track], weights[track]) for track in tracks}


def _by_origin(origins: Sequence[str], members: Sequence[Entry], weights: Floats) -> dict[str, Any]:
    names = [member.model for member in members]
    return {origin: dict(zip(names, np.round(w, 4).tolist(), strict=True)) for origin, w in zip(origins, weights, strict=True)}


def frame_of(task: Task, work: Compiled, scored: Scored) -> tuple[Frame, dict[str, str], tuple[Change, ...]]:
    """Regimes and pooling, the series left out, and the changes behind the regimes."""
    groups = tuple(work.model.groups[sight.group] for sight in work.model.sights)
    found = changes(task.loaded.corridor)
    months = {g: [change.month for change in found if g in change.groups] for g in work.model.groups}
    regimes = np.array([[regime(origin, scored.horizon, months[g]) for g in groups] for origin in scored.origins])
    left = unpooled(vintages_of(work, task.figures).latest, groups, scored.series)
    return Frame(regimes, groups, tuple(name not in left for name in scored.series)), left, found


def _write(folder: RunFolder, task: Task, work: Compiled, scored: Scored, rhat: Sequence[float], weights: dict[str, Any]) -> None:
    frame, left, found = frame_of(task, work, scored)
    rows = leaderboard(scored, frame, seed=task.seed)
    table = pa.Table.from_pylist([asdict(row) for row in rows])
    folder.write("leaderboard.csv", lambda path: pc.write_csv(table, path))
    folder.write("leaderboard.parquet", lambda path: pq.write_table(table, path))
    folder.write("backtest_scores.parquet", lambda path: pq.write_table(score_rows(scored, frame), path))
    facts = {
        "origins": list(scored.origins),
        "horizon": scored.horizon,
        "series": list(scored.series),
        "enough_origins": len(scored.origins) >= LEAST_ORIGINS,
        "vintages": dict(zip(scored.series, vintages_of(work, task.figures).how, strict=True)),
        "changes": [asdict(change) for change in found],
        "regimes": {name: int((frame.regimes == name).any(axis=1).sum()) for name in ("before", "straddle", "after")},
        "not_pooled": left,
        "missing": missing_rows(scored, last_figures(work, task.figures)),
        "largest_rhat": [round(r, 4) for r in rhat],
        "block": SIZE,
        "weights": weights,
        "calibration": calibration(scored, frame),
        "first_half_ends": scored.origins[len(scored.origins) // 2 - 1] if len(scored.origins) > 1 else "",
    }
    folder.write_json("leaderboard.json", facts)
    for language in LANGUAGES:
        name = "leaderboard.html" if language == "en" else f"leaderboard.{language}.html"
        folder.write_text(name, page(folder.path, task, rows, facts, language))


def page(path: Path, task: Task, rows: Sequence[Row], facts: dict[str, Any], language: Language = "en") -> str:
    """The page of the leaderboard in a language."""
    from isthmus.report.leaderboard import render_leaderboard

    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    return render_leaderboard(task.loaded.corridor, manifest, rows, facts, language)


def calibration(scored: Scored, frame: Frame) -> list[dict[str, Any]]:
    """PIT histogram and coverage by width of each entry, over pooled series."""
    kept = np.array(frame.pooled)
    out = []
    for entry in scored.entries:
        pit = scored.scores["pit"][entry][:, kept]
        numbers = {"pit": pit_histogram(pit), "coverage": coverage_curve(pit, WIDTHS)}
        rounded = {key: [None if np.isnan(v) else round(v, 4) for v in values] for key, values in numbers.items()}
        out.append({"model": entry.model, "track": entry.track, "forecasts": int((~np.isnan(pit)).sum()), **rounded})
    return out


def score_rows(scored: Scored, frame: Frame) -> pa.Table:
    """Every score of every forecast, one row a forecast."""
    columns: dict[str, list[Any]] = {
        name: [] for name in ("model", "track", "series", "group", "origin", "horizon", "regime", *ALL_MEASURES)
    }
    for entry in scored.entries:
        tables = {measure: scored.scores[measure][entry] for measure in ALL_MEASURES}
        for n, k, h in np.argwhere(~np.isnan(tables["crps_log"])):
            facts = (entry.model, entry.track, scored.series[k], frame.groups[k], scored.origins[n], int(h) + 1)
            values = (*facts, str(frame.regimes[n, k]), *(float(tables[measure][n, k, h]) for measure in ALL_MEASURES))
            for name, value in zip(columns, values, strict=True):
                columns[name].append(value)
    return pa.table(columns)
