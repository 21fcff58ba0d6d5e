"""What arrived, beside what was known before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from isthmus.data.sources.contract import About, Reading, SeriesAbout, Stated
from isthmus.data.store.records import Key

Points = dict[str, float]
"""Period to value, reported ones only."""


@dataclass(frozen=True)
class Batch:
    """A delivery, laid out for the checks."""

    about: About
    readings: tuple[Reading, ...]
    stated: tuple[Stated, ...]
    before: Mapping[Key, Points]
    """What the store held, in its latest vintage."""
    last_over: str
    """Last month that is over."""
    definitions: Mapping[str, str] = field(default_factory=dict)
    """Definition of each series as the store has it."""

    @cached_property
    def series(self) -> dict[str, SeriesAbout]:
        """Series by name."""
        return {series.name: series for series in self.about.series}

    @cached_property
    def now(self) -> dict[Key, Points]:
        """What arrived."""
        points: dict[Key, Points] = defaultdict(dict)
        for reading in self.readings:
            if reading.value is not None:
                points[reading.series, reading.place, reading.group][reading.period] = reading.value
        return dict(points)

    @cached_property
    def both(self) -> dict[Key, Points]:
        """What arrived, laid over what was known."""
        return {key: {**self.before.get(key, {}), **points} for key, points in self.now.items()}

    def changed(self, key: Key) -> list[str]:
        """Return the periods for which something new arrived, in order."""
        before = self.before.get(key, {})
        return sorted(period for period, value in self.now.get(key, {}).items() if before.get(period) != value)


def shown(key: Key) -> str:
    """Return a key as messages show it."""
    series, place, group = key
    return f"{series} ({group} at {place})"


def listed(items: Iterable[object], most: int = 6) -> str:
    """Return items with commas, the rest counted."""
    texts = [str(item) for item in items]
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more
