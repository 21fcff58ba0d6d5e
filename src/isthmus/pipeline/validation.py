"""`isthmus validate`: what the model can be trusted with, as units of work, a file of figures and a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from isthmus import __version__
from isthmus.compute import Unit, Workplace
from isthmus.forecast.backtest.blocks import QUICK as QUICK_FIT
from isthmus.forecast.backtest.blocks import evidence_at, vintages_of
from isthmus.forecast.compiled import Compiled, compiled, fitted_part
from isthmus.forecast.predict import thin
from isthmus.forecast.validation import checks, recovery
from isthmus.forecast.validation.synthetic import VARIANTS, Variant
from isthmus.pipeline import files
from isthmus.pipeline.folder import RunFolder, digest

if TYPE_CHECKING:
    from isthmus.pipeline.job import Task

Progress = Callable[[float], None]

STAGE = "validation"
FILES = ("validation.json", "validation.html")
N_SAMPLES = 400


class Size(NamedTuple):
    """How much is done.

    Attributes:
        ranked: Data sets from the prior whose truths are ranked.
        covered: Data sets of each variant whose intervals are counted; those of the model are among the ranked.
        batch: Data sets fitted together.
    """

    ranked: int
    covered: int
    batch: int


FULL = Size(100, 20, 10)
QUICK = Size(24, 12, 12)
LEFT_OUT = 6
"""Series left out in one batch of fits."""


def validation_stage(folder: RunFolder, task: Task, where: Workplace, progress: Progress) -> None:
    """Do all checks and write figures and page; unchanged, nothing is done."""
    inputs = digest(task.hash, STAGE)
    if not folder.finished(STAGE, inputs):
        with folder.stage(STAGE, inputs, FILES):
            _validate(folder, task, where, progress)


def _validate(folder: RunFolder, task: Task, where: Workplace, progress: Progress) -> None:
    work = compiled(task.text, task.last_month)
    units = [*left_out_units(task, work), *(unit for variant in VARIANTS for unit in recovery_units(task, variant))]
    found = where.results(units, lambda share: progress(0.95 * share))
    results = {str(unit.key): (unit, dict(arrays)) for unit, arrays in found}
    facts = {
        **_recovered(task, [pair for pair in results.values() if pair[0].stage == "recover"]),
        **_checked(folder, task, work),
        "left_out": _left_out(work, [arrays for unit, arrays in results.values() if unit.stage == "left out"]),
        "fit": folder.manifest.get("fit", {}),
        "quick": task.quick,
    }
    folder.write_json("validation.json", facts)
    from isthmus.report.validation import render_validation

    folder.write_text("validation.html", render_validation(task.loaded.corridor, folder.manifest, facts))


def recovery_units(task: Task, variant: Variant) -> list[Unit]:
    """Batches of data sets of a variant."""
    size = QUICK if task.quick else FULL
    effort = recovery.QUICK if task.quick else recovery.FULL
    count = size.ranked if variant == "model" else size.covered
    out = []
    for first in range(0, count, size.batch):
        number = min(size.batch, count - first)
        batch = recovery.Batch(
            task.text, task.figures, task.last_month, task.last_fitted, variant, first, number, task.seed, effort
        )
        inputs = digest(
            __version__, fitted_part(batch.corridor), batch.figures.hash, batch.last_fitted, batch.seed, asdict(effort)
        )
        span = (first, first + number)
        out.append(Unit(recovery.recover_unit, inputs, "recover", (), "", variant, span, {"batch": batch}, task.kind))
    return out


def left_out_units(task: Task, work: Compiled) -> list[Unit]:
    """Batches of fits without one series each; nothing where there is only one."""
    n = len(work.model.sights)
    if n < 2:
        return []
    effort = QUICK_FIT if task.quick else recovery.FULL
    out = []
    for first in range(0, n, LEFT_OUT):
        series = tuple(range(first, min(first + LEFT_OUT, n)))
        batch = checks.LeftOut(
            task.text, task.figures, task.last_month, task.last_fitted, series, task.seed, effort, min(LEFT_OUT, n)
        )
        inputs = digest(
            __version__, fitted_part(batch.corridor), batch.figures.hash, batch.last_fitted, batch.seed, asdict(effort),
            checks.HELD_OUT,
        )  # fmt: skip
        span = (first, first + len(series))
        out.append(Unit(checks.left_out_unit, inputs, "left out", draws=span, arguments={"batch": batch}, kind=task.kind))
    return out


def _recovered(task: Task, pairs: Sequence[tuple[Unit, dict[str, Any]]]) -> dict[str, Any]:
    """Ranks and coverage by variant."""
    covered = (QUICK if task.quick else FULL).covered
    out: dict[str, Any] = {"coverage": {}, "unconverged": {}}
    for variant in VARIANTS:
        parts = [arrays for unit, arrays in pairs if unit.scenario == variant]
        found = recovery.joined(parts)
        out["coverage"][variant] = {key: round(value, 4) for key, value in recovery.coverage(found, covered).items()}
        out["unconverged"][variant] = {
            "sets": len(found.rhat),
            "rhat_above_1.05": int((found.rhat > 1.05).sum()),
            "largest_rhat": round(float(found.rhat.max()), 3),
            "with_divergences": int((found.divergences > 0).sum()),
        }
        if variant == "model":
            rows = recovery.verdicts(found)
            out["ranks"] = [_rounded(asdict(row)) for row in rows]
            out["ranked"] = {
                "sets": len(found.rhat),
                "quantities": len(rows),
                "uniform": sum(row.uniform for row in rows),
                "smallest_p": round(min(row.p for row in rows), 6),
                "bar": recovery.LEVEL / len(rows),
            }
            out["coverage"]["model, all ranked"] = {
                key: round(value, 4) for key, value in recovery.coverage(found, len(found.rhat)).items()
            }
    return out


def _checked(folder: RunFolder, task: Task, work: Compiled) -> dict[str, Any]:
    """What the fit of the run says of its own figures and priors."""
    last = work.model.grid.position(task.last_fitted)
    values = vintages_of(work, task.figures).latest
    evidence = evidence_at(values, last, work.model.knowledge)
    forecast = work.predictor.predict(thin(files.read_vectors(folder), N_SAMPLES), evidence, seed=task.seed)
    return {
        "predictive": [_rounded(row._asdict()) for row in checks.predictive_checks(work, forecast, values)],
        "sensitivity": [_rounded(row._asdict()) for row in checks.prior_sensitivity(work, forecast)],
        "sensitive": checks.SENSITIVE,
    }


def _left_out(work: Compiled, parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the other series say of each."""
    rows = []
    for part in parts:
        for k, values in zip(part["series"], part["held_out"], strict=True):
            named = dict(zip(checks.HELD_OUT, (float(v) for v in values), strict=True))
            at = named.pop("decisive")
            decisive = work.model.table.names[int(at)] if np.isfinite(at) else None
            rows.append({"series": work.model.sights[int(k)].id, **_rounded(named), "decisive": decisive})
    return rows


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Numbers to five digits; what is not a number becomes nothing."""
    return {key: _round(value) for key, value in row.items()}


def _round(value: Any) -> Any:
    if not isinstance(value, float | np.floating):
        return value
    return float(f"{value:.5g}") if np.isfinite(value) else None
