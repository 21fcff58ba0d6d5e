"""Corridors: those that come with Isthmus and the team's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile

from isthmus.serve.api.models import CorridorAnswer, Part
from isthmus.serve.accounts import audit
from isthmus.serve.library import uploads
from isthmus.serve.library.corridors import Entry, corridor_entry, corridors
from isthmus.serve.library.runs import Run, runs
from isthmus.serve.web import answers
from isthmus.serve.web.guard import Analyst, Configured, Database, Reader
from isthmus.serve.web.problems import Refused

router = APIRouter(tags=["corridors"])


@router.get("/corridors", response_model=Part[CorridorAnswer])
def list_corridors(
    request: Request,
    visitor: Reader,
    connection: Database,
    settings: Configured,
    limit: answers.Limit = 50,
    cursor: answers.Cursor = "",
) -> Response:
    """List the corridors that you may see, by name."""
    found, following = answers.part(corridors(connection, settings, visitor.team), limit, cursor)
    made = runs(settings, visitor.team)
    return answers.model(request, Part[CorridorAnswer](items=[_answer(entry, made) for entry in found], next=following))


@router.get("/corridors/{name}", response_model=CorridorAnswer)
def one_corridor(request: Request, name: str, visitor: Reader, connection: Database, settings: Configured) -> Response:
    """Show one corridor."""
    entry = corridor_entry(connection, settings, visitor.team, name)
    if entry is None:
        raise Refused(404, "missing")
    return answers.model(request, _answer(entry, runs(settings, visitor.team, name)))


@router.post("/corridors", response_model=CorridorAnswer, status_code=201)
def upload(
    visitor: Analyst,
    connection: Database,
    settings: Configured,
    corridor: Annotated[UploadFile, File(description="corridor file, YAML")],
    figures: Annotated[UploadFile, File(description="table of figures, CSV or XLSX")],
) -> CorridorAnswer:
    """Give the team a corridor of its own; the same name again replaces it. Everything that is wrong is said at once."""
    name = uploads.keep(connection, settings, visitor, corridor.file.read(), figures.file.read())
    audit.note(connection, "corridor uploaded", name, who=visitor.name, team=visitor.team)
    entry = corridor_entry(connection, settings, visitor.team, name)
    if entry is None:
        raise Refused(404, "missing")
    return _answer(entry, runs(settings, visitor.team, name))


@router.delete("/corridors/{name}", status_code=204, response_class=Response)
def delete(name: str, visitor: Analyst, connection: Database) -> Response:
    """Take a corridor of the team away; a page of the server brings it back."""
    if not uploads.delete(connection, visitor.team, name):
        raise Refused(404, "missing")
    audit.note(connection, "corridor deleted", name, who=visitor.name, team=visitor.team)
    return Response(status_code=204)


def _answer(entry: Entry, made: list[Run]) -> CorridorAnswer:
    own = [run for run in made if run.corridor == entry.name]
    return CorridorAnswer(
        name=entry.name,
        title=entry.title,
        summary=entry.summary,
        origin=entry.origin,
        runs=len(own),
        latest_run=own[0].id if own else None,
    )
