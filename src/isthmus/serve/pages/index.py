"""The first page: the corridors that one may see."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from isthmus.serve.library.corridors import corridors
from isthmus.serve.library.runs import runs
from isthmus.serve.pages.site import page
from isthmus.serve.web.guard import Configured, Database, Reader

router = APIRouter()


@router.get("/")
def index(request: Request, visitor: Reader, connection: Database, settings: Configured) -> Response:
    """List the corridors with their latest runs."""
    made, entries = runs(settings, visitor.team), corridors(connection, settings, visitor.team)
    latest = {entry.name: next((run for run in made if run.corridor == entry.name), None) for entry in entries}
    return page(request, "index", visitor, entries=entries, latest=latest)
