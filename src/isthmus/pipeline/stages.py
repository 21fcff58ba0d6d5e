"""The stages that compute, each from the run's inputs and the files of those before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from isthmus import __version__
from isthmus.compute import Unit, Workplace
from isthmus.data.align import align
from isthmus.data.figures import read_figures
from isthmus.forecast.backtest.blocks import evidence_at
from isthmus.forecast.assumed import with_assumed
from isthmus.forecast.combine import beside, combined, highest
from isthmus.forecast.compiled import compiled
from isthmus.forecast.nowcast import counted, nowcast
from isthmus.forecast.predict import AT_ONCE, Forecast, thin
from isthmus.forecast.prior import prior_predictive
from isthmus.forecast.rivals import NAIVE, Outlook
from isthmus.forecast.rivals.step import prior_step
from isthmus.forecast.whole_fit import Fitting, fit_unit, posterior_of
from isthmus.inference.fit import QUICK, Effort, Posterior
from isthmus.inference.posterior import Evidence
from isthmus.inference.standin import without_blocks
from isthmus.inference.warm import EarlierFit, carried_over
from isthmus.model.network import Model, knowledge_of
from isthmus.pipeline import files, lived, outcomes, summary
from isthmus.pipeline.backtesting import backtest_stage
from isthmus.pipeline.folder import RunFolder, digest
from isthmus.streams import stream, stream_seed
from isthmus.timegrid import month_range, month_start

if TYPE_CHECKING:
    from isthmus.pipeline.job import Task

Floats = NDArray[np.float64]
Progress = Callable[[float], None]

N_SAMPLES = AT_ONCE
NOWCAST = "nowcast.json"
FULL = Effort(chains=4, warmup=600, draws=2000)
BY_STAND_IN = replace(FULL, draws=2400)
"""With queues, money or beliefs in the fit fewer proposals are taken."""


def figures_on_grid(model: Model, task: Task) -> Floats:
    """Figures by series and month of the grid, NaN where none is used, ``(series, month)``."""
    observations = task.observations
    out = np.full((len(model.sights), model.grid.n_months), np.nan)
    begin = model.grid.position(observations.months[0])
    rows = [observations.series.index(sight.id) for sight in model.sights]
    used = np.where(observations.mask, observations.values, np.nan)[rows]
    out[:, begin : begin + used.shape[1]] = used
    return out


def effort_of(task: Task) -> Effort:
    """How much a fit of the run samples."""
    if task.quick:
        return QUICK
    return FULL if without_blocks(task.model) is None else BY_STAND_IN


def fit_of(task: Task, where: Workplace, progress: Progress) -> Posterior:
    """The fit; where there is an earlier run, from its draws if they serve."""
    earlier = earlier_fit(task)
    fitting = Fitting(
        task.text, task.last_month, task.last_fitted, figures_on_grid(task.model, task), stream_seed(task.seed, "fit"),
        effort_of(task), earlier,
    )  # fmt: skip
    unit = Unit(
        fit_unit, digest(__version__, *fitting.parts), "fit", task.model.groups, task.last_fitted,
        draws=(0, fitting.effort.chains * fitting.effort.draws), arguments={"fitting": fitting}, kind=task.kind,
    )  # fmt: skip
    return posterior_of(where.result(unit, progress))


def fit_stage(folder: RunFolder, task: Task, progress: Progress, where: Workplace) -> None:
    """Learn the corridor; keep every draw, the diagnostics and what the corridor looks like."""
    evidence = evidence_of(task)
    posterior = fit_of(task, where, lambda share: progress(0.9 * share))
    found = posterior.diagnostics
    folder.manifest["fit"] = {
        "converged": found.converged,
        "max_rhat": float(found.rhat.max()),
        "min_ess_bulk": float(found.ess_bulk.min()),
        "min_ess_tail": float(found.ess_tail.min()),
        "divergences": found.divergences,
        "moved": found.moved,
        "chains": posterior.vectors.shape[0],
        "draws": posterior.vectors.shape[1],
        "message": found.message,
        "pareto_shape": found.tail,
        "went_on_from": task.earlier.hash if task.earlier and found.tail is not None else None,
    }
    forecast = task.predictor.predict(thin(posterior.vectors, N_SAMPLES), evidence, seed=task.seed)
    files.write_posterior(folder, task.predictor, posterior, forecast, evidence)


def earlier_fit(task: Task) -> EarlierFit | None:
    """The fit to go on from, as this one lays draws out; None where this one starts from nothing."""
    if task.earlier is None:
        return None
    names, vectors = task.earlier.vectors()
    if names != tuple(task.model.table.names):
        return None
    last = task.model.grid.position(task.earlier.last_fitted)
    carried = carried_over(task.model, vectors, earlier_last=last, rng=stream(task.seed, "fit", "carried over"))
    if carried is None:
        return None
    corridor = task.loaded.corridor
    table = read_figures(task.earlier.folder / "figures.csv")
    saw = align(table, corridor, month_range(corridor.time.fit_from, task.earlier.last_fitted))
    figures = figures_on_grid(task.model, replace(task, observations=saw))
    return EarlierFit(carried, figures, last, task.earlier.rhat, task.earlier.effective)


def evidence_of(task: Task) -> Evidence:
    """All figures up to the last fitted month and all rules and policies of the file."""
    last = task.model.grid.position(task.last_fitted)
    return evidence_at(figures_on_grid(task.model, task), last, task.model.knowledge)


def forecast_stage(folder: RunFolder, task: Task, progress: Progress, _: Workplace) -> None:
    """Continue the fitted draws and set them beside the rivals."""
    evidence = evidence_of(task)
    vectors = files.read_vectors(folder)
    forecast = pooled(task, task.predictor.predict(thin(vectors, N_SAMPLES), evidence, seed=task.seed))
    forecast, under_way = with_parts(task, forecast)
    folder.write_json(NOWCAST, under_way)
    progress(0.6)
    rivals = rivals_at(task.model, figures_on_grid(task.model, task), forecast.last, task)
    prior = prior_predictive(task.predictor, task.model.knowledge, n_samples=N_SAMPLES, seed=task.seed)
    files.write_forecast(folder, task.model, forecast, rivals, prior, seed=task.seed)
    lives = carried_whole(task, forecast)
    found = outcomes.outcomes(task, forecast, lives)
    files.save(folder, outcomes.NAME, found)
    progress(0.8)
    files.save(folder, lived.NAME, lived.lived(task, lives, found))
    files.write_tables(folder)


def pooled(task: Task, forecast: Forecast) -> Forecast:
    """The forecast with its figures ahead pooled, where the corridor asks for it."""
    model, last = task.model, forecast.last
    if not model.combined:
        return forecast
    corridor = compiled(task.text, task.last_month).corridor
    before = knowledge_of(corridor, [p.id for p in model.places], model.grid, month_start(corridor.time.fit_from))
    horizon = model.grid.n_months - 1 - last
    step = prior_step(task.predictor, model.knowledge, before, last, horizon, seed=task.seed)
    history = figures_on_grid(model, task)[:, model.fit_from : last + 1]
    seen, ahead = np.split(forecast.predicted, [last + 1], axis=2)
    pool = combined(ahead, beside(model, history, horizon, step), highest(model, history))
    return replace(forecast, predicted=np.concatenate([seen, pool], axis=2))


def with_parts(task: Task, forecast: Forecast) -> tuple[Forecast, list[dict[str, object]]]:
    """The forecast with what was counted so far of the months ahead; of which series and days, and how much of it is in."""
    model, first = task.model, forecast.last + 1
    names, months = [sight.id for sight in model.sights], model.grid.months[first:]
    found = counted(task.parts, names, months)
    groups, generator = [sight.group for sight in model.sights], stream(task.seed, "nowcast")
    ahead = nowcast(forecast.predicted[:, :, first:], found, groups, generator)
    rows: list[dict[str, object]] = [
        {
            "series": names[c.series],
            "month": months[c.month],
            "share_of_days": round(c.share, 4),
            "share_reported": round(c.reported, 4),
        }
        for c in found
    ]
    return replace(forecast, predicted=np.concatenate([forecast.predicted[:, :, :first], ahead], axis=2)), rows


def carried_whole(task: Task, forecast: Forecast) -> Forecast:
    """The draws of a forecast with the blocks that the fit left out laid over them."""
    whole = task.whole
    return with_assumed(whole.predictor, task.model, forecast, whole.model.knowledge, seed=task.seed)


def rivals_at(model: Model, values: Floats, last: int, task: Task) -> dict[str, Floats]:
    """Draws of each rival from the last fitted month, ``(draw, series, month ahead)``, NaN where it has none."""
    horizon = task.loaded.corridor.time.horizon_months
    out = {}
    for name, rival in NAIVE.items():
        said = [rival(values[k, model.fit_from : last + 1], horizon) for k in range(len(model.sights))]
        silent = np.full((N_SAMPLES, horizon), np.nan)
        out[name] = np.stack([one.draws(N_SAMPLES) if isinstance(one, Outlook) else silent for one in said], axis=1)
    return out


def report_stage(folder: RunFolder, task: Task, progress: Progress, _: Workplace) -> None:
    """Summary, tables with their labels, page."""
    folder.write_json("summary.json", summary.summarise(folder.path, task))
    files.write_tables(folder)
    progress(0.5)
    files.write_card(folder)
    files.write_pages(folder)


STAGES: dict[str, tuple[tuple[str, ...], Callable[[RunFolder, Any, Progress, Workplace], None]]] = {
    "fit": (("posterior.nc",), fit_stage),
    "forecast": (
        ("forecast.nc", NOWCAST, "forecast.csv", "forecast.parquet", "disclosure.json", outcomes.NAME, lived.NAME),
        forecast_stage,
    ),
    "backtest": (("scores.csv", "backtest.json"), backtest_stage),
    "report": (
        ("summary.json", "forecast.csv", "forecast.parquet", "disclosure.json", "model_card.json", "report.html"),
        report_stage,
    ),
}
