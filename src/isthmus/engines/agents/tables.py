"""Shares as thresholds: a number of 31 bits picks the alternative whose share of all numbers it falls into.

The numbers are cut into cells of one width. Most cells belong to one alternative or hold one edge between two, so that one look
and one comparison say which; where small shares crowd into a cell, the thresholds are gone through. What is picked is the same
with cells as without.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.agents.compiled import hot, kernel
from isthmus.engines.agents.draws import I64, U64

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Words = NDArray[np.uint64]

LANE = 8
"""Thresholds are compared eight at a time: rows are padded to a multiple of it."""

NEVER = np.int32(2**31 - 1)
"""A threshold that no number exceeds."""

CELLS = 4
"""Cells for an alternative, at least."""

CROWDED = U64(0xFFFF)
S16, S31, S32 = (U64(n) for n in (16, 31, 32))
ONE = U64(1)


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


@kernel
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


class Table(NamedTuple):
    """Rows of one kind (a node, a leg, a place) after the other, with cells.

    Attributes:
        cells: Edge (32 bits) and the alternatives before and after it (16 each); `CROWDED` where there are more edges.
        cuts: Thresholds.
        cell: First cell of a kind.
        many: Cells from a row to the next; 0 where all rows of a kind are one.
        shift: Bits of a number within a cell.
        cut: First threshold of a kind.
        wide: Thresholds from a row to the next.
        size: Alternatives of a kind.
    """

    cells: Words
    cuts: Ints
    cell: Words
    many: Words
    shift: Words
    cut: Words
    wide: Words
    size: Words

    @classmethod
    def room(cls, sizes: list[int], rows: list[int]) -> Table:
        """Room for kinds of so many alternatives and rows; a kind of one row has it at all times."""
        bits = [max(int(np.ceil(np.log2(CELLS * size))), 1) for size in sizes]
        many, wide = 2 ** np.array(bits), np.array(sizes)
        n_rows = np.array(rows)
        cell, cut = (np.concatenate([[0], np.cumsum(each * n_rows)]) for each in (many, wide))
        moving = n_rows > 1
        columns = (cell[:-1], many * moving, 31 - np.array(bits), cut[:-1], wide * moving, wide)
        return cls(np.zeros(cell[-1], np.uint64), np.zeros(cut[-1], np.int32), *(part.astype(np.uint64) for part in columns))

    @classmethod
    def of(cls, kinds: list[Floats]) -> Table:
        """Table of delays, each ``(step, delay)``; where all steps have the same, they have one row."""
        sizes, rows = (np.array([part.shape[n] for part in kinds], np.int64) for n in (1, 0))
        shares = np.concatenate([part.ravel() for part in kinds])
        _count_rows(shares, sizes, steady := rows.copy())
        table = cls.room(sizes.tolist(), steady.tolist())
        _fill(table, shares, sizes, rows, steady, np.empty(sizes.max()))
        return table


@kernel
def _count_rows(shares: Floats, sizes: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
    """Put 1 for the rows of a kind whose rows are all the same."""
    at = 0
    for kind in range(len(sizes)):
        size, n = sizes[kind], sizes[kind] * rows[kind]
        moves = False
        for m in range(at + size, at + n):
            moves |= shares[m] != shares[m - size]
        at += n
        if not moves:
            rows[kind] = 1


@kernel
def _fill(
    table: Table, shares: Floats, sizes: NDArray[np.int64], rows: NDArray[np.int64], steady: NDArray[np.int64], total: Floats
) -> None:
    at = 0
    for kind in range(len(sizes)):
        for row in range(steady[kind]):
            for n in range(sizes[kind]):
                total[n] = shares[at + row * sizes[kind] + n] + (total[n - 1] if n > 0 else 0.0)
            fill_row(table, kind, row, total)
        at += sizes[kind] * rows[kind]


@hot
def fill_row(table: Table, kind: int, row: int, total: Floats) -> None:
    """Fill one row from cumulated shares."""
    size = I64(table.size[kind])
    cuts = table.cuts[I64(table.cut[kind]) + row * I64(table.wide[kind]) :]
    for n in range(size):
        cuts[n] = np.int32(min(max(np.rint(total[n] / total[size - 1] * 2.0**31), 0.0), 2.0**31) - 1)
    shift = I64(table.shift[kind])
    cells = table.cells[I64(table.cell[kind]) + row * I64(table.many[kind]) :]
    low = 0
    for c in range(1 << (31 - shift)):
        first, last = c << shift, ((c + 1) << shift) - 1
        while first > cuts[low]:
            low += 1
        high = low
        while last > cuts[high]:
            high += 1
        edge, after = I64(cuts[low]) + 1, high
        if high > low and cuts[high - 1] != cuts[low]:
            edge, after = I64(0), 0xFFFF
        cells[c] = (U64(edge) << S32) | (U64(low) << S16) | U64(after)


@kernel
def look(table: Table, kind: Any, row: Any, number: Any) -> Any:
    """Alternative of a kind picked by a number (all 64 bits unsigned) from a row."""
    cell = table.cells[table.cell[kind] + row * table.many[kind] + (number >> table.shift[kind])]
    found = (cell >> (S16 * U64(number < (cell >> S32)))) & CROWDED
    if found == CROWDED:
        found = (cell >> S16) & CROWDED
        cut = table.cut[kind] + row * table.wide[kind]
        while number > U64(table.cuts[cut + found]):
            found += ONE
    return found
