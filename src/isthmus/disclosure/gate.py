"""The gate for numbers: a table goes in, what may be known of it comes out, and the ledger remembers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.disclosure.entry_checks import problems_of
from isthmus.disclosure.ledger import Cells, Entry, Ledger, families, family, key_text
from isthmus.disclosure.noise import with_noise
from isthmus.disclosure.periods import span_of
from isthmus.disclosure.policy import AREAS, PERIODS, Policy
from isthmus.disclosure.relations import relations
from isthmus.disclosure.rounding import rounded_amounts, rounded_changes, rounded_counts
from isthmus.disclosure.suppress import suppress
from isthmus.disclosure.table import ALL, BASELINE, CHANGE, KEYS, NUMBERS, Table, Vocabulary
from isthmus.errors import DisclosureError
from isthmus.spec.document import capped

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

RELEASED = "released"
WITHHELD = "withheld"
"""One word for all withheld cells: which of them are small is nobody's business."""
MINIMUM = "minimum: most deaths and disappearances are never recorded"

_RELATED = (*(name for name in KEYS if name in {"scenario", "place", "leg", "group", "period"}),)


@dataclass(frozen=True)
class Released:
    """What may leave of a table.

    Attributes:
        table: All rows in order; numbers are NaN where they are withheld.
        exact: The numbers as they came in; they stay inside.
        held: Rows withheld by reason, ``(row,)`` each; a row may have several.
    """

    table: Table
    exact: Floats
    held: dict[str, Mask]

    @property
    def withheld(self) -> Mask:
        """Which rows are withheld, for whatever reason, ``(row,)``."""
        return np.asarray(np.logical_or.reduce([*self.held.values(), np.zeros(len(self.table), dtype=bool)]))

    def where(self, kept: Mask) -> Released:
        """Some of the rows; what is withheld was decided for all together."""
        return Released(self.table.take(kept), self.exact[kept], {reason: rows[kept] for reason, rows in self.held.items()})

    def first(self, n: int) -> Released:
        """The first rows."""
        return self.where(np.arange(len(self.table)) < n)

    @property
    def status(self) -> list[str]:
        """``released`` or ``withheld`` of each row."""
        return [WITHHELD if held else RELEASED for held in self.withheld]

    def rows(self) -> list[dict[str, Any]]:
        """Rows as they may be written; withheld numbers are None."""
        words = {name: values for name, values in self.table.words.items() if name not in {"status", "note"}}
        out = []
        for k, (numbers, status, note) in enumerate(zip(self.table.numbers, self.status, self.notes, strict=True)):
            row: dict[str, Any] = {name: values[k] for name, values in words.items()}
            row.update({name: None if np.isnan(x) else float(x) for name, x in zip(NUMBERS, numbers, strict=True)})
            out.append({**row, "status": status, "note": note})
        return out

    @property
    def notes(self) -> list[str]:
        """What has to be said with a number: deaths are minimums."""
        deaths = {text: _of_deaths(text) for name in ("unit", "measure") for text in set(self.table.column(name))}
        pairs = zip(self.table.column("unit"), self.table.column("measure"), self.table.column("note"), strict=True)
        return ["; ".join(part for part in (note, MINIMUM if deaths[u] or deaths[m] else "") if part) for u, m, note in pairs]

    def report(self) -> dict[str, Any]:
        """Shares of what was withheld, by reason, and the error: to print and to keep."""
        n = len(self.table)
        return {
            "cells": n,
            "withheld": int(self.withheld.sum()),
            "share_withheld": round(float(self.withheld.mean()), 4) if n else 0.0,
            "reasons": _reasons(self.held),
            **_errors(Table(self.table.words, self.exact), self.table.numbers, self.withheld),
        }


