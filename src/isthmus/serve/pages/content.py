"""A run as the pages show it: computed once for each state of its folder and each language, then kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from isthmus.serve.accounts.rights import DEMO
from isthmus.serve.library.runs import Run, runs
from isthmus.serve.settings import Settings
from isthmus.serve.web.language import LANGUAGES, Language, speaking

if TYPE_CHECKING:
    from isthmus.disclosure.policy import Policy
    from isthmus.report.charts import Chart, Table
    from isthmus.report.fans import Event
    from isthmus.report.headline import Headline
    from isthmus.report.sections import Section
    from isthmus.report.skill import Backtest
    from isthmus.report.view import RunView
    from isthmus.serve.pages.changes import Change
    from isthmus.serve.pages.flows import Flows

KEPT = 12
"""Runs kept ready, in one language each."""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a corridor's page shows of a run."""

    title: str
    summary: str
    headline: Headline
    months: tuple[str, str]
    parts: dict[str, str]
    maps: tuple[Chart, ...]
    flows: Flows
    fans: tuple[Chart, ...]
    events: tuple[Event, ...]
    changes: tuple[Change, ...]
    drivers: Section | None
    skill: Chart | None
    cells: Table
    tested: Backtest
    sources: Table
    facts: tuple[tuple[str, str], ...]
    card: Section


Key = tuple[str, Language]

_kept: OrderedDict[Key, Content] = OrderedDict()
_making: dict[Key, threading.Lock] = {}
_lock = threading.Lock()


def content_of(run: Run, language: Language) -> Content:
    """Return what the pages show of a run; of two who ask for one that is not ready, one makes it, and nobody else waits."""
    key = (f"{run.folder}:{run.tag}", language)
    if (found := _ready(key)) is not None:
        return found
    with _lock:
        making = _making.setdefault(key, threading.Lock())
    with making:
        if (found := _ready(key)) is not None:
            return found
        made = _make(run, language)
        with _lock:
            _kept[key] = made
            _making.pop(key, None)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return made


def _ready(key: Key) -> Content | None:
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
        return _kept.get(key)


def _make(run: Run, language: Language) -> Content:
    from isthmus.disclosure.ledger import Ledger  # noqa: PLC0415
    from isthmus.disclosure.words import refuse_persons  # noqa: PLC0415
    from isthmus.report import RunView  # noqa: PLC0415
    from isthmus.report.gated import policy_of, shown  # noqa: PLC0415
    from isthmus.report.intervals import guarded  # noqa: PLC0415

    loaded = RunView.load(run.folder)
    policy = policy_of(run.folder)
    with guarded(policy), speaking(language, run.corridor):
        made = _shown(replace(loaded, withheld=shown(loaded, policy, Ledger()).withheld), policy)
    for words in (*(said for _, said in made.headline.points), *(value for _, value in made.facts)):
        refuse_persons(words, where=run.id)
    return made


def _shown(view: RunView, policy: Policy) -> Content:
    """What may be shown of a run that has passed the gate."""
    from isthmus.report import card, drivers, fans, headline, map, page, skill  # noqa: A004, PLC0415
    from isthmus.report.claims import checks  # noqa: PLC0415
    from isthmus.report.words import span  # noqa: PLC0415
    from isthmus.serve.pages.changes import changes  # noqa: PLC0415
    from isthmus.serve.pages.flows import flows  # noqa: PLC0415

    tested, marked = skill.backtest(view), fans.events(view)
    return Content(
        title=view.corridor.title,
        summary=view.corridor.summary,
        headline=headline.headline(view, tested, checks(view)),
        months=(span(view.fitted[0], view.fitted[-1]), span(view.ahead[0], view.ahead[-1])),
        parts=map.part_names(view.corridor),
        maps=tuple(map.map_charts(view)),
        flows=flows(view, policy),
        fans=tuple(fans.fan_chart(view, series, tested, marked) for series in view.series),
        events=tuple(marked),
        changes=changes(view, tested),
        drivers=drivers.drivers(view),
        skill=page.skill_of(tested),
        cells=page.cells(view, tested),
        tested=tested,
        sources=headline.figure_sources(view),
        facts=tuple(headline.facts(view)),
        card=card.card(view),
    )


def warm(settings: Settings) -> None:
    """Make the latest run of each corridor ready, beside the first requests."""

    def work() -> None:
        seen: set[str] = set()
        for run in runs(settings, DEMO):
            if run.corridor not in seen:
                seen.add(run.corridor)
                for language in LANGUAGES:
                    content_of(run, language)

    threading.Thread(target=work, name="warm", daemon=True).start()
