"""Jobs: submitted, watched, cancelled; progress as server-sent events."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from isthmus.serve.accounts import audit
from isthmus.serve.api.models import JobAnswer, Part, RunRequest
from isthmus.serve.database import Connection, now, opened
from isthmus.serve.jobs import queue
from isthmus.serve.library.corridors import corridor_entry
from isthmus.serve.settings import Settings
from isthmus.serve.web import answers
from isthmus.serve.web.guard import Analyst, Configured, Database, Reader
from isthmus.serve.web.problems import Refused

router = APIRouter(tags=["jobs"])

LOOK = 0.25
"""Seconds between two looks at a job that is watched."""
ALIVE = 15.0
"""Seconds after which a quiet stream says that it is still there."""


@router.post("/jobs", response_model=JobAnswer, status_code=202)
def submit(asked: RunRequest, visitor: Analyst, connection: Database, settings: Configured) -> Response:
    """Submit a run. The same request while it waits or runs is the same job; finished stages are not done again."""
    if corridor_entry(connection, settings, visitor.team, asked.corridor) is None:
        raise Refused(404, "missing")
    job = queue.submit(connection, visitor, "run", asked.model_dump(exclude={"kind"}), limits=settings.limits)
    audit.note(connection, "job submitted", f"{job.id} run {asked.corridor}", who=visitor.name, team=visitor.team)
    body = answer(job).model_dump_json()
    return Response(body, 202, media_type="application/json", headers={"location": f"/api/v1/jobs/{job.id}"})


@router.get("/jobs", response_model=Part[JobAnswer])
def list_jobs(
    request: Request,
    visitor: Reader,
    connection: Database,
    state: Literal["queued", "running", "done", "failed", "cancelled"] | None = None,
    limit: answers.Limit = 50,
    cursor: answers.Cursor = "",
) -> Response:
    """List the team's jobs, the latest first."""
    before = float(answers.position(cursor, f"{now() + 60:.6f}"))
    found = queue.listing(connection, visitor.team, before=before, limit=limit, state=state)
    following = answers.write_position(f"{found[-1].created:.6f}") if len(found) == limit else None
    return answers.model(request, Part[JobAnswer](items=[answer(job) for job in found], next=following))


@router.get("/jobs/{job}", response_model=JobAnswer)
def one_job(request: Request, job: str, visitor: Reader, connection: Database) -> Response:
    """Show one job."""
    return answers.model(request, answer(_seen(connection, visitor.team, job)))


@router.post("/jobs/{job}/cancel", response_model=JobAnswer, responses={409: {"description": "It has ended already"}})
def cancel(job: str, visitor: Analyst, connection: Database) -> Response:
    """Cancel a job: at once where it waits, within seconds where it runs."""
    if _seen(connection, visitor.team, job).state not in queue.OPEN:
        raise Refused(409, "ended")
    found = queue.cancel(connection, visitor.team, job)
    audit.note(connection, "job cancelled", job, who=visitor.name, team=visitor.team)
    return Response(answer(found or _seen(connection, visitor.team, job)).model_dump_json(), media_type="application/json")


@router.get("/jobs/{job}/events", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
def events(request: Request, job: str, visitor: Reader, connection: Database, settings: Configured) -> StreamingResponse:
    """Stream the job's progress until it has ended."""
    _seen(connection, visitor.team, job)
    stream = watched(settings, visitor.team, job, request)
    return StreamingResponse(
        stream, media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"}
    )


async def watched(settings: Settings, team: str, number: str, request: Request) -> AsyncIterator[str]:
    """Events of a job: ``progress`` with each change, ``end`` with the last."""
    version, spoke = -1, time.monotonic()
    while not await request.is_disconnected():
        job = await asyncio.to_thread(_look, settings, team, number)
        if job is None:
            return
        ended = job.state not in queue.OPEN
        if job.version != version:
            version, spoke = job.version, time.monotonic()
            data = json.dumps(answer(job).model_dump(), separators=(",", ":"))
            yield f"id: {version}\nevent: {'end' if ended else 'progress'}\ndata: {data}\n\n"
        elif time.monotonic() - spoke > ALIVE:
            spoke = time.monotonic()
            yield ": still here\n\n"
        if ended:
            return
        await asyncio.sleep(LOOK)


def _look(settings: Settings, team: str, number: str) -> queue.Job | None:
    with opened(settings.database) as connection:
        return queue.find(connection, team, number)


def _seen(connection: Connection, team: str, number: str) -> queue.Job:
    job = queue.find(connection, team, number)
    if job is None:
        raise Refused(404, "missing")
    return job


def answer(job: queue.Job) -> JobAnswer:
    """A job as the API shows it."""
    return JobAnswer(
        id=job.id,
        kind=job.kind,
        state=job.state,
        done=job.done,
        stage=job.stage,
        note=job.note,
        by=job.who,
        created=job.created,
        started=job.started,
        finished=job.finished,
        attempts=job.attempts,
        cancelling=job.cancelling,
        request=job.request,
        result=job.result,
        problems=job.problem,
    )
