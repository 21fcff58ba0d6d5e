"""Scenarios that a team keeps, tried on a run: documents as in a corridor's file, results as rows."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from isthmus.serve.accounts import audit
from isthmus.serve.api.jobs import answer as job_answer
from isthmus.serve.api.models import Answer, Asked, JobAnswer, Name, Part
from isthmus.serve.api.runs import seen
from isthmus.serve.database import Connection
from isthmus.serve.jobs import queue
from isthmus.serve.library import results, saved
from isthmus.serve.library.corridors import check_scenario, corridor_entry
from isthmus.serve.library.trials import WORKSHOP
from isthmus.serve.web import answers
from isthmus.serve.web.guard import Analyst, Configured, Database, Reader
from isthmus.serve.web.problems import Refused

router = APIRouter(tags=["scenarios"])


class ScenarioRequest(Asked):
    """A scenario to keep."""

    corridor: Name
    label: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    shocks: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")], dict[str, Any]] = Field(
        min_length=1, max_length=12, description="dated changes, as under `scenarios` in a corridor file"
    )


class TrialRequest(Asked):
    """A scenario to try on a run."""

    run: Annotated[str, StringConstraints(max_length=80)]
    draws: Annotated[int, Field(ge=50, le=2000, strict=True)] = results.MANY
    months: Annotated[int, Field(ge=1, le=36, strict=True)] = results.MONTHS


class ScenarioAnswer(Answer):
    """A scenario that is kept."""

    id: str
    corridor: str
    label: str
    by: str
    changed: float
    document: dict[str, Any]


class ResultRow(Answer):
    """A row of a result; names ending in `_change` are differences from the baseline, paired by draw."""

    scenario: str
    measure: str
    place: str
    leg: str
    group: str
    period: str
    kind: str
    unit: str
    median: float | None
    lo50: float | None
    hi50: float | None
    lo90: float | None
    hi90: float | None
    status: str
    note: str
    source: str


@router.get("/scenarios", response_model=Part[ScenarioAnswer])
def list_scenarios(
    request: Request,
    visitor: Reader,
    connection: Database,
    corridor: Name,
    limit: answers.Limit = 50,
    cursor: answers.Cursor = "",
) -> Response:
    """List the scenarios of a corridor that your team keeps, the latest first."""
    found, following = answers.part(saved.listing(connection, visitor.team, corridor), limit, cursor)
    return answers.model(request, Part[ScenarioAnswer](items=[_answer(one) for one in found], next=following))


@router.post("/scenarios", response_model=ScenarioAnswer, status_code=201)
def keep(asked: ScenarioRequest, visitor: Analyst, connection: Database, settings: Configured) -> ScenarioAnswer:
    """Keep a scenario; it is checked as if it stood in the corridor's file."""
    entry = corridor_entry(connection, settings, visitor.team, asked.corridor)
    if entry is None:
        raise Refused(404, "missing")
    document = {"label": asked.label, "shocks": asked.shocks}
    check_scenario(entry.path, document)
    kept = saved.add(connection, visitor, asked.corridor, document)
    audit.note(connection, "scenario kept", f"{kept.id} {asked.corridor}", who=visitor.name, team=visitor.team)
    return _answer(kept)


@router.get("/scenarios/{scenario}", response_model=ScenarioAnswer)
def one_scenario(request: Request, scenario: str, visitor: Reader, connection: Database) -> Response:
    """Show one scenario."""
    return answers.model(request, _answer(_kept(connection, visitor.team, scenario)))


@router.delete("/scenarios/{scenario}", status_code=204, response_class=Response)
def delete(scenario: str, visitor: Analyst, connection: Database) -> Response:
    """Delete a scenario."""
    _kept(connection, visitor.team, scenario)
    saved.delete(connection, visitor.team, scenario)
    audit.note(connection, "scenario deleted", scenario, who=visitor.name, team=visitor.team)
    return Response(status_code=204)


@router.post("/scenarios/{scenario}/trials", response_model=JobAnswer, status_code=202)
def try_out(scenario: str, asked: TrialRequest, visitor: Analyst, connection: Database, settings: Configured) -> Response:
    """Try a scenario on a run; the job's result names the rows."""
    kept, run = _kept(connection, visitor.team, scenario), seen(settings, visitor.team, asked.run)
    if run.corridor != kept.corridor:
        raise Refused(404, "missing")
    request = results.request(run, WORKSHOP, kept.document, draws=asked.draws, months=asked.months)
    lane: queue.Lane = "fast" if asked.draws <= results.FAST else "refine"
    job = queue.submit(connection, visitor, "scenario", request, limits=settings.limits, lane=lane)
    headers = {"location": f"/api/v1/jobs/{job.id}"}
    return Response(job_answer(job).model_dump_json(), 202, media_type="application/json", headers=headers)


@router.get("/results/{result}", response_model=Part[ResultRow])
def rows(
    request: Request, result: str, visitor: Reader, settings: Configured, limit: answers.Limit = 50, cursor: answers.Cursor = ""
) -> Response:
    """List the rows of a scenario's result."""
    found = results.read(settings, visitor.team, result)
    if found is None:
        raise Refused(404, "missing")
    part, following = answers.part(found.rows, limit, cursor)
    return answers.model(request, Part[ResultRow](items=[ResultRow.model_validate(dict(row)) for row in part], next=following))


def _kept(connection: Connection, team: str, number: str) -> saved.Saved:
    found = saved.find(connection, team, number)
    if found is None or found.deleted:
        raise Refused(404, "missing")
    return found


def _answer(one: saved.Saved) -> ScenarioAnswer:
    return ScenarioAnswer(
        id=one.id, corridor=one.corridor, label=one.label, by=one.who, changed=one.changed, document=one.document
    )
