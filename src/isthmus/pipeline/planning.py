"""What a job of a corridor will cost: how many units each of its stages has, times what such units have cost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from isthmus.compute import Storage, storage_at
from isthmus.compute.costs import Costs, known
from isthmus.compute.plan import Plan, plan
from isthmus.errors import InputError
from isthmus.pipeline.away import is_away
from isthmus.pipeline.folder import place_of_runs

BY_ORIGIN = ("backtest", "ex post", "rivals")
"""Stages whose units are blocks of origins."""
BY_SCENARIO = ("scenarios",)
"""Stages whose units are blocks of draws of a scenario."""


@dataclass(frozen=True)
class Job:
    """How large a job is.

    Attributes:
        corridors: Corridors, or months in which the job is done anew.
        groups: Groups that are fitted apart, each as a corridor of its own.
        origins: Past months to forecast from. Absent: as many as the last job had.
        scenarios: Scenarios. Absent: as many as the last job had.
        blocks: Blocks of draws of a scenario.
        workers: That work at the same time.
    """

    corridors: int = 1
    groups: int = 1
    origins: int | None = None
    scenarios: int | None = None
    blocks: int = 1
    workers: int = 2

    def units(self, cost: Costs) -> int:
        """Units of a kind of work."""
        return self.corridors * self.groups * self._each(cost)

    def _each(self, cost: Costs) -> int:
        if cost.stage in BY_ORIGIN and self.origins is not None:
            from isthmus.forecast.backtest.blocks import SIZE

            return -(-self.origins // SIZE)
        if cost.stage in BY_SCENARIO and self.scenarios is not None:
            return (self.scenarios + 1) * self.blocks
        return cost.usual


def planned(source: str, *, out: str | Path, quick: bool, job: Job) -> Plan:
    """The plan of a job, from the costs that earlier runs have left.

    Args:
        source: Folder of a run, or a corridor that was run before.
        out: Where runs lie. Of no account where ``source`` is a run.
        quick: Whether quick runs are meant.
        job: How large it is.

    Raises:
        InputError: No run has left costs of that corridor.
    """
    kind, storage = _found(source, out, quick=quick)
    names = sorted(storage.names(f"costs/{kind}"))
    costs = [found for name in names if (found := known(storage, name)) is not None and found.units]
    if not costs:
        raise InputError.one(
            where=source,
            expected=f"costs of units of {kind}, left by a run in {out}",
            found="none",
            remedy="measure them with a small job: isthmus backtest NAME --origins 6",
        )
    return plan([(cost, job.units(cost)) for cost in costs], workers=job.workers)


def _found(source: str, out: str | Path, *, quick: bool) -> tuple[str, Storage]:
    """What costs are kept by, and where."""
    if is_away(source) or (Path(source) / "manifest.json").is_file():
        above = source.rstrip("/").rpartition("/")[0] if is_away(source) else Path(source).parent
        manifest = storage_at(source).read("manifest.json")
        facts = json.loads(manifest or b"{}")
        return f"{facts.get('corridor')}{'-quick' if facts.get('quick') else ''}", place_of_runs(above)
    from isthmus.spec.load import load

    return f"{load(source).corridor.name}{'-quick' if quick else ''}", place_of_runs(out)
