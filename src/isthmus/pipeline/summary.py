"""What a run comes to, in the few figures that people ask for first."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from isthmus.forecast.backtest.scoring import MEASURES
from isthmus.forecast.scores import relative_skill, skill_intervals
from isthmus.pipeline.backtesting import SHOWN
from isthmus.report.skill import BLOCK, JUDGED, LABELLED, LEAST_ORIGINS
from isthmus.streams import stream

if TYPE_CHECKING:
    from isthmus.model.network import Model, PlaceNode
    from isthmus.pipeline.job import Task

Floats = NDArray[np.float64]
MODELS = tuple(entry.model for entry in SHOWN)


def read_scores(path: Path, series: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, Floats]]:
    """Origins, and scores by measure, ``(model, origin, series, horizon)``, from ``scores.csv``."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    origins = tuple(sorted({row["origin"] for row in rows}))
    horizon = max(int(row["horizon"]) for row in rows)
    out = {m: np.full((len(MODELS), len(origins), len(series), horizon), np.nan) for m in MEASURES}
    for row in rows:
        at = (
            MODELS.index(row["model"]),
            origins.index(row["origin"]),
            series.index(row["checkpoint"]),
            int(row["horizon"]) - 1,
        )
        for measure in MEASURES:
            out[measure][at] = float(row[measure])
    return origins, out


def summarise(folder: Path, task: Task) -> dict[str, Any]:
    """Relative skill with intervals, coverage, and the last whole year in model and figures."""
    model = task.model
    series = tuple(sight.id for sight in model.sights)
    origins, scores = read_scores(folder / "scores.csv", series)
    ours, naive = (scores["crps_log"][MODELS.index(name)] for name in ("isthmus", "random_walk"))

    def skill(a: Floats, b: Floats) -> dict[str, float | None]:
        block = min(BLOCK, len(origins))
        (low, high), (_, upper) = skill_intervals(a, b, stream(task.seed, "bootstrap"), (JUDGED, LABELLED), block=block)
        found = {"value": relative_skill(a, b), "lo": low, "hi": high, "upper80": upper}
        told = {name: round(number, 4) if np.isfinite(number) else None for name, number in found.items()}
        return {**told, "origins": len(origins)}

    whole = skill(ours, naive)
    horizons = range(ours.shape[-1])
    compared = compared_series(ours, naive)
    return {
        "headline": _headline(whole, len(origins)),
        "relative_skill": whole,
        "coverage50": round(float(np.nanmean(scores["covered50"][0])), 4),
        "coverage90": round(float(np.nanmean(scores["covered90"][0])), 4),
        "coverage90_random_walk": round(float(np.nanmean(scores["covered90"][1])), 4),
        "by_horizon": [{"horizon": h + 1, **_named(skill(ours[..., h : h + 1], naive[..., h : h + 1]))} for h in horizons],
        "by_checkpoint": {s: skill(ours[:, k : k + 1], naive[:, k : k + 1]) for k, s in enumerate(series) if compared[k]},
        "origins": list(origins),
        **last_year(folder, task),
    }


def compared_series(ours: Floats, theirs: Floats) -> NDArray[np.bool_]:
    """Series that both models have a score of for one origin and horizon; a sparse one may have none, ``(series,)``."""
    return np.asarray((~np.isnan(ours) & ~np.isnan(theirs)).any(axis=(0, 2)))


def _named(skill: dict[str, float | None]) -> dict[str, float | None]:
    return {"relative_skill": skill["value"], **{name: number for name, number in skill.items() if name != "value"}}


def _headline(skill: dict[str, float | None], n_origins: int) -> str:
    value, low, high = (skill[name] for name in ("value", "lo", "hi"))
    if value is None or low is None or high is None:
        return f"In {n_origins} past forecasts nothing could be held against the random walk."
    if n_origins < LEAST_ORIGINS:
        verdict = f"has no verdict against the random walk ({n_origins} past forecasts, fewer than {LEAST_ORIGINS})"
    elif high < 1:
        verdict = "beats the random walk"
    elif value < 1:
        verdict = "is ahead of the random walk, but not beyond chance"
    else:
        verdict = "LOSES to the random walk"
    return (
        f"In {n_origins} past forecasts Isthmus {verdict}: relative skill {value:.2f}, "
        f"95 % interval {low:.2f} to {high:.2f} (below 1 is better)."
    )


def last_year(folder: Path, task: Task) -> dict[str, Any]:
    """The last calendar year all of whose months were fitted: model against figures, and who went on from where."""
    observations = task.observations
    years = {month[:4] for month in observations.months}
    whole = [y for y in years if f"{y}-01" in observations.months and f"{y}-12" in observations.months]
    if not whole:
        return {}
    year = max(whole)
    months = [f"{year}-{m:02d}" for m in range(1, 13)]
    out: dict[str, Any] = {}
    with xr.open_dataset(folder / "forecast.nc", engine="h5netcdf") as data:
        for series in data["series"].values:
            row = observations.series.index(str(series))
            at = [observations.months.index(m) for m in months]
            figure = float(observations.values[row, at].sum()) if observations.mask[row, at].all() else None
            draws = data["expected"].sel(series=series, month=months).sum("month").values
            out[str(series)] = {"figure": figure, **_interval(draws)}
    with xr.open_dataset(folder / "posterior.nc", engine="h5netcdf") as data:
        for place, onward in crossroads(task.model):
            went = data["leg_flow"].sel(leg=onward, month=months).sum(["leg", "group", "month"]).values
            came = data["arrivals"].sel(place=place.id, month=months).sum(["group", "month"]).values
            out.setdefault("onward_share", {"place": place.id, **_interval(went / came, 4)})
    return {f"year_{year}": out}


def crossroads(model: Model) -> list[tuple[PlaceNode, list[str]]]:
    """Places where those who return part from those who go on, each with the legs that lead on."""
    found: dict[str, tuple[PlaceNode, list[str]]] = {}
    for leg in model.legs:
        if leg.head >= 0:
            continue
        place, aside = model.places[leg.tail], -1
        while not (onward := [k for k in place.legs_out if model.legs[k].head >= 0 and k != aside]) and place.legs_in:
            aside = place.legs_in[0]
            place = model.places[model.legs[aside].tail]
        found[place.id] = (place, [model.legs[k].id for k in onward])
    return list(found.values())


def _interval(draws: Floats, digits: int = 0) -> dict[str, float]:
    low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95])
    return {"median": round(float(middle), digits), "lo": round(float(low), digits), "hi": round(float(high), digits)}
