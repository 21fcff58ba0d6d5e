"""Who is held up on the way: queues for places, and journeys without money left."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr

from isthmus.report.charts import Chart, Table
from isthmus.disclosure.table import ALL
from isthmus.report.block_counts import LAST, cell, months_of, queued, short_of_money, waiting_months
from isthmus.report.intervals import WITHHELD, Interval, count_words, interval, plain, smallest_count
from isthmus.report.language import say
from isthmus.report.sections import Row, Section, draws, rows_chart
from isthmus.report.view import RunView
from isthmus.report.words import period_name


def held(view: RunView) -> Section | None:
    """Waiting in queues and being out of money, by month."""
    data = view.outcomes
    if data is None or ("queued" not in data and "stranded" not in data):
        return None
    charts = [*_queues(view, data), *_money(view, data)]
    words = (
        say(
            "People wait where more arrive than can be carried on, first come first served, and whoever cannot pay the next leg "
            "borrows, works, turns back or is stranded. Capacity and prices are published; how long people wait before they give "
            "up, and what they do without money, is assumed, as the tables of quantities say."
        ),
    )
    return Section("held", say("Waiting, and running out of money"), words, tuple(charts))


def _label(view: RunView, name: str) -> str:
    return period_name(name) + (say(" (scenario)") if name in view.ahead else "")


def _by_month(
    view: RunView, key: str, heading: tuple[str, str], shown: Mapping[str, Interval], unit: str, tell: Callable[[Interval], str]
) -> Chart:
    """A row a month; a month that is withheld is in the table only, as such."""
    rows = [Row(_label(view, name), values) for name, values in shown.items()]
    cells = tuple((_label(view, name), tell(shown[name]) if name in shown else say(WITHHELD)) for name in waiting_months(view))
    table = Table((say("Month"), say("Model (90\N{NO-BREAK SPACE}%)")), cells)
    return rows_chart(key, *heading, rows, table, unit=unit)


def _queues(view: RunView, data: xr.Dataset) -> list[Chart]:
    """People waiting by month, and how long; of a month whose few people are withheld neither is told."""
    if "queued" not in data:
        return []
    out = []
    for queue in (str(q) for q in data["queue"].values):
        place = view.corridor.places[queue].label
        may = [name for name in waiting_months(view) if cell("queued", name, place=queue, group=ALL) not in view.held]
        if not may:
            continue
        people = {name: interval(queued(view, queue, name)) for name in may}
        days = {name: interval(draws(data, "wait_days", queue=queue, month=name)) for name in may}
        most, longest = (_highest(found) for found in (people, days))
        title = say(
            "{place}: the queue was longest in {when}, {people} people on a mean day",
            place=place,
            when=period_name(most),
            people=count_words(people[most]),
        )
        about = say(
            "People of all nationalities waiting, mean over the month. Kind: stock. Source: this model, from published capacity "
            "and the people of other nationalities in the corridor file."
        )
        out.append(_by_month(view, f"queue-{queue}", (title, about), people, "persons", count_words))
        title = say(
            "{place}: those carried on in {when} had waited {days} days",
            place=place,
            when=period_name(longest),
            days=plain(days[longest].median, 0.1),
        )
        about = say("Mean wait of those carried on in a month, days, the stay before the queue not counted. Source: this model.")
        out.append(_by_month(view, f"wait-{queue}", (title, about), days, "days", lambda value: plain(value.median, 0.1)))
    return out


def _highest(found: Mapping[str, Interval]) -> str:
    """The month with the highest median."""
    return max(found, key=lambda name: found[name].median)


def _money(view: RunView, data: xr.Dataset) -> list[Chart]:
    if "stranded" not in data:
        return []
    last, months = view.fitted[-1], view.fitted[-LAST:]
    stranded = data["stranded"].sum("group").sel(month=last)
    found = {str(p): interval(np.asarray(stranded.sel(place=str(p)).values, float)) for p in data["place"].values}
    shown = {
        place: values
        for place, values in found.items()
        if cell("stranded", last, place=place, group=ALL) not in view.held and values.median >= smallest_count()
    }
    rows = [Row(view.corridor.places[place].label, values) for place, values in shown.items()]
    if not rows:
        return []
    gone = cell("short_of_money", months_of(months[0], months[-1]), place=ALL, group=ALL) in view.held
    title = (
        say("People out of money and not going on, by place")
        if gone
        else say(
            "Over the last {n} months {people} people could not pay the next leg",
            n=len(months),
            people=count_words(interval(short_of_money(view))),
        )
    )
    about = say(
        "People out of money and not going on, by place, in {when}; who begged or borrowed later is not known. Kind: stock. "
        "Source: this model; what people do without money is assumed.",
        when=period_name(last),
    )
    table = Table(
        (say("Place"), say("Model (90\N{NO-BREAK SPACE}%)")), tuple((row.label, count_words(row.values)) for row in rows)
    )
    return [rows_chart("stranded", title, about, rows, table, unit="persons")]
