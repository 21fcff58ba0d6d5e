"""How many draws a unit takes: as many as a worker has memory for, from a ladder that is the same everywhere."""

from __future__ import annotations

from pathlib import Path

LADDER = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Sizes of blocks. A block's results are found again by its first and last draw, so that few sizes mean few blocks done twice."""

SHARE = 0.5
"""Of the free memory that all workers together may take."""


def draw_blocks(n_draws: int, *, bytes_per_draw: float, workers: int = 1, free: float | None = None) -> list[tuple[int, int]]:
    """Blocks of draws, first and one past the last, that fit into each worker's memory.

    Args:
        n_draws: All draws.
        bytes_per_draw: What a draw takes while it is worked on.
        workers: That work at the same time on one machine.
        free: Bytes free on it. Absent: as this machine says.
    """
    room = SHARE * (free_bytes() if free is None else free) / (workers * max(bytes_per_draw, 1.0))
    size = max((step for step in LADDER if step <= room), default=1)
    return [(k, min(k + size, n_draws)) for k in range(0, n_draws, size)]


def free_bytes(proc: Path = Path("/proc/meminfo"), group: Path = Path("/sys/fs/cgroup")) -> float:
    """Memory that this machine, or the container it is, has left; 2 GB where it does not say."""
    found = [2e9]
    try:
        lines = dict(line.split(":", 1) for line in proc.read_text("ascii").splitlines())
        found = [float(lines["MemAvailable"].split()[0]) * 1024]
        limit, used = ((group / name).read_text("ascii").strip() for name in ("memory.max", "memory.current"))
        if limit.isdigit():
            found.append(max(0.0, float(limit) - float(used)))
    except (OSError, ValueError, KeyError):
        pass
    return min(found)
