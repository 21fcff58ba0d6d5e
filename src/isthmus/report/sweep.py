"""What is assumed rather than learned, and how much each assumption decides."""

from __future__ import annotations

import numpy as np

from isthmus.report.charts import Table
from isthmus.report.intervals import plain
from isthmus.report.language import say
from isthmus.report.parameters import LEARNED_FROM, named
from isthmus.report.sections import Section, fine, learned_table
from isthmus.report.view import RunView
from isthmus.spec.information import Information
from isthmus.spec.money import Money

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
    tables = ((Table(columns, tuple(rows)), caption),) if rows else ()
    return Section("sweep", say("How much the assumptions decide"), (words, *_left_out(view)), (), (*tables, *_drawn(view)))


def _left_out(view: RunView) -> tuple[str, ...]:
    """Says of blocks that the fit leaves out what that means."""
    blocks = [
        *(
            say("the queue at {place}", place=view.corridor.places[place].label)
            for place, queue in view.corridor.queues.items()
            if not queue.in_fit
        ),
        *(name for name, block in _optional(view) if block is not None and not block.in_fit),
    ]
    if not blocks:
        return ()
    return (
        say(
            "The figures above are fitted and forecast without {blocks}, of which they say too little; these are laid over the "
            "fitted draws with quantities drawn from their priors, for waiting, journeys, beliefs, needs and scenarios.",
            blocks=", ".join(blocks),
        ),
    )


def _optional(view: RunView) -> tuple[tuple[str, Money | Information | None], ...]:
    return ((say("money"), view.corridor.money), (say("information"), view.corridor.information))


def _drawn(view: RunView) -> tuple[tuple[Table, str], ...]:
    """Quantities of the blocks that the fit leaves out."""
    data = view.outcomes
    if data is None or "assumed_parameter" not in data:
        return ()
    names = [str(name) for name in data["assumed_parameter"].values]
    return learned_table(view, "assumed", {name: named(view.corridor, name)[0] for name in names})
