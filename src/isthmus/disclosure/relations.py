"""Which rows of a table add up to which: totals over places, legs, groups, sectors and items, longer periods, other measures."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from isthmus.disclosure.periods import Span, span_of
from isthmus.disclosure.table import ALL, KEYS, SUMMED, Sum

Sums = list[tuple[int, tuple[int, ...]]]
TOGETHER = "+"
"""Between the names of places, legs or groups that are counted together."""
_MEASURE, _PLACE, _LEG, _PERIOD = (KEYS.index(name) for name in ("measure", "place", "leg", "period"))


def relations(keys: Sequence[tuple[str, ...]], kinds: Sequence[str], sums: Sequence[Sum] = ()) -> sparse.csr_matrix:
    """Totals minus their parts, ``(relation, row)``: each row of the matrix times the counts is about a constant.

    Args:
        keys: What each row is of, in the order of `KEYS`, then its unit.
        kinds: Kind of each row; only flows add up over time.
        sums: Which measures add up to which.
    """
    found: Sums = []
    for dimension in SUMMED:
        found += _totals(keys, KEYS.index(dimension))
        found += _together(keys, KEYS.index(dimension))
    found += _periods(keys, kinds)
    for one in sums:
        found += _measures(keys, kinds, one)
    rows = np.repeat(np.arange(len(found)), [1 + len(parts) for _, parts in found])
    columns = np.array([k for total, parts in found for k in (total, *parts)], dtype=np.int64)
    signs = np.array([s for _, parts in found for s in (1.0, *[-1.0] * len(parts))])
    return sparse.csr_matrix((signs, (rows, columns)), shape=(len(found), len(keys)))


def _totals(keys: Sequence[tuple[str, ...]], at: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Rows whose key is ``all`` with the rows that differ in that key only."""
    totals = {(*key[:at], *key[at + 1 :]): k for k, key in enumerate(keys) if key[at] == ALL}
    if not totals:
        return
    parts: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for k, key in enumerate(keys):
        if key[at] not in {ALL, ""} and TOGETHER not in key[at]:
            rest = (*key[:at], *key[at + 1 :])
            if rest in totals:
                parts[rest].append(k)
    yield from ((totals[rest], tuple(those)) for rest, those in parts.items())


def _together(keys: Sequence[tuple[str, ...]], at: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Rows of several names with those of each of them, where all are there."""
    several = [(k, key) for k, key in enumerate(keys) if TOGETHER in key[at]]
    if not several:
        return
    rows = {key: k for k, key in enumerate(keys)}
    for k, key in several:
        parts = [rows.get((*key[:at], name, *key[at + 1 :])) for name in key[at].split(TOGETHER)]
        found = tuple(part for part in parts if part is not None)
        if len(found) == len(parts):
            yield k, found


def _measures(keys: Sequence[tuple[str, ...]], kinds: Sequence[str], one: Sum) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Rows of a measure with those of the measures that add up to it: flows over months, and stocks at the end of them."""
    wanted = frozenset(one.parts)
    totals: dict[tuple[str, ...], int] = {}
    parts: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for k, key in enumerate(keys):
        part, period = (key[_MEASURE], key[_PLACE], key[_LEG]), key[_PERIOD]
        is_total = part == (one.total, ALL, ALL)
        if (is_total or part in wanted) and (kinds[k] == "stock" or "/" in period):
            end = (*key[:_MEASURE], *key[_LEG + 1 : _PERIOD], *key[_PERIOD + 1 :], period.rpartition("/")[2])
            if is_total:
                totals[end] = k
            else:
                parts[end].append(k)
    yield from ((total, tuple(parts[end])) for end, total in totals.items() if parts[end])


def _periods(keys: Sequence[tuple[str, ...]], kinds: Sequence[str]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Flows of a longer period with those of the shorter periods that tile it."""
    at = KEYS.index("period")
    by_rest: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for k, key in enumerate(keys):
        if kinds[k] == "flow":
            by_rest[(*key[:at], *key[at + 1 :])].append(k)
    spans: dict[str, Span | None] = {period: span_of(period) for period in {key[at] for key in keys}}
    if len({span.grain for span in spans.values() if span is not None}) < 2:
        return
    tilings: dict[tuple[str, ...], Sums] = {}
    for those in by_rest.values():
        periods = tuple(keys[k][at] for k in those)
        if periods not in tilings:
            tilings[periods] = list(_tilings([spans[period] for period in periods]))
        yield from ((those[total], tuple(those[k] for k in parts)) for total, parts in tilings[periods])


def _tilings(spans: Sequence[Span | None]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Which of some periods are tiled by which others, of one grain or of several, by position."""
    dated = [(k, span, span.days) for k, span in enumerate(spans) if span is not None]
    for total, whole, length in dated:
        inside: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for k, span, days in dated:
            if days < length and whole.holds(span):
                inside[span.grain].append((k, days))
        found = [tuple(k for k, _ in parts) for parts in inside.values() if sum(days for _, days in parts) == length]
        if len(inside) > 1:
            chain = _chain(whole, [(k, span) for k, span, days in dated if days < length and whole.holds(span)])
            found += [chain] if chain and not any(set(chain) == set(parts) for parts in found) else []
        yield from ((total, parts) for parts in found)


def _chain(whole: Span, inside: Sequence[tuple[int, Span]]) -> tuple[int, ...]:
    """Periods that follow one another from the first day to the last, the longest first; nothing where they leave a gap."""
    longest: dict[dt.date, tuple[int, Span]] = {}
    for k, span in inside:
        if span.first not in longest or span.days > longest[span.first][1].days:
            longest[span.first] = (k, span)
    parts, day = [], whole.first
    while day in longest:
        k, span = longest[day]
        parts.append(k)
        day = span.last + dt.timedelta(days=1)
    return tuple(parts) if day > whole.last else ()


def components(matrix: sparse.csr_matrix) -> NDArray[np.int64]:
    """Which rows hang together by relations: a label by row."""
    n_sums, n_cells = matrix.shape
    rows = np.repeat(np.arange(n_sums), np.diff(matrix.indptr))
    size = n_sums + n_cells
    linked = sparse.csr_matrix((np.ones(matrix.nnz), (rows, n_sums + matrix.indices)), shape=(size, size))
    return np.asarray(connected_components(linked, directed=False)[1][n_sums:], dtype=np.int64)
