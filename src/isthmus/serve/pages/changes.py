"""What changed since last month: the newest figure of each series beside the one before, and what is expected next."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.report.intervals import WITHHELD, count_words, interval, official
from isthmus.report.skill import Backtest
from isthmus.report.view import RunView
from isthmus.report.words import change, period_name


@dataclass(frozen=True, slots=True)
class Change:
    """One series."""

    label: str
    unit: str
    month: str
    now: str
    before: str
    words: str
    ahead: str
    expected: str
    kind: str
    publisher: str


def changes(view: RunView, tested: Backtest) -> tuple[Change, ...]:
    """The last published month of each series against the month before, and the next month with its interval."""
    return tuple(found for series in view.series if (found := _change(view, tested, series)) is not None)


def _change(view: RunView, tested: Backtest, series: str) -> Change | None:
    months = [month for month in view.fitted if month in view.observed[series]]
    if len(months) < 2:
        return None
    now, before = (view.observed[series][month].value or 0.0 for month in (months[-1], months[-2]))
    upcoming = view.ahead[0]
    return Change(
        label=view.corridor.series[series].label,
        unit=view.unit(series),
        month=period_name(months[-1]),
        now=official(now),
        before=f"{official(before)} ({period_name(months[-2])})",
        words=change(now, before),
        ahead=period_name(upcoming),
        expected=_expected(view, series, upcoming),
        kind=tested.label(1),
        publisher=view.publishers(series),
    )


def _expected(view: RunView, series: str, month: str) -> str:
    if (series, month) in view.withheld:
        return WITHHELD
    return count_words(interval(view.predicted(series, [month])[:, 0]))
