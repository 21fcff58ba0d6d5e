"""Official figures and the series they form: flows may be added over time, stocks may not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NoReturn

from isthmus.data.periods import end_of, first_month, last_month, periods_between
from isthmus.errors import FiguresError, StockSumError
from isthmus.spec.primitives import Confidence

Kind = Literal["flow", "stock"]
Resolution = Literal["month", "year"]

LESSON = (
    "a stock counts people at a moment, so adding it over time counts a person once for every period they wait. "
    "The year-end pending claims of Chinese nationals add up to 613,532 over 2012-2020, and that is where "
    '"over 600,000 sought asylum" comes from; their new applications, a flow, add up to 309,666 over 2012-2023'
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number: what, where, who, when, by whom."""

    series: str
    place: str
    group: str
    """Nationality, ISO 3166-1 alpha-3; ``ALL`` for all together."""
    period: str
    """``YYYY-MM`` or ``YYYY``. A stock is counted at the period's end."""
    kind: Kind
    unit: str
    value: float | None
    """In ``unit``; None where the publisher reported nothing."""
    publisher: str
    published_or_seen: str
    """``YYYY-MM-DD``, or ``YYYY-MM`` for the end of a month: the vintage of the figure."""
    confidence: Confidence
    note: str = ""
    line: int = field(default=0, compare=False)
    """Line in the file it was read from."""

    @property
    def seen(self) -> dt.date:
        """Day from which the figure is known."""
        return end_of(self.published_or_seen)


@dataclass(frozen=True, slots=True)
class Gap:
    """A period inside a series' span for which there is no number. Never filled."""

    series: str
    group: str
    place: str
    period: str
    reason: Literal["no row", "blank"]


