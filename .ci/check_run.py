"""Checks that a run folder holds every file of a run, readable, and that each says what it should.

Usage: python .ci/check_run.py OUT, where OUT holds exactly one run.
"""

from __future__ import annotations

import csv
import json
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import xarray as xr

from isthmus.spec.load import load

FORECAST_COLUMNS = {"series", "period", "kind", "unit", "model", "median", "lo50", "hi50", "lo90", "hi90"}
SCORE_COLUMNS = ["model", "checkpoint", "group", "origin", "horizon", "crps_log", "wis", "covered50", "covered90"]
MODELS = {"isthmus", "random_walk", "seasonal_naive"}


def need(*, holds: bool, otherwise: str) -> None:
    """Raise with these words unless it holds."""
    if not holds:
        raise ValueError(otherwise)


def manifest(run: Path) -> None:
    """The manifest names corridor, versions, seed and diagnostics."""
    content = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    missing = {"isthmus", "corridor", "hash", "figures_hash", "seed", "quick", "stages", "environment", "fit"} - set(content)
    need(holds=not missing, otherwise=f"lacks {sorted(missing)}")
    need(holds=run.name == f"{content['corridor']}-{content['hash'][:12]}", otherwise=f"folder is called {run.name}")
    fit = content["fit"]
    need(holds=isinstance(fit["converged"], bool), otherwise="does not say whether the fit converged")
    need(holds=math.isfinite(fit["max_rhat"]), otherwise="has no R-hat")


def corridor(run: Path) -> None:
    """The resolved corridor can be read again."""
    loaded = load(run / "corridor.yaml")
    need(holds=run.name.startswith(loaded.corridor.name), otherwise=f"is of {loaded.corridor.name}")


def observations(run: Path) -> None:
    """Official figures are there, with their publishers, and some are used."""
    table = pq.read_table(run / "observations.parquet").to_pydict()
    need(holds=any(table["used"]), otherwise="no figure is used")
    need(holds=all(table["publisher"]), otherwise="a figure has no publisher")


def posterior(run: Path) -> None:
    """Draws are finite and each parameter has its diagnostics."""
    with xr.open_dataset(run / "posterior.nc", engine="h5netcdf") as data:
        need(
            holds={"chain", "draw", "parameter"} <= set(data["parameters"].dims),
            otherwise="parameters lack a dimension",
        )
        for name in ("parameters", "rhat", "ess_bulk", "departures", "leg_flow"):
            need(holds=bool(data[name].notnull().all()), otherwise=f"{name} is not finite")
        need(holds=bool((data["leg_flow"] >= 0).all()), otherwise="a flow is negative")


def forecast(run: Path) -> None:
    """The draws behind the forecast are counts."""
    with xr.open_dataset(run / "forecast.nc", engine="h5netcdf") as data:
        need(holds=bool((data["predicted"] >= 0).all()), otherwise="a predicted count is negative")


def forecast_table(run: Path) -> None:
    """Every forecast has nested intervals, a kind and a unit, and stands beside its rivals."""
    rows = _rows(run / "forecast.csv")
    missing = FORECAST_COLUMNS - set(rows[0])
    need(holds=not missing, otherwise=f"lacks {sorted(missing)}")
    for row in rows:
        ordered = [float(row[name]) for name in ("lo90", "lo50", "median", "hi50", "hi90")]
        need(holds=all(map(math.isfinite, ordered)) and ordered == sorted(ordered), otherwise=f"intervals of {row}")
        need(holds=row["kind"] in {"stock", "flow"} and bool(row["unit"]), otherwise=f"kind or unit of {row}")
    models = {row["model"] for row in rows}
    need(holds=models == MODELS, otherwise=f"has models {sorted(models)}")
    copy = pq.read_table(run / "forecast.parquet")
    need(holds=copy.num_rows == len(rows), otherwise="forecast.parquet has other rows")


def scores(run: Path) -> None:
    """Scores are there for the model and both rivals, origin by origin."""
    rows = _rows(run / "scores.csv")
    need(holds=list(rows[0]) == SCORE_COLUMNS, otherwise=f"has columns {list(rows[0])}")
    models = {row["model"] for row in rows}
    need(holds=models == MODELS, otherwise=f"has models {sorted(models)}")
    need(holds=all(float(row["crps_log"]) >= 0 for row in rows), otherwise="a score is negative")


def summary(run: Path) -> None:
    """The summary has a headline and the skill against the random walk."""
    content = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    need(holds=bool(content["headline"].strip()), otherwise="has no headline")
    skill = content["relative_skill"]
    need(holds=0 < skill["lo"] <= skill["value"] <= skill["hi"], otherwise=f"skill is {skill}")
    need(holds=0 <= content["coverage90"] <= 1, otherwise=f"coverage is {content['coverage90']}")


def report(run: Path) -> None:
    """The page stands alone: it says its corridor and provenance and fetches nothing."""
    page = (run / "report.html").read_text(encoding="utf-8")
    loaded = load(run / "corridor.yaml")
    need(holds=page.rstrip().endswith("</html>"), otherwise="is cut short")
    need(holds=loaded.corridor.title.split(":")[0] in page, otherwise="does not name the corridor")
    need(holds=json.loads((run / "manifest.json").read_text())["hash"][:12] in page, otherwise="lacks the hash")
    fetched = re.findall(r"""<(?:script|img|iframe|link)\b[^>]*?(?:src|href)=["']?(?:https?:)?//[^"'> ]+""", page)
    need(holds=not fetched, otherwise=f"fetches {fetched[:3]}")


CHECKS: dict[str, Callable[[Path], None]] = {
    "manifest.json": manifest,
    "corridor.yaml": corridor,
    "observations.parquet": observations,
    "posterior.nc": posterior,
    "forecast.nc": forecast,
    "forecast.csv": forecast_table,
    "scores.csv": scores,
    "summary.json": summary,
    "report.html": report,
}


def main() -> int:
    """Run all checks, print those that fail and a closing line."""
    runs = [path.parent for path in Path(sys.argv[1]).glob("*/manifest.json")]
    if len(runs) != 1:
        print(f"expected one run in {sys.argv[1]}, found {len(runs)}")
        return 1
    failed = 0
    for name, check in CHECKS.items():
        try:
            check(runs[0])
        except (OSError, KeyError, IndexError, ValueError) as error:
            failed += 1
            print(f"{name}: {type(error).__name__}: {error}")
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


if __name__ == "__main__":
    sys.exit(main())
