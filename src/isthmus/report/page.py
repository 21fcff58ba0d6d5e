"""The page: one HTML file that needs nothing from any network."""

from __future__ import annotations

import math
import os
from collections import Counter
from pathlib import Path


from isthmus.disclosure.ledger import Ledger
from isthmus.disclosure.words import refuse_persons
from isthmus.errors import OutputError
from isthmus.report.language import Language, many, say, speaking
from isthmus.report.asylum import asylum
from isthmus.report.beliefs import beliefs
from isthmus.report.card import card
from isthmus.report.charts import NBSP, Chart, Table, learned_chart, range_chart, skill_chart
from isthmus.report.claims import checks, journey
from isthmus.report.document import environment
from isthmus.report.drivers import drivers
from isthmus.report.fans import events, fan_chart
from isthmus.report.gated import policy_of, through
from isthmus.report.harm import harm
from isthmus.report.held import held
from isthmus.report.journeys import journeys
from isthmus.report.headline import facts, figure_sources, headline
from isthmus.report.impacts import impacts
from isthmus.report.intervals import guarded, number_words, plain
from isthmus.report.ledger import ledger
from isthmus.report.map import map_charts, part_names
from isthmus.report.news import news
from isthmus.report.parameters import LEARNED_FROM, Quantity, quantities
from isthmus.report.reverse import reverse
from isthmus.report.scenarios import scenarios
from isthmus.report.skill import Backtest, backtest
from isthmus.report.sweep import sweep
from isthmus.report.translations import own_words
from isthmus.report.view import RunView
from isthmus.report.words import capital, small, span

NAME = "report.html"

ROWS = 16
"""Quantities in one picture, so that it fits on a printed page."""

SECTIONS = (news, drivers, journeys, held, beliefs, ledger, harm, asylum, reverse, scenarios, impacts, sweep, card)
"""Sections of the blocks, in the order of the page; a block left out has none. The model card is always there."""

TONES = {
    "holds": "good",
    "holds roughly": "good",
    "holds in part": "partly",
    "does not hold": "bad",
    "misleading": "bad",
    "cannot be checked": "unknown",
}


def write_report(folder: Path) -> Path:
    """Write ``report.html`` into a run folder and return its path; the file is whole or not there.

    Raises:
        InputError: Files of the run are missing.
        OutputError: The page could not be written.
    """
    target = folder / NAME
    page = render(RunView.load(folder))
    part = folder / f".{NAME}.{os.getpid()}.part"
    try:
        part.write_text(page, encoding="utf-8")
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError.one(
            where=str(target),
            expected="a folder that can be written to, with room for the page",
            found=error.strerror or type(error).__name__,
            remedy="free some space or choose another folder with --out",
        ) from error
    return target


def render(view: RunView, spoken: Language = "en") -> str:
    """The page as text, through the gate: under the run's policy, without what it withholds, and with nobody in its words.

    Args:
        view: The run.
        spoken: The language of the page.

    Raises:
        DisclosureError: Words of the page look like a person.
    """
    policy = policy_of(view.folder)
    with guarded(policy), speaking(spoken, own_words(view.corridor.name, spoken)):
        page = _rendered(through(view, policy, Ledger()))
    refuse_persons(page, where=NAME)
    return page


def _rendered(view: RunView) -> str:
    tested = backtest(view)
    checked = checks(view)
    marked = events(view)
    known = quantities(view)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            corridor=view.corridor,
            headline=headline(view, tested, checked),
            months=(span(view.fitted[0], view.fitted[-1]), span(view.ahead[0], view.ahead[-1])),
            maps=map_charts(view),
            parts=part_names(view.corridor),
            fans=[fan_chart(view, series, tested, marked) for series in view.series],
            events=marked,
            learned=_learned(known),
            tally=Counter(q.learned for q in known),
            learned_from=LEARNED_FROM,
            skill=skill_of(tested),
            cells=cells(view, tested),
            tested=tested,
            checks=checked,
            tones=TONES,
            journeys=_journeys(view),
            facts=facts(view),
            sources=figure_sources(view),
            vintages=_vintages(view),
            nbsp=NBSP,
            sections=[section for made in SECTIONS if (section := made(view)) is not None],
        )
    )


