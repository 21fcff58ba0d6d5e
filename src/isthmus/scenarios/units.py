"""Scenarios as units of work: one scenario on one block of draws; results stay in storage and are read scenario by scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.compute import Unit, Workplace
from isthmus.compute import Arrays as Result
from isthmus.engines.result import Trajectories
from isthmus.forecast.backtest.blocks import evidence_at
from isthmus.forecast.compiled import compiled
from isthmus.scenarios.arrays import Arrays, arrays
from isthmus.scenarios.bench import Bench, bench
from isthmus.scenarios.gathered import Named, gathered
from isthmus.scenarios.passes import Ahead
from isthmus.scenarios.rows import BASELINE
from isthmus.scenarios.strengths import Strengths
from isthmus.scenarios.sweeps import Target, came, thinned
from isthmus.spec.schema import Corridor

Floats = NDArray[np.float64]

STAGE, SWEEP = "scenarios", "sweeps"


@dataclass(frozen=True)
class Trial:
    """What a bench is made from; trials of one name are the same.

    Attributes:
        name: Hash of all that follows.
        corridor: That was fitted, as text, see `forecast.compiled`.
        laid: Another that the scenario's partial document makes of it, as text; empty: the same.
        last_month: End of the compiled grid of the fit.
        last_fitted: Last month that the fit saw.
        figures: By series and month of that grid, ``(series, month)``.
        vectors: Posterior draws, ``(sample, size)``.
        until: Last month to come.
        seed: Root seed of the run.
        like: Trial of the corridor as it was fitted, where this is of another.
    """

    name: str
    corridor: str = field(compare=False)
    laid: str = field(compare=False)
    last_month: str = field(compare=False)
    last_fitted: str = field(compare=False)
    figures: Floats = field(compare=False)
    vectors: Floats = field(compare=False)
    until: str = field(compare=False)
    seed: int = field(compare=False)
    like: Trial | None = field(default=None, compare=False)


@lru_cache(maxsize=2)
def bench_of(trial: Trial) -> Bench:
    """The bench of a trial, made once a process."""
    work = compiled(trial.corridor, trial.last_month)
    corridor = Corridor.model_validate_json(trial.laid) if trial.laid else work.corridor
    evidence = evidence_at(trial.figures, work.model.grid.position(trial.last_fitted), work.model.knowledge)
    return bench(
        corridor, work.model, trial.vectors, evidence, last_month=trial.until, seed=trial.seed,
        scenarios=work.corridor.scenarios, predictor=work.predictor, like=None if trial.like is None else bench_of(trial.like),
    )  # fmt: skip


@lru_cache(maxsize=1)
def thin_bench_of(trial: Trial) -> Bench:
    """The same with few draws, for sweeps."""
    return thinned(bench_of(trial))


def _shocks(trial: Trial, name: str) -> Sequence[Named]:
    return gathered(compiled(trial.corridor, trial.last_month).corridor.scenarios, name)


def ahead_unit(unit: Unit) -> Result:
    """The months ahead under a scenario, or as the corridor stands, for a block of draws."""
    trial: Trial = unit.arguments["trial"]
    made = bench_of(trial)
    if unit.scenario == BASELINE:
        return packed(made.part(arrays(made.scene(), ()), unit.draws))
    found = arrays(made.scene(leaving=unit.arguments["leaving"]), _shocks(trial, unit.scenario))
    return packed(made.part(found, unit.draws))


def sweep_unit(unit: Unit) -> Result:
    """Arrivals with strengths held, over those of the baseline, by draw, ``(sample,)``."""
    trial: Trial = unit.arguments["trial"]
    made, target = thin_bench_of(trial), Target(unit.arguments["place"])
    ahead, _, _ = made.run(_shocks(trial, unit.scenario), fixed=unit.arguments["fixed"])
    return {"ratio": came(made, ahead, target) / np.maximum(came(made, made.baseline, target), 1e-9)}


def packed(ahead: Ahead) -> dict[str, NDArray[Any]]:
    """The months ahead as arrays by name."""
    flows = {f"flows.{name}": np.asarray(part) for name, part in ahead.flows._asdict().items() if part is not None}
    return {**flows, "expected": np.asarray(ahead.expected)}


def joined(results: Iterator[Result]) -> Ahead:
    """The months ahead of all draws from the results of their blocks."""
    parts = list(results)
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    nothing: dict[str, Any] = dict.fromkeys(Trajectories._fields)
    flows = {name.partition(".")[2]: value for name, value in whole.items() if name.startswith("flows.")}
    return Ahead(Trajectories(**{**nothing, **flows}), whole["expected"])


@dataclass(frozen=True, eq=False)
class Trials:
    """Scenarios that are tried, each on its bench.

    Attributes:
        own: Trials by scenario; the baseline's serves those that have none of their own.
        where: Where units are done.
        kind: What costs are kept by.
    """

    own: Mapping[str, Trial]
    where: Workplace
    kind: str = ""

    def trial(self, name: str) -> Trial:
        """The trial of a scenario."""
        return self.own.get(name, self.own[BASELINE])

    def bench(self, name: str) -> Bench:
        """Its bench, whose baseline is made of units."""
        trial = self.trial(name)
        made = bench_of(trial)
        if "baseline" not in made.__dict__:
            units = self._units(trial, BASELINE, {})
            made.__dict__["baseline"] = joined(result for _, result in self.where.results(units))
        return made

    def do(self, names: Sequence[str], progress: Any) -> None:
        """Do all units; nothing of their results is kept in memory."""
        units = [unit for name in names for unit in self.units(name)]
        for _ in self.where.results(units, progress):
            pass

    def units(self, name: str) -> list[Unit]:
        """Units of a scenario."""
        return self._units(self.trial(name), name, {"leaving": self.bench(name).leaving})

    def _units(self, trial: Trial, name: str, more: Mapping[str, Any]) -> list[Unit]:
        arguments = {"trial": trial, **more}
        blocks = bench_of(trial).blocks()
        return [Unit(ahead_unit, trial.name, STAGE, (), trial.last_fitted, name, draws, arguments, self.kind) for draws in blocks]

    def ran(self, name: str) -> tuple[Ahead, Arrays, Strengths]:
        """A scenario's months ahead, what it changed and what its strengths were; done where they are not yet."""
        made = self.bench(name)
        scene = made.scene(leaving=made.leaving)
        found = arrays(scene, _shocks(self.trial(name), name))
        return joined(result for _, result in self.where.results(self.units(name))), found, scene.strengths

    def responses(self, name: str, target: Target, held: Sequence[Mapping[str, float]]) -> list[float]:
        """Median responses with strengths held, one an entry of ``held``."""
        trial = self.own[BASELINE]
        units = []
        for fixed in held:
            arguments = {"trial": trial, "place": target.place, "fixed": dict(fixed)}
            inputs = f"{trial.name} {target.place} {sorted(fixed.items())}"
            units.append(Unit(sweep_unit, inputs, SWEEP, (), trial.last_fitted, name, (0, 0), arguments, self.kind))
        return [float(np.median(result["ratio"])) for _, result in self.where.results(units)]
