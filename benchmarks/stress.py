"""Eight scenarios of the shipped corridor, 1,000 draws, 18 months: at most 30 s on two cores; impacts add at most 20 %.

The time does not depend on what the draws are, so they are drawn around the middle of the prior and nothing is fitted. Set
JAX_COMPILATION_CACHE_DIR to a folder to see the time without compilation, from the second call on.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from machine import machine

from isthmus.compute.memory import keep_memory
from isthmus.impacts.assess import assess
from isthmus.inference.posterior import Layout
from isthmus.pipeline import stress_files
from isthmus.pipeline.job import open_folder, read
from isthmus.pipeline.stages import evidence_of
from isthmus.pipeline.stress import hazards_of
from isthmus.scenarios.bench import bench
from isthmus.scenarios.compare import compare
from isthmus.scenarios.gathered import gathered
from isthmus.scenarios.rows import BASELINE
from isthmus.scenarios.sweeps import Respond, Target, came, thinned
from isthmus.timegrid import shift_month

DRAWS, MONTHS = 1000, 18


class Clock:
    """CPU and wall seconds since the last mark."""

    def __init__(self) -> None:
        self.cpu, self.wall = time.process_time(), time.monotonic()

    def mark(self, what: str) -> float:
        """Print and return the CPU seconds."""
        cpu, wall = time.process_time() - self.cpu, time.monotonic() - self.wall
        self.cpu, self.wall = time.process_time(), time.monotonic()
        sys.stdout.write(f"| {what} | {cpu:.1f} | {wall:.1f} |\n")
        sys.stdout.flush()
        return cpu


def main() -> int:
    """Print the seconds of each part."""
    sys.stdout.write(f"{machine()}\n| what | CPU s | wall s |\n|---|---|---|\n")
    keep_memory()
    clock, begun = Clock(), time.monotonic()
    task = read("china-ecuador-us", sets=(), scenario=None, seed=0, quick=False, figures=None)
    corridor = task.loaded.corridor
    vectors = np.random.default_rng(0).standard_normal((DRAWS, Layout.of(task.model).size)) * 0.1
    clock.mark("read and compile the corridor")
    with ThreadPoolExecutor(1) as beside:
        learned = beside.submit(hazards_of, task, DRAWS)
        tried = bench(
            corridor, task.model, vectors, evidence_of(task), last_month=shift_month(task.last_fitted, MONTHS), seed=0,
            scenarios=corridor.scenarios, predictor=task.predictor,
        )  # fmt: skip
        hazards = learned.result()
    clock.mark("paths of the draws, compilation included, and hazards beside them")
    assert tried.baseline.expected.shape[0] == DRAWS  # noqa: S101  runs it
    clock.mark("baseline")
    found = compare({BASELINE: tried}, corridor.scenarios, list(corridor.scenarios), hazards, source="benchmark")
    ran = clock.mark(f"{len(corridor.scenarios)} scenarios with their tables")
    assessed = assess(corridor, found, seed=0)
    added = clock.mark("impacts")
    sys.stdout.write(f"up to the impacts {time.monotonic() - begun:.1f} s; impacts add {added / ran:.0%} to the scenarios\n")

    def responses(name: str, target: Target) -> Respond:
        thin = thinned(tried)

        def respond(held: Sequence[Mapping[str, float]]) -> list[float]:
            shocks = gathered(corridor.scenarios, name)
            base = came(thin, thin.baseline, target)
            return [float(np.median(came(thin, thin.run(shocks, fixed=one)[0], target) / base)) for one in held]

        return respond

    with tempfile.TemporaryDirectory() as folder:
        stress_files.write(open_folder(Path(folder), task), task, found, assessed, responses)
    clock.mark("files, sheets, sweeps")
    return 0


if __name__ == "__main__":
    sys.exit(main())
