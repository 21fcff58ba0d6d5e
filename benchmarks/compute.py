"""Units of work: overhead, two workers against one, many tiny results in bounded memory, the start of workers."""

from __future__ import annotations

import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from machine import machine

from isthmus.compute import Arrays, Folder, Unit, run
from isthmus.compute.reduce import quantiles, to_parquet
from isthmus.compute.unit import done


def busy(unit: Unit) -> Arrays:
    """Hash for about so many CPU seconds, the same work every time."""
    digest = hashlib.sha256(unit.inputs.encode())
    block = bytes(1 << 20)
    for _ in range(int(unit.arguments["megabytes"])):
        digest.update(block)
    return {"digest": np.frombuffer(digest.digest(), np.uint8)}


def tiny(unit: Unit) -> Arrays:
    """A few draws."""
    return {"draws": np.full((unit.draws[1] - unit.draws[0], 12), float(unit.draws[0]))}


def units(work: Callable[[Unit], Arrays], n: int, **arguments: float) -> list[Unit]:
    """``n`` units of two draws."""
    return [Unit(work, "benchmark", "benchmark", draws=(2 * k, 2 * k + 2), arguments=arguments) for k in range(n)]


def costs(what: Callable[[], object]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds here, and CPU seconds of workers that have ended."""
    before = time.monotonic(), time.process_time(), _children()
    what()
    return time.monotonic() - before[0], time.process_time() - before[1], _children() - before[2]


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def overhead(n: int) -> None:
    """CPU milliseconds that a unit takes beside its work: what running tiny ones takes more than calling them."""
    made = units(tiny, n)
    with tempfile.TemporaryDirectory() as folder:
        list(run(made[:5], storage=Folder(Path(folder, "warm"))))
        _, direct, _ = costs(lambda: [done(unit) for unit in made])
        _, ours, _ = costs(lambda: list(run(made, storage=Folder(Path(folder)))))
    more = (ours - direct) / n
    sys.stdout.write(f"{n} units: {1000 * more:.2f} CPU ms more a unit than the call alone, {more:.2%} of a unit of one second\n")


def two_workers(n: int, megabytes: int) -> None:
    """Wall and CPU of one and of two processes on the same units."""
    for place in ("processes:1", "processes:2"):
        with tempfile.TemporaryDirectory() as folder:
            made = units(busy, n, megabytes=megabytes)
            wall, here, there = costs(lambda: list(run(made, on=place, worth_seconds=0, storage=Folder(Path(folder)))))  # noqa: B023
            said = f"{place}: {n} units in {wall:.1f} s of wall, {here:.1f} + {there:.1f} CPU s (driver + workers)"
            sys.stdout.write(f"{said}, {(here + there) / wall:.2f} processors used\n")


def many(n: int) -> None:
    """Tiny results made, streamed to Parquet and reduced to quantiles."""
    made = units(tiny, n)
    with tempfile.TemporaryDirectory() as folder:
        storage = Folder(Path(folder))
        _, make, _ = costs(lambda: [None for _ in run(made, storage=storage)])
        _, write, _ = costs(lambda: to_parquet(run(made, storage=storage), Path(folder) / "all.parquet"))
        _, reduce, _ = costs(lambda: quantiles(run(made, storage=storage), "draws", (0.05, 0.5, 0.95)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    sys.stdout.write(
        f"{n} tiny results: {make:.0f} CPU s to make and keep, {write:.0f} to one Parquet file, {reduce:.0f} to quantiles; "
        f"peak {peak:.0f} MB\n"
    )


def main() -> int:
    """All of it, or what is named."""
    sys.stdout.write(f"{machine()}\n")
    wanted = sys.argv[1:] or ["overhead", "workers", "many"]
    if "overhead" in wanted:
        overhead(2000)
    if "workers" in wanted:
        two_workers(200, 1800)
    if "many" in wanted:
        many(int(wanted[-1]) if wanted[-1].isdigit() else 100_000)
    return 0


if __name__ == "__main__":
    sys.exit(main())
