"""How journeys differ from each other: how long they take, what they cost, who runs short and who is harmed how often."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from isthmus.disclosure.table import ALL
from isthmus.report.block_counts import cell, times_met, whole
from isthmus.report.charts import Chart, Table
from isthmus.report.intervals import WITHHELD, Interval, interval, number, percent, plain, smallest_count
from isthmus.report.language import say
from isthmus.report.parameters import leg_name
from isthmus.report.sections import Row, Section, people, rows_chart
from isthmus.report.view import RunView

Floats = NDArray[np.float64]

NINETY = "90\N{NO-BREAK SPACE}%"
ENDED = {
    "arrived": "Arrived at a destination",
    "settled": "Stayed on the way",
    "returned": "Returned",
    "turned back": "Gave up waiting or for want of money",
    "stranded": "Stranded without money",
}
HARM = {"robbery": "robbed", "injury": "injured"}
TIMES = ("never", "once", "twice", "three times or more")
LEAST_SHARE = 0.002
"""Endings of fewer people than this share are not drawn: their quantiles are those of a handful."""


def journeys(view: RunView) -> Section | None:
    """Lengths, costs, waits and repeated harm, over people; only where agents answered."""
    data = view.journeys
    if data is None or data.attrs.get("engine") != "agents":
        return None
    charts: list[Chart] = []
    tables: list[tuple[Table, str]] = []
    for group in (str(g) for g in data["group"].values):
        label = view.corridor.groups[group].label
        charts += [_spread_chart(view, data, group, label, *what) for what in (("days", "days"), ("usd", "US$ a person"))]
        charts += [chart for chart in (_met_chart(view, data, group, label),) if chart is not None]
        tables.append(
            (_endings(view, data, group), say("How journeys of {label} stand at the end of the time modelled.", label=label))
        )
        tables.append((_where(view, data, group), say(
            "Where {label} ran out of money or gave up, all months; those who borrowed or worked and went on are among them, and "
            "places with fewer than ten people are left out.", label=label,
        )))  # fmt: skip
        if "waited" in data:
            tables.append(
                (_waits(view, data, group), say("Waiting of {label} in queues, of those who were served.", label=label))
            )
    return Section("journeys", "Journeys: means hide what matters", _words(view, data), tuple(charts), tuple(tables))


def _words(view: RunView, data: xr.Dataset) -> tuple[str, ...]:
    draws = say(
        "Agents lived through {n} draws of the fit, each person with a budget, a way and a history of their own; only "
        "these distributions were kept. Where means are asked for, flows on this page come from the cohort engine.",
        n=data.sizes["draw"],
    )
    limits = say(
        "A bar spans people, not uncertainty: the light line 90% of them, the dark bar half. Steps are {days} days long, so "
        "lengths are no finer than that. People still under way at the end are left out, which makes the last journeys look "
        "shorter than they are.",
        days=round(float(data.attrs["step_days"]), 1),
    )
    purse = say(
        "What people do who cannot pay rests on assumptions of the corridor file; prices are the middle of its ranges."
        if view.corridor.money is not None
        else "The corridor file says nothing of running out of money, so nobody does."
    )
    return draws, limits, purse


def _spread_chart(view: RunView, data: xr.Dataset, group: str, label: str, what: str, unit: str) -> Chart:
    rows, cells = [], []
    share = _stands(data, group)
    for ending, said in ENDED.items():
        values = np.asarray(data[what].sel(group=group, ending=ending).values, dtype=np.float64)
        if share[ending] < LEAST_SHARE or np.isnan(values).all() or _is_held(view, "journeys", group, ending):
            continue
        over_people = Interval(*(float(q) for q in np.nanmedian(values, axis=0)))
        middle = interval(values[:, 2])
        rows.append(Row(said, over_people))
        cells.append((
            say(said), *(_number(v) for v in over_people.values), _range(middle),
        ))  # fmt: skip
    title = _finding(rows, label, what)
    about = say(
        "{unit}; bars: spread over people. Kind: distribution over journeys that ended. Source: agents of this model.",
        unit=say(unit).capitalize() if unit == "days" else say(unit),
    )
    columns = (
        "Journey",
        "5% below",
        "25% below",
        "Half below",
        "75% below",
        "95% below",
        say("Half below, {n} over draws", n=NINETY),
    )
    return rows_chart(f"journeys-{what}-{group}", title, about, rows, Table(columns, tuple(cells)), unit=unit)


def _finding(rows: list[Row], label: str, what: str) -> str:
    """The chart's finding: the middle and the slow or dear tail of those who arrived."""
    first = next((row.values for row in rows if row.label == ENDED["arrived"]), None)
    if first is None:
        return say("{label}: how long journeys took and what they cost", label=label)
    if what == "days":
        return say(
            "{label}: half of those who arrived took less than {a} days, one in twenty more than {b}",
            label=label, a=_number(first.median), b=_number(first.hi90),
        )  # fmt: skip
    return say(
        "{label}: half of those who arrived paid less than US${a}, one in twenty more than US${b}",
        label=label, a=_number(first.median), b=_number(first.hi90),
    )  # fmt: skip


def _range(values: Interval) -> str:
    return say("{lo} to {hi}", lo=_number(values.lo90), hi=_number(values.hi90))


def _number(x: float) -> str:
    return plain(x) if x < 1000 else number(x, x * 0.95, x * 1.05)


def _stands(data: xr.Dataset, group: str) -> dict[str, float]:
    """Share of people by how their journey stands."""
    counts = np.asarray(data["people"].sel(group=group).values, dtype=np.float64)
    shares = (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-9)).mean(axis=0)
    return dict(zip((str(s) for s in data["stands"].values), shares.tolist(), strict=True))


