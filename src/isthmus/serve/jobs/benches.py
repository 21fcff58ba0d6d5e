"""Scenarios on the draws of a run, quickly: what was compiled for one answers the next."""

from __future__ import annotations

import json
import sys
import traceback
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus.errors import InputError, IsthmusError
from isthmus.serve.accounts.rights import DEMO
from isthmus.serve.jobs.queue import Job
from isthmus.serve.library import results
from isthmus.serve.library.runs import Run, run_of, runs
from isthmus.serve.settings import Settings

if TYPE_CHECKING:
    from isthmus.pipeline.job import Task
    from isthmus.scenarios.bench import Bench
    from isthmus.scenarios.compare import Hazards

Report = Callable[[float, str, str], None]

KEPT = 2
"""Benches kept; one takes some hundred megabytes."""


@dataclass(frozen=True, eq=False)
class Warm:
    """A bench that is ready.

    Attributes:
        furniture: The legs and queues that it has beyond the corridor's.
    """

    task: Task
    bench: Bench
    hazards: Hazards
    furniture: frozenset[str]


_warm: OrderedDict[tuple[str, int, int], Warm] = OrderedDict()


def try_out(settings: Settings, job: Job, report: Report) -> dict[str, Any]:
    """Run one scenario and keep its rows; returns under which name.

    Raises:
        IsthmusError: The scenario is wrong, with everything that is; or the run is not there, or of another version.
    """
    asked = job.request
    name = results.name_of(asked)
    target = results.path_of(settings, job.team, name)
    if not target.is_file():
        run = run_of(settings, job.team, asked["run"])
        if run is None:
            raise InputError.one(
                where="run", expected="a run of yours", found=asked["run"][:80], remedy="see the corridor's page"
            )
        report(0.05, "scenario", "reading")
        task = checked(run, asked["scenario"], asked["document"])
        report(0.1, "scenario", "preparing")
        ready = _ready(run, task, asked["scenario"], draws=asked["draws"], months=asked["months"])
        report(0.6, "scenario", "comparing")
        rows = _rows(ready, task, asked["scenario"])
        results.write(settings, job.team, target, run, rows, draws=ready.bench.n_samples)
    return {"result": name}


def checked(run: Run, scenario: str, document: Mapping[str, Any] | None) -> Task:
    """The corridor of a run with one more scenario, checked as if it stood in the file; absent: one of the file's own.

    Raises:
        IsthmusError: Something is wrong with it; everything at once.
    """
    from isthmus.pipeline.job import read  # noqa: PLC0415

    sets = [] if document is None else [f"scenarios={json.dumps({scenario: document})}"]
    return read(
        run.folder / "corridor.yaml", sets=sets, scenario=None, seed=run.seed, quick=run.quick, figures=run.folder / "figures.csv"
    )


def _ready(run: Run, task: Task, scenario: str, *, draws: int, months: int) -> Warm:
    """A bench that has what the scenario needs: the one at hand, or one that is made for it and for those before it."""
    key = (run.tag, draws, months)
    needed = _furniture(task, scenario)
    known = _warm.get(key)
    if known is not None and needed <= known.furniture:
        _warm.move_to_end(key)
        return known
    made = _make(run, task, scenario, draws=draws, months=months)
    _warm[key] = made
    while len(_warm) > KEPT:
        _warm.popitem(last=False)
    return made


def _make(run: Run, task: Task, scenario: str, *, draws: int, months: int) -> Warm:
    from isthmus.pipeline import stress  # noqa: PLC0415
    from isthmus.pipeline.folder import RunFolder  # noqa: PLC0415

    whole = checked(run, scenario, None)
    tried = {**whole.loaded.corridor.scenarios, scenario: task.loaded.corridor.scenarios[scenario]}
    try:
        bench = stress.prepared(RunFolder(run.folder, dict(run.manifest)), whole, tried, draws=draws, months=months)
    except (KeyError, ValueError, TypeError) as error:
        raise InputError.one(
            where=run.id,
            expected="a run made by this version of Isthmus",
            found=f"draws that do not fit its model ({type(error).__name__})",
            remedy="start a new run of the corridor",
        ) from error
    furniture = frozenset(item for name in tried for item in _of(tried, name))
    return Warm(whole, bench, stress.hazards_of(whole, bench.n_samples), furniture)


def _furniture(task: Task, scenario: str) -> frozenset[str]:
    return _of(task.loaded.corridor.scenarios, scenario)


def _of(scenarios: Mapping[str, Any], name: str) -> frozenset[str]:
    """What shocks need beyond the corridor: legs for removals and pathways, queues where there are none."""
    from isthmus.scenarios.gathered import gathered  # noqa: PLC0415

    found = set()
    for named in gathered(scenarios, name):
        kind, place = getattr(named.shock, "kind", ""), getattr(named.shock, "place", "")
        if kind in {"removals", "cap", "stop"}:
            found.add(f"{'removals' if kind == 'removals' else 'queue'} {place} {getattr(named.shock, 'legs', '') or ''}")
        if kind == "pathway":
            found.add(f"pathway {getattr(named.shock, 'group', '')}")
    return frozenset(found)


def _rows(ready: Warm, task: Task, scenario: str) -> list[dict[str, Any]]:
    from isthmus.scenarios.compare import compare  # noqa: PLC0415
    from isthmus.scenarios.rows import BASELINE  # noqa: PLC0415

    corridor = task.loaded.corridor
    source = f"isthmus {corridor.name}, figures to {task.last_fitted}"
    found = compare({BASELINE: ready.bench}, corridor.scenarios, [scenario], ready.hazards, source=source)
    return [row for row in found.table if not row["measure"].startswith("figures")]


def warm_up(settings: Settings) -> None:
    """Compile for the latest run that all may see, with a scenario of its file; a failure only costs time later."""
    for run in runs(settings, DEMO)[:1]:
        try:
            task = checked(run, "", None)
            for scenario in list(task.loaded.corridor.scenarios)[:1]:
                ready = _ready(run, task, scenario, draws=results.FAST, months=results.MONTHS)
                _rows(ready, task, scenario)
        except IsthmusError as error:
            sys.stderr.write(f"isthmus serve: {run.id} is not ready for scenarios: {error}\n")
        except Exception:  # noqa: BLE001 - the worker must come up whatever a run folder holds
            traceback.print_exc()
