"""A run folder in the form the pipeline writes: the shipped corridor and figures, with made-up draws."""

from __future__ import annotations

import csv
import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import xarray as xr
from ruamel.yaml import YAML

from isthmus.data.align import align
from isthmus.data.figures import read_figures
from isthmus.data.tables import observation_table
from isthmus.spec.schema import Corridor
from isthmus.timegrid import month_range, shift_month

SHIPPED = Path(__file__).parents[1] / "src" / "isthmus" / "corridors" / "china-ecuador-us"
SAMPLES, CHAINS, DRAWS = 200, 4, 100
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])


def shipped_corridor() -> Corridor:
    document = YAML(typ="safe", pure=True).load((SHIPPED / "corridor.yaml").read_text("utf-8"))
    return Corridor.model_validate(document)


def build(folder: Path, *, converged: bool = True, skill: float = 0.85, seed: int = 7) -> Path:
    """Write the folder; ``skill`` is about the relative skill that the made-up backtest shows."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    corridor = shipped_corridor()
    for name in ("corridor.yaml", "figures.csv"):
        shutil.copy(SHIPPED / name, folder / name)
    figures = read_figures(folder / "figures.csv")
    fitted = month_range(corridor.time.fit_from, "2024-05")
    observations = align(figures, corridor, fitted)
    pq.write_table(observation_table(observations), folder / "observations.parquet")
    ahead = month_range(shift_month("2024-05", 1), shift_month("2024-05", corridor.time.horizon_months))
    values = np.where(observations.mask, observations.values, 5.0)
    _forecast(folder, corridor, values, (fitted, ahead), generator)
    _posterior(folder, corridor, values, (fitted, ahead), generator)
    _scores(folder, corridor, fitted, skill, generator)
    _manifest(folder, corridor, converged=converged, seed=seed)
    summary = {"year_2023": {"onward_share": {"figure": 0.5, "median": 0.49, "lo": 0.44, "hi": 0.55}}}
    (folder / "summary.json").write_text(json.dumps(summary))
    return folder


def _forecast(folder: Path, corridor: Corridor, values: np.ndarray, months: tuple, generator: Any) -> None:
    fitted, ahead = months
    h = np.arange(1, len(ahead) + 1)
    last = np.maximum(values[:, -3:].mean(axis=1), 5.0)
    shocks = generator.normal(0, 0.14, (SAMPLES, 1, len(ahead))).cumsum(axis=2)
    noise = generator.normal(0, 0.1, (SAMPLES, len(last), len(ahead)))
    future = last[None, :, None] * np.exp(shocks + noise - 0.02 * h)
    past = np.maximum(values[None], 1) * np.exp(generator.normal(0, 0.12, (SAMPLES, *values.shape)))
    expected = np.concatenate([past, future], axis=2)
    spread = np.array([-1.645, -0.674, 0, 0.674, 1.645])
    naive = np.maximum(values[:, -1], 1)[None, :, None] * np.exp(spread[:, None, None] * 0.28 * np.sqrt(h))
    series = list(corridor.series)
    xr.Dataset(
        {
            "predicted": (("sample", "series", "month"), generator.poisson(expected).astype(float)),
            "expected": (("sample", "series", "month"), expected),
            "naive": (("quantile", "series", "month_ahead"), naive),
            "seasonal": (("quantile", "series", "month_ahead"), naive * 1.1),
        },
        coords={"series": series, "month": [*fitted, *ahead], "month_ahead": h, "quantile": QUANTILES},
        attrs={"origin": fitted[-1], "horizon": len(ahead), "seed": 7},
    ).to_netcdf(folder / "forecast.nc", engine="h5netcdf")


def priors(document: Any, path: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Names and priors of a plain corridor document, as the model names them."""
    if not isinstance(document, dict):
        if isinstance(document, (list, tuple)):
            return [p for k, item in enumerate(document) for p in priors(item, f"{path}.{k}")]
        return []
    if "dist" in document:
        return [(path.lstrip(".").replace(".effects.", "."), document)]
    return [p for key, item in document.items() for p in priors(item, f"{path}.{key}")]


def _prior(quantity: dict[str, Any]) -> tuple[str, float, float]:
    if quantity["dist"] == "normal":
        return "normal", quantity["mean"], quantity["sd"]
    if quantity["dist"] == "lognormal":
        return "lognormal", math.log(quantity["median"]), quantity["sd_log"]
    p = quantity["median"]
    return "logitnormal", math.log(p / (1 - p)), quantity["sd_logit"]


