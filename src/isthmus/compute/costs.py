"""What units have cost, kept beside their results, so that a plan rests on what was measured."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from isthmus import __version__
from isthmus.compute.storage import Storage
from isthmus.compute.unit import Unit
from isthmus.compute.worker import Cost


@dataclass(frozen=True)
class Costs:
    """Costs of the units of one kind of work.

    Attributes:
        kind: What the units are of, such as a corridor's name.
        usual: Units in the last job that had such.
        version: Of Isthmus; another one's costs are not added to.
    """

    work: str
    stage: str
    kind: str = ""
    usual: int = 0
    version: str = __version__
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
    file = f"{unit.stage.replace(' ', '-')}-{unit.work.__qualname__}.json"
    return "/".join(part for part in ("costs", unit.kind, file) if part)


def known(storage: Storage, name: str) -> Costs | None:
    """Costs that were kept; None where there are none of this version, or they cannot be read."""
    content = storage.read(name)
    try:
        found = None if content is None else Costs(**json.loads(content))
    except (ValueError, TypeError):
        return None
    return found if found is not None and found.version == __version__ else None


class Ledger:
    """Costs of one call, laid over those that storage has when the call ends."""

    def __init__(self, storage: Storage, units: Sequence[Unit]) -> None:
        self._storage = storage
        self._usual = Counter(map(name_of, units))
        self._costs: dict[str, Costs] = {}

    def add(self, unit: Unit, cost: Cost) -> None:
        """Enter what a unit cost."""
        name = name_of(unit)
        if name not in self._costs:
            found = known(self._storage, name) or Costs(unit.work.__qualname__, unit.stage, unit.kind)
            self._costs[name] = replace(found, usual=self._usual[name])
        self._costs[name] = self._costs[name].with_(cost)

    def keep(self) -> None:
        """Write the costs."""
        for name, costs in self._costs.items():
            self._storage.write(name, json.dumps(asdict(costs)).encode())
