"""Complementary suppression, solved: which further cells to withhold so that no withheld count can be worked out.

A withheld count is safe when it has two alibis: tables equal to the true one in all that is released and nowhere below zero, in
which the count is nothing in one and the width that the policy asks in the other. Whoever knows every released number exactly
cannot tell the tables apart. The cheapest alibi is a linear program (the network-flow heuristic of cell suppression, see Castro
2007), and the cells it changes are withheld with it; where cells hang together by one sum only, or a cell is in one only, no
program is needed (`one_sum`, `leaves`). Cells that prove not to be needed are released again, so that none of those left can be
spared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from isthmus.disclosure.leaves import Leaves
from isthmus.disclosure.one_sum import given_away, one_sum
from isthmus.disclosure.relations import components

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Change = tuple[int, float]
"""A cell and by how much it changes."""
Alibis = dict[Change, Floats]
"""For each change that must be possible, a change of the whole table that makes it, ``(cell,)``."""

LARGE = 600
"""Cells above which a program looks at the neighbourhood of its cell first, and spare cells are not looked for."""
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Suppression:
    """What is withheld, and why.

    Attributes:
        small: Counts under the threshold, ``(cell,)``.
        complementary: Further cells without which a small one could be worked out, ``(cell,)``.
    """

    small: Mask
    complementary: Mask

    @property
    def withheld(self) -> Mask:
        """Either."""
        return self.small | self.complementary


def suppress(
    values: Floats, relations: sparse.csr_matrix, small: Mask, *, width: float, fixed: Mask | None = None
) -> Suppression:
    """Withhold the small cells and the cheapest others that keep them from being worked out.

    Args:
        values: Counts, ``(cell,)``, not negative.
        relations: Totals minus parts, ``(relation, cell)``.
        small: Cells that must not be known.
        width: Least width of what can be known of each, in people.
        fixed: Cells that are known already (published elsewhere) and cannot be withheld.

    Raises:
        DisclosureError: Cells that are known already give a small one away.
    """
    known = np.zeros_like(small) if fixed is None else fixed
    withheld = small.copy()
    if small.any() and relations.shape[0]:
        for rows, cells in _apart(relations, small):
            if len(rows) == 1:
                signs = relations.data[relations.indptr[rows[0]] : relations.indptr[rows[0] + 1]]
                withheld[cells] = one_sum(values[cells], signs, small[cells], known[cells], width)
            else:
                part = relations[rows][:, cells]
                withheld[cells] = _protect(values[cells], part, small[cells], known[cells], width)
    return Suppression(small, withheld & ~small)


def _apart(relations: sparse.csr_matrix, small: Mask) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Relations and cells of each component that holds a small cell; a cell that no relation has needs nothing."""
    labels = components(relations)
    of_row = labels[relations.indices[relations.indptr[:-1]]]
    order = np.argsort(of_row, kind="stable")
    wanted = np.unique(labels[small])
    begins, ends = (np.searchsorted(of_row[order], wanted, side=side) for side in ("left", "right"))
    for begin, end in zip(begins, ends, strict=True):
        rows = order[begin:end]
        if len(rows):
            picked = [relations.indices[relations.indptr[row] : relations.indptr[row + 1]] for row in rows]
            yield rows, picked[0] if len(rows) == 1 else np.unique(np.concatenate(picked))


def known_interval(relations: sparse.csr_matrix, values: Floats, withheld: Mask, cell: int) -> tuple[float, float]:
    """What anyone can work out of a withheld cell from all that is released: its least and its greatest count."""
    where = np.flatnonzero(withheld)
    at = int(np.searchsorted(where, cell))
    low, high = (_extreme(relations[:, where], values[where], at, sign) for sign in (1.0, -1.0))
    return values[cell] + low, values[cell] + high


def _extreme(part: sparse.csr_matrix, values: Floats, at: int, sign: float) -> float:
    """Least (sign 1) or greatest (sign -1) deviation of a cell that the released numbers allow."""
    cost = np.zeros(len(values))
    cost[at] = sign
    bounds = np.column_stack([-values, np.full(len(values), np.inf)])
    found = linprog(cost, A_eq=part, b_eq=np.zeros(part.shape[0]), bounds=bounds)
    return -sign * np.inf if found.status == 3 else float(found.x[at])


def _protect(values: Floats, relations: sparse.csr_matrix, small: Mask, known: Mask, width: float) -> Mask:
    """Which cells of a component are withheld in the end."""
    withheld = small.copy()
    alibis: Alibis = {}
    leaves = Leaves.of(values, relations)
    for wanted in _wanted(values, small, width):
        alibis |= _together(values, relations, withheld, wanted)
        for cell, change in wanted:
            if (cell, change) in alibis:
                continue
            move = leaves.alibi(withheld, small, cell, change)
            if move is not None:
                alibis[cell, change] = move
                continue
            made, move = _alone(values, relations, withheld, known, (cell, change), width)
            withheld |= np.abs(move) > TOLERANCE
            leaves.note(cell, move)
            alibis[made] = move
    return withheld if len(values) > LARGE else _pruned(values, relations, withheld, small, alibis)


