"""One corridor: what is, what is coming, what changed, why, and how far to trust it; and its files."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from isthmus.serve.accounts.rights import Visitor
from isthmus.serve.database import Connection
from isthmus.serve.library import released
from isthmus.serve.library.corridors import Entry, corridor_entry, corridor_of
from isthmus.serve.library.runs import Run, runs
from isthmus.serve.pages.content import content_of
from isthmus.serve.pages.site import page
from isthmus.serve.settings import Settings
from isthmus.serve.web.guard import Configured, Database, Reader, Spoken
from isthmus.serve.web.language import Language
from isthmus.serve.web.problems import Refused

if TYPE_CHECKING:
    from isthmus.spec.schema import Corridor

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Here:
    """A corridor's page: who looks, in which language, at which run.

    Attributes:
        runs: All that the visitor may see, the latest first.
        run: The one asked for, or the latest; absent before the first.
    """

    request: Request
    visitor: Visitor
    connection: Connection
    settings: Settings
    language: Language
    entry: Entry
    runs: list[Run]
    run: Run | None

    @property
    def corridor(self) -> Corridor:
        """The corridor as the run knew it, else as it is written now."""
        if self.run is None:
            return corridor_of(self.entry)
        return corridor_of(replace(self.entry, path=self.run.folder / "corridor.yaml"))

    def page(self, template: str, tab: str, **values: Any) -> Response:
        """A page of this corridor."""
        here: dict[str, Any] = {"entry": self.entry, "runs": self.runs, "run": self.run, "tab": tab}
        return page(self.request, template, self.visitor, **here, **values)


def here(
    request: Request, name: str, visitor: Reader, connection: Database, settings: Configured, language: Spoken, run: str = ""
) -> Here:
    """The corridor of an address and the run asked for.

    Raises:
        Refused: No such corridor or run that the visitor may see.
    """
    entry = corridor_entry(connection, settings, visitor.team, name)
    if entry is None:
        raise Refused(404, "missing")
    made = runs(settings, visitor.team, name)
    chosen = next((known for known in made if run in {"", known.id}), None)
    if run and chosen is None:
        raise Refused(404, "missing")
    return Here(request, visitor, connection, settings, language, entry, made, chosen)


There = Annotated[Here, Depends(here)]

ABOUT = {
    ".xlsx": "Workbook: one sheet a question, with answers, units and sources",
    ".pdf": "Brief: two pages of A4",
    ".html": "The report as one page, to be read without a network",
    ".geojson": "Map: places, and people on each leg",
    ".csv": "Table with HXL tags, a number a row",
    ".parquet": "The same table for programs",
    ".nc": "Released quantiles for researchers",
    ".json": "For programs",
}
"""What a file is, by how its name ends, in the order of the list."""
NAMED = {
    "summary.json": "The main findings, for programs",
    "disclosure.json": "What was withheld and what rounding cost",
    "backtest.json": "Skill of past forecasts, for programs",
    "model_card.json": "The model card, for programs",
    "scores.csv": "Scores of past forecasts, one a row",
    "leaderboard.html": "Who forecast better, as one page in English",
    "leaderboard.es.html": "Who forecast better, as one page in Spanish",
    "leaderboard.csv": "Scores of all models by horizon and checkpoint",
    "leaderboard.json": "What the leaderboard rests on, for programs",
    "report.html": "The report as one page in English, to be read without a network",
    "report.es.html": "The report as one page in Spanish, to be read without a network",
}
"""What files of a name of their own are."""


def _about(name: str) -> str:
    return NAMED.get(name) or ABOUT.get(name[name.rfind(".") :], "")


def _place(name: str) -> tuple[int, str]:
    ends = list(ABOUT)
    end = name[name.rfind(".") :]
    return (ends.index(end) if end in ends else len(ends)), name


@router.get("/corridors/{name}")
def overview(at: There) -> Response:
    """The corridor, from its latest run or the one that is asked for."""
    shown = content_of(at.run, at.language) if at.run else None
    flows = json.dumps(shown.flows.plain(), separators=(",", ":")) if shown else "{}"
    return at.page("corridor", "overview", content=shown, flows=flows)


@router.get("/corridors/{name}/downloads")
def downloads(at: There) -> Response:
    """The files of a run that may leave."""
    found = released.files(at.run, at.settings.exports(at.visitor.team, at.run.id)) if at.run else {}
    files = [(name, path.stat().st_size, _about(name)) for name, path in sorted(found.items(), key=lambda pair: _place(pair[0]))]
    return at.page("downloads", "downloads", files=files, exported=_exported(at))


def _exported(at: Here) -> bool:
    return at.run is not None and at.settings.exports(at.visitor.team, at.run.id).is_dir()
