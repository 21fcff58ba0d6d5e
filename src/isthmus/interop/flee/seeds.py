"""Seeds of an instance as units of work: done wherever there is room, each once."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from isthmus import __version__
from isthmus.compute import Arrays, Unit, Workplace
from isthmus.interop.flee.compiled import Compiled, compile_instance
from isthmus.interop.flee.instance import Instance
from isthmus.interop.flee.native import load
from isthmus.interop.flee.run import Run, runs


@dataclass(frozen=True)
class Named:
    """An instance, known by a hash of all that a run of it depends on."""

    name: str
    instance: Instance = field(compare=False, repr=False)

    @classmethod
    def of(cls, instance: Instance) -> Named:
        """The instance with its name; what it warns of and what is kept but not used are left out."""
        used = replace(instance, warnings=(), tables=())
        return cls(hashlib.sha256(f"{__version__} {used!r}".encode()).hexdigest(), used)


@lru_cache(maxsize=2)
def _compiled(named: Named) -> Compiled:
    return compile_instance(named.instance)


def seed_unit(unit: Unit) -> Arrays:
    """One seed of an instance as work for any place."""
    compiled = _compiled(unit.arguments["instance"])
    run = next(runs(compiled, seed=unit.draws[0], kernel=load()))
    counts, under_way = (np.array(values, np.int32) for values in (run.counts, run.under_way))
    return {"counts": counts, "under_way": under_way, "people": np.array(run.people), "places": np.array(run.places)}


def seeds_of(instance: Instance, where: Workplace, *, seed: int, seeds: int) -> Iterator[Run]:
    """Runs under one seed after another."""
    named = Named.of(instance)
    units = [
        Unit(seed_unit, named.name, "flee", draws=(k, k + 1), arguments={"instance": named}, kind=f"flee-{instance.name}")
        for k in range(seed, seed + seeds)
    ]
    for unit, result in where.results(units):
        counts, under_way = (array("i", result[name].astype(np.int32).tobytes()) for name in ("counts", "under_way"))
        yield Run(unit.draws[0], int(result["places"]), counts, under_way, int(result["people"]))
