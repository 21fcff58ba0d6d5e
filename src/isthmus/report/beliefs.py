"""Where belief and truth about the risk of a leg part, by how much, and what that changes."""

from __future__ import annotations

import numpy as np

from isthmus.report.block_counts import cell, fitted_period, passing
from isthmus.report.charts import Table
from isthmus.report.intervals import WITHHELD, interval, percent, plain, smallest_count
from isthmus.report.language import say
from isthmus.report.parameters import leg_name
from isthmus.report.sections import Row, Section, draws, rows_chart
from isthmus.report.view import RunView
from isthmus.report.words import period_name

EVERY = 3
"""Months between the rows of a chart."""


def beliefs(view: RunView) -> Section | None:
    """Believed risk by month against the truth, and the flow had everybody known it."""
    data, block = view.outcomes, view.corridor.information
    if data is None or block is None or "believed" not in data:
        return None
    charts, rows = [], []
    for leg in (str(name) for name in data["belief_leg"].values):
        truth = float(np.median(draws(data, "truth", belief_leg=leg)))
        for group in (str(name) for name in data["group"].values):
            months = [*view.fitted[::-EVERY][::-1], view.ahead[-1]]
            found = {name: interval(draws(data, "believed", belief_leg=leg, group=group, month=name)) for name in months}
            last = found[view.fitted[-1]]
            label, who = leg_name(view.corridor, leg), view.corridor.groups[group].label
            title = say(
                "{who}: {believed} believed where {truth} is true ({label})",
                who=who,
                believed=percent(last.median),
                truth=percent(truth),
                label=label,
            )
            about = say(
                "Believed probability of serious harm on the leg; strokes: the true one. Kind: share. Source: this model; truth: "
                "{source}.",
                source=block.legs[leg].source,
            )
            drawn = [Row(period_name(name), values, (truth,)) for name, values in found.items()]
            cells = tuple((row.label, percent(truth), _shares(row)) for row in drawn)
            table = Table((say("Month"), say("True"), say("Believed (90\N{NO-BREAK SPACE}%)")), cells)
            charts.append(rows_chart(f"belief-{leg}-{group}", title, about, drawn, table, unit="probability"))
            rows.append((label, who, *_changed(view, leg, group)))
    columns = (
        say("Leg"),
        say("Group"),
        say("Gap in the last fitted month"),
        say("Flow had all known the truth (90\N{NO-BREAK SPACE}%)"),
    )
    caption = say(
        "What belief changes: people passing the leg in the fitted months had everybody known the truth, against as it was; harm "
        "on the leg changes in proportion. What was learned under today's beliefs is held."
    )
    return Section(
        "beliefs",
        say("What people believe, and what is true"),
        _words(view),
        tuple(charts),
        ((Table(columns, tuple(rows)), caption),),
    )


def _words(view: RunView) -> tuple[str, ...]:
    block = view.corridor.information
    assert block is not None  # noqa: S101  the section is made from it
    words = [
        say(
            "Belief moves towards the truth by contact with those who went before and by official information, towards safe by "
            "facilitators' advertising, and back by forgetting. Nobody's belief was measured here: rates are assumed."
        )
    ]
    if not block.attention:
        words.append(say("No published index of attention is in the corridor file: advertising runs on its prior alone."))
    return tuple(words)


def _shares(row: Row) -> str:
    values = row.values
    return say("{median} ({lo90} to {hi90})", median=percent(values.median), lo90=percent(values.lo90), hi90=percent(values.hi90))


def _changed(view: RunView, leg: str, group: str) -> tuple[str, str]:
    data = view.outcomes
    assert data is not None  # noqa: S101  the section is made from it
    where = {"belief_leg": leg, "group": group}
    gap = interval(draws(data, "believed", month=view.fitted[-1], **where) - draws(data, "truth", belief_leg=leg))
    points = say("{points} points", points=plain(100 * gap.median, 1.0))
    names = ("belief_flow", "informed_flow")
    if any(cell(name, fitted_period(view), leg=leg, group=group) in view.held for name in names):
        return points, say(WITHHELD)
    flows = [passing(view, name, leg, group) for name in names]
    change = interval(flows[1] / np.maximum(flows[0], 1e-9) - 1)
    # a share that would be of fewer people than are shown is told as none
    if abs(float(np.median(flows[1] - flows[0]))) < smallest_count():
        return points, say("about none")
    moved = say(
        "{median}\N{NO-BREAK SPACE}% ({lo90} to {hi90})",
        median=plain(100 * change.median, 0.1), lo90=plain(100 * change.lo90, 0.1), hi90=plain(100 * change.hi90, 0.1),
    )  # fmt: skip
    return points, moved
