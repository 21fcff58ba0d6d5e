"""The stages that compute, each from the run's inputs and the files of those before it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from isthmus.forecast import backtest as backtesting
from isthmus.forecast.baselines import RIVALS
from isthmus.forecast.predict import thin
from isthmus.forecast.prior import prior_predictive
from isthmus.inference.fit import QUICK, Effort, fit
from isthmus.inference.posterior import Evidence
from isthmus.model.network import Knowledge, Model, knowledge_of
from isthmus.pipeline import files, outcomes, summary
from isthmus.pipeline.folder import RunFolder
from isthmus.streams import stream_seed
from isthmus.timegrid import month_range, shift_month

if TYPE_CHECKING:
    from isthmus.pipeline.job import Task

Floats = NDArray[np.float64]
Progress = Callable[[float], None]

N_SAMPLES = 400
FULL = Effort(chains=4, warmup=600, draws=1500)
FIRST_ORIGIN_AFTER = 12
"""Months fitted before the first origin of the backtest."""
LEAST_ORIGINS = 8


def figures_on_grid(model: Model, task: Task) -> Floats:
    """Figures by series and month of the grid, NaN where none is used, ``(series, month)``."""
    observations = task.observations
    out = np.full((len(model.sights), model.grid.n_months), np.nan)
    begin = model.grid.position(observations.months[0])
    rows = [observations.series.index(sight.id) for sight in model.sights]
    used = np.where(observations.mask, observations.values, np.nan)[rows]
    out[:, begin : begin + used.shape[1]] = used
    return out


def known_on(task: Task, model: Model) -> Callable[[dt.date], Knowledge]:
    """Rules and policies as announced by a day."""
    places = [place.id for place in model.places]
    return lambda day: knowledge_of(task.loaded.corridor, places, model.grid, day)


def fit_stage(folder: RunFolder, task: Task, progress: Progress) -> None:
    """Learn the corridor; keep every draw, the diagnostics and what the corridor looks like."""
    model = task.model
    evidence = evidence_of(task)
    effort = QUICK if task.quick else FULL
    seed = stream_seed(task.seed, "fit")
    posterior = fit(model, evidence, seed=seed, effort=effort, progress=lambda share: progress(0.9 * share))
    found = posterior.diagnostics
    folder.manifest["fit"] = {
        "converged": found.converged,
        "max_rhat": float(found.rhat.max()),
        "min_ess_bulk": float(found.ess_bulk.min()),
        "min_ess_tail": float(found.ess_tail.min()),
        "divergences": found.divergences,
        "chains": posterior.vectors.shape[0],
        "draws": posterior.vectors.shape[1],
        "message": found.message,
    }
    forecast = task.predictor.predict(thin(posterior.vectors, N_SAMPLES), evidence, seed=task.seed)
    files.write_posterior(folder, model, posterior, forecast)


def evidence_of(task: Task) -> Evidence:
    """All figures up to the last fitted month and all rules and policies of the file."""
    last = task.model.grid.position(task.last_fitted)
    return backtesting.evidence_at(figures_on_grid(task.model, task), last, task.model.knowledge)


def forecast_stage(folder: RunFolder, task: Task, progress: Progress) -> None:
    """Continue the fitted draws and set them beside the rivals."""
    evidence = evidence_of(task)
    vectors = files.read_vectors(folder)
    forecast = task.predictor.predict(thin(vectors, N_SAMPLES), evidence, seed=task.seed)
    progress(0.6)
    rivals = rivals_at(task.model, figures_on_grid(task.model, task), forecast.last, task)
    prior = prior_predictive(task.predictor, task.model.knowledge, n_samples=N_SAMPLES, seed=task.seed)
    files.write_forecast(folder, task.model, forecast, rivals, prior, seed=task.seed)
    files.save(folder, outcomes.NAME, outcomes.outcomes(task, forecast, evidence.knowledge))
    files.write_tables(folder)


def rivals_at(model: Model, values: Floats, last: int, task: Task) -> dict[str, Floats]:
    """Draws of each rival from the last fitted month, ``(draw, series, month ahead)``, NaN where it has none."""
    horizon = task.loaded.corridor.time.horizon_months
    out = {}
    for name, rival in RIVALS.items():
        draws = [rival(values[k, model.fit_from : last + 1], horizon, N_SAMPLES) for k in range(len(model.sights))]
        out[name] = np.stack([np.full((N_SAMPLES, horizon), np.nan) if d is None else d for d in draws], axis=1)
    return out


def backtest_origins(task: Task) -> tuple[str, ...]:
    """Origins from a year after the first fitted month to a month before the last."""
    first = shift_month(task.loaded.corridor.time.fit_from, FIRST_ORIGIN_AFTER)
    origins = month_range(first, shift_month(task.last_fitted, -1))
    if task.quick and len(origins) > LEAST_ORIGINS:
        return tuple(origins[int(k)] for k in np.linspace(0, len(origins) - 1, LEAST_ORIGINS))
    return origins


def backtest_stage(folder: RunFolder, task: Task, progress: Progress) -> None:
    """Rolling origins inside the figures, against the rivals."""
    model = task.model
    horizon = task.loaded.corridor.time.horizon_months
    origins = backtest_origins(task)
    effort = backtesting.QUICK if task.quick else backtesting.EFFORT
    result = backtesting.backtest(
        model,
        figures_on_grid(model, task),
        origins,
        known_on(task, model),
        horizon=horizon,
        seed=task.seed,
        effort=effort,
        progress=progress,
    )
    folder.write_text("scores.csv", score_table(model, result))
    folder.write_json("backtest.json", {"origins": list(result.origins), "largest_rhat": result.largest_rhat.round(4).tolist()})


def score_table(model: Model, result: backtesting.Backtest) -> str:
    """Rows of ``scores.csv``."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["model", "checkpoint", "group", "origin", "horizon", *backtesting.MEASURES])
    for m, name in enumerate(backtesting.MODELS):
        for n, origin in enumerate(result.origins):
            for k, sight in enumerate(model.sights):
                for h in range(result.scores["wis"].shape[-1]):
                    scores = [result.scores[measure][m, n, k, h] for measure in backtesting.MEASURES]
                    if not np.isnan(scores[0]):
                        row = [name, sight.id, model.groups[sight.group], origin, h + 1]
                        table.writerow([*row, *(f"{score:.6g}" for score in scores)])
    return text.getvalue()


def report_stage(folder: RunFolder, task: Task, progress: Progress) -> None:
    """Summary, tables with their labels, page."""
    folder.write_json("summary.json", summary.summarise(folder.path, task))
    files.write_tables(folder)
    progress(0.5)
    files.write_page(folder)


STAGES: dict[str, tuple[tuple[str, ...], Callable[[RunFolder, Any, Progress], None]]] = {
    "fit": (("posterior.nc",), fit_stage),
    "forecast": (("forecast.nc", "forecast.csv", "forecast.parquet", outcomes.NAME), forecast_stage),
    "backtest": (("scores.csv", "backtest.json"), backtest_stage),
    "report": (("summary.json", "forecast.csv", "forecast.parquet", "report.html"), report_stage),
}
