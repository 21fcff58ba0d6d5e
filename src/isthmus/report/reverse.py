"""Movement against the corridor, beside what is published of it; never subtracted from the way forward."""

from __future__ import annotations

from isthmus.report.block_counts import cell, harm_period
from isthmus.report.language import say
from isthmus.report.charts import Chart, Table
from isthmus.report.intervals import WITHHELD, count_words, interval, official
from isthmus.report.sections import Row, Section, draws, rows_chart
from isthmus.report.view import RunView
from isthmus.report.words import period_name, span
from isthmus.spec.reverse import ReverseFlow

KINDS = {"exit": "exit", "turning_back": "turning back", "removal": "removal", "return": "return"}


def reverse(view: RunView) -> Section | None:
    """Modelled and published reverse flows."""
    data, block = view.outcomes, view.corridor.reverse
    if data is None or block is None or "reverse" not in data:
        return None
    names, groups = ([str(one) for one in data[axis].values] for axis in ("reverse_flow", "group"))
    made = [_chart(view, name, block.flows[name], group) for name in names for group in groups]
    charts = [chart for chart in made if chart is not None]
    rows = [(flow.label, KINDS[flow.kind], *_published(view, flow), flow.note or "", f"{flow.source} ({flow.confidence})")
            for flow in block.flows.values()]  # fmt: skip
    table = Table(("Flow", "Kind", "Whom", "Published", "Note", "Source"), tuple(rows))
    words = (
        "Exits, returns and removals are flows of their own, not the forward flow with a minus: people who leave may be "
        "visitors, and people removed may have come another way."
    )
    caption = "Reverse flows in the corridor file and what is published of each, persons; kind: flow."
    return Section("reverse", "The way back", (words,), tuple(charts), ((table, caption),))


def _chart(view: RunView, name: str, flow: ReverseFlow, group: str) -> Chart | None:
    """One flow of one group by year; nothing where all of it is withheld."""
    data = view.outcomes
    assert data is not None  # noqa: S101  the section is made from it
    rows, cells = [], []
    for period in (str(p) for p in data["reverse_period"].values):
        values = interval(draws(data, "reverse", reverse_flow=name, group=group, reverse_period=period))
        months = view.ahead if period == "ahead" else [m for m in view.fitted if m.startswith(period)]
        label = span(months[0], months[-1]) + (f" ({say('scenario')})" if period == "ahead" else "")
        published = _sum(view, flow, group, list(months))
        gone = cell("reverse", harm_period(view, period), group=group, item=name) in view.held
        rows += [] if gone else [Row(label, values, () if published is None else (published,))]
        told = say(WITHHELD) if gone else count_words(values)
        cells.append((label, "not published" if published is None else official(published), told))
    if not rows:
        return None
    return rows_chart(
        f"reverse-{name}-{group}",
        f"{say(flow.label)}: {say(view.corridor.groups[group].label)}",
        say("Persons; strokes: published in the same months. Kind: flow. Source: this model; {source}.", source=flow.source),
        rows,
        Table(("Period", "Published", say("Model (90\N{NO-BREAK SPACE}%)")), tuple(cells)),
        unit="persons in the period",
    )


def _sum(view: RunView, flow: ReverseFlow, group: str, months: list[str]) -> float | None:
    """Published persons of the months, where all of them are published for the group."""
    if flow.figures is None or flow.group != group:
        return None
    points = dict(view.figures.series(flow.figures, group=group).points())
    return sum(points[m] for m in months) if all(m in points for m in months) else None


def _published(view: RunView, flow: ReverseFlow) -> tuple[str, str]:
    """Whom the series counts, and its last figure."""
    if flow.figures is None:
        return "", "not published"
    points = view.figures.series(flow.figures, group=flow.group).points()
    whom = "all nationalities" if flow.group == "ALL" else flow.group
    return whom, say("{points} in {points2}", points=official(points[-1][1]), points2=period_name(points[-1][0]))
