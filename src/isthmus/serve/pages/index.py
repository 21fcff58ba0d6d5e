"""The first page: the corridors that one may see."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from isthmus.report.language import say
from isthmus.serve.library.corridors import Entry, corridors
from isthmus.serve.library.runs import runs
from isthmus.serve.pages.site import page
from isthmus.serve.web.guard import Configured, Database, Reader, Spoken
from isthmus.serve.web.language import Language, speaking

router = APIRouter()


@router.get("/")
def index(request: Request, visitor: Reader, connection: Database, settings: Configured, language: Spoken) -> Response:
    """List the corridors with their latest runs."""
    made, entries = runs(settings, visitor.team), corridors(connection, settings, visitor.team)
    latest = {entry.name: next((run for run in made if run.corridor == entry.name), None) for entry in entries}
    said = {entry.name: _said(entry, language) for entry in entries}
    return page(request, "index", visitor, entries=entries, latest=latest, said=said)


def _said(entry: Entry, language: Language) -> tuple[str, str]:
    """Title and summary in the reader's language, where somebody has translated them."""
    with speaking(language, entry.name):
        return say(entry.title), say(entry.summary)