def release(
    table: Table,
    policy: Policy,
    ledger: Ledger,
    *,
    scope: str,
    edition: str,
    vocabulary: Vocabulary | None = None,
    where: str = "table",
) -> Released:
    """Let a table through the gate.

    Args:
        table: One row a number; totals are rows whose key is ``all``, or whose period holds other periods.
        policy: What is demanded.
        ledger: What was released before; this release is added.
        scope: The corridor.
        edition: The run: its hash.
        vocabulary: The names that may occur; absent: any.
        where: Name of the table in messages.

    Raises:
        DisclosureError: The table must not leave in any form; all reasons at once.
        PolicyError: The budget of noise is spent.
    """
    problems = problems_of(table, policy, where, vocabulary)
    if problems:
        raise DisclosureError(capped(problems))
    texts = [key_text(key) for key in table.keys]
    known = ledger.edition(scope, edition)
    held = _held(table, policy, vocabulary, _closed(table, texts, known))
    withheld = np.logical_or.reduce(list(held.values()))
    numbers, epsilon = _numbers(table, policy, withheld, ledger, scope)
    numbers = _repeated(numbers, texts, known)
    numbers = _steady(numbers, texts, ledger.before(scope, edition), table, policy)
    numbers[withheld] = np.nan
    cells: Cells = {
        text: None if held else [float(x) for x in row]
        for text, held, row, counted in zip(texts, withheld, numbers, table.counts & ~table.official, strict=True)
        if counted
    }
    ledger.record(Entry(scope, edition, policy.hash, epsilon, cells))
    return Released(Table(table.words, numbers, table.absent), table.numbers, held)


def _closed(table: Table, texts: Sequence[str], known: Cells) -> Mask:
    """Rows that this edition withheld before, or did not have when the first of their family left.

    A family goes through the gate whole, once: whoever could ask for its cells one after the other could leave out the small
    ones and subtract.
    """
    if not known:
        return np.zeros(len(texts), dtype=bool)
    begun = families(known)
    return np.array(
        [
            known.get(text, ()) is None or (text not in known and family(key) in begun)
            for text, key in zip(texts, table.keys, strict=True)
        ],
        dtype=bool,
    )


def _held(table: Table, policy: Policy, vocabulary: Vocabulary | None, closed: Mask) -> dict[str, Mask]:
    """Rows withheld by reason, in the order in which they count."""
    modelled = table.counts & ~table.official
    size = np.abs(table.numbers[:, 2])
    too_fine = ~table.official & _too_fine(table, policy, vocabulary)
    closed = closed & modelled & ~table.nobody
    small = modelled & ~table.nobody & ((size < policy.smallest_count) | closed)
    counted = np.flatnonzero(modelled & ~np.isnan(size) & ~too_fine)
    complementary = np.zeros(len(table), dtype=bool)
    if small[counted].any():
        keys, kinds = table.keys, table.column("kind")
        known_sums = () if vocabulary is None else vocabulary.sums
        sums = relations([keys[k] for k in counted], [kinds[k] for k in counted], known_sums)
        found = suppress(size[counted], sums, small[counted], width=policy.protection_width, fixed=table.nobody[counted])
        complementary[counted] = found.complementary
    held = {"too fine": too_fine, "small": small & ~too_fine, "complementary": complementary}
    held["change of a withheld count"] = _changes(table, np.logical_or.reduce(list(held.values())))
    held["derived from a withheld count"] = _derived(table, np.logical_or.reduce(list(held.values())))
    return held


def _changes(table: Table, withheld: Mask) -> Mask:
    """Changes of a count that is withheld in the scenario or in the baseline: the one would give the other away."""
    if not table.changes.any():
        return np.zeros(len(table), dtype=bool)
    gone = {table.keys[k] for k in np.flatnonzero(withheld & table.counts)}
    first, measure = KEYS.index("scenario"), KEYS.index("measure")
    out = np.zeros(len(table), dtype=bool)
    for k in np.flatnonzero(table.changes & ~withheld):
        key = list(table.keys[k])
        key[measure] = key[measure].replace(CHANGE, "")
        level = tuple(key)
        key[first] = BASELINE
        out[k] = level in gone or tuple(key) in gone
    return out


def _too_fine(table: Table, policy: Policy, vocabulary: Vocabulary | None) -> Mask:
    """Rows whose period or area is finer than the policy allows for one nationality or for all."""
    grains = {period: _order(period) for period in set(table.column("period"))}
    least = {True: policy.nationality, False: policy.total}
    areas = _areas(table, vocabulary)
    one = vocabulary is not None and vocabulary.one_nationality
    out = np.zeros(len(table), dtype=bool)
    for k, (group, period) in enumerate(zip(table.column("group"), table.column("period"), strict=True)):
        finest = least[one or group not in {ALL, ""}]
        out[k] = grains[period] < PERIODS.index(finest.period) or areas[k] < AREAS.index(finest.area)
    return out


def _areas(table: Table, vocabulary: Vocabulary | None) -> NDArray[np.int64]:
    """How large an area each row is of, as its position in the policy's order: the smallest that it names."""
    out = np.full(len(table), len(AREAS))
    if vocabulary is None or not vocabulary.areas:
        return out
    sizes = {name: AREAS.index(area) for name, area in vocabulary.areas.items()}
    for column in ("place", "leg", "series"):
        named = {text: min((sizes[part] for part in text.split("+") if part in sizes), default=len(AREAS))
                 for text in set(table.column(column))}  # fmt: skip
        out = np.minimum(out, [named[text] for text in table.column(column)])
    return out


