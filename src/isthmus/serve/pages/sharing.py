"""Runs that a publisher shows to all teams of the server, and takes back."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from isthmus.serve.accounts import audit
from isthmus.serve.library.runs import run_of, shared_folder
from isthmus.serve.web.guard import Configured, Database, Publisher
from isthmus.serve.web.problems import Refused

router = APIRouter(prefix="/runs/{run}")


@router.post("/share")
def share(run: str, visitor: Publisher, connection: Database, settings: Configured) -> Response:
    """Show a run of the team to all; only runs of corridors that all teams have."""
    found = run_of(settings, visitor.team, run)
    owned = connection.execute(
        "SELECT 1 FROM corridors WHERE team = ? AND name = ?", [visitor.team, found.corridor if found else ""]
    )
    if found is None or found.shared or owned.fetchone():
        raise Refused(404, "missing")
    shared_folder(settings).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=shared_folder(settings), prefix=".part-") as scratch:
        copy = Path(scratch, run)
        shutil.copytree(found.folder, copy)
        copy.rename(shared_folder(settings) / run)
    audit.note(connection, "run shared", run, who=visitor.name, team=visitor.team)
    return RedirectResponse(f"/corridors/{found.corridor}?run={run}", 303)
