"""A run folder as the report sees it: read once, checked for what is missing, never changed."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import xarray as xr
from numpy.typing import NDArray
from ruamel.yaml import YAML

from isthmus.data.figures import Figures, read_figures
from isthmus.errors import InputError, Problem, StockSumError
from isthmus.report.intervals import LEVELS, Interval
from isthmus.spec.schema import Corridor
from isthmus.timegrid import month_range, shift_month

Draws = NDArray[np.float64]

NEEDED = (
    "manifest.json",
    "corridor.yaml",
    "figures.csv",
    "observations.parquet",
    "posterior.nc",
    "forecast.nc",
)
RIVALS = {"random_walk": "naive", "seasonal_naive": "seasonal"}
"""Rival models by the name of their variable in ``forecast.nc``."""


@dataclass(frozen=True)
class Observed:
    """One published figure of a series that the corridor watches."""

    series: str
    place: str
    group: str
    period: str
    kind: str
    unit: str
    value: float | None
    publisher: str
    seen: str
    used: bool


@dataclass(frozen=True)
class Score:
    """The score of one forecast of the backtest."""

    model: str
    checkpoint: str
    group: str
    origin: str
    horizon: int
    crps_log: float
    wis: float
    covered50: float
    covered90: float


@dataclass(frozen=True)
class RunView:
    """Everything the page is made from.

    Attributes:
        posterior: Draws of the fit; dims ``chain, draw, parameter, sample, series, leg, place, group, month``.
        forecast: ``predicted``, ``expected`` ``(sample, series, month)``; rivals ``(quantile, series, month_ahead)``.
        scores: Rows of the backtest; empty where none was run.
        outcomes: What the blocks say of the forecast's draws; absent in a run without them.
        journeys: What agents lived through; absent in a run from before there were agents.
        withheld: Series and periods whose modelled count the gate withholds.
        held: Counts of the blocks' sections that it withholds, named as in `report.block_counts`.
        released: Rows that it released of ``scenarios`` and ``impacts``.
    """

    folder: Path
    manifest: Mapping[str, Any]
    summary: Mapping[str, Any]
    corridor: Corridor
    figures: Figures
    observations: tuple[Observed, ...]
    scores: tuple[Score, ...]
    posterior: xr.Dataset
    forecast: xr.Dataset
    outcomes: xr.Dataset | None = None
    journeys: xr.Dataset | None = None
    withheld: frozenset[tuple[str, str]] = frozenset()
    held: frozenset[tuple[str, ...]] = frozenset()
    released: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    under_way: tuple[Mapping[str, Any], ...] = ()
    """Series and months of which a part was counted when the forecast was made."""

    @classmethod
    def load(cls, folder: Path) -> RunView:
        """Read a run folder.

        Raises:
            InputError: Files that the report cannot do without are missing; all are named.
        """
        missing = [name for name in NEEDED if not (folder / name).is_file()]
        if missing:
            raise InputError(
                Problem(
                    where=str(folder / name),
                    expected="a file of a finished run",
                    found="no such file",
                    remedy="run `isthmus run` on the corridor again; it completes the folder",
                )
                for name in missing
            )
        document = YAML(typ="safe", pure=True).load((folder / "corridor.yaml").read_text("utf-8"))
        return cls(
            folder=folder,
            manifest=json.loads((folder / "manifest.json").read_text("utf-8")),
            summary=_optional_json(folder / "summary.json"),
            corridor=Corridor.model_validate(document),
            figures=read_figures(folder / "figures.csv"),
            observations=tuple(_observed(row) for row in pq.read_table(folder / "observations.parquet").to_pylist()),
            scores=tuple(_score(row) for row in _csv_rows(folder / "scores.csv")),
            posterior=_dataset(folder / "posterior.nc"),
            forecast=_dataset(folder / "forecast.nc"),
            outcomes=_dataset(folder / "outcomes.nc") if (folder / "outcomes.nc").is_file() else None,
            journeys=_dataset(folder / "journeys.nc") if (folder / "journeys.nc").is_file() else None,
            under_way=tuple(json.loads((folder / "nowcast.json").read_text("utf-8")))
            if (folder / "nowcast.json").is_file()
            else (),
        )

    @cached_property
    def stress(self) -> Mapping[str, Any]:
        """What is said beside the scenarios; empty where none were run."""
        return _optional_json(self.folder / "stress.json")

    @cached_property
    def news(self) -> Mapping[str, Any]:
        """What came since the forecast of the run that this one went on from; empty where it started from nothing."""
        return _optional_json(self.folder / "news.json")

    def long_rows(self, name: str, measures: Sequence[str]) -> list[Mapping[str, Any]]:
        """Released rows of ``scenarios`` or ``impacts`` with these measures; none before the gate, or without scenarios."""
        wanted = set(measures)
        return [row for row in self.released.get(name, ()) if row["measure"] in wanted]

    @cached_property
    def gate(self) -> Mapping[str, Any]:
        """What the gate withheld and what that cost; empty before the tables went through it."""
        return _optional_json(self.folder / "disclosure.json")

    @property
    def fit(self) -> Mapping[str, Any]:
        """The verdict of the diagnostics."""
        found: Mapping[str, Any] = self.manifest.get("fit", {})
        return found

    @property
    def converged(self) -> bool:
        """Whether the fit passed its diagnostics; a fit without a verdict did not."""
        return bool(self.fit.get("converged", False))

    @property
    def origin(self) -> str:
        """Last fitted month, ``YYYY-MM``."""
        return str(self.forecast.attrs["origin"])

    @cached_property
    def ahead(self) -> tuple[str, ...]:
        """Forecast months."""
        return month_range(shift_month(self.origin, 1), self.months[-1])

    @cached_property
    def months(self) -> tuple[str, ...]:
        """All months of the forecast file: fitted, then forecast."""
        return tuple(str(m) for m in self.forecast["month"].values)

    @cached_property
    def fitted(self) -> tuple[str, ...]:
        """Months whose figures were used."""
        first = self.corridor.time.fit_from
        return tuple(m for m in self.months if first <= m <= self.origin)

    @property
    def last_year(self) -> tuple[str, ...]:
        """The last twelve fitted months, fewer where the run is shorter."""
        return self.fitted[-12:]

    @cached_property
    def series(self) -> tuple[str, ...]:
        """Series of the corridor that the forecast file holds."""
        held = {str(s) for s in self.forecast["series"].values}
        return tuple(s for s in self.corridor.series if s in held)

    @cached_property
    def observed(self) -> dict[str, dict[str, Observed]]:
        """Figures by series and month; a month without a figure has no entry."""
        found: dict[str, dict[str, Observed]] = {s: {} for s in self.corridor.series}
        for row in self.observations:
            if row.value is not None and row.series in found:
                found[row.series][row.period] = row
        return found

    def counted(self, series: str, months: Sequence[str]) -> tuple[float, int]:
        """Sum of the published monthly figures of a flow, and how many months were reported."""
        rows = [self.observed[series][m] for m in months if m in self.observed[series]]
        if any(row.kind != "flow" for row in rows):
            raise StockSumError.one(
                where=f"series {series}",
                expected="a flow",
                found="a stock",
                remedy="a stock counts the same people again in each period; do not add it up",
            )
        return sum(row.value for row in rows if row.value is not None), len(rows)

    def predicted(self, series: str, months: Sequence[str]) -> Draws:
        """Posterior predictive counts ``(sample, month)``."""
        chosen = self.forecast["predicted"].sel(series=series, month=list(months))
        return np.asarray(chosen.transpose("sample", "month").values, dtype=np.float64)

    def leg_total(self, leg: str, months: Sequence[str]) -> Draws:
        """Persons who departed on a leg in the months, all groups, ``(sample,)``."""
        chosen = self.posterior["leg_flow"].sel(leg=leg, month=list(months)).sum(("group", "month"))
        return np.asarray(chosen.values, dtype=np.float64)

    def rival(self, model: str, series: str) -> list[Interval]:
        """A rival's interval for each month ahead; empty where it has none for the series."""
        name = RIVALS[model]
        if name not in self.forecast:
            return []
        table = self.forecast[name].sel(series=series).transpose("month_ahead", "quantile")
        levels = np.asarray(table["quantile"].values, dtype=np.float64)
        values = np.asarray(table.values, dtype=np.float64)[: len(self.ahead)]
        if not np.isfinite(values).all():
            return []
        return [Interval(*np.interp(LEVELS, levels, row)) for row in values]

    def publishers(self, series: str) -> str:
        """Who published a series of the corridor."""
        names = {row.publisher: None for row in self.observed.get(series, {}).values()}
        return "; ".join(names) or "publisher not given"

    def unit(self, series: str) -> str:
        """Unit of a series: persons or events."""
        return next((r.unit for r in self.observed[series].values()), self.corridor.series[series].counts)


