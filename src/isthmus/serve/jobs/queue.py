"""The queue of jobs in the database: submitted, taken, reported on, given back, ended."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

from isthmus.errors import InputError, IsthmusError
from isthmus.serve.accounts.rights import Visitor
from isthmus.serve.database import Connection, Row, now, writing
from isthmus.serve.folders import cleaned
from isthmus.serve.settings import Limits

State = Literal["queued", "running", "done", "failed", "cancelled"]
Lane = Literal["long", "fast", "refine"]
"""Runs; scenarios on few draws; the same on many, when nothing else waits for that worker."""
TURNS: dict[str, tuple[Lane, ...]] = {"long": ("long",), "fast": ("fast", "refine")}
"""What each kind of worker takes, in this order."""

OPEN: tuple[State, ...] = ("queued", "running")
LOST = "the worker was lost"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work.

    Attributes:
        request: What was asked for; all that a worker needs.
        done: Share of the work done, 0 to 1.
        version: Grows with each change, for those who watch.
    """

    id: str
    team: str
    who: str
    kind: str
    lane: Lane
    request: dict[str, Any]
    state: State
    done: float
    stage: str
    note: str
    created: float
    started: float | None
    finished: float | None
    seconds: float
    attempts: int
    cancelling: bool
    result: dict[str, Any] | None
    problem: list[dict[str, str]] | None
    version: int


def submit(
    connection: Connection, visitor: Visitor, kind: str, request: Mapping[str, Any], *, limits: Limits, lane: Lane = "long"
) -> Job:
    """Put a job into the queue; the same request of the same team that still waits or runs is not put there twice.

    Raises:
        InputError: Too many jobs of the team are waiting.
    """
    text = json.dumps(request, sort_keys=True, allow_nan=False)
    with writing(connection):
        same = connection.execute(
            "SELECT * FROM jobs WHERE team = ? AND kind = ? AND lane = ? AND request = ? AND state IN ('queued', 'running') "
            "AND cancelling = 0",
            [visitor.team, kind, lane, text],
        ).fetchone()
        if same is not None:
            return _job(same)
        waiting = connection.execute(
            "SELECT count(*) FROM jobs WHERE team = ? AND state IN ('queued', 'running')", [visitor.team]
        ).fetchone()[0]
        if waiting >= limits.jobs_waiting:
            raise InputError.one(
                where="jobs",
                expected=f"at most {limits.jobs_waiting} jobs at a time",
                found=str(waiting),
                remedy="wait or cancel some",
            )
        made = connection.execute(
            "INSERT INTO jobs (id, team, who, kind, lane, request, state, created, seconds) "
            "VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?) RETURNING *",
            [secrets.token_hex(8), visitor.team, visitor.name, kind, lane, text, now(), limits.job_seconds[kind]],
        ).fetchone()
    return _job(made)


def find(connection: Connection, team: str, number: str) -> Job | None:
    """Return a team's job."""
    row = connection.execute("SELECT * FROM jobs WHERE team = ? AND id = ?", [team, number]).fetchone()
    return _job(row) if row else None


def last(connection: Connection, team: str, kind: str, request: Mapping[str, Any]) -> Job | None:
    """Return the latest job of a team for this very request; one that was cancelled does not count."""
    row = connection.execute(
        "SELECT * FROM jobs WHERE team = ? AND kind = ? AND request = ? AND state != 'cancelled' ORDER BY created DESC LIMIT 1",
        [team, kind, json.dumps(request, sort_keys=True)],
    ).fetchone()
    return _job(row) if row else None


def listing(connection: Connection, team: str, *, before: float, limit: int, state: str | None = None) -> list[Job]:
    """Return a team's jobs made before a moment, the latest first."""
    rows = connection.execute(
        "SELECT * FROM jobs WHERE team = ? AND created < ? AND (? IS NULL OR state = ?) ORDER BY created DESC, id LIMIT ?",
        [team, before, state, state, limit],
    )
    return [_job(row) for row in rows.fetchall()]


