"""The files of a run's scenarios and impacts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr

from isthmus import __version__
from isthmus.impacts.assess import Assessed
from isthmus.impacts.entries import COLUMNS as IMPACT_COLUMNS
from isthmus.pipeline.files import save
from isthmus.pipeline.folder import RunFolder
from isthmus.pipeline.stress_told import told, told_notes, told_sweeps
from isthmus.pipeline.trigger_skill import skill
from isthmus.report.gated import policy_of
from isthmus.scenarios import predictions
from isthmus.scenarios.rows import BASELINE, COLUMNS, LEVELS
from isthmus.scenarios.sheets import burden_rows
from isthmus.scenarios.sweeps import Respond, Target, surface, tornado

if TYPE_CHECKING:
    from isthmus.pipeline.job import Task
    from isthmus.scenarios.compare import Comparison

KEPT = {"departures": "group", "arrivals": "place", "leg_flow": "leg"}
"""Measures whose draws are kept, and the axis that they are kept by."""


Responses = Callable[[str, Target], Respond]
"""By the name of a scenario and a target."""


def write(folder: RunFolder, task: Task, comparison: Comparison, assessed: Assessed, responses: Responses) -> None:
    """Tables, draws, what is said beside them, and the prediction."""
    corridor, policy = task.loaded.corridor, policy_of(folder.path)
    table = (*comparison.table, *burden_rows(corridor, comparison))
    _table(folder, "scenarios.parquet", table, COLUMNS)
    _table(folder, "impacts.parquet", assessed.table, IMPACT_COLUMNS)
    with tempfile.TemporaryDirectory(prefix="isthmus-") as scratch:
        save(folder, "scenarios.nc", draws(task, comparison, Path(scratch)))
    save(folder, "impacts.nc", present(comparison, assessed))
    prediction = predict(folder, task, comparison)
    said, came = told(folder, task, comparison, table)
    folder.write_json(
        "stress.json",
        {
            **said,
            **told_sweeps(sweeps(task, comparison, responses), came, policy),
            "impacts": told_notes(assessed.notes, policy),
            "trigger_skill": skill(folder, task),
            "prediction": prediction,
        },
    )


def _table(folder: RunFolder, name: str, rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
    numbers = {"median", "lo50", "hi50", "lo90", "hi90"}
    types = pa.schema([(column, pa.float64() if column in numbers else pa.string()) for column in columns])
    found = pa.Table.from_pydict({column: [row[column] for row in rows] for column in columns}, schema=types)
    folder.write(name, lambda path: pq.write_table(found, path))


def predict(folder: RunFolder, task: Task, comparison: Comparison) -> str:
    """Keep the prediction under the hash of its content, once and for all; its hash."""
    made_from = {
        "isthmus": __version__,
        "run": task.hash,
        "corridor": task.loaded.hash,
        "figures": task.figures.hash,
        "last_fitted": task.last_fitted,
        "seed": task.seed,
        "draws": comparison.bench.n_samples,
    }
    written = task.loaded.document.get("scenarios", {})
    content = predictions.document(comparison, {name: written.get(name) for name in comparison.names}, made_from)
    text = predictions.text_of(content)
    name = f"{predictions.FOLDER}/{predictions.hash_of(text)}.json"
    if not (folder.path / name).exists():
        (folder.path / predictions.FOLDER).mkdir(exist_ok=True)
        folder.write_text(name, text)
        (folder.path / name).chmod(0o444)
    return predictions.hash_of(text)


def sweeps(task: Task, comparison: Comparison, responses: Responses) -> dict[str, Any]:
    """A tornado of the judged scenario with the most unknown strengths, and a surface of the two that matter most."""
    unknown = {name: len(comparison.outcomes[name].priors) for name in comparison.names}
    name = max(unknown, key=unknown.__getitem__, default="")
    if not name or unknown[name] == 0:
        return {"tornado": None, "surface": None}
    target = Target(_watched(task))
    priors, respond = comparison.outcomes[name].priors, responses(name, target)
    rows = tornado(priors, respond)
    about = {"scenario": name, "place": target.place, "unit": "arrivals over those of the baseline, median"}
    grid = None
    if len(rows) > 1:
        first, second = rows[0]["quantity"], rows[1]["quantity"]
        grid = {**about, **surface(priors, (first, second), respond)}
    return {"tornado": {**about, "rows": rows}, "surface": grid}


def _watched(task: Task) -> str:
    """The last place on the way at which a series counts everybody who arrives; else any that a series watches."""
    corridor, order = task.loaded.corridor, [place.id for place in task.model.places]
    seen = {s.watches.arrivals_at: s.detection == 1.0 for s in corridor.series.values() if s.watches.arrivals_at is not None}
    transit = [place for place in seen if corridor.places[place].role in {"transit", "bottleneck"}]
    whole = [place for place in transit if seen[place]]
    return max(whole or transit or list(seen) or order[-1:], key=order.index)


def present(comparison: Comparison, assessed: Assessed) -> xr.Dataset:
    """``impacts.nc``: who is present and arrives by place and step, groups added, quantiles."""
    if not assessed.people:
        return xr.Dataset()
    bench, people = comparison.bench, next(iter(assessed.people.values()))
    dims = ("scenario", "quantile", "place", "step")
    found = {name: [getattr(one, name) for one in assessed.people.values()] for name in ("present", "person_days", "arrivals")}
    kinds = {"present": "stock", "person_days": "flow", "arrivals": "flow"}
    units = {"present": "persons at the end of a step", "person_days": "person-days a step", "arrivals": "persons a step"}
    return xr.Dataset(
        {name: (dims, np.stack(values), {"units": units[name], "kind": kinds[name]}) for name, values in found.items()},
        coords={
            "scenario": list(assessed.people),
            "quantile": list(LEVELS),
            "place": list(people.places),
            "step": [str(day) for day in bench.model.grid.starts[bench.first_step :]],
        },
    )


def draws(task: Task, comparison: Comparison, scratch: Path) -> xr.Dataset:
    """``scenarios.nc``: draws of the main measures by scenario and month, single precision; laid out on disk first."""
    bench = comparison.bench
    laid: dict[str, Any] = {}
    for n, outcome in enumerate(comparison.outcomes.values()):
        for name, axis in KEPT.items():
            values = outcome.found[name].values
            values = values[:, 0] if axis == "group" else values.sum(axis=2)
            if name not in laid:
                shape = (len(comparison.outcomes), *values.shape)
                laid[name] = np.lib.format.open_memmap(scratch / f"{name}.npy", "w+", np.float32, shape)
            laid[name][n] = values
    about = {"units": "persons a month", "kind": "flow"}
    variables = {name: (("scenario", "sample", axis, "month"), laid[name], about) for name, axis in KEPT.items()}
    labels = {BASELINE: "The corridor as it stands"}
    labels |= {name: task.loaded.corridor.scenarios[name].label for name in comparison.names}
    return xr.Dataset(
        {**variables, "label": ("scenario", [labels[name] for name in comparison.outcomes])},
        coords={
            "scenario": list(comparison.outcomes),
            "group": list(bench.groups),
            "place": [place.id for place in bench.model.places],
            "leg": [leg.id for leg in bench.model.legs],
            "month": list(bench.months),
        },
        attrs={"origin": task.last_fitted, "seed": task.seed},
    )