def _optional_json(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def _dataset(path: Path) -> xr.Dataset:
    with xr.open_dataset(path, engine="h5netcdf") as stored:
        return stored.drop_vars("vectors", errors="ignore").load()


def _csv_rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _value(found: object) -> float | None:
    if found is None or found == "":
        return None
    value = float(str(found))
    return value if np.isfinite(value) else None


def _observed(row: Mapping[str, Any]) -> Observed:
    def words(name: str) -> str:
        return "" if row.get(name) is None else str(row[name])

    return Observed(
        series=words("series"),
        place=words("place"),
        group=words("group"),
        period=words("period"),
        kind=words("kind"),
        unit=words("unit"),
        value=_value(row.get("value")),
        publisher=words("publisher"),
        seen=words("published_or_seen"),
        used=bool(row.get("used", True)),
    )


def _score(row: Mapping[str, str]) -> Score:
    def covered(name: str) -> float:
        word = row[name].strip().lower()
        return float(word == "true") if word in {"true", "false"} else float(word)

    return Score(
        model=row["model"],
        checkpoint=row["checkpoint"],
        group=row["group"],
        origin=row["origin"],
        horizon=int(row["horizon"]),
        crps_log=float(row["crps_log"]),
        wis=float(row["wis"]),
        covered50=covered("covered50"),
        covered90=covered("covered90"),
    )