def _wanted(values: Floats, small: Mask, width: float) -> tuple[list[Change], list[Change]]:
    """The changes that each small cell must allow, those of the smallest first: up to the width, and down to nothing."""
    cells = [int(cell) for cell in np.flatnonzero(small)[np.argsort(values[small], kind="stable")]]
    up = [(cell, max(width - float(values[cell]), 1.0)) for cell in cells]
    return up, [(cell, -float(values[cell])) for cell in cells if values[cell] > 0]


def _together(values: Floats, relations: sparse.csr_matrix, withheld: Mask, wanted: list[Change]) -> Alibis:
    """One move of the cells withheld so far that makes as many of the changes as it can."""
    if not wanted:
        return {}
    where, n = np.flatnonzero(withheld), len(wanted)
    m, sign = len(where), float(np.sign(wanted[0][1]))
    at = np.searchsorted(where, [cell for cell, _ in wanted])
    picked = sparse.csr_matrix((np.full(n, -sign), (np.arange(n), at)), shape=(n, m))
    part = relations[:, where]
    found = linprog(
        np.concatenate([np.zeros(2 * m), np.ones(n)]),
        A_eq=sparse.hstack([part, -part, sparse.csr_matrix((part.shape[0], n))], format="csr"),
        b_eq=np.zeros(part.shape[0]),
        A_ub=sparse.hstack([picked, -picked, -sparse.identity(n)], format="csr"),
        b_ub=[-abs(change) for _, change in wanted],
        bounds=np.column_stack([np.zeros(2 * m + n), np.concatenate([np.full(m, np.inf), values[where], np.full(n, np.inf)])]),
    )
    if found.status != 0:
        return {}
    move = np.zeros(len(values))
    move[where] = found.x[:m] - found.x[m : 2 * m]
    return {(cell, change): move for cell, change in wanted if move[cell] / change >= 1 - TOLERANCE}


def _alone(
    values: Floats, relations: sparse.csr_matrix, withheld: Mask, known: Mask, wanted: Change, width: float
) -> tuple[Change, Floats]:
    """A change and its move. Medians do not quite add up: what cannot go down to nothing goes up by the whole width."""
    cell, change = wanted
    for attempt in (change, width):
        move = _alibi(values, relations, withheld, known, (cell, attempt))
        if move is not None:
            return (cell, attempt), move
    raise given_away()


def _pruned(values: Floats, relations: sparse.csr_matrix, withheld: Mask, small: Mask, alibis: Alibis) -> Mask:
    """Release again, the dearest first, each further cell without which every small one still has an alibi."""
    cells = np.flatnonzero(withheld & ~small)
    for cell in cells[np.argsort(-values[cells], kind="stable")]:
        fewer = withheld.copy()
        fewer[cell] = False
        found: Alibis = {}
        for leaning in [k for k, move in alibis.items() if abs(move[cell]) > TOLERANCE]:
            move = _move(values, relations, fewer, ~fewer, leaning)
            if move is None:
                break
            found[leaning] = move
        else:
            withheld = fewer
            alibis = {**alibis, **found}
    return withheld


def _alibi(values: Floats, relations: sparse.csr_matrix, withheld: Mask, known: Mask, wanted: Change) -> Floats | None:
    """The cheapest move that makes a change, if there is one; in a large component, among its neighbours if they suffice."""
    everything = np.ones(len(values), dtype=bool)
    areas = [everything] if len(values) <= LARGE else [_near(relations, wanted[0], 2), everything]
    for area in areas:
        move = _move(values, relations, withheld, known | ~(area | withheld), wanted)
        if move is not None:
            return move
    return None


def _near(relations: sparse.csr_matrix, cell: int, steps: int) -> Mask:
    """Cells that share a relation with the cell, or with one that does."""
    linked = abs(relations)
    near = np.zeros(relations.shape[1])
    near[cell] = 1.0
    for _ in range(steps + 1):
        near = np.sign(linked.T @ (linked @ near))
    return np.asarray(near > 0)


def _move(values: Floats, relations: sparse.csr_matrix, withheld: Mask, closed: Mask, wanted: Change) -> Floats | None:
    """The cheapest move of the table that changes a cell as wanted, with all sums as they are and no count below zero.

    A change costs by person and grows with the logarithm of the count it touches, and costs nothing where a cell is withheld
    already, so that few and small cells change.
    """
    n = len(values)
    cost = np.where(withheld, 1e-6, 1.0 + np.log1p(values))
    most = np.where(closed & ~withheld, 0.0, np.inf)
    bounds = np.zeros((2 * n, 2))
    bounds[:, 1] = np.concatenate([most, np.minimum(values, most)])
    cell, change = wanted
    bounds[cell], bounds[n + cell] = max(change, 0.0), max(-change, 0.0)
    open_ = bounds[:, 1] > 0
    found = linprog(
        np.concatenate([cost, cost])[open_],
        A_eq=sparse.hstack([relations, -relations], format="csr")[:, open_],
        b_eq=np.zeros(relations.shape[0]),
        bounds=bounds[open_],
    )
    if found.status != 0:
        return None
    move = np.zeros(2 * n)
    move[open_] = found.x
    return move[:n] - move[n:]