def cancel(connection: Connection, team: str, number: str) -> Job | None:
    """Ask for a job to be cancelled: at once where it waits, soon where it runs; one that has ended stays as it is."""
    with writing(connection):
        connection.execute(
            "UPDATE jobs SET state = 'cancelled', finished = ?, version = version + 1 "
            "WHERE team = ? AND id = ? AND state = 'queued'",
            [now(), team, number],
        )
        connection.execute(
            "UPDATE jobs SET cancelling = 1, version = version + 1 WHERE team = ? AND id = ? AND state = 'running'",
            [team, number],
        )
    return find(connection, team, number)


def take(connection: Connection, worker: str, kind: str) -> Job | None:
    """Give the oldest waiting job that a kind of worker takes to one; of two workers, one gets it."""
    return next((job for lane in TURNS[kind] if (job := _take(connection, worker, lane)) is not None), None)


def _take(connection: Connection, worker: str, lane: Lane) -> Job | None:
    with writing(connection):
        row = connection.execute(
            "UPDATE jobs SET state = 'running', worker = ?, started = ?, attempts = attempts + 1, version = version + 1 "
            "WHERE id = (SELECT id FROM jobs WHERE state = 'queued' AND lane = ? ORDER BY created LIMIT 1) RETURNING *",
            [worker, now(), lane],
        ).fetchone()
    return _job(row) if row else None


def progress(connection: Connection, job: Job, *, done: float, stage: str, note: str) -> bool:
    """Note how far a job has come; returns whether it is to go on. Getting to another stage forgives earlier losses."""
    row = connection.execute(
        "UPDATE jobs SET attempts = CASE WHEN stage = ? THEN attempts ELSE 1 END, done = ?, stage = ?, note = ?, "
        "version = version + 1 WHERE id = ? AND state = 'running' RETURNING cancelling",
        [stage, done, stage, note, job.id],
    ).fetchone()
    return row is not None and not row["cancelling"]


def end(
    connection: Connection, number: str, state: State, *, result: dict[str, Any] | None = None, error: IsthmusError | None = None
) -> None:
    """End a job that runs."""
    problem = json.dumps([asdict(cleaned(one)) for one in error.problems]) if error else None
    connection.execute(
        "UPDATE jobs SET state = ?, finished = ?, done = CASE WHEN ? = 'done' THEN 1.0 ELSE done END, result = ?, problem = ?, "
        "cancelling = 0, version = version + 1 WHERE id = ? AND state = 'running'",
        [state, now(), state, json.dumps(result, allow_nan=False) if result is not None else None, problem, number],
    )


def give_back(connection: Connection, worker: str, limits: Limits) -> None:
    """A worker is gone: its job waits again, or is cancelled if that was wanted, or fails if it was begun too often."""
    with writing(connection):
        for row in connection.execute("SELECT * FROM jobs WHERE state = 'running' AND worker = ?", [worker]).fetchall():
            if row["cancelling"]:
                end(connection, row["id"], "cancelled")
            elif row["attempts"] >= limits.attempts:
                end(connection, row["id"], "failed", error=_lost(row["attempts"]))
            else:
                connection.execute(
                    "UPDATE jobs SET state = 'queued', worker = NULL, version = version + 1 WHERE id = ?", [row["id"]]
                )


def running(connection: Connection) -> list[tuple[Job, str]]:
    """Return the jobs that run, and the worker of each."""
    return [(_job(row), row["worker"]) for row in connection.execute("SELECT * FROM jobs WHERE state = 'running'").fetchall()]


def _lost(attempts: int) -> InputError:
    return InputError.one(
        where="job",
        expected="a worker that lives until the end",
        found=f"{LOST} {attempts} times at the same stage",
        remedy="look at the server's memory, then submit the job again: what is finished is kept",
    )


def _job(row: Row) -> Job:
    return Job(
        id=row["id"],
        team=row["team"],
        who=row["who"],
        kind=row["kind"],
        lane=cast("Lane", row["lane"]),
        request=json.loads(row["request"]),
        state=cast("State", row["state"]),
        done=row["done"],
        stage=row["stage"],
        note=row["note"],
        created=row["created"],
        started=row["started"],
        finished=row["finished"],
        seconds=row["seconds"],
        attempts=row["attempts"],
        cancelling=bool(row["cancelling"]),
        result=json.loads(row["result"]) if row["result"] else None,
        problem=json.loads(row["problem"]) if row["problem"] else None,
        version=row["version"],
    )
