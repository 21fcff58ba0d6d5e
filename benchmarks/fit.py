"""Fit of the shipped corridor: R-hat <= 1.01, effective sizes >= 400, no divergence, at most 60 s of CPU after compilation."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from machine import machine

from isthmus.inference.fit import fit
from isthmus.pipeline.job import read
from isthmus.pipeline.stages import FULL, evidence_of
from isthmus.streams import stream_seed


def main() -> int:
    """Print CPU seconds to the first draw (compilation, search) and after it, with the diagnostics, for three seeds."""
    sys.stdout.write(f"{machine()}\n")
    source: str | Path = sys.argv[1] if len(sys.argv) > 1 else "china-ecuador-us"
    for seed in (0, 1, 2):
        task = read(source, sets=(), scenario=None, seed=seed, quick=False, figures=None)
        marks: list[float] = [time.process_time()]
        posterior = fit(
            task.model,
            evidence_of(task),
            seed=stream_seed(seed, "fit"),
            effort=FULL,
            progress=lambda _, marks=marks: marks.append(time.process_time()),
        )
        sys.stdout.write(
            f"seed {seed}: {marks[1] - marks[0]:.1f} s to compile and search, {marks[-1] - marks[1]:.1f} s to sample; "
            f"{posterior.diagnostics.message}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
