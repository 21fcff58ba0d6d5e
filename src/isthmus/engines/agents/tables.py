"""Shares as thresholds: a number of 31 bits picks by how many thresholds it exceeds, without a branch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.compiled import hot

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

LANE = 8
"""Thresholds are compared eight at a time: rows are padded to a multiple of it."""

NEVER = np.int32(2**31 - 1)
"""A threshold that no number exceeds."""


def thresholds(shares: Floats) -> Ints:
    """Largest number that does not go beyond each alternative, ``(..., alternative)`` of shares to the same, padded.

    Shares are held to 2**-31; the last alternative that anybody takes has what rounding leaves over.
    """
    width = -(-shares.shape[-1] // LANE) * LANE
    out = np.full((*shares.shape[:-1], width), NEVER, np.int32)
    total = np.cumsum(shares, axis=-1)
    taken = np.clip(np.rint(total / total[..., -1:] * 2.0**31), 0, 2.0**31) - 1
    out[..., : shares.shape[-1]] = taken.astype(np.int64).clip(-1, NEVER)
    return out


@hot
def pick(table: Ints, at: int, width: int, number: np.int32) -> int:
    """Alternative picked by a number from the row of ``width`` thresholds at ``at``."""
    found = 0
    for block in range(at, at + width, LANE):
        beyond = 0
        for n in range(LANE):
            beyond += number > table[block + n]
        found += beyond
        if beyond < LANE:
            break
    return found


class Rows:
    """Rows of thresholds of different widths, by step, laid end to end while a world is built."""

    def __init__(self) -> None:
        self.parts: list[Ints] = []
        self.starts: list[int] = []
        self.widths: list[int] = []

    def add(self, shares: Floats) -> None:
        """Add delays, ``(step, delay)``."""
        table = thresholds(shares)
        self.starts.append(sum(part.size for part in self.parts))
        self.widths.append(table.shape[1])
        self.parts.append(table.ravel())

    def arrays(self) -> tuple[Ints, NDArray[np.int64], NDArray[np.int64]]:
        """The thresholds, and by row where it starts and how wide a step is."""
        return np.concatenate(self.parts), np.array(self.starts), np.array(self.widths)
