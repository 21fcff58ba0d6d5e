"""How many draws a unit takes, by what a draw takes of memory; and how many workers a machine has memory for."""

from __future__ import annotations

from pathlib import Path

LADDER = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2000, 5000)
"""Sizes of blocks. A block's results are found again by its first and last draw, so that few sizes mean few blocks done twice."""

SHARE = 0.8
"""Of the free memory that all workers together may take."""


def block_size(most: int, bytes_per_draw: float, room: float) -> int:
    """The largest size of the ladder, at most ``most``, of which all draws fit into ``room`` bytes.

    It does not go by the memory of the machine at hand: blocks are then the same everywhere, and results with them.
    """
    return max((step for step in LADDER if step <= min(most, room / max(bytes_per_draw, 1.0))), default=1)


def how_many_fit(wanted: int, bytes_each: float, free: float | None = None) -> int:
    """How many workers, or results held, fit into the free memory, at least one.

    Args:
        wanted: How many are wanted.
        bytes_each: What one takes at most.
        free: Bytes free. Absent: as this machine says.
    """
    room = SHARE * (free_bytes() if free is None else free)
    return max(1, min(wanted, int(room / max(bytes_each, 1.0))))


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