def _met_chart(view: RunView, data: xr.Dataset, group: str, label: str) -> Chart | None:
    """How often people were robbed or injured of those who passed a leg with hazards."""
    rows, cells, again = list[Row](), [], list[float]()
    for kind in (str(k) for k in data["harm"].values) if "harm" in data.coords else ():
        table = np.asarray(data["met"].sel(group=group, harm=kind).values, dtype=np.float64)
        if not table.any():
            continue
        for n, times in enumerate(TIMES):
            held = _is_held(view, f"met_{kind}", group, str(n))
            values = Interval(*[0.0] * 5) if held else interval(times_met(table)[:, n])
            again += [values.median] if kind == "robbery" and n > 1 and not held else []
            rows += [] if held else [Row(say("{harm}: {times}", harm=say(HARM[kind]).capitalize(), times=say(times)), values)]
            shown = say("{m} ({lo} to {hi})", m=percent(values.median), lo=percent(values.lo90), hi=percent(values.hi90))
            cells.append((say(HARM[kind]).capitalize(), say(times), say(WITHHELD) if held else shown))
    if not rows:
        return None
    legs = ", ".join(leg_name(view.corridor, leg) for leg in (view.corridor.harm.legs if view.corridor.harm else ()))
    return rows_chart(
        f"journeys-met-{group}",
        say("{label}: {share} were robbed more than once", label=label, share=percent(sum(again)))
        if len(again) == 2
        else say("{label}: harm met on the way, by how often", label=label),
        say(
            "Share of people who passed {legs}; bars: uncertainty over draws. Kind: ratio. Source: agents of this model, hazards "
            "as fitted below for all nationalities. Events are taken to come independently, which real robberies may not.",
            legs=legs,
        ),
        rows,
        Table(("Harm", "How often", say("Share of people ({n})", n=NINETY)), tuple(cells)),
        unit="share of people",
    )


def _is_held(view: RunView, measure: str, group: str, item: str) -> bool:
    return cell(measure, whole(view), place=ALL, group=group, item=item) in view.held


def _endings(view: RunView, data: xr.Dataset, group: str) -> Table:
    counts = np.asarray(data["people"].sel(group=group).values, dtype=np.float64)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-9)
    rows = []
    for n, ending in enumerate(str(s) for s in data["stands"].values):
        said = ENDED.get(ending, "Still under way")
        part = interval(share[:, n])
        shown = say("{m} ({lo} to {hi})", m=percent(part.median, 1), lo=percent(part.lo90, 1), hi=percent(part.hi90, 1))
        if _is_held(view, "journeys", group, ending):
            rows.append((said, say(WITHHELD), say(WITHHELD)))
        else:
            rows.append((said, people(interval(counts[:, n])), shown))
    return Table(("Journey", "People", say("Share of all ({n})", n=NINETY)), tuple(rows))


def _where(view: RunView, data: xr.Dataset, group: str) -> Table:
    rows = []
    for leg in (str(k) for k in data["leg"].values):
        values = np.asarray(data["short"].sel(group=group, leg=leg).values, dtype=np.float64)
        held = cell("journeys_short", whole(view), leg=leg, group=group) in view.held
        if np.median(values) >= smallest_count() and not held:
            rows.append((say("Could not pay for {leg}", leg=leg_name(view.corridor, leg)), people(interval(values))))
    for place in (str(p) for p in data["place"].values):
        values = np.asarray(data["turned_back"].sel(group=group, place=place).values, dtype=np.float64)
        held = cell("journeys", whole(view), place=place, group=group, item="turned back") in view.held
        if np.median(values) >= smallest_count() and not held:
            rows.append((say("Gave up at {place}", place=view.corridor.places[place].label), people(interval(values))))
    return Table(("What", "People"), tuple(rows) or ((say("Nobody, or too few to show"), ""),))


def told_apart(longer: Floats, least: float) -> list[int]:
    """Positions from 1 on of people who waited at least so long, ``(steps,)``, such that each band between holds ``least``."""
    kept, above = [], 0.0
    for steps in range(len(longer) - 1, 0, -1):
        if longer[steps] - above >= least and longer[0] - longer[steps] >= least:
            kept.append(steps)
            above = float(longer[steps])
    return kept[::-1]


def _through(view: RunView, queue: str, group: str) -> float:
    """People of a group who went on by the legs that a queue holds back, all months."""
    legs = view.corridor.queues[queue].legs or [name for name, leg in view.corridor.legs.items() if leg.from_ == queue]
    found = view.posterior["leg_flow"].sel(leg=list(legs), group=group).sum(("leg", "month"))
    return float(np.median(np.asarray(found.values, dtype=np.float64)))


def _waits(view: RunView, data: xr.Dataset, group: str) -> Table:
    """Share who waited longer than so many days; no two shares that are apart by fewer people than the gate lets through."""
    days = float(data.attrs["step_days"])
    rows = []
    for queue in (str(q) for q in data["queue"].values):
        table = np.asarray(data["waited"].sel(queue=queue, group=group).values, dtype=np.float64)
        shares = np.median(table[:, :5], axis=0)
        for steps in told_apart(shares * _through(view, queue, group), smallest_count()):
            part = interval(table[:, steps])
            shown = say("{m} ({lo} to {hi})", m=percent(part.median, 1), lo=percent(part.lo90, 1), hi=percent(part.hi90, 1))
            longer = say("{place}: about {days} days or more", place=view.corridor.places[queue].label, days=plain(steps * days))
            rows.append((longer, shown))
    return Table(("Wait", say("Share of those served ({n})", n=NINETY)), tuple(rows))
