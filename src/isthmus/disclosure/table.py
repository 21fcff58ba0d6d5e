"""A long table before the gate: the columns that may be there, one row a number with its interval, kind, unit and source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ALL = "all"
"""Place, leg, group, sector or item of a total."""

KEYS = ("scenario", "series", "model", "measure", "place", "leg", "group", "sector", "item", "period")
"""What a number is of."""
SUMMED = ("place", "leg", "group", "sector", "item")
"""Keys over which ``all`` is the total."""
NUMBERS = ("lo90", "lo50", "median", "hi50", "hi90")
NEEDED = ("period", "kind", "unit")
WORDS = (
    "label", "label_horizon", "publisher", "source", "confidence", "basis", "note", "trigger", "probability", "standard",
    "edition", "price_list", "step",
)  # fmt: skip
COLUMNS = (*KEYS, "kind", "unit", *NUMBERS, *WORDS)
KINDS = ("flow", "stock", "share", "ratio", "mean", "price", "rate", "duration", "probability", "cost", "need", "index")

CHANGE = "_change"
"""In the name of a measure: its difference from the baseline, paired by draw."""
BASELINE = "baseline"

PEOPLE = (
    "person", "people", "event", "case", "application", "encounter", "registration", "death", "claim", "decision",
    "entry", "entries", "arrival", "departure", "return", "removal", "child", "figure", "household",
)  # fmt: skip
"""First words of units that count people or what happened to them; ``person-days`` and ``US$ a person`` are not counts."""


@dataclass(frozen=True)
class Sum:
    """A measure over all places and legs that is the sum of other measures, up to a number that every scenario shares.

    A stock that counts from the first month ahead is the sum of flows over the months to its own; a flow over months is that of
    stocks at their end.

    Attributes:
        total: The measure.
        parts: Measure, place and leg of each part; those that a table does not have are left out.
    """

    total: str
    parts: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Vocabulary:
    """The names a run knows: places, legs and groups of its corridor.

    Attributes:
        areas: How large an area places, legs and series stand for, in words of the policy; absent: unknown, and not held to it.
        sums: Which measures add up to which, beyond what labels of totals say.
    """

    places: frozenset[str]
    legs: frozenset[str]
    groups: frozenset[str]
    areas: Mapping[str, str] = field(default_factory=dict)
    sums: tuple[Sum, ...] = ()

    @property
    def one_nationality(self) -> bool:
        """Whether a total over groups is the count of one nationality."""
        return len(self.groups) < 2


@dataclass(frozen=True)
class Table:
    """Columns of equal length; numbers as ``(row, quantile)``, ascending quantiles, NaN where absent.

    Attributes:
        words: Every column but the numbers.
        numbers: ``lo90, lo50, median, hi50, hi90`` by row, in the unit of the row.
        absent: Columns of numbers that were not given at all.
    """

    words: Mapping[str, Sequence[Any]]
    numbers: Floats
    absent: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Table:
        """A table of rows; a column is there as soon as one row has it."""
        listed = list(rows)
        names = dict.fromkeys(name for row in listed for name in row)
        numbers = np.array([[_number(row.get(name)) for name in NUMBERS] for row in listed], dtype=np.float64)
        words = {name: [row.get(name) for row in listed] for name in names if name not in NUMBERS}
        absent = tuple(name for name in NUMBERS if name not in names)
        return cls(words, numbers.reshape(len(listed), len(NUMBERS)), absent)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.numbers)

    def column(self, name: str) -> list[str]:
        """A column of words as text; empty where it is not there."""
        found = self.words.get(name)
        return [""] * len(self) if found is None else ["" if value is None else str(value) for value in found]

    def take(self, kept: NDArray[np.bool_]) -> Table:
        """The rows kept."""
        where = [int(k) for k in np.flatnonzero(kept)]
        return Table({name: [values[k] for k in where] for name, values in self.words.items()}, self.numbers[where], self.absent)

    @cached_property
    def keys(self) -> list[tuple[str, ...]]:
        """What each row is of, in the order of `KEYS`, then its unit."""
        return list(zip(*(self.column(name) for name in (*KEYS, "unit")), strict=True))

    @cached_property
    def of_people(self) -> NDArray[np.bool_]:
        """Rows whose unit counts people: counts, and changes of counts."""
        kind_of = {unit: counts_people(unit) for unit in set(self.column("unit"))}
        return np.array([kind_of[unit] for unit in self.column("unit")], dtype=bool)

    @cached_property
    def changes(self) -> NDArray[np.bool_]:
        """Rows that say by how much a scenario changes a count."""
        named = [CHANGE in measure for measure in self.column("measure")]
        return np.array([one and people for one, people in zip(named, self.of_people, strict=True)], dtype=bool)

    @cached_property
    def counts(self) -> NDArray[np.bool_]:
        """Rows that count people, modelled or published."""
        return np.asarray(self.of_people & ~self.changes, dtype=bool)

    @cached_property
    def nobody(self) -> NDArray[np.bool_]:
        """Rows of scenarios that are nothing in all draws: by the corridor file nobody can be there, which gives nobody away.

        Persons of a scenario are expectations, above nothing wherever somebody might be; figures are drawn, and may be none by
        chance.
        """
        pairs = zip(self.column("scenario"), self.column("unit"), strict=True)
        expected = np.array([scenario != "" and unit == "persons" for scenario, unit in pairs], dtype=bool)
        return np.asarray(self.counts & expected & (self.numbers == 0).all(axis=1), dtype=bool)

    @cached_property
    def official(self) -> NDArray[np.bool_]:
        """Rows that repeat what an office published."""
        return np.array([basis == "official" for basis in self.column("basis")], dtype=bool)


def counts_people(unit: str) -> bool:
    """Whether a unit counts people or what happened to them, rather than litres, money or shares."""
    lowered = unit.lower().strip()
    first = lowered.replace(",", " ").split(" ")[0]
    return first in PEOPLE or (first.endswith("s") and first[:-1] in PEOPLE)


def _number(value: Any) -> float:
    if value is None or value == "":
        return float("nan")
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("inf")
