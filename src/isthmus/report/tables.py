"""Rows of the forecast table, ``forecast.csv`` and ``forecast.parquet``."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.report.intervals import Interval, intervals
from isthmus.report.skill import Backtest, backtest
from isthmus.report.view import RIVALS, RunView

COLUMNS = (
    "series",
    "label",
    "group",
    "place",
    "period",
    "kind",
    "unit",
    "model",
    "median",
    "lo50",
    "hi50",
    "lo90",
    "hi90",
    "label_horizon",
    "publisher",
)

Row = dict[str, str | float]


def forecast_rows(view: RunView) -> list[Row]:
    """One row per series, month ahead and model: ours, then the rivals.

    ``label_horizon`` is ``forecast`` where the backtest shows skill against the random walk at that
    horizon (the 95 % interval of the relative skill lies below 1), else ``scenario``.
    """
    tested = backtest(view)
    return [row for series in view.series for row in _rows(view, series, tested)]


def _rows(view: RunView, series: str, tested: Backtest) -> Iterator[Row]:
    models = {"isthmus": intervals(view.predicted(series, view.ahead))}
    models.update({model: view.rival(model, series) for model in RIVALS})
    for model, values in models.items():
        for k, value in enumerate(values):
            yield _row(view, series, model, k, value, tested.label(k + 1))


def _row(view: RunView, series: str, model: str, k: int, value: Interval, label: str) -> Row:
    stated = view.corridor.series[series]
    watched = stated.watches
    legs = watched.departures_on or watched.arrivals_on
    return {
        "series": series,
        "label": stated.label,
        "group": stated.group,
        "place": watched.arrivals_at or "+".join(legs),
        "period": view.ahead[k],
        "kind": stated.kind,
        "unit": view.unit(series),
        "model": model,
        "median": round(value.median, 1),
        "lo50": round(value.lo50, 1),
        "hi50": round(value.hi50, 1),
        "lo90": round(value.lo90, 1),
        "hi90": round(value.hi90, 1),
        "label_horizon": label,
        "publisher": view.publishers(series),
    }
