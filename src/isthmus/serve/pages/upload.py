"""A corridor of one's own, sent by a form; taken away and brought back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from isthmus.serve.accounts import audit
from isthmus.serve.library import uploads
from isthmus.serve.pages.site import page
from isthmus.serve.web.guard import Analyst, Configured, Database
from isthmus.serve.web.problems import Refused

router = APIRouter()


@router.get("/upload")
def form(request: Request, visitor: Analyst) -> Response:
    """The form."""
    return page(request, "upload", visitor)


@router.post("/upload")
def upload(
    visitor: Analyst,
    connection: Database,
    settings: Configured,
    corridor: Annotated[UploadFile, File()],
    figures: Annotated[UploadFile, File()],
) -> Response:
    """Check the files and give the corridor to the team."""
    name = uploads.keep(connection, settings, visitor, corridor.file.read(), figures.file.read())
    audit.note(connection, "corridor uploaded", name, who=visitor.name, team=visitor.team)
    return RedirectResponse(f"/corridors/{name}", 303)


@router.post("/corridors/{name}/delete")
def delete(request: Request, name: str, visitor: Analyst, connection: Database) -> Response:
    """Take a corridor of the team away; the page that follows offers to bring it back."""
    if not uploads.delete(connection, visitor.team, name):
        raise Refused(404, "missing")
    audit.note(connection, "corridor deleted", name, who=visitor.name, team=visitor.team)
    return page(request, "deleted", visitor, name=name)


@router.post("/corridors/{name}/restore")
def restore(name: str, visitor: Analyst, connection: Database) -> Response:
    """Bring it back."""
    if not uploads.restore(connection, visitor.team, name):
        raise Refused(404, "missing")
    audit.note(connection, "corridor restored", name, who=visitor.name, team=visitor.team)
    return RedirectResponse(f"/corridors/{name}", 303)
