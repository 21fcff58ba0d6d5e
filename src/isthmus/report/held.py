"""Who is held up on the way: queues for places, and journeys without money left."""

from __future__ import annotations

import numpy as np
import xarray as xr

from isthmus.report.charts import Chart, Table
from isthmus.report.intervals import count_words, interval, plain
from isthmus.report.language import say
from isthmus.report.sections import Row, Section, draws, rows_chart
from isthmus.report.view import RunView
from isthmus.report.words import period_name

SHOWN = 12
"""Last months shown before the forecast."""


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


def _months(view: RunView) -> list[str]:
    return [*view.fitted[-SHOWN:], *view.ahead]


def _label(view: RunView, name: str) -> str:
    return period_name(name) + (say(" (scenario)") if name in view.ahead else "")


def _by_period_name(view: RunView, key: str, title: str, about: str, values: dict[str, np.ndarray], unit: str) -> Chart:
    rows = [Row(_label(view, name), interval(found)) for name, found in values.items()]
    cells = [(row.label, count_words(row.values) if unit == "persons" else plain(row.values.median, 0.1)) for row in rows]
    return rows_chart(
        key, title, about, rows, Table((say("Month"), say("Model (90\N{NO-BREAK SPACE}%)")), tuple(cells)), unit=unit
    )


def _queues(view: RunView, data: xr.Dataset) -> list[Chart]:
    if "queued" not in data:
        return []
    out = []
    for queue in (str(q) for q in data["queue"].values):
        place = view.corridor.places[queue].label
        all_people = {
            name: np.asarray((data["queued"].sum("group") + data["queued_others"]).sel(queue=queue, month=name).values, float)
            for name in _months(view)
        }
        days = {name: draws(data, "wait_days", queue=queue, month=name) for name in _months(view)}
        most = max(all_people, key=lambda name: float(np.median(all_people[name])))
        title = say(
            "{place}: the queue was longest in {when}, {people} people on a mean day",
            place=place,
            when=period_name(most),
            people=count_words(interval(all_people[most])),
        )
        about = say(
            "People of all nationalities waiting, mean over the month. Kind: stock. Source: this model, from published capacity "
            "and the people of other nationalities in the corridor file."
        )
        out.append(_by_period_name(view, f"queue-{queue}", title, about, all_people, "persons"))
        longest = max(days, key=lambda name: float(np.median(days[name])))
        title = say(
            "{place}: those carried on in {when} had waited {days} days",
            place=place,
            when=period_name(longest),
            days=plain(float(np.median(days[longest])), 0.1),
        )
        about = say("Mean wait of those carried on in a month, days, the stay before the queue not counted. Source: this model.")
        out.append(_by_period_name(view, f"wait-{queue}", title, about, days, "days"))
    return out


def _money(view: RunView, data: xr.Dataset) -> list[Chart]:
    if "stranded" not in data:
        return []
    last = view.fitted[-1]
    stranded = data["stranded"].sum("group").sel(month=last)
    places = [str(p) for p in data["place"].values if float(stranded.sel(place=str(p)).median()) >= 1]
    rows = [Row(view.corridor.places[p].label, interval(np.asarray(stranded.sel(place=p).values, float))) for p in places]
    short = np.asarray(data["short"].sel(month=list(view.fitted[-SHOWN:])).sum(["short_leg", "group", "month"]).values, float)
    if not rows:
        return []
    title = say(
        "Over the last {n} months {people} people could not pay the next leg",
        n=min(SHOWN, len(view.fitted)),
        people=count_words(interval(short)),
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
