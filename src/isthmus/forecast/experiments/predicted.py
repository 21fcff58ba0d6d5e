"""One natural experiment: fitted to what came before, predicted with and without the event on the same draws, and scored."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.compute import Arrays, Unit
from isthmus.data.figures import Figures
from isthmus.errors import FiguresError
from isthmus.forecast import scores
from isthmus.forecast.backtest.blocks import evidence_at, vintages_of
from isthmus.forecast.compiled import Compiled, compiled, text_of
from isthmus.forecast.experiments.controls import controls
from isthmus.forecast.experiments.corridor import FIRST, corridor_of, months_of
from isthmus.forecast.experiments.registry import AGREED, EXPERIMENTS, Experiment
from isthmus.forecast.predict import Forecast, thin
from isthmus.inference.fit import Effort, Posterior, fit
from isthmus.inference.posterior import Evidence
from isthmus.streams import stream_seed
from isthmus.timegrid import month_range, shift_month

Floats = NDArray[np.float64]

FULL = Effort(chains=4, warmup=400, draws=400, search=600)
QUICK = Effort(chains=2, warmup=200, draws=100, search=200)
N_SAMPLES = 800
QUANTILES = (0.05, 0.5, 0.95)
BEFORE = 12
"""Months before the event that donors are compared over."""


@dataclass(frozen=True)
class Job:
    """An experiment with the figures it is made from."""

    experiment: Experiment
    figures: Figures
    seed: int
    effort: Effort = FULL


class Path(NamedTuple):
    """Predictions of one series.

    Attributes:
        without: 5, 50 and 95 % by month, ``(3, month)``.
        change: 5, 50 and 95 % of the event's effect, mean log ratio over the months on the same draws.
        observed: What came, None where nothing was reported.
        crps_log: Mean, of the path with the event and of that without.
    """

    series: str
    months: list[str]
    past: dict[str, float]
    observed: list[float | None]
    with_event: list[list[float]]
    without: list[list[float]]
    change: list[float]
    came: float | None
    crps_log: list[float | None]
    covered90: list[float | None]
    controls: Any


@dataclass(frozen=True)
class Outcome:
    """What came of an experiment; ``skipped`` says why nothing did."""

    name: str
    skipped: str = ""
    last_fitted: str = ""
    rhat: float = float("nan")
    paths: tuple[dict[str, Any], ...] = ()


def experiment_unit(unit: Unit) -> Arrays:
    """`experiment` as work for any place."""
    return {"outcome": np.array([json.dumps(asdict(experiment(unit.arguments["job"])), allow_nan=False)])}


def by_name(name: str) -> Experiment:
    """An experiment of the registry."""
    return next(one for one in EXPERIMENTS if one.name == name)


def experiment(job: Job) -> Outcome:
    """Make an experiment, or say why it cannot be made with these figures."""
    one = job.experiment
    before = one.known.strftime("%Y-%m")
    last_fitted = shift_month(before, -1)
    try:
        corridor = corridor_of(job.figures, one, before)
    except FiguresError as error:
        problem = error.problems[0]
        return Outcome(one.name, skipped=f"expected {problem.expected}; found {problem.found}", rhat=0.0)
    work = compiled(text_of(corridor), shift_month(last_fitted, one.months + 1))
    last = work.model.grid.position(last_fitted)
    values = vintages_of(work, job.figures).latest
    seen = evidence_at(values, last, work.model.knowledge)
    fitted = _fitted(job, work, seen)
    vectors = thin(fitted.vectors, N_SAMPLES)
    names = ("experiment", one.name)
    told = work.predictor.predict(vectors, seen, seed=job.seed, names=names)
    untold = work.model.knowledge._replace(shift=np.zeros_like(work.model.knowledge.shift))
    without = work.predictor.predict(vectors, seen, seed=job.seed, names=names, future=untold)
    paths = [_path(job, work, k, values, told, without) for k in range(len(work.model.sights))]
    shown = sorted(paths, key=lambda path: _rank(one, path.series))
    return Outcome(one.name, "", last_fitted, float(fitted.diagnostics.rhat.max()), tuple(p._asdict() for p in shown))


def _fitted(job: Job, work: Compiled, seen: Evidence) -> Posterior:
    """The fit; one whose chains disagree is made again with twice the effort."""
    twice = replace(job.effort, warmup=2 * job.effort.warmup, draws=2 * job.effort.draws, search=2 * job.effort.search)
    for effort in (job.effort, twice):
        fitted = fit(work.model, seen, seed=stream_seed(job.seed, "experiment", job.experiment.name), effort=effort)
        if fitted.diagnostics.rhat.max() <= AGREED:
            break
    return fitted


def _rank(one: Experiment, series: str) -> int:
    return one.series.index(series) if series in one.series else len(one.series)


def _path(job: Job, work: Compiled, k: int, values: Floats, told: Forecast, without: Forecast) -> Path:
    months, last = work.model.grid.months, told.last
    ahead = slice(last + 1, len(months))
    observed = values[k, ahead]
    means = [np.asarray(f.simulated.mean)[:, k, ahead] for f in (told, without)]
    change = (np.log1p(means[0]) - np.log1p(means[1])).mean(axis=1)
    there = ~np.isnan(observed)
    drawn = [f.predicted[:, k, ahead] for f in (told, without)]
    series = work.model.sights[k].id
    came = _came(observed, drawn[1]) if there.any() else None
    return Path(
        series=series,
        months=list(months[ahead]),
        past={m: float(v) for m, v in zip(months[: last + 1], values[k], strict=False) if not np.isnan(v)},
        observed=[None if np.isnan(v) else float(v) for v in observed],
        with_event=_quantiles(drawn[0]),
        without=_quantiles(drawn[1]),
        change=[float(q) for q in np.quantile(change, QUANTILES)],
        came=came,
        crps_log=[float(scores.crps_log(d[:, there], observed[there]).mean()) if there.any() else None for d in drawn],
        covered90=[float(scores.covered(d[:, there], observed[there], 0.9).mean()) if there.any() else None for d in drawn],
        controls=_controls(job, series, list(months[ahead])),
    )


def _came(observed: Floats, without: Floats) -> float:
    """Mean log ratio of what came to the median of the path without the event."""
    there = ~np.isnan(observed)
    return float((np.log1p(observed[there]) - np.log1p(np.median(without[:, there], axis=0))).mean())


def _quantiles(draws: Floats) -> list[list[float]]:
    return [[round(float(v), 2) for v in row] for row in np.quantile(draws, QUANTILES, axis=0)]


def _controls(job: Job, series: str, ahead: list[str]) -> Any:
    """Both controls of a series, or why there is none. The month in which the event became known is left out."""
    one = job.experiment
    event = one.known.strftime("%Y-%m")
    groups = [g for g in job.figures.groups(series) if g not in {one.group, "ALL", *one.touched}]
    donors = {g: months_of(job.figures, series, g) for g in groups if not one.donors or g in one.donors}
    before = [m for m in month_range(shift_month(event, -BEFORE), shift_month(event, -1)) if m >= FIRST]
    after = [m for m in ahead if m > event or (m == event and one.known.day <= 10) or one.until is not None]
    found = controls(months_of(job.figures, series, one.group), donors, before, after)
    return found if isinstance(found, str) else [asdict(control) for control in found]
