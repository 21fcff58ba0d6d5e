"""The schedule of a large job, simulated: what one to ten thousand workers would do with it, from costs measured here."""

from __future__ import annotations

import heapq
import sys
from dataclasses import dataclass

import numpy as np

from isthmus.streams import stream


@dataclass(frozen=True)
class Costs:
    """Seconds, measured by ``compute.py`` and the run folder's costs; see docs/scale.md."""

    unit: float
    """CPU of a unit, mean."""
    spread: float
    """Of the log of a unit's cost."""
    dispatch: float
    """Of the scheduler and driver, which do one unit at a time, for each unit."""
    read: float
    """Of the driver, for each result it reads."""
    start: float
    """Of a worker."""
    result_mb: float


@dataclass(frozen=True)
class Schedule:
    """What came out."""

    hours: float
    efficiency: float
    """Share of the workers' time that is work."""
    driver: float
    """Share of the time that scheduler and driver are busy."""
    written_per_second: float
    mb_per_second: float


def simulate(n_units: int, workers: int, costs: Costs, *, seed: int = 1) -> Schedule:
    """Hand out units to whoever is free, one at a time, and read each result when it has come.

    The driver is one server with a queue: handing out a unit and taking its result both wait for it.
    """
    draws = np.exp(costs.spread * stream(seed, "schedule").standard_normal(n_units) - 0.5 * costs.spread**2)
    free = [costs.start] * workers
    heapq.heapify(free)
    server = 0.0
    last = 0.0
    for cost in costs.unit * draws:
        ready = heapq.heappop(free)
        server = max(server, ready) + costs.dispatch + costs.read
        end = server + float(cost)
        last = max(last, end)
        heapq.heappush(free, end)
    work = float(costs.unit * draws.sum())
    busy = n_units * (costs.dispatch + costs.read) / last
    return Schedule(last / 3600, work / (workers * last), busy, n_units / last, n_units * costs.result_mb / last)


def main() -> int:
    """Print a table: unit seconds, dispatch ms, read ms and result MB may be given."""
    given = [float(word) for word in sys.argv[1:]]
    unit, dispatch, read, result = [*given, *(20.0, 2.0, 1.0, 0.5)[len(given) :]]
    costs = Costs(unit, 0.5, dispatch / 1000, read / 1000, 10.0, result)
    n_units = 26 * 40 * 50 * 10
    sys.stdout.write(f"{n_units} units of {unit:g} s, {dispatch:g} ms to hand out, {read:g} ms to read, {result:g} MB each\n")
    for workers in (1, 2, 10, 100, 1000, 10_000):
        found = simulate(n_units, workers, costs)
        sys.stdout.write(
            f"| {workers:,} | {found.hours:,.1f} | {found.efficiency:.0%} | {found.driver:.0%} | "
            f"{found.written_per_second:,.1f} | {found.mb_per_second:,.1f} |\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
