"""The files of a run: what an array is called there, its dimensions and its unit."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr
from numpy.typing import NDArray

from isthmus.disclosure.ledger import Ledger
from isthmus.disclosure.policy import Policy
from isthmus.forecast.journeys import journeys
from isthmus.forecast.predict import Forecast, Predictor
from isthmus.inference.fit import Posterior
from isthmus.inference.learned import learned_quantities
from isthmus.inference.posterior import Evidence
from isthmus.model.network import Model
from isthmus.pipeline.folder import RunFolder
from isthmus.report import RunView, render
from isthmus.report.gated import POLICY_NAME, gate_report, policy_of, shown
from isthmus.report.language import LANGUAGES, Language
from isthmus.report.tables import COLUMNS

Floats = NDArray[np.float64]

RELEASED_COLUMNS = (*COLUMNS, "status", "note")
"""Columns of the forecast table once it has passed the gate."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def save(folder: RunFolder, name: str, data: xr.Dataset) -> None:
    """Write a dataset whole, floats compressed."""
    encoding: dict[Any, Any] = {
        key: {"zlib": True, "complevel": 1} for key, value in data.data_vars.items() if value.dtype.kind == "f"
    }
    folder.write(name, lambda path: data.to_netcdf(path, engine="h5netcdf", encoding=encoding))


def write_posterior(
    folder: RunFolder, predictor: Predictor, posterior: Posterior, forecast: Forecast, evidence: Evidence
) -> None:
    """``posterior.nc``: parameters by chain and draw with priors and diagnostics; flows by sample and month."""
    model = predictor.model
    learned = learned_quantities(model, posterior, lambda vectors: predictor.first_constants(vectors, evidence))
    parameters, found = learned.parameters, posterior.diagnostics
    monthly = model.grid.month_sum.T
    flows, summed = forecast.simulated.trajectories, list(model.summed)
    days, cost = journeys(model, forecast)
    save(
        folder,
        "posterior.nc",
        xr.Dataset(
            {
                "parameters": (("chain", "draw", "parameter"), learned.natural),
                "vectors": (("chain", "draw", "element"), posterior.vectors),
                "prior_scale": ("parameter", [p.scale for p in parameters]),
                "prior_location": ("parameter", np.array([p.location for p in parameters])),
                "prior_sd": ("parameter", np.array([p.sd for p in parameters])),
                "source": ("parameter", [p.source for p in parameters]),
                "rhat": ("parameter", learned.diagnostics.rhat),
                "ess_bulk": ("parameter", learned.diagnostics.ess_bulk),
                "ess_tail": ("parameter", learned.diagnostics.ess_tail),
                "element_rhat": ("element", found.rhat),
                "element_ess_bulk": ("element", found.ess_bulk),
                "contraction": ("parameter", learned.contraction),
                "departures": (("sample", "group", "month"), flows.departures[:, summed] @ monthly, {"units": "persons a month"}),
                "leg_flow": (
                    ("sample", "leg", "group", "month"), flows.leg_flow[:, :, summed] @ monthly,
                    {"units": "persons departing a month", "kind": "flow"},
                ),
                "arrivals": (
                    ("sample", "place", "group", "month"), flows.arrivals[:, :, summed] @ monthly,
                    {"units": "persons arriving a month", "kind": "flow"},
                ),
                "log_detection": (("sample", "series", "month"), forecast.simulated.log_detection),
                "journey_days": ("sample", days, {"units": "days, mean of those who reach a destination"}),
                "journey_cost_usd": ("sample", cost, {"units": "US$, mean of those who reach a destination"}),
            },
            coords={
                "parameter": [p.name for p in parameters],
                "scalar": list(model.table.names),
                "group": [model.groups[g] for g in summed],
                "place": [place.id for place in model.places],
                "leg": [leg.id for leg in model.legs],
                "series": [sight.id for sight in model.sights],
                "month": list(model.grid.months),
            },
        ),
    )  # fmt: skip


def read_vectors(folder: RunFolder) -> Floats:
    """Posterior vectors, ``(chain, draw, size)``."""
    with xr.open_dataset(folder.path / "posterior.nc", engine="h5netcdf") as data:
        return np.asarray(data["vectors"].values)


def write_forecast(
    folder: RunFolder, model: Model, forecast: Forecast, rivals: dict[str, Floats], prior: Floats, *, seed: int
) -> None:
    """``forecast.nc``: figures drawn and expected from the first fitted month on; quantiles of the rivals and of the prior."""
    months = slice(model.fit_from, model.grid.n_months)
    dims = ("quantile", "series", "month_ahead")
    with np.errstate(invalid="ignore"):
        ahead = {name: np.quantile(draws, QUANTILES, axis=0) for name, draws in rivals.items()}
    save(
        folder,
        "forecast.nc",
        xr.Dataset(
            {
                "predicted": (
                    ("sample", "series", "month"),
                    forecast.predicted[:, :, months],
                    {"units": "figures a month"},
                ),
                "expected": (("sample", "series", "month"), forecast.simulated.mean[:, :, months]),
                "prior": (("quantile", "series", "month"), np.quantile(prior[:, :, months], QUANTILES, axis=0)),
                "naive": (dims, ahead["random_walk"]),
                "seasonal": (dims, ahead["seasonal_naive"]),
            },
            coords={
                "series": [sight.id for sight in model.sights],
                "month": list(model.grid.months[months]),
                "quantile": list(QUANTILES),
                "month_ahead": np.arange(1, ahead["random_walk"].shape[-1] + 1),
            },
            attrs={"origin": model.grid.months[forecast.last], "horizon": ahead["random_walk"].shape[-1], "seed": seed},
        ),
    )


def write_tables(folder: RunFolder) -> None:
    """``forecast.csv`` and ``forecast.parquet``, the same rows, through the gate; what that cost goes to the manifest."""
    view, policy = RunView.load(folder.path), policy_of(folder.path)
    found = shown(view, policy, Ledger())
    rows = [{name: row[name] for name in RELEASED_COLUMNS} for row in found.forecast.rows()]

    def as_csv(path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as handle:
            table = csv.DictWriter(handle, RELEASED_COLUMNS, lineterminator="\n")
            table.writeheader()
            table.writerows(rows)

    folder.write("forecast.csv", as_csv)
    folder.write("forecast.parquet", lambda path: pq.write_table(pa.Table.from_pylist(rows), path))
    folder.manifest["disclosure"] = gate_report(found, policy)
    folder.write_json("disclosure.json", folder.manifest["disclosure"])


def write_card(folder: RunFolder) -> None:
    """``model_card.json``."""
    from isthmus.report.card import card_facts

    folder.write_json("model_card.json", card_facts(RunView.load(folder.path)))


def write_page(folder: RunFolder, language: Language = "en") -> Path:
    """``report.html``, or ``report.es.html`` in Spanish."""
    return folder.write_text(_page_name(language), render(RunView.load(folder.path), language))


def write_pages(folder: RunFolder) -> None:
    """``report.html``, and the pages in other languages that are there already."""
    for language in LANGUAGES:
        if language == "en" or (folder.path / _page_name(language)).is_file():
            write_page(folder, language)


def _page_name(language: Language) -> str:
    return "report.html" if language == "en" else f"report.{language}.html"


def release_under(folder: RunFolder, policy: Policy) -> None:
    """Write tables and page once more, under a stricter policy of the gate, which the folder keeps."""
    folder.write_text(POLICY_NAME, policy.model_dump_json(indent=1) + "\n")
    write_tables(folder)
    write_page(folder)
    folder.write_json("manifest.json", folder.manifest)
