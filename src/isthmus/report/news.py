"""What came since the last forecast: each new figure beside what was expected of it, surprises first; revisions after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from isthmus.report.charts import Chart, Table
from isthmus.report.intervals import Interval, count_words, official
from isthmus.report.language import many, say
from isthmus.report.sections import Row, Section, rows_chart
from isthmus.report.view import RunView
from isthmus.report.words import period_name

MOST = 16
"""Figures drawn; the table has them all."""

PLACES = {
    "below": "below the 90\N{NO-BREAK SPACE}% interval",
    "low": "in the lower part of the interval",
    "as expected": "in the middle of what was expected",
    "high": "in the upper part of the interval",
    "above": "above the 90\N{NO-BREAK SPACE}% interval",
}


def news(view: RunView) -> Section | None:
    """The figures that the run that this one went on from had not seen; none where it started from nothing."""
    told = view.news
    if not told.get("news"):
        return None
    forecast = [item for item in told["news"] if item["expected"] is not None]
    revised = [item for item in told["news"] if item["expected"] is None]
    month = period_name(told["last_fitted"])
    words = say("This run goes on from one whose figures ended in {month}.", month=month) + " " + _tally(forecast, revised)
    charts = (_chart(view, forecast, month),) if forecast else ()
    tables = ((_revisions(view, revised), "Figures that their publishers have revised since; unit: as published."),)
    return Section("news", "What came since the last forecast", (words,), charts, tables if revised else ())


def _tally(forecast: Sequence[Mapping[str, Any]], revised: Sequence[Mapping[str, Any]]) -> str:
    came = many("{n} figure has come that it had forecast", "{n} figures have come that it had forecast", len(forecast))
    again = many("{n} earlier figure was revised", "{n} earlier figures were revised", len(revised))
    return say("{came}; {again}.", came=came, again=again)


def _label(view: RunView, item: Mapping[str, Any]) -> str:
    series = view.corridor.series[item["checkpoint"]]
    return f"{say(series.label)}, {period_name(item['month'])}"


def _expected(item: Mapping[str, Any]) -> Interval:
    said = item["expected"]
    return Interval(*(float(said[name]) for name in ("low", "quarter", "median", "three_quarters", "high")))


def _chart(view: RunView, items: Sequence[Mapping[str, Any]], month: str) -> Chart:
    rows = [Row(_label(view, item), _expected(item), (float(item["came"]),)) for item in items[:MOST]]
    cells = tuple(
        (_label(view, item), official(item["came"]), count_words(_expected(item)), PLACES[str(item["place"])]) for item in items
    )
    within = sum(item["place"] not in {"below", "above"} for item in items)
    return rows_chart(
        "news",
        say(
            "{within} of {n} figures fell within the 90\N{NO-BREAK SPACE}% intervals of the forecast from {month}",
            within=within,
            n=len(items),
            month=month,
        ),
        say("Figures a month; strokes: what was published. Kind: flow. Source: the run before this one; publishers."),
        rows,
        Table(("Figure", "Came", say("Expected (90\N{NO-BREAK SPACE}%)"), "Where it fell"), cells),
        unit="figures a month",
        log=True,
    )


def _revisions(view: RunView, items: Sequence[Mapping[str, Any]]) -> Table:
    cells = tuple((_label(view, item), official(item["before"] or 0.0), official(item["came"])) for item in items)
    return Table(("Figure", "Known then", "Known now"), cells)
