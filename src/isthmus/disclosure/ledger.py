"""What was released before: the memory against which two releases cannot be subtracted, and the budget of noise is counted."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from isthmus.disclosure.table import KEYS, SUMMED
from isthmus.errors import PolicyError, StoreError

SEPARATOR = "|"
_FAMILY = tuple(at for at, name in enumerate(KEYS) if name not in (*SUMMED, "period"))
Cells = dict[str, list[float] | None]
"""Released quantiles by key; None where the cell was withheld."""


@dataclass(frozen=True)
class Entry:
    """One release.

    Attributes:
        scope: The corridor.
        edition: The run; within an edition a cell is released once and then repeated.
        epsilon: Privacy loss spent; 0 without noise.
    """

    scope: str
    edition: str
    policy: str
    epsilon: float
    cells: Cells = field(repr=False)


@dataclass
class Ledger:
    """Releases in order, in memory and, where there is a path, in a file of one JSON line each.

    Only what was released is kept, never what was withheld or the numbers before rounding.
    """

    path: Path | None = None
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path) -> Ledger:
        """Read a ledger; a file that is not there is an empty one.

        Raises:
            StoreError: The file is damaged. Nothing is released from then on: what was released before is not known.
        """
        entries = []
        lines = path.read_text("utf-8").splitlines() if path.is_file() else []
        for number, line in enumerate(lines, start=1):
            try:
                entries.append(Entry(**json.loads(line)))
            except (ValueError, TypeError) as error:
                raise StoreError.one(
                    where=f"{path}:{number}",
                    expected="a release, one JSON object a line",
                    found="a line that is not one",
                    remedy="put the ledger back from a copy; without it two releases could be subtracted from each other",
                ) from error
        return cls(path, entries)

    def edition(self, scope: str, edition: str) -> Cells:
        """Cells of the edition as they were released or withheld."""
        found: Cells = {}
        for entry in self.entries:
            if (entry.scope, entry.edition) == (scope, edition):
                found.update(entry.cells)
        return found

    def before(self, scope: str, edition: str) -> Cells:
        """Cells of the scope's other editions, the last release of each."""
        found: Cells = {}
        for entry in self.entries:
            if entry.scope == scope and entry.edition != edition:
                found.update({key: cell for key, cell in entry.cells.items() if cell is not None})
        return found

    def spent(self, scope: str) -> float:
        """Privacy loss of all releases of a scope."""
        return sum(entry.epsilon for entry in self.entries if entry.scope == scope)

    def spend(self, scope: str, epsilon: float, budget: float) -> None:
        """Refuse a release for which the budget does not suffice.

        Raises:
            PolicyError: Too much would be spent.
        """
        spent = self.spent(scope)
        if spent + epsilon > budget + 1e-9:
            raise PolicyError.one(
                where="noise.epsilon_in_all",
                expected=f"at most {budget:g} over all releases of {scope}",
                found=f"{spent:g} spent, {epsilon:g} more asked for",
                remedy="repeat what was released, which costs nothing; more noise cannot be bought back by new releases",
            )

    def record(self, entry: Entry) -> None:
        """Add a release; on disk before anything leaves. A release that repeats what is known adds nothing."""
        known = self.edition(entry.scope, entry.edition)
        if entry.cells.items() <= known.items() and not entry.epsilon:
            return
        self.entries.append(entry)
        if self.path is not None:
            content: dict[str, Any] = {name: getattr(entry, name) for name in ("scope", "edition", "policy", "epsilon", "cells")}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as handle:
                handle.write(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")
                handle.flush()
                os.fsync(handle.fileno())


def key_text(key: tuple[str, ...]) -> str:
    """A row's key as one text."""
    text = SEPARATOR.join(key)
    return text if text.count(SEPARATOR) == len(key) - 1 else SEPARATOR.join(part.replace(SEPARATOR, "/") for part in key)


def family(key: tuple[str, ...]) -> tuple[str, ...]:
    """What cells have in common that can add up to one another: scenario, series, model, measure and unit."""
    return (*(key[at] for at in _FAMILY), key[-1])


def families(cells: Cells) -> set[tuple[str, ...]]:
    """The families of cells that were released or withheld."""
    return {family(tuple(text.split(SEPARATOR))) for text in cells}