def _parameters(corridor: Corridor, generator: Any) -> dict[str, Any]:
    found = priors(corridor.model_dump(by_alias=True, exclude={"scenarios"}))
    names, columns, draws = [], [], []
    for name, quantity in found:
        scale, location, sd = _prior(quantity)
        contraction = float(generator.choice([0.02, 0.1, 0.4, 0.7, 0.95]))
        shift = generator.normal(0, math.sqrt(contraction)) * sd
        u = location + shift + generator.normal(0, sd * math.sqrt(1 - contraction), (CHAINS, DRAWS))
        natural = {"normal": u, "lognormal": np.exp(u), "logitnormal": 1 / (1 + np.exp(-u))}[scale]
        names.append(name)
        draws.append(natural)
        columns.append((scale, location, sd, 1.003, 900.0, 800.0, contraction, quantity["source"] or "no source given"))
    keys = ("prior_scale", "prior_location", "prior_sd", "rhat", "ess_bulk", "ess_tail", "contraction", "source")
    table = {k: ("parameter", list(column)) for k, column in zip(keys, zip(*columns, strict=True), strict=True)}
    return {"names": names, "table": table, "draws": np.stack(draws, axis=-1)}


SHARES = {
    "china_istanbul": 0.3, "china_addis_ababa": 0.2, "china_other_hubs": 0.2, "istanbul_ecuador": 0.3,
    "addis_ababa_ecuador": 0.2, "other_hubs_ecuador": 0.2, "ecuador_colombia": 0.36, "ecuador_return": 0.3,
    "colombia_necocli": 0.36, "necocli_darien": 0.36, "darien_panama": 0.36, "panama_central_america": 0.36,
    "central_america_honduras": 0.45, "honduras_mexico": 0.45, "mexico_us_border": 0.62, "china_mexico": 0.21,
    "china_central_america": 0.09,
}  # fmt: skip


def _posterior(folder: Path, corridor: Corridor, values: np.ndarray, months: tuple, generator: Any) -> None:
    fitted, ahead = months
    grid = month_range(corridor.time.start, ahead[-1])
    base = np.full(len(grid), 60.0)
    begin = grid.index(fitted[0])
    base[begin : begin + len(fitted)] = values[0] / 0.7
    base[begin + len(fitted) :] = values[0, -3:].mean() / 0.7
    level = base * np.exp(generator.normal(0, 0.05, (SAMPLES, len(grid))))
    share = np.array([SHARES.get(leg, 0.1) for leg in corridor.legs])
    tilt = np.exp(generator.normal(0, 0.1, (SAMPLES, len(share), 1)))
    legs = (level[:, None] * share[None, :, None] * tilt)[:, :, None, :]
    known = _parameters(corridor, generator)
    xr.Dataset(
        {
            "parameters": (("chain", "draw", "parameter"), known["draws"]),
            "departures": (("sample", "group", "month"), level[:, None]),
            "leg_flow": (("sample", "leg", "group", "month"), legs),
            "journey_days": ("sample", generator.normal(41, 3, SAMPLES)),
            "journey_cost_usd": ("sample", np.exp(generator.normal(math.log(7600), 0.08, SAMPLES))),
            **known["table"],
        },
        coords={
            "parameter": known["names"],
            "month": list(grid),
            "leg": list(corridor.legs),
            "group": list(corridor.groups),
        },
    ).to_netcdf(folder / "posterior.nc", engine="h5netcdf")


def _scores(folder: Path, corridor: Corridor, fitted: tuple, skill: float, generator: Any) -> None:
    with (folder / "scores.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["model", "checkpoint", "group", "origin", "horizon", "crps_log", "wis", "covered50", "covered90"])
        for origin in fitted[-14:-1]:
            for series in corridor.series:
                for horizon in range(1, 7):
                    if shift_month(origin, horizon) > fitted[-1]:
                        continue
                    naive = 0.15 * math.sqrt(horizon) * math.exp(generator.normal(0, 0.5))
                    for model, factor in (
                        ("isthmus", skill * 0.97**horizon),
                        ("random_walk", 1),
                        ("seasonal_naive", 2),
                    ):
                        crps = naive * factor * (1 if factor == 1 else math.exp(generator.normal(0, 0.6)))
                        covered = generator.random() < 0.5, generator.random() < 0.9
                        writer.writerow([model, series, "CHN", origin, horizon, crps, crps * 900, *map(int, covered)])


def _manifest(folder: Path, corridor: Corridor, *, converged: bool, seed: int) -> None:
    fit = {
        "converged": converged,
        "max_rhat": 1.004 if converged else 1.31,
        "min_ess_bulk": 811 if converged else 37,
        "min_ess_tail": 702 if converged else 21,
        "divergences": 0 if converged else 12,
        "chains": CHAINS,
        "draws": DRAWS,
        "message": "" if converged else "chains disagree on legs.china_mexico.drift",
    }
    manifest = {
        "isthmus": "0.1.0",
        "corridor": corridor.name,
        "hash": "0123456789ab" * 5,
        "figures_hash": "ba9876543210" * 5,
        "seed": seed,
        "quick": False,
        "created": "2026-11-24T12:00:00Z",
        "stages": {},
        "environment": {"python": "3.11.2", "jax": "0.10", "platform": "linux"},
        "fit": fit,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


if __name__ == "__main__":
    import sys

    build(Path(sys.argv[1]), converged="--marked" not in sys.argv)
