"""Scenarios beside the corridor as it stands: who stays, waits, turns back, where people go instead; sheets of the judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from isthmus.report.charts import NBSP, Chart, Table
from isthmus.report.intervals import WITHHELD, Interval, percent
from isthmus.report.language import say
from isthmus.report.sections import Row, Section, fine, people, rows_chart
from isthmus.report.view import RunView
from isthmus.report.words import span

ACCOUNT = {
    "departures": "Set out",
    "arrived": "Arrived at a destination",
    "settled_on_the_way": "Ended the journey on the way",
    "returned": "Went back by a return leg",
    "removed": "Were sent back",
    "permitted": "Travelled with permission",
    "turned_back_all": "Turned back on the way",
    "stranded_all": "Stranded without money",
    "working_all": "Working to pay for the next leg",
    "under_way": "Under way, staying or waiting",
}
"""Parts of the account of people, as rows of a chart."""

MOST = 6
"""Legs shown for a scenario."""


def scenarios(view: RunView) -> Section | None:
    """What each scenario changes, against the baseline on the same draws."""
    found = view.stress.get("scenarios", [])
    if not found:
        return None
    months, changed = view.stress["months"], [one for one in found if one["changes"]]
    names = [f"{part}_change" for part in ACCOUNT] + ["leg_flow_change", "death_change", "claims_change"]
    rows = view.long_rows("scenarios", names)
    when = span(months[0], months[1])
    words = [
        say(
            "{n} draws of the fit, {when}. Every scenario runs on the same draws and the same random "
            "streams as the corridor as it "
            "stands, so each difference has an interval of its own, and a scenario that changes nothing "
            "differs by exactly nothing.",
            n=view.stress["draws"],
            when=when,
        ),
        say(
            "These are scenarios, not forecasts: what would follow if the stated change came with the "
            "stated strength. Strengths that "
            "are not known are priors, named below with their sources."
        ),
    ]
    if view.corridor.harm is not None:
        known = "; ".join(leg_label(view, leg) for leg in view.corridor.harm.legs)
        words.append(
            say(
                "Deaths are those expected on ways whose hazards are known ({legs}). Harm on the other ways, which some people "
                "take instead, is not known, which does not say that there is none.",
                legs=known,
            )
        )
    unchanged = [one["label"] for one in found if not one["changes"]]
    if unchanged:
        words.append(say("No difference at all: {names}.", names="; ".join(unchanged)))
    charts = [chart for one in changed for chart in _charts(view, one, rows, when)]
    charts += _tornado(view)
    return Section("scenarios", say("What if"), tuple(words), tuple(charts), tuple(_tables(view, changed)))


def _charts(view: RunView, one: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], when: str) -> list[Chart]:
    mine = [row for row in rows if row["scenario"] == one["id"]]
    lines = [(say(label), row) for part, label in ACCOUNT.items() if (row := _last(mine, f"{part}_change")) is not None]
    legs = [row for row in mine if row["measure"] == "leg_flow_change" and "/" in row["period"] and _whole(view, row)]
    legs = sorted(legs, key=lambda row: -abs(row["median"]))[:MOST]
    lines += [(say("By {leg}", leg=leg_label(view, row["leg"])), row) for row in legs if row["median"]]
    lines += [(say("Will claim asylum"), row) for row in mine if row["measure"] == "claims_change" and "/" in row["period"]]
    lines += [(say("Dead or missing"), row) for row in mine if row["measure"] == "death_change" and "/" in row["period"]]
    shown = [(label, row) for label, row in lines if row["hi90"] - row["lo90"] > 0]
    kept = next((row for label, row in shown if row["measure"] == "departures_change"), None)
    about = say(
        "Persons more or fewer than in the corridor as it stands, {when}; stocks at the end. Median, 50{NBSP}% and 90{NBSP}% "
        "interval of paired differences. Source: this model.",
        when=when,
        NBSP=NBSP,
    )
    cells = tuple((label, people_changed(row)) for label, row in shown)
    table = Table((say("What changes"), say("Persons (90{NBSP}% interval)", NBSP=NBSP)), cells)
    title = one["label"] if kept is None else f"{one['label']}: {_finding(kept)}"
    made = [Row(label, _interval(row)) for label, row in shown]
    return [rows_chart(f"scenario-{one['id']}", title, about, made, table, unit=say("persons, change"))] if made else []


def _finding(row: Mapping[str, Any]) -> str:
    """What happens to departures, in words with a number."""
    if abs(row["median"]) < 10:
        return say("about as many people set out")
    fewer = row["median"] < 0
    size = people(Interval(*sorted(abs(row[key]) for key in ("lo90", "lo50", "median", "hi50", "hi90"))))
    return say("{size} fewer people set out", size=size) if fewer else say("{size} more people set out", size=size)


def _interval(row: Mapping[str, Any]) -> Interval:
    return Interval(row["lo90"], row["lo50"], row["median"], row["hi50"], row["hi90"])


def _last(rows: Sequence[Mapping[str, Any]], measure: str) -> Mapping[str, Any] | None:
    """The row of a flow over all months, or of a stock at the end; of all groups where there are several."""
    found = [row for row in rows if row["measure"] == measure]
    whole = [row for row in found if row["group"] == "all"] or found
    spans = [row for row in whole if "/" in row["period"]]
    return spans[0] if spans else max(whole, key=lambda row: str(row["period"]), default=None)


def _whole(view: RunView, row: Mapping[str, Any]) -> bool:
    """Whether a row is of all groups."""
    return row["group"] == "all" or len(view.corridor.groups) == 1


def people_changed(row: Mapping[str, Any]) -> str:
    """A change in fives with its sign; below 10 either way it is withheld."""

    def five(value: float) -> str:
        if abs(value) < 10:
            return say("fewer than 10")
        return f"{round(value / 5) * 5:+,d}".replace("-", "\N{MINUS SIGN}")

    return say("{middle} ({low} to {high})", middle=five(row["median"]), low=five(row["lo90"]), high=five(row["hi90"]))


def leg_label(view: RunView, leg: str) -> str:
    """Where a leg leads; one that a scenario brings by its name in words."""
    arc = view.corridor.legs.get(leg)
    if arc is None:
        return leg.replace("_", " ")
    return f"{view.corridor.places[arc.from_].label} \N{RIGHTWARDS ARROW} {view.corridor.places[arc.to].label}"


def _tornado(view: RunView) -> list[Chart]:
    """One strength of a scenario at a time at the ends of its prior."""
    found = view.stress.get("tornado")
    if not found or not found["rows"]:
        return []
    rows, cells = [], []
    for row in found["rows"]:
        if row["middle"] is None or None in row["response"]:
            continue
        low, high = sorted(row["response"])
        label = strength_label(row["quantity"])
        rows.append(Row(label, Interval(low, low, row["middle"], high, high)))
        ends = say("{low} to {high}", low=percent(row["response"][0]), high=percent(row["response"][1]))
        values = say("{low} to {high}", low=fine(row["values"][0]), high=fine(row["values"][1]))
        cells.append((label, values, ends, row["source"]))
    if not rows:
        return []
    place = view.corridor.places[found["place"]].label
    scenario = view.corridor.scenarios.get(found["scenario"])
    label = scenario.label if scenario is not None else found["scenario"]
    title = say("{label}: what matters most is {first}", label=label, first=rows[0].label)
    about = say(
        "Arrivals at {place} over all months as a share of those in the corridor as it stands, median, "
        "with one strength at a time at "
        "its 5{NBSP}% and its 95{NBSP}% quantile and the others drawn. Kind: ratio. Source: this model.",
        place=place,
        NBSP=NBSP,
    )
    columns = (say("Strength"), say("Its values"), say("Arrivals, share of the baseline"), say("Source of the prior"))
    return [rows_chart("tornado", title, about, rows, Table(columns, tuple(cells)), unit=say("share of the baseline"))]


def strength_label(name: str) -> str:
    """``us_rule.asylum.size`` in words."""
    scenario, shock, field = name.split(".", 2)
    return f"{scenario}: {shock}, {field}".replace("_", " ")


def _range(found: Mapping[str, float] | None) -> str:
    """A share of the baseline with its interval."""
    if found is None:
        return say(WITHHELD)
    return say("{m} ({lo} to {hi})", m=percent(found["median"]), lo=percent(found["lo90"]), hi=percent(found["hi90"]))


def _statement(found: Mapping[str, Any]) -> str:
    """A probability in words and in numbers."""
    what = say("arrivals on the way below {share} of the baseline", share=percent(found["below"]))
    return f"{what}: {say(found['words'])} ({percent(found['probability'])})"


Cells = tuple[tuple[str, ...], ...]


def _tables(view: RunView, changed: Sequence[Mapping[str, Any]]) -> list[tuple[Table, str]]:
    out = []
    columns: tuple[str, ...]
    cells: Cells
    sheets = view.stress.get("sheets", [])
    if sheets:
        columns = (say("Sheet"), say("Scenario"), say("Judged probability"), say("Arrivals on the way, share of the baseline"),
                   say("And then"), say("Judged from"))  # fmt: skip
        cells = tuple(
            (
                say(str(sheet["sheet"]).capitalize()), sheet["label"], f"{say(sheet['words'])} ({percent(sheet['probability'])})",
                _range(sheet["range"]), "; ".join(map(_statement, sheet["statements"])),
                sheet["judged"] or "",
            )
            for sheet in sheets
        )  # fmt: skip
        caption = say(
            "Scenario sheets. Best and worst: fewest and most arrivals on the way among scenarios with a "
            "judged probability. Words stand "
            "for numbers: very likely from 90{NBSP}%, likely from 66{NBSP}%, about as likely as not from "
            "33{NBSP}%, unlikely from "
            "10{NBSP}%.",
            NBSP=NBSP,
        )
        out.append((Table(columns, cells), caption))
    grid = view.stress.get("surface")
    if grid:
        columns = (strength_label(grid["axes"][0]), *(f"{strength_label(grid['axes'][1])} {fine(v)}" for v in grid["values"][1]))
        cells = tuple(
            (fine(value), *(say(WITHHELD) if v is None else percent(v) for v in line))
            for value, line in zip(grid["values"][0], grid["response"], strict=True)
        )
        out.append(
            (
                Table(columns, cells),
                say("Response surface: arrivals as a share of the baseline, two strengths held, the others drawn."),
            )
        )
    strengths = [(one["label"], s) for one in changed for s in one["strengths"]]
    if strengths:
        columns = (say("Scenario"), say("Strength"), say("Prior (90{NBSP}%)", NBSP=NBSP), say("Source"))
        lines = {s["name"]: (label, s) for label, s in reversed(strengths)}
        cells = tuple(
            (
                label,
                strength_label(s["name"]),
                f"{fine(s['median'])} ({fine(s['lo90'])} \N{EN DASH} {fine(s['hi90'])})",
                s["source"],
            )
            for label, s in reversed(lines.values())
        )
        out.append((Table(columns, cells), say("Strengths that are not known, as priors.")))
    return out
