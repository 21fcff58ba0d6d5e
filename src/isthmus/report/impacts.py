"""What flows mean on the ground: needs, people in need, costs, services, the transit economy, triggers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from isthmus.report.charts import NBSP, Chart, Table
from isthmus.report.intervals import WITHHELD, Interval, percent
from isthmus.report.language import say
from isthmus.report.sections import Row, Section, fine, millions, people, rows_chart
from isthmus.report.view import RunView
from isthmus.report.words import span

BASELINE = "baseline"
SAME = 0.02
"""Difference in probability below which a scenario is not shown beside the corridor as it stands."""
NEEDS = (
    "water",
    "food",
    "latrines",
    "taps",
    "shelter_area",
    "hygiene_kits",
    "health_staff",
    "health_beds",
    "cash",
    "child_spaces",
)


def impacts(view: RunView) -> Section | None:
    """Impacts of the corridor as it stands, and what scenarios make of people in need and costs."""
    if view.corridor.impacts is None or not view.stress.get("impacts"):
        return None
    months = view.stress["months"]
    when = span(months[0], months[1])
    wanted = [*(f"need_{name}" for name in NEEDS), "in_need_region", "cost", "local_income", "jobs", "dependence", "exposure"]
    rows = view.long_rows("impacts", wanted)
    words = (
        say(
            "Standards are made for people who stay; these people pass. What is used up is counted by "
            "person-days, what takes space by the "
            "most people at a time, what is given once by arrivals. Each standard stands with its edition; "
            "pages not checked say so."
        ),
        say("Prices, shares in need and capacities without a public source are assumptions of the corridor file and say so."),
    )
    charts = [
        *_by_scenario(view, rows, "in_need_region", say("People in need, {when}", when=when), people, say("persons")),
        *_by_scenario(view, rows, "cost", say("What needs with a price cost, {when}", when=when), millions, "US$"),
    ]
    tables = [_needs(view, rows), _services(view), _economy(view, rows), _triggers(view), _reliability(view)]
    return Section(
        "impacts", say("What must be ready"), words, tuple(charts), tuple(table for table in tables if table is not None)
    )


def _interval(row: Mapping[str, Any]) -> Interval:
    return Interval(row["lo90"], row["lo50"], row["median"], row["hi50"], row["hi90"])


def _label(view: RunView, scenario: str) -> str:
    if scenario == BASELINE or scenario not in view.corridor.scenarios:
        return say("The corridor as it stands")
    return view.corridor.scenarios[scenario].label


def _by_scenario(view: RunView, rows: Sequence[Mapping[str, Any]], measure: str, title: str, tell: Any, unit: str) -> list[Chart]:
    found = [row for row in rows if row["measure"] == measure and row["place"] == "all"]
    if not found:
        return []
    lines = [Row(_label(view, row["scenario"]), _interval(row)) for row in found]
    cells = tuple((line.label, tell(line.values)) for line in lines)
    base = next((line for line in lines if line.label == _label(view, BASELINE)), lines[0])
    about = say("{unit}; median, 50{NBSP}% and 90{NBSP}% interval. Kind: flow. Source: {source}.", unit=unit, NBSP=NBSP,
                source=found[0]["source"])  # fmt: skip
    heading = say("{title}: {value} in the corridor as it stands", title=title, value=tell(base.values))
    return [rows_chart(f"impact-{measure}", heading, about, lines, Table((say("Scenario"), unit), cells), unit=unit)]


def _needs(view: RunView, rows: Sequence[Mapping[str, Any]]) -> tuple[Table, str] | None:
    """The highest month of each need, by place."""
    mine = [
        row for row in rows if row["scenario"] == BASELINE and row["measure"].startswith("need_") and "/" not in row["period"]
    ]
    several = any(row["group"] == "all" for row in mine)
    mine = [row for row in mine if not several or row["group"] == "all"]
    cells = []
    for place in dict.fromkeys(row["place"] for row in mine):
        for name in NEEDS:
            found = [row for row in mine if row["place"] == place and row["measure"] == f"need_{name}"]
            if found:
                row = max(found, key=lambda r: r["median"])
                value = f"{fine(row['median'])} ({fine(row['lo90'])} \N{EN DASH} {fine(row['hi90'])})"
                cells.append(
                    (view.corridor.places[place].label, say(row["item"]), value, row["unit"], row["period"], row["edition"])
                )
    if not cells:
        return None
    columns = (say("Place"), say("Need"), say("Highest month (90{NBSP}%)", NBSP=NBSP), say("Unit"), say("Month"), say("Standard"))
    return Table(columns, tuple(cells)), say("Needs of the corridor as it stands, in the month in which each is highest.")


def _services(view: RunView) -> tuple[Table, str] | None:
    cells = []
    base = {one["service"]: one["ever"] for one in view.stress["impacts"][BASELINE]["services"]}
    for scenario, notes in view.stress["impacts"].items():
        for one in notes["services"]:
            if scenario != BASELINE and _same(one["ever"], base[one["service"]]):
                continue
            first = one["from"] or say("not within these months")
            told = (say(WITHHELD), say(WITHHELD)) if one["ever"] is None else (percent(one["ever"]), first)
            cells.append((one["label"], f"{one['capacity']:,g} {one['unit']}", _label(view, scenario), *told))
    if not cells:
        return None
    order = {cell[0]: n for n, cell in reversed(list(enumerate(cells)))}
    columns = (say("Service"), say("Capacity"), say("Scenario"), say("Chance that it is ever exceeded"),
               say("Exceeded, more likely than not, from"))  # fmt: skip
    return Table(columns, tuple(sorted(cells, key=lambda c: order[c[0]]))), say(
        "Services: demand of everybody over capacity; scenarios that differ from the corridor as it stands."
    )


def _economy(view: RunView, rows: Sequence[Mapping[str, Any]]) -> tuple[Table, str] | None:
    block = view.corridor.impacts
    cells = []
    for place in block.towns if block is not None else ():
        found = {
            row["measure"]: row for row in rows if row["scenario"] == BASELINE and row["place"] == place and row["sector"] == ""
        }
        if "local_income" in found:
            values = [f"{fine(found[m]['median'])} ({fine(found[m]['lo90'])} \N{EN DASH} {fine(found[m]['hi90'])})"
                      for m in ("local_income", "jobs", "dependence", "exposure")]  # fmt: skip
            cells.append((view.corridor.places[place].label, *values, found["jobs"]["source"]))
    if not cells or block is None:
        return None
    columns = (say("Place"), say("Local income, US$"), say("Jobs, mean"), say("Share of local income"),
               say("US$ a month lost if {share} stay away", share=percent(block.collapse)), say("Source"))  # fmt: skip
    return Table(columns, tuple(cells)), say("The transit economy of the corridor as it stands (90{NBSP}% intervals).", NBSP=NBSP)


def _triggers(view: RunView) -> tuple[Table, str] | None:
    skill = view.stress.get("trigger_skill", {})
    base = {one["trigger"]: one["probability"] for one in view.stress["impacts"][BASELINE]["triggers"]}
    cells = []
    for scenario, notes in view.stress["impacts"].items():
        for one in notes["triggers"]:
            if scenario != BASELINE and _same(one["probability"], base[one["trigger"]]):
                continue
            past = skill.get(one["trigger"])
            told = say("not measured") if past is None else _past(past)
            said = say("{label}, within {weeks} weeks", label=one["label"], weeks=one["weeks"])
            few = one["probability"] is None
            chance = say(WITHHELD) if few else f"{percent(one['probability'])} ({say(one['words'])})"
            met = say(WITHHELD) if few else say("met") if one["met"] else say("not met")
            cells.append((said, _label(view, scenario), chance, met, told))
    if not cells:
        return None
    columns = (say("Statement"), say("Scenario"), say("Probability"), say("Trigger"), say("Skill"))
    return Table(columns, tuple(cells)), say(
        "Triggers for action ahead; the skill is of a like statement about the published series."
    )


def _same(one: float | None, other: float | None) -> bool:
    """Whether a chance is that of the corridor as it stands, or both are withheld."""
    return one is None or other is None or abs(one - other) < SAME


def _past(found: Mapping[str, Any]) -> str:
    """Skill of a statement in the backtest."""
    base = fine(found["brier_of_base_rate"])
    return say("Brier {b} in {n} past statements (base rate {c})", b=fine(found["brier"]), n=found["cases"], c=base)


def _reliability(view: RunView) -> tuple[Table, str] | None:
    """How often it came about when a chance was told."""
    block, told = view.corridor.impacts, view.stress.get("trigger_skill", {})
    cells = []
    for name, found in told.items():
        label = block.triggers[name].label if block is not None and name in block.triggers else name
        for part in found["reliability"]:
            between = say("{low} to {high}", low=percent(part["said"][0]), high=percent(part["said"][1]))
            cells.append((label, between, str(part["cases"]), percent(part["mean_said"]), percent(part["happened"])))
    if not cells:
        return None
    columns = (say("Statement"), say("Chance told"), say("Past statements"), say("Told, on average"), say("Came about"))
    caption = say(
        "Reliability of the triggers' statements in the backtest: of those told with a chance, how many came about. With so few "
        "past statements a difference of tens of per cent says little."
    )
    return Table(columns, tuple(cells)), caption
