"""How this process takes memory from the system."""

from __future__ import annotations

import ctypes
import sys

TRIM_THRESHOLD, MMAP_MAX, ARENA_MAX = -1, -4, -8
"""Parameters of glibc's ``mallopt(3)``."""

KEPT_BYTES = 1 << 30
"""Most memory that is kept for what comes next."""


def keep_memory() -> bool:
    """Let a process that carries many blocks of draws use its memory again instead of asking for each block anew.

    A block's arrays are large, so that the C library would map them for each and give them back after it; the system then clears
    every page, which took a quarter of the time of scenarios. To be called before threads take memory. Results are the same.

    Returns:
        Whether the C library has such a setting.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return all(mallopt(name, value) == 1 for name, value in ((TRIM_THRESHOLD, KEPT_BYTES), (MMAP_MAX, 0), (ARENA_MAX, 1)))
