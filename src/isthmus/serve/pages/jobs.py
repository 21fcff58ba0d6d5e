"""Jobs as a person sees them: a run to make, how far it has come, what came of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from isthmus.serve.accounts import audit
from isthmus.serve.jobs import queue
from isthmus.serve.library.corridors import corridor_entry
from isthmus.serve.library.results import MANY
from isthmus.serve.library.runs import run_of
from isthmus.serve.pages.site import page
from isthmus.serve.web.guard import Analyst, Configured, Database, Reader
from isthmus.serve.web.problems import Refused

router = APIRouter()


@router.get("/jobs")
def jobs(request: Request, visitor: Reader, connection: Database) -> Response:
    """The team's jobs, the latest first."""
    return page(request, "jobs", visitor, jobs=queue.listing(connection, visitor.team, before=1e14, limit=50))


@router.get("/jobs/{job}")
def job(request: Request, job: str, visitor: Reader, connection: Database) -> Response:
    """One job; a part of the page while it is watched."""
    found = queue.find(connection, visitor.team, job)
    if found is None:
        raise Refused(404, "missing")
    return page(request, "job_state" if "hx-request" in request.headers else "job", visitor, job=found)


@router.post("/corridors/{name}/runs")
def begin(
    name: str,
    visitor: Analyst,
    connection: Database,
    settings: Configured,
    seed: Annotated[int, Form(ge=0, lt=10**18)] = 0,
    quick: Annotated[bool, Form()] = False,  # noqa: FBT002 - a box of the form
) -> Response:
    """Submit a run and show its job."""
    if corridor_entry(connection, settings, visitor.team, name) is None:
        raise Refused(404, "missing")
    request: dict[str, object] = {"corridor": name, "sets": [], "scenario": None, "seed": seed, "quick": quick}
    made = queue.submit(connection, visitor, "run", request, limits=settings.limits)
    audit.note(connection, "job submitted", f"{made.id} run {name}", who=visitor.name, team=visitor.team)
    return RedirectResponse(f"/jobs/{made.id}", 303)


@router.post("/corridors/{name}/outputs")
def outputs(
    name: str, visitor: Analyst, connection: Database, settings: Configured, run: Annotated[str, Form(max_length=80)]
) -> Response:
    """Submit scenarios of the file, impacts and export of a run, and show the job."""
    found = run_of(settings, visitor.team, run)
    if found is None or found.corridor != name:
        raise Refused(404, "missing")
    request: dict[str, object] = {"corridor": name, "run": run, "draws": MANY}
    made = queue.submit(connection, visitor, "outputs", request, limits=settings.limits)
    audit.note(connection, "job submitted", f"{made.id} outputs {run}", who=visitor.name, team=visitor.team)
    return RedirectResponse(f"/jobs/{made.id}", 303)


@router.post("/jobs/{job}/cancel")
def cancel(job: str, visitor: Analyst, connection: Database) -> Response:
    """Cancel a job."""
    if queue.cancel(connection, visitor.team, job) is None:
        raise Refused(404, "missing")
    audit.note(connection, "job cancelled", job, who=visitor.name, team=visitor.team)
    return RedirectResponse(f"/jobs/{job}", 303)
