"""What a job will cost, from what units of work have cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.compute.costs import Costs

START_SECONDS = 3.4
"""CPU seconds for a worker to start and to load Isthmus, measured; see docs/scale.md."""


@dataclass(frozen=True)
class Line:
    """One kind of work in a plan."""

    stage: str
    work: str
    units: int
    cpu_hours: float
    peak_mb: float
    """Of one worker."""
    storage_mb: float
    measured: int
    """Units that the costs were measured on."""


@dataclass(frozen=True)
class Plan:
    """A job before it is started."""

    lines: tuple[Line, ...]
    workers: int

    @property
    def units(self) -> int:
        """Of all kinds."""
        return sum(line.units for line in self.lines)

    @property
    def cpu_hours(self) -> float:
        """Of all kinds, and of the workers' start."""
        return sum(line.cpu_hours for line in self.lines) + self.workers * START_SECONDS / 3600

    @property
    def hours(self) -> float:
        """By the clock, if every worker has a processor of its own: units go in whole rounds."""
        rounds = sum(math.ceil(line.units / self.workers) * line.cpu_hours / line.units for line in self.lines if line.units)
        return rounds + START_SECONDS / 3600

    @property
    def memory_mb(self) -> float:
        """Of all workers at a time."""
        return self.workers * max((line.peak_mb for line in self.lines), default=0.0)

    @property
    def storage_mb(self) -> float:
        """Of all results."""
        return sum(line.storage_mb for line in self.lines)


def plan(costs: Sequence[tuple[Costs, int]], *, workers: int) -> Plan:
    """Multiply measured costs.

    Args:
        costs: Of each kind of work, and how many units of it there will be.
        workers: How many there will be.
    """
    lines = []
    for cost, units in costs:
        hours, size = units * cost.cpu_seconds_each / 3600, units * cost.size / cost.units / 1e6
        lines.append(Line(cost.stage, cost.work, units, hours, cost.peak_mb, size, cost.units))
    return Plan(tuple(lines), workers)
