"""What changed since last month: the newest figure of each series beside the one before, and what is expected next."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.report.intervals import WITHHELD, count_words, interval, official, plain
from isthmus.report.language import say
from isthmus.report.skill import Backtest
from isthmus.report.view import RunView
from isthmus.report.words import period_name


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
        unit=say(view.unit(series)),
        month=period_name(months[-1]),
        now=official(now),
        before=f"{official(before)} ({period_name(months[-2])})",
        words=_moved(now, before),
        ahead=period_name(upcoming),
        expected=_expected(view, series, upcoming),
        kind=say(tested.label(1)),
        publisher=view.publishers(series),
    )


def _moved(now: float, before: float) -> str:
    """``+22 %``, ``3.1 times as many``."""
    if before <= 0:
        return say("none before")
    if now / before >= 2:
        return say("{ratio} times as many", ratio=plain(now / before, 0.1))
    share = plain(100 * (now / before - 1))
    return f"{'+' if now > before and share != '0' else ''}{share}\N{NO-BREAK SPACE}%"


def _expected(view: RunView, series: str, month: str) -> str:
    if (series, month) in view.withheld:
        return say(WITHHELD)
    return count_words(interval(view.predicted(series, [month])[:, 0]))
