"""What units have cost, kept beside their results, so that a plan rests on what was measured."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from isthmus.compute.storage import Storage
from isthmus.compute.unit import Unit
from isthmus.compute.worker import Cost


@dataclass(frozen=True)
class Costs:
    """Costs of the units of one kind of work."""

    work: str
    stage: str
    units: int = 0
    cpu_seconds: float = 0.0
    """Of all units."""
    peak_mb: float = 0.0
    size: int = 0
    """Bytes of all results."""

    def with_(self, cost: Cost) -> Costs:
        """These costs and one unit more."""
        return replace(
            self,
            units=self.units + 1,
            cpu_seconds=self.cpu_seconds + cost.cpu_seconds,
            peak_mb=max(self.peak_mb, cost.peak_mb),
            size=self.size + cost.size,
        )

    @property
    def cpu_seconds_each(self) -> float:
        """Of a unit."""
        return self.cpu_seconds / self.units if self.units else 0.0


def name_of(unit: Unit) -> str:
    """File of the costs of a unit's kind of work."""
    return f"costs/{unit.stage.replace(' ', '-')}-{unit.work.__qualname__}.json"


def known(storage: Storage, name: str) -> Costs | None:
    """Costs that were kept; None where there are none, or they cannot be read."""
    content = storage.read(name)
    try:
        return None if content is None else Costs(**json.loads(content))
    except (ValueError, TypeError):
        return None


class Ledger:
    """Costs of one call, laid over those that storage has when the call ends."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._costs: dict[str, Costs] = {}

    def add(self, unit: Unit, cost: Cost) -> None:
        """Enter what a unit cost."""
        name = name_of(unit)
        if name not in self._costs:
            new = Costs(unit.work.__qualname__, unit.stage)
            self._costs[name] = known(self._storage, name) or new
        self._costs[name] = self._costs[name].with_(cost)

    def keep(self) -> None:
        """Write the costs."""
        for name, costs in self._costs.items():
            self._storage.write(name, json.dumps(asdict(costs)).encode())
