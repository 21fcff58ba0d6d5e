"""Complementary suppression in cells that one sum holds together: the alibis of `suppress`, without a linear program.

With one total and its parts, a small cell goes up if another cell of its own side (a part, for a part) goes down as far, or one
of the other side goes up, which has no limit; and down if another of its own side goes up, or the other side goes down as far.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import DisclosureError

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

NEARLY = 1e-6


def given_away() -> DisclosureError:
    """What is known already gives a small count away."""
    return DisclosureError.one(
        where="table",
        expected="small counts that other published numbers do not give away",
        found="a count that stays known whatever else is withheld",
        remedy="leave out the total or the release that gives it away",
    )


def one_sum(values: Floats, signs: Floats, small: Mask, known: Mask, width: float) -> Mask:
    """Which cells are withheld, ``(cell,)``: the small ones and the fewest and smallest others that protect them.

    Args:
        values: Counts, ``(cell,)``.
        signs: 1 for the total, -1 for its parts.
        small: Cells that must not be known.
        known: Cells that are known already.
        width: As in `suppress`.

    Raises:
        DisclosureError: Cells that are known already give a small one away.
    """
    withheld = small.copy()
    # a part before the total of the same size: it moves at the same cost and says less
    spare = np.flatnonzero(~small & ~known)
    for cell in spare[np.lexsort((signs[spare], values[spare]))]:
        if _safe(values, signs, small, withheld, width):
            break
        withheld[cell] = True
    if not _safe(values, signs, small, withheld, width):
        raise given_away()
    further = np.flatnonzero(withheld & ~small)
    for cell in further[np.argsort(-values[further], kind="stable")]:
        withheld[cell] = False
        if not _safe(values, signs, small, withheld, width):
            withheld[cell] = True
    return withheld


def _safe(values: Floats, signs: Floats, small: Mask, withheld: Mask, width: float) -> bool:
    """Whether each small cell can be nothing (or, where sums do not quite add up, more by the width), and the width."""
    up = np.maximum(width - values, 1.0)
    own, other = np.zeros(len(values)), np.zeros(len(values))
    others_there, mates_there = np.zeros(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
    for sign in (1.0, -1.0):
        side = signs == sign
        amount, number = values[side & withheld].sum(), int((side & withheld).sum())
        own[side], mates_there[side] = amount - values[side], number > 1
        other[~side], others_there[~side] = amount, number > 0
    rises = others_there | (own >= up - NEARLY)
    falls = mates_there | (other >= values - NEARLY) | others_there | (own >= width - NEARLY)
    return bool((rises & falls)[small].all())
