"""What explains departures, and which drivers the corridor file names."""

from __future__ import annotations

import numpy as np

from isthmus.report.language import say
from isthmus.report.charts import Table
from isthmus.report.intervals import interval, number, percent, plain
from isthmus.report.sections import Row, Section, draws, rows_chart
from isthmus.report.view import RunView
from isthmus.report.words import span

PARTS = {
    "access": "Easier or harder way (κ)",
    "policies": "Dated policies",
    "season": "Season",
    "unexplained": "Unexplained",
}
AFTER = {
    "hold": "the last value holds",
    "zero": "it says nothing more",
    "path": "its own path goes on, drawn",
}


def drivers(view: RunView) -> Section | None:
    """Shares of the variance of log departures, and the drivers with what is assumed of them."""
    data = view.outcomes
    if data is None or "explained" not in data or not view.corridor.drivers:
        return None
    charts, tables = [], []
    when = span(view.fitted[0], view.fitted[-1])
    left = {}
    for group in (str(g) for g in data["group"].values):
        rows, cells = [], []
        for part in (str(p) for p in data["part"].values if p != "level"):
            values = interval(draws(data, "explained", part=part, group=group))
            label = PARTS.get(part) or view.corridor.drivers[part.removeprefix("drivers.")].label
            moved = np.asarray(data["contribution"].sel(part=part, group=group, month=list(view.fitted)).values)
            factor = interval(np.exp(np.ptp(moved, axis=-1)))
            rows.append(Row(label, values))
            shown = say(
                "{median} ({lo90} to {hi90})", median=percent(values.median), lo90=percent(values.lo90), hi90=percent(values.hi90)
            )
            low, middle, high = (number(x, factor.lo90, factor.hi90) for x in (factor.lo90, factor.median, factor.hi90))
            cells.append((label, shown, say("{median} ({lo90} to {hi90})", median=middle, lo90=low, hi90=high)))
            left[part] = values
        columns = (
            "Part",
            say("Share of variance (90\N{NO-BREAK SPACE}%)"),
            say("Highest over lowest month (90\N{NO-BREAK SPACE}%)"),
        )
        label = view.corridor.groups[group].label
        free = left["unexplained"]
        title = say(
            "{label}: {median} of the ups and downs of departures stay unexplained", label=label, median=percent(free.median)
        )
        about = say(
            "Share of the variance of log departures, {when}; shares sum to 1; a part that moves "
            "against the whole is below 0. Kind: ratio. Source: this fit.",
            when=when,
        )
        charts.append(
            rows_chart(f"explained-{group}", title, about, rows, Table(columns, tuple(cells)), unit="share of variance")
        )
    tables.append((_named(view), "Drivers in the corridor file. A month without a value is unknown, and never interpolated."))
    used = [d for d in view.corridor.drivers.values() if d.in_fit]
    words = say(
        "{used} of {drivers} drivers are in the fit; the others are kept with the reason. "
        "What explains is what moves together with departures in this model; it is not shown "
        "to be the cause.",
        used=len(used),
        drivers=len(view.corridor.drivers),
    )
    return Section("drivers", "What explains departures, and what does not", (words,), tuple(charts), tuple(tables))


def _named(view: RunView) -> Table:
    rows = []
    for driver in view.corridor.drivers.values():
        months = sorted(driver.values)
        target = "departures" if driver.place is None else say("pull of {label}", label=view.corridor.places[driver.place].label)
        rows.append((
            driver.label, target, f"{len(months)}: {span(months[0], months[-1])}", driver.unit, AFTER[driver.after_end],
            say("{lag_months} months", lag_months=plain(driver.lag_months, 0.1)) if driver.lag_months else "none",
            "in the fit" if driver.in_fit else say("not in the fit: {note}", note=driver.note),
            f"{driver.source} ({driver.confidence})",
        ))  # fmt: skip
    columns = ("Driver", "Moves", "Values known", "Unit", "After the last value", "Mean lag", "Used", "Source")
    return Table(columns, tuple(rows))
