"""Past changes of entry rules with their sizes: the registry that ships, and the prior that it gives for the next one.

A size is the log ratio of the figure of a group after the change to that before it, with the standard deviation by which groups
that had no change scatter over the same months; `tools/past_changes.py` makes them, ``docs/corridor-file.md`` says how. A change
without a size could not be measured. A size counts only from the day by which the months it was made from were published.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import exp, log, sqrt
from typing import Any

LEAST_SPREAD = 0.25
"""Least standard deviation between changes, on the log scale: three of them say little about how much changes differ."""
ALONE = 0.5
"""The same where only one is known: an assumption."""


@dataclass(frozen=True)
class PastChange:
    """One change of what a nationality needs to enter a country.

    Attributes:
        place: Country, ISO 3166-1 alpha-2.
        date: From when, or the snapshot by which, it was in force, as ``date_known`` says (day, month or by).
        checkpoint: Where its size was measured, as the long form of the figures names it, with ``measure``.
        size: Log ratio of the figure after to that before; absent: not measured.
        sd: Standard deviation of the size.
        known_by: When the figures behind the size were out.
    """

    group: str
    place: str
    before: str
    after: str
    announced: dt.date | None
    date: dt.date
    date_known: str
    checkpoint: str
    measure: str
    size: float | None
    sd: float | None
    known_by: dt.date
    source: str
    confidence: str

    @property
    def interval(self) -> tuple[float, float] | None:
        """90 % interval of the size."""
        return None if self.size is None or self.sd is None else (self.size - 1.645 * self.sd, self.size + 1.645 * self.sd)


@cache
def past_changes() -> tuple[PastChange, ...]:
    """All changes of the registry, by date."""
    text = resources.files("isthmus.spec").joinpath("past_changes.csv").read_text(encoding="utf-8")
    return tuple(_change(row) for row in csv.DictReader(text.splitlines()))


def _change(row: dict[str, str]) -> PastChange:
    day = dt.date.fromisoformat
    return PastChange(
        row["group"], row["place"], row["before"], row["after"], day(row["announced"]) if row["announced"] else None,
        day(row["date"]), row["date_known"], row["checkpoint"], row["measure"], float(row["size"]) if row["size"] else None,
        float(row["sd"]) if row["sd"] else None, day(row["known_by"]), row["source"], row["confidence"],
    )  # fmt: skip


def priors_in(written: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Priors of a corridor, as plain values, that the registry gives, with where they stand."""
    if isinstance(written, dict) and written.get("dist") == "past_changes":
        yield path, written
    inner = written.items() if isinstance(written, dict) else enumerate(written) if isinstance(written, list | tuple) else ()
    for key, part in inner:
        yield from priors_in(part, (*path, key))


def informing(before: str, after: str, known_by: dt.date) -> tuple[PastChange, ...]:
    """Measured changes from one requirement to another whose size was known by a day."""
    return tuple(
        one for one in past_changes()
        if (one.before, one.after) == (before, after) and one.size is not None and one.known_by <= known_by
    )  # fmt: skip


def strength(found: Sequence[PastChange]) -> tuple[float, float]:
    """Median and standard deviation of the log of how strongly a further change takes people away, as a lognormal quantity.

    Strengths of the past are minus their sizes; they differ by chance and between changes (DerSimonian and Laird 1986, Controlled
    Clinical Trials 7:177). What is told is a further change's: the mean's uncertainty and the spread between changes together.
    """
    values, variances = [-(one.size or 0.0) for one in found], [(one.sd or 0.0) ** 2 for one in found]
    between = _between(values, variances) if len(found) > 1 else ALONE**2
    weights = [1 / (variance + between) for variance in variances]
    mean = max(sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights), 0.05)
    relative = 1 + (between + 1 / sum(weights)) / mean**2
    return mean / sqrt(relative), sqrt(log(relative))


def _between(values: Sequence[float], variances: Sequence[float]) -> float:
    """Variance between changes by moments."""
    weights = [1 / variance for variance in variances]
    total = sum(weights)
    mean = sum(w * v for w, v in zip(weights, values, strict=True)) / total
    scatter = sum(w * (v - mean) ** 2 for w, v in zip(weights, values, strict=True))
    scale = total - sum(w**2 for w in weights) / total
    return max((scatter - (len(values) - 1)) / scale, LEAST_SPREAD**2)


def words(before: str, after: str, known_by: dt.date) -> str:
    """What a prior rests on, in one sentence."""
    found = informing(before, after, known_by)
    each = ", ".join(f"{one.group} to {one.place} {one.date:%Y-%m} ({1 - exp(one.size or 0.0):.0%} fewer)" for one in found)
    return f"past changes of entry rules measured by {known_by}: {each}"
