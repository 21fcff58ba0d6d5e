"""What is assumed rather than learned, and how much each assumption decides."""

from __future__ import annotations

import numpy as np

from isthmus.report.charts import Table
from isthmus.report.intervals import plain
from isthmus.report.language import say
from isthmus.report.parameters import LEARNED_FROM, named
from isthmus.report.sections import Section, fine
from isthmus.report.view import RunView

WORTH_SAYING = 0.01
"""Largest change of a figure from which an assumption gets a row of its own."""


def sweep(view: RunView) -> Section | None:
    """Table of assumptions, the most consequential first."""
    data = view.outcomes
    if data is None or "swept_ratio" not in data:
        return None
    ratios, settings = data["swept_ratio"].values, data["swept_setting"].values
    names, series = [str(n) for n in data["swept"].values], [str(s) for s in data["series"].values]
    change = np.abs(np.log(np.maximum(ratios, 1e-12))).max(axis=(1, 2))
    rows = []
    for k in np.argsort(-change):
        if change[k] < WORTH_SAYING:
            continue
        label, unit = named(view.corridor, names[k])
        worst = int(np.abs(np.log(np.maximum(ratios[k], 1e-12))).max(axis=0).argmax())
        low, high = (f"{plain(100 * (ratios[k, end, worst] - 1), 0.1)}\N{NO-BREAK SPACE}%" for end in (0, 1))
        setting = say("{low} to {high}", low=fine(float(settings[k, 0])), high=fine(float(settings[k, 1])))
        rows.append((label, unit, setting, view.corridor.series[series[worst]].label, low, high))
    quiet = len(names) - len(rows)
    columns = (
        say("Assumed"),
        say("Unit"),
        say("Swept from and to"),
        say("Series moved most"),
        say("At the low end"),
        say("At the high end"),
    )
    words = say(
        "{n} quantities lost less than {share}\N{NO-BREAK SPACE}% of their prior variance to the figures: they are assumed. Each "
        "was set to both ends of the central 90\N{NO-BREAK SPACE}% of its prior, the rest of each draw held; {quiet} of them "
        "move no expected figure of the coming months by 1\N{NO-BREAK SPACE}%.",
        n=len(names),
        share=round(100 * LEARNED_FROM),
        quiet=quiet,
    )
    caption = say("Change of expected figures over the coming months, median over draws. What the past fixed moves along.")
    return Section(
        "sweep", say("How much the assumptions decide"), (words,), (), ((Table(columns, tuple(rows)), caption),) if rows else ()
    )