@dataclass(frozen=True, slots=True)
class Tally:
    """A sum over periods, with how much of the span it rests on."""

    value: float
    unit: str
    present: int
    expected: int
    missing: tuple[str, ...]
    """Periods of the span without a number; they add nothing to ``value``."""

    @property
    def complete(self) -> bool:
        """Whether every period of the span has a number."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class _Series:
    """What flows and stocks share: one number a period for one group at one place."""

    name: str
    place: str
    group: str
    unit: str
    resolution: Resolution
    figures: tuple[Figure, ...]
    """One figure a period, in order of time, each in its latest vintage."""

    @property
    def periods(self) -> tuple[str, ...]:
        """Periods that have a number, in order."""
        return tuple(f.period for f in self.figures if f.value is not None)

    @property
    def span(self) -> tuple[str, str]:
        """First and last period with a row."""
        return self.figures[0].period, self.figures[-1].period

    def points(self) -> tuple[tuple[str, float], ...]:
        """Return (period, value) pairs in order, unreported periods left out."""
        return tuple((f.period, f.value) for f in self.figures if f.value is not None)

    def get(self, period: str) -> float | None:
        """Return the value of a period, or None where nothing was reported."""
        return next((f.value for f in self.figures if f.period == period), None)

    def at(self, period: str) -> float:
        """Return the value of a period, in ``unit``.

        Raises:
            FiguresError: nothing was reported for the period.
        """
        value = self.get(period)
        if value is None:
            raise FiguresError.one(
                where=f"{self.name} ({self.group}): {period}",
                expected=f"a figure; {self.name} runs from {self.span[0]} to {self.span[1]}",
                found="none reported",
                remedy="ask for a period that has a figure, or use get(), which returns None",
            )
        return value

    def gaps(self) -> tuple[Gap, ...]:
        """Return the periods inside the span that have no number."""
        rows = {f.period: f for f in self.figures}
        return tuple(
            Gap(self.name, self.group, self.place, p, "blank" if p in rows else "no row")
            for p in periods_between(*self.span)
            if self.get(p) is None
        )

    def _tally(self, first: str, last: str) -> Tally:
        values = dict(self.points())
        if self.resolution == "month":
            first, last = first_month(first), last_month(last)
        elif len(first) != len("2023") or len(last) != len("2023"):
            raise FiguresError.one(
                where=f"{self.name} ({self.group}): {first} to {last}",
                expected="years, because the series is yearly",
                found=f"{first} and {last}",
                remedy="ask for whole years, such as 2012 to 2020",
            )
        span = periods_between(first, last)
        present = [values[p] for p in span if p in values]
        missing = tuple(p for p in span if p not in values)
        return Tally(float(sum(present)), self.unit, len(present), len(span), missing)


@dataclass(frozen=True, slots=True)
class FlowSeries(_Series):
    """People or events per period. Adding up periods makes sense."""

    @property
    def kind(self) -> Literal["flow"]:
        """Always ``flow``."""
        return "flow"

    def tally(self, first: str, last: str) -> Tally:
        """Add up the periods from ``first`` to ``last``, both included, and say which are missing.

        A year stands for its months in a monthly series: ``tally("2023", "2023")``.
        """
        return self._tally(first, last)

    def total(self, first: str, last: str) -> float:
        """Return the sum from ``first`` to ``last``, both included, in ``unit``.

        Raises:
            FiguresError: a period of the span has no figure, so that the sum would pass for a total.
        """
        tally = self._tally(first, last)
        if not tally.complete:
            raise FiguresError.one(
                where=f"{self.name} ({self.group}): {first} to {last}",
                expected=f"a figure for each of {tally.expected} periods",
                found=f"{tally.present}; none for {', '.join(tally.missing)}",
                remedy="use tally(), which adds what is there and says what is missing",
            )
        return tally.value


@dataclass(frozen=True, slots=True)
class StockSeries(_Series):
    """People present or claims pending at the end of each period. Adding up periods counts people twice.

    ``total``, ``sum()`` and NumPy refuse at run time; type checkers see none of them.
    """

    @property
    def kind(self) -> Literal["stock"]:
        """Always ``stock``."""
        return "stock"

    def change(self, first: str, last: str) -> float:
        """Return the stock at the end of ``last`` less the stock at the end of ``first``, in ``unit``.

        Raises:
            FiguresError: one of the two was not reported.
        """
        return self.at(last) - self.at(first)

    def repeated_counts(self, first: str, last: str) -> Tally:
        """Return what a claim gets that adds the stock up: repeated counts, not people.

        For holding such a claim against the figures, and for nothing else.
        """
        tally = self._tally(first, last)
        unit = f"{self.unit} counted again at each {self.resolution}'s end"
        return Tally(tally.value, unit, tally.present, tally.expected, tally.missing)

    def _refuse(self) -> NoReturn:
        raise StockSumError.one(
            where=f"{self.name} ({self.group})",
            expected="a flow, which may be added over time",
            found=f"a stock: {LESSON}",
            remedy="use at() for one date, change() between two dates, or a flow series",
        )

    if not TYPE_CHECKING:

        def total(self, *_span: str) -> NoReturn:
            """Refuse: see ``LESSON``.

            Raises:
                StockSumError: always.
            """
            self._refuse()

        def __iter__(self) -> Iterator[float]:
            """Refuse, so that ``sum()`` does: see ``LESSON``."""
            self._refuse()

        def __array__(self, *_options: object, **_named: object) -> NoReturn:
            """Refuse, so that ``numpy.sum`` does: see ``LESSON``."""
            self._refuse()


def series_of(figures: Sequence[Figure]) -> FlowSeries | StockSeries:
    """Return the series that the figures of one name, place and group form.

    Args:
        figures: At least one; several vintages of a period are allowed, and the latest counts.
    """
    latest: dict[str, Figure] = {}
    for figure in sorted(figures, key=lambda f: f.seen):
        latest[figure.period] = figure
    ordered = tuple(latest[p] for p in sorted(latest))
    head = ordered[0]
    resolution: Resolution = "month" if "-" in head.period else "year"
    made = StockSeries if head.kind == "stock" else FlowSeries
    return made(head.series, head.place, head.group, head.unit, resolution, ordered)
