"""One corridor: what is, what is coming, what changed, why, and how far to trust it; and its files."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response

from isthmus.serve.accounts.rights import Visitor
from isthmus.serve.database import Connection
from isthmus.serve.jobs import queue
from isthmus.serve.library import released
from isthmus.serve.library.corridors import Entry, corridor_entry
from isthmus.serve.library.runs import Run, runs
from isthmus.serve.pages.content import content_of
from isthmus.serve.pages.site import page
from isthmus.serve.settings import Settings
from isthmus.serve.web.guard import Configured, Database, Reader, Spoken
from isthmus.serve.web.problems import Refused

router = APIRouter()


@router.get("/corridors/{name}")
def overview(
    request: Request, name: str, visitor: Reader, connection: Database, settings: Configured, language: Spoken, run: str = ""
) -> Response:
    """The corridor, from its latest run or the one that is asked for."""
    entry, made, chosen = chosen_run(connection, settings, visitor, name, run)
    shown = content_of(chosen, language) if chosen else None
    flows = json.dumps(shown.flows.plain(), separators=(",", ":")) if shown else "{}"
    return page(request, "corridor", visitor, entry=entry, runs=made, run=chosen, content=shown, flows=flows, tab="overview")


@router.get("/corridors/{name}/downloads")
def downloads(
    request: Request, name: str, visitor: Reader, connection: Database, settings: Configured, run: str = ""
) -> Response:
    """The files of a run that may leave."""
    entry, made, chosen = chosen_run(connection, settings, visitor, name, run)
    files = [(file, (chosen.folder / file).stat().st_size) for file in released.files(chosen)] if chosen else []
    return page(request, "downloads", visitor, entry=entry, runs=made, run=chosen, files=files, tab="downloads")


def chosen_run(
    connection: Connection, settings: Settings, visitor: Visitor, name: str, run: str
) -> tuple[Entry, list[Run], Run | None]:
    """The corridor, its runs, and the one asked for or the latest.

    Raises:
        Refused: No such corridor or run that the visitor may see.
    """
    entry = corridor_entry(connection, settings, visitor.team, name)
    if entry is None:
        raise Refused(404, "missing")
    made = runs(settings, visitor.team, name)
    if not run:
        return entry, made, made[0] if made else None
    chosen = next((known for known in made if known.id == run), None)
    if chosen is None:
        raise Refused(404, "missing")
    return entry, made, chosen


def open_jobs(connection: Connection, visitor: Visitor, name: str) -> list[queue.Job]:
    """The team's jobs on a corridor that wait or run."""
    found = queue.listing(connection, visitor.team, before=1e14, limit=100)
    return [job for job in found if job.state in queue.OPEN and job.request.get("corridor") == name]