def _learned(known: list[Quantity]) -> list[Chart]:
    """Prior against posterior, a page's worth at a time: learned first."""
    parts = {"learned": [q for q in known if q.learned], "assumed": [q for q in known if not q.learned]}
    total = len(known)
    titles = {
        "learned": say("Learned: the figures narrowed {parts} of {total} quantities", parts=len(parts["learned"]), total=total),
        "assumed": say(
            "Assumed: for {parts} of {total} quantities the figures add little to the prior",
            parts=len(parts["assumed"]),
            total=total,
        ),
    }
    charts = []
    for css, found in parts.items():
        pictures = math.ceil(len(found) / ROWS)
        for n in range(pictures):
            part = say(" ({n} of {pictures})", n=n + 1, pictures=pictures) if pictures > 1 else ""
            shown = found[n * len(found) // pictures : (n + 1) * len(found) // pictures]
            charts.append(learned_chart(f"{css}-{n + 1}", css, titles[css] + part, shown))
    return charts


def skill_of(tested: Backtest) -> Chart | None:
    """Skill by horizon; nothing before the backtest."""
    if not tested.by_horizon:
        return None
    shown = [h for h, s in tested.by_horizon.items() if s.earned]
    ahead = [h for h, s in tested.by_horizon.items() if s.value < 1]
    n = len(tested.by_horizon)
    if shown:
        title = say("Skill is shown at {shown} of {n} horizons", shown=small(len(shown)), n=small(n))
    elif ahead:
        title = say(
            "Ahead of the random walk at {ahead} of {n} horizons, shown beyond chance at none",
            ahead=small(len(ahead)),
            n=small(n),
        )
    else:
        title = "The random walk was as good or better at every horizon"
    return skill_chart(dict(tested.by_horizon), title)


def cells(view: RunView, tested: Backtest) -> Table:
    """Relative skill by checkpoint and horizon, and coverage by checkpoint."""
    horizons = sorted(tested.by_horizon)
    rows = []
    for series, whole in tested.by_checkpoint.items():
        found = [tested.cells.get((series, horizon)) for horizon in horizons]
        words = ["" if skill is None else skill.words for skill in found]
        every = whole.words
        label = view.corridor.series[series].label
        rows.append((label, *words, every, plain(whole.coverage50, 0.01), plain(whole.coverage90, 0.01), plain(whole.forecasts)))
    heads = (many("{n} month", "{n} months", h) for h in horizons)
    return Table(
        (
            "Checkpoint",
            *heads,
            "All horizons",
            say("50\N{NO-BREAK SPACE}% interval held"),
            say("90\N{NO-BREAK SPACE}% interval held"),
            "Forecasts",
        ),
        tuple(rows),
    )


def _journeys(view: RunView) -> list[Chart]:
    found = journey(view)
    if found is None:
        return []
    days, cost = found
    when = span(view.last_year[0], view.last_year[-1])
    about = say(
        "Mean over people who reached a destination in {when}; kind: mean of a flow. Source: "
        "this model, from the durations, stays and price ranges of the corridor file.",
        when=when,
    )
    return [
        range_chart(
            "days",
            say("Those who arrive are on the way for about {days}", days=number_words(days, "days")),
            say("Days. {about}", about=about),
            days,
            "days",
        ),
        range_chart(
            "cost",
            say("Those who arrive have spent about US${cost}", cost=number_words(cost)),
            say("US$ a person, whole corridor. {about}", about=about),
            cost,
            "US$ a person",
        ),
    ]


def _vintages(view: RunView) -> str:
    """The span of dates on which the figures were published or seen."""
    seen = sorted(r.seen for r in view.observations if r.seen)
    if not seen:
        return "no dates of publication given"
    when = (
        say("on {seen}", seen=seen[0]) if seen[0] == seen[-1] else say("between {seen} and {seen2}", seen=seen[0], seen2=seen[-1])
    )
    return capital(say("figures published or seen {when}", when=when))
