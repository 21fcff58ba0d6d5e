"""Alibis of cells that only one sum holds: by swapping with others of the sum, or as one of them has it, without a program.

A move that raises one cell by as much as it lowers others of the same side of the same sum changes nothing that any other sum
sees, if none of them is in any other sum.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass
class Leaves:
    """Cells of a component that one sum holds, by sum and side.

    Attributes:
        home: Sum and side of each cell, ``(cell,)``; -1 where it is in none or in several.
        raised: Moves that raise a cell, by home: the cell and its move.
    """

    values: Floats
    home: NDArray[np.int64]
    raised: dict[int, list[tuple[int, Floats]]] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Floats, relations: sparse.csr_matrix) -> Leaves:
        """The leaves of a component."""
        columns = relations.tocsc()
        held_by = np.diff(columns.indptr)
        home = np.full(len(values), -1)
        one = np.flatnonzero(held_by == 1)
        at = columns.indptr[one]
        home[one] = 2 * columns.indices[at] + (columns.data[at] > 0)
        return cls(values, home)

    def alibi(self, withheld: Mask, small: Mask, cell: int, change: float) -> Floats | None:
        """A move that makes a change of a cell, if mates of its sum allow it or one of them could be raised as far."""
        home = int(self.home[cell])
        if home < 0:
            return None
        mates = np.flatnonzero((self.home == home) & withheld)
        mates = mates[mates != cell]
        # those that are small stay withheld whatever is spared in the end
        mates = mates[np.lexsort((self.values[mates], ~small[mates]))]
        move = np.zeros(len(self.values))
        move[cell] = change
        if change < 0 and len(mates):
            move[mates[0]] = -change
            return move
        if change > 0 and self.values[mates].sum() >= change:
            below = np.concatenate([[0.0], np.cumsum(self.values[mates])[:-1]])
            move[mates] = -np.clip(change - below, 0.0, self.values[mates])
            return move
        return self._as_another(home, cell, change)

    def note(self, cell: int, move: Floats) -> None:
        """Remember a move that raises a cell, for its mates."""
        if self.home[cell] >= 0 and move[cell] > 0:
            self.raised.setdefault(int(self.home[cell]), []).append((cell, move))

    def _as_another(self, home: int, cell: int, change: float) -> Floats | None:
        """The move of a mate with the two changing places."""
        for other, move in self.raised.get(home, ()):
            if move[other] >= change and move[cell] >= -self.values[other]:
                swapped = move.copy()
                swapped[[cell, other]] = move[[other, cell]]
                return swapped
        return None
