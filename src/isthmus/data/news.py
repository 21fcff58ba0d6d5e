"""News: what a forecast said of the months that have since been published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from isthmus.data.figures import Figures

Place = Literal["below", "low", "as expected", "high", "above"]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a forecast said of one month of one series, in the series' unit."""

    series: str
    """Name in the table of figures."""
    group: str
    month: str
    low: float
    """5 % quantile."""
    quarter: float
    median: float
    three_quarters: float
    high: float
    """95 % quantile."""


@dataclass(frozen=True, slots=True)
class News:
    """A month that was forecast and has now been published, or was known and has been revised."""

    series: str
    group: str
    month: str
    came: float
    unit: str
    expected: Expected | None
    """What was forecast; None for a figure that was only revised."""
    before: float | None
    """What was known before, for a revision."""

    @property
    def place(self) -> Place | None:
        """Where the figure fell in the forecast: outside the 90 % interval, in its outer parts, or in the middle half."""
        if self.expected is None:
            return None
        said = self.expected
        if self.came < said.low:
            return "below"
        if self.came < said.quarter:
            return "low"
        if self.came <= said.three_quarters:
            return "as expected"
        return "high" if self.came <= said.high else "above"

    def __str__(self) -> str:
        """Return the news in a sentence."""
        who = f"{self.series} ({self.group}), {self.month}"
        if self.expected is None:
            return f"{who}: revised from {self.before or 0:,.0f} to {self.came:,.0f} {self.unit}"
        said = self.expected
        words = {
            "below": "below the 90 % interval",
            "low": "in the lower part of the interval",
            "as expected": "in the middle of what was expected",
            "high": "in the upper part of the interval",
            "above": "above the 90 % interval",
        }[self.place or "as expected"]
        interval = f"{said.median:,.0f} expected, 90 % between {said.low:,.0f} and {said.high:,.0f}"
        return f"{who}: {self.came:,.0f} {self.unit} came, {words} ({interval})"


def news(forecast: Iterable[Expected], before: Figures, after: Figures) -> tuple[News, ...]:
    """Return what the figures that came since say about a forecast, surprises first.

    Args:
        forecast: Monthly quantiles of the last forecast, in the units of the figures.
        before: The figures that the forecast was made from.
        after: The figures there are now.
    """
    old, new = _latest(before), _latest(after)
    said = {(item.series, item.group, item.month): item for item in forecast}
    found: list[News] = []
    for key, (value, unit) in new.items():
        known = old.get(key)
        if known is None and key in said:
            found.append(News(*key, value, unit, said[key], None))
        elif known is not None and known[0] != value:
            found.append(News(*key, value, unit, None, known[0]))
    order: Mapping[str | None, int] = {"below": 0, "above": 0, "low": 1, "high": 1, "as expected": 2, None: 3}
    return tuple(sorted(found, key=lambda item: (order[item.place], item.series, item.group, item.month)))


def _latest(figures: Figures) -> dict[tuple[str, str, str], tuple[float, str]]:
    latest: dict[tuple[str, str, str], tuple[float, str]] = {}
    for row in sorted(figures.rows, key=lambda row: row.seen):
        if row.value is not None:
            latest[row.series, row.group, row.period] = (row.value, row.unit)
    return latest
