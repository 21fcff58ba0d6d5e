"""What the numbers were measured on, and how: ``python benchmarks/machine.py`` prints the machine.

Other benchmarks import `measure` and `present`. What is measured runs as a child process of its own, so that its
CPU seconds and its peak memory are its own too (Linux and macOS).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    name: str
    cpu_seconds: float
    """User and system time, its own children included."""
    wall_seconds: float
    peak_mb: float
    """Largest resident memory, 10^6 bytes."""
    exit_code: int


def machine() -> dict[str, str | int]:
    """Return processor, cores in use, memory and versions."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


def isthmus(*words: str) -> list[str]:
    """Return the command that runs the program of this environment."""
    return [str(Path(sys.executable).with_name("isthmus")), *words]


def measure(name: str, command: Sequence[str], *, folder: Path | None = None) -> Cost:
    """Run a command to its end and return what it took.

    Args:
        name: What the cost is called in the table.
        command: Program and arguments.
        folder: Where it runs.
    """
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)  # or Popen would wait for it once more
    return Cost(
        name=name,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        wall_seconds=time.perf_counter() - started,
        peak_mb=usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6,
        exit_code=child.returncode,
    )


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of several measurements of the same thing, each quantity for itself."""
    return Cost(
        name=costs[0].name,
        cpu_seconds=statistics.median(cost.cpu_seconds for cost in costs),
        wall_seconds=statistics.median(cost.wall_seconds for cost in costs),
        peak_mb=statistics.median(cost.peak_mb for cost in costs),
        exit_code=max(cost.exit_code for cost in costs),
    )


def present(costs: Sequence[Cost]) -> int:
    """Print costs as rows of the table in ``benchmarks/README.md``, or as JSON with ``--json``.

    Returns:
        1 if a measured process failed, else 0.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    if parser.parse_args().json:
        print(json.dumps({"machine": machine(), "costs": [asdict(cost) for cost in costs]}, indent=2))
    else:
        for cost in costs:
            failed = f" (exit code {cost.exit_code})" if cost.exit_code else ""
            print(f"| {cost.name}{failed} | {cost.cpu_seconds:.2f} | {cost.wall_seconds:.2f} | {cost.peak_mb:.0f} |")
    return int(any(cost.exit_code for cost in costs))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    print(" · ".join(f"{key} {value}" for key, value in machine().items()))