def _order(period: str) -> int:
    span = span_of(period)
    if span is None:
        return len(PERIODS)
    if span.grain in PERIODS:
        return PERIODS.index(span.grain)
    return max(k for k, days in enumerate((1, 7, 10, 28, 90, 365)) if span.days >= days)


def _derived(table: Table, withheld: Mask) -> Mask:
    """Rows that count no people, where every count of the same place, leg, group and period is withheld: litres count heads."""
    other = ~table.of_people & ~table.official & ~withheld
    if not other.any():
        return other
    at = list(zip(*(table.column(name) for name in _RELATED), strict=True))
    gone = {at[k] for k in np.flatnonzero(withheld & table.counts)} - {at[k] for k in np.flatnonzero(~withheld & table.counts)}
    return np.array([held and key in gone for key, held in zip(at, other, strict=True)], dtype=bool)


def _numbers(table: Table, policy: Policy, withheld: Mask, ledger: Ledger, scope: str) -> tuple[Floats, float]:
    """Rounded numbers, with noise where the policy has it, and what that spent."""
    numbers = table.numbers.copy()
    counted = table.counts & ~table.official & ~withheld
    amounts = ~table.counts & ~table.official & ~withheld
    epsilon = 0.0
    if policy.noise is not None and counted.any():
        epsilon = policy.noise.epsilon_a_release
        ledger.spend(scope, epsilon, policy.noise.epsilon_in_all)
        numbers[counted] = with_noise(numbers[counted], epsilon)
    numbers[counted] = rounded_counts(numbers[counted], step=policy.rounding, smallest=policy.smallest_count)
    numbers[table.nobody & ~withheld] = 0.0
    changed = table.changes & ~table.official & ~withheld
    numbers[changed] = rounded_changes(numbers[changed], step=policy.rounding, smallest=policy.smallest_count)
    numbers[amounts & ~changed] = rounded_amounts(numbers[amounts & ~changed])
    return numbers, epsilon


def _repeated(numbers: Floats, texts: Sequence[str], known: Cells) -> Floats:
    """A cell released before in this edition is released as it was."""
    for k, text in enumerate(texts):
        cell = known.get(text)
        if cell is not None:
            numbers[k] = cell
    return numbers


def _steady(numbers: Floats, texts: Sequence[str], before: Cells, table: Table, policy: Policy) -> Floats:
    """A cell of another edition that changed by a few people is released as it was: the difference would show the few."""
    counted = table.counts & ~table.official
    for k, text in enumerate(texts):
        cell = before.get(text) if counted[k] else None
        if cell is not None and abs(cell[2] - numbers[k, 2]) < policy.smallest_change:
            numbers[k] = cell
    return numbers


def _reasons(held: dict[str, Mask]) -> dict[str, int]:
    seen = np.zeros(0, dtype=bool)
    counts: Counter[str] = Counter()
    for reason, rows in held.items():
        seen = seen if len(seen) else np.zeros_like(rows)
        counts[reason] += int((rows & ~seen).sum())
        seen = seen | rows
    return dict(counts)


def _errors(table: Table, numbers: Floats, withheld: Mask) -> dict[str, float]:
    """Mean change of a released count, in people and per cent of all, and by how much intervals got wider."""
    there = table.counts & ~table.official & ~withheld & ~np.isnan(numbers[:, 2])
    exact, shown = table.numbers[there], numbers[there]
    if not len(exact):
        return {"mean_change_of_a_count": 0.0, "change_per_cent": 0.0, "wider_per_cent": 0.0}
    change = np.abs(shown[:, 2] - exact[:, 2])
    width = (exact[:, 4] - exact[:, 0]).sum()
    wider = (shown[:, 4] - shown[:, 0]).sum() / width - 1 if width > 0 else 0.0
    return {
        "mean_change_of_a_count": round(float(change.mean()), 3),
        "change_per_cent": round(float(100 * change.sum() / max(np.abs(exact[:, 2]).sum(), 1.0)), 3),
        "wider_per_cent": round(float(100 * wider), 3),
    }


def _of_deaths(text: str) -> bool:
    return any(word in text.lower() for word in ("death", "dead", "died", "missing", "fatal"))
