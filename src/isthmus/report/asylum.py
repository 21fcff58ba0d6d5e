"""Asylum: claims and decisions are flows, claims pending are a stock; each is shown as what it is."""

from __future__ import annotations

import xarray as xr

from isthmus.report.block_counts import cell, months_of, shown_months, since_january
from isthmus.report.fit_words import fit_words
from isthmus.report.language import say
from isthmus.report.charts import Chart, Table
from isthmus.report.intervals import WITHHELD, Interval, count_words, interval, official
from isthmus.report.sections import Row, Section, draws, learned_table, rows_chart
from isthmus.report.view import RunView
from isthmus.report.words import capital, period_name

WORDS = {
    "claim_share": "Share of arrivals who claim",
    "asylum.counted": "Applications published per claim made, before the break",
    "ending_share": "Share of claims that end within a year",
    "decisions_per_ending": "Published decisions per claim ended",
    "0.factor": "Applications published per claim made, after the break",
    "recognised": "Share of endings that recognise",
    "rejected": "Share of endings that reject",
}


def asylum(view: RunView) -> Section | None:
    """Stock and flow by year against figures, and the claims of people of the corridor."""
    data, block = view.outcomes, view.corridor.asylum
    if data is None or block is None or "asylum_pending" not in data:
        return None
    label = view.corridor.groups[block.group].label
    charts = (
        _chart(view, data, "pending", say("{label} with a claim pending: a stock", label=label), block.figures.pending),
        _chart(
            view,
            data,
            "applications",
            say("New applications of {label} in a year: a flow", label=label),
            block.figures.applications,
        ),
    )
    breaks = [
        say("From {year} on: {reason} ({source}).", year=one.year, reason=one.reason, source=one.source)
        for one in block.level_breaks
    ]
    verdict = fit_words(str(data["asylum_parameters"].attrs.get("message", "")))
    words = (
        (
            "A stock counts who waits at a year's end, and a flow what happens in a year. Stocks are not added over years: "
            "whoever waits for five years would count five times."
        ),
        " ".join(breaks) + f" {verdict}.",
    )
    tables = [
        (
            _corridor(view, data),
            say("Claims of {label} who came along this corridor, as modelled; no figure counts them apart.", label=label),
        )
    ]
    tables += learned_table(view, "asylum", WORDS)
    return Section("asylum", "Asylum: stock and flow", words, charts, tuple(tables))


def _chart(view: RunView, data: xr.Dataset, what: str, title: str, figures: str) -> Chart:
    stock = what == "pending"
    series = view.figures.series(figures)
    rows, cells = [], []
    for year in (str(y) for y in data["asylum_year"].values):
        values = interval(draws(data, f"asylum_{what}", asylum_year=year))
        published = series.get(year)
        rows.append(Row(say("end of {year}", year=year) if stock else year, values, () if published is None else (published,)))
        cells.append((year, "not reported" if published is None else official(published), _whole(values)))
    kind = "stock, at the end of the year" if stock else "flow, in the year"
    unit = "persons pending" if stock else "applications in the year"
    publisher = series.figures[-1].publisher
    return rows_chart(
        f"asylum-{what}",
        title,
        say(
            "{unit}, all countries of asylum; strokes: published. Kind: {kind}. Source: {publisher}.",
            unit=capital(say(unit)),
            kind=kind,
            publisher=publisher,
        ),
        rows,
        Table(("Year", say("Published ({kind})", kind=kind), say("Model (90\N{NO-BREAK SPACE}%)")), tuple(cells)),
        unit=unit,
    )


def _whole(values: Interval) -> str:
    return count_words(values)


def _corridor(view: RunView, data: xr.Dataset) -> Table:
    """The last month of each year and the last months of fit and forecast."""
    rows = []
    for month in shown_months(view):
        year = since_january(view, month)
        period = months_of(year[0], month)
        flows = {name: interval(data[name].sel(month=year).sum("month").values) for name in ("claims_made", "claims_recognised")}
        told = [_told(view, cell(name, period), values) for name, values in flows.items()]
        pending = _told(view, cell("claims_pending", month), interval(draws(data, "claims_pending", month=month)))
        name = period_name(month) + (f" ({say('scenario')})" if month in view.ahead else "")
        rows.append((name, *told, pending))
    columns = ("To the end of", "Claims made since January (flow)", "Recognised since January (flow)", "Pending then (stock)")
    return Table(columns, tuple(rows))


def _told(view: RunView, named: tuple[str, ...], values: Interval) -> str:
    return say(WITHHELD) if named in view.held else count_words(values)
