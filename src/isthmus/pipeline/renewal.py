"""A run with newer figures: which earlier run it goes on from, and what came since that run's forecast."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from isthmus.data.figures import read_figures
from isthmus.data.news import Expected, News, news
from isthmus.pipeline.away import runs_at
from isthmus.spec.schema import Corridor

Floats = NDArray[np.float64]

NEWS = "news.json"


@dataclass(frozen=True)
class Earlier:
    """A finished run of the same corridor with other figures."""

    folder: Path
    hash: str
    last_fitted: str
    rhat: float
    """Largest R-hat of its fit."""
    effective: float
    """Smallest effective sample size of its fit."""

    def vectors(self) -> tuple[tuple[str, ...], Floats]:
        """Names of the scalars at the head of its draws, none if it did not keep them, and the draws, ``(chain, draw, size)``."""
        with xr.open_dataset(self.folder / "posterior.nc", engine="h5netcdf") as data:
            names = map(str, data["scalar"].values) if "scalar" in data else ()
            return tuple(names), np.asarray(data["vectors"].values)


def earlier_run(
    out: Path | str, *, corridor_hash: str, figures_hash: str, seed: int, quick: bool, version: str
) -> Earlier | None:
    """The run to go on from; none if there is no other run of this corridor, or the run with these very figures was cold.

    A run with these figures that went on from another one names it, so that the same command finds the same run again.
    """
    same = {"corridor_hash": corridor_hash, "seed": seed, "quick": quick, "isthmus": version}
    runs = {
        str(manifest["hash"]): (path.parent, manifest)
        for path in (run / "manifest.json" for run in runs_at(out))
        if (manifest := _read(path)) and all(manifest.get(key) == value for key, value in same.items())
    }
    for _, manifest in runs.values():
        if manifest["figures_hash"] == figures_hash:
            named = runs.get(str(manifest.get("earlier")))
            return _earlier(*named) if named else None
    whole = [run for run in runs.values() if "forecast" in run[1].get("stages", {})]
    return _earlier(*max(whole, key=lambda run: str(run[1]["created"]))) if whole else None


def _earlier(folder: Path, manifest: dict[str, Any]) -> Earlier:
    fit = manifest["fit"]
    effective = min(fit["min_ess_bulk"], fit["min_ess_tail"])
    return Earlier(folder, str(manifest["hash"]), str(manifest["last_fitted"]), fit["max_rhat"], effective)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def news_since(earlier: Earlier, corridor: Corridor, figures_csv: Path) -> list[dict[str, Any]]:
    """What came since the earlier run's forecast, surprises first, each with a sentence.

    Args:
        earlier: The earlier run.
        corridor: The corridor.
        figures_csv: The figures there are now.
    """
    watched = {(series.figures, series.group): name for name, series in corridor.series.items()}
    found = news(_forecast(earlier, corridor), read_figures(earlier.folder / "figures.csv"), read_figures(figures_csv))
    return [_row(item, watched[item.series, item.group]) for item in found if (item.series, item.group) in watched]


def _row(item: News, checkpoint: str) -> dict[str, Any]:
    return {"checkpoint": checkpoint, **asdict(item), "place": item.place, "sentence": str(item)}


def _forecast(earlier: Earlier, corridor: Corridor) -> Iterator[Expected]:
    with (earlier.folder / "forecast.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            series = corridor.series.get(row["series"])
            if row["model"] == "isthmus" and series is not None:
                bounds = (float(row[name]) for name in ("lo90", "lo50", "median", "hi50", "hi90"))
                yield Expected(series.figures, row["group"], row["period"], *bounds)
