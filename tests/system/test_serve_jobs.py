"""Jobs in real worker processes: killed, cancelled, overdue, resumed; and the same bytes as the command line."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from serving import serve, settings_for, tiny_corridor

from isthmus.serve import database
from isthmus.serve.accounts.rights import ROLES, Visitor
from isthmus.serve.jobs import queue
from isthmus.serve.settings import Limits

ANA = Visitor("ana", "relief", ROLES["analyst"], "session", 2, "analyst", "x")
REQUEST = {"corridor": "tiny", "sets": [], "scenario": None, "seed": 3, "quick": True}


def wait(client, job, states=("done", "failed", "cancelled"), seconds=240.0, look=lambda: None):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        look()
        found = client.get(f"/api/v1/jobs/{job}").json()
        if found["state"] in states:
            return found
        time.sleep(0.1)
    message = f"still {found['state']} at {found['stage']}"
    raise AssertionError(message)


def longer(figures):
    """Add the figures of May to September 2022 once more a year later, so that there are origins for two blocks."""
    lines = figures.read_text("utf-8").splitlines()
    again = [line.replace("2022-", "2023-") for m in range(5, 10) for line in lines if f",2022-0{m}," in line]
    figures.write_text("\n".join([*lines, *again]) + "\n", "utf-8")


def helpers():
    """Processes that do units for a worker of the server."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes()
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if b"spawn_main" in words and b"isthmus.serve" in (folder.parent / parent / "cmdline").read_bytes():
                found.add(int(folder.name))
    return found


@pytest.mark.slow
def test_a_killed_worker_loses_nothing_and_the_bytes_are_those_of_the_command_line(tmp_path):
    """Rationale: a job's units go to two processes, and its worker is killed; then the same as a command, in one process."""
    settings = settings_for(tmp_path, on="processes:2")
    tiny_corridor(settings, "relief")
    corridor = settings.team_corridors("relief") / "tiny"
    longer(corridor / "figures.csv")
    served = serve(settings, workers=True)
    try:
        ana = served.client("ana")
        made = ana.post("/api/v1/jobs", json={"corridor": "tiny", "seed": 3, "quick": True})
        assert made.status_code == 202
        job = made.json()["id"]
        assert ana.post("/api/v1/jobs", json={"corridor": "tiny", "seed": 3, "quick": True}).json()["id"] == job, "the same job"
        begun = wait(ana, job, ("running",))
        assert begun["state"] == "running"
        with database.opened(settings.database) as connection:
            worker = connection.execute("SELECT worker FROM jobs WHERE id = ?", [job]).fetchone()["worker"]
        os.kill(int(worker), signal.SIGKILL)
        seen = set()
        done = wait(ana, job, seconds=900.0, look=lambda: seen.update(helpers()))
        assert done["state"] == "done", done["problems"]
        assert len(seen) >= 2, "the backtest's blocks went to two processes"
        with ana.stream("GET", f"/api/v1/jobs/{job}/events") as stream:
            said = "".join(stream.iter_text())
        assert said.count("event: end") == 1
        assert '"state":"done"' in said
        run = done["result"]["run"]
        mine = {name: ana.get(f"/api/v1/runs/{run}/files/{name}") for name in ana.get(f"/api/v1/runs/{run}").json()["files"]}
        assert served.client("otto").get(f"/api/v1/runs/{run}").status_code == 404
    finally:
        served.stop()
    program = "from isthmus.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", program, "run", str(corridor / "corridor.yaml"), "--on", "local"]
    subprocess.run(
        [*command, "--seed", "3", "--quick", "--quiet", "--out", str(tmp_path / "cli")], check=True, capture_output=True
    )
    folder = tmp_path / "cli" / run
    assert folder.is_dir(), "the same name, from the same hash"
    for name in ("forecast.csv", "forecast.parquet", "summary.json", "scores.csv"):
        if (folder / name).is_file() and name in mine:
            assert mine[name].content == (folder / name).read_bytes(), name
    assert "forecast.csv" in mine


@pytest.fixture
def store(tmp_path):
    settings = settings_for(tmp_path)
    connection = database.connect(settings.database)
    yield settings, connection
    connection.close()


def test_a_job_goes_to_one_worker_and_comes_back_when_it_dies(store):
    _, connection = store
    job = queue.submit(connection, ANA, "run", REQUEST, limits=Limits())
    assert queue.take(connection, "1", "long").id == job.id
    assert queue.take(connection, "2", "long") is None
    queue.give_back(connection, "1", Limits())
    assert queue.find(connection, "relief", job.id).state == "queued"
    assert queue.take(connection, "2", "long").attempts == 2


def test_a_job_whose_worker_is_always_lost_fails_with_words(store):
    _, connection = store
    job = queue.submit(connection, ANA, "run", REQUEST, limits=Limits())
    for attempt in range(3):
        queue.take(connection, str(attempt), "long")
        queue.give_back(connection, str(attempt), Limits(attempts=3))
    found = queue.find(connection, "relief", job.id)
    assert found.state == "failed"
    assert "3 times" in found.problem[0]["found"]


def test_getting_on_forgives_lost_workers(store):
    _, connection = store
    job = queue.submit(connection, ANA, "run", REQUEST, limits=Limits())
    for attempt, stage in enumerate(("fit", "forecast", "backtest", "report")):
        taken = queue.take(connection, str(attempt), "long")
        assert queue.progress(connection, taken, done=0.1, stage=stage, note="")
        queue.give_back(connection, str(attempt), Limits(attempts=3))
    assert queue.find(connection, "relief", job.id).state == "queued"


def test_a_waiting_job_is_cancelled_at_once_a_running_one_is_told(store):
    _, connection = store
    waiting = queue.submit(connection, ANA, "run", REQUEST, limits=Limits())
    assert queue.cancel(connection, "relief", waiting.id).state == "cancelled"
    job = queue.submit(connection, ANA, "run", REQUEST, limits=Limits())
    assert job.id != waiting.id, "a cancelled job is not the same job"
    taken = queue.take(connection, "1", "long")
    assert queue.cancel(connection, "other", job.id) is None
    assert queue.progress(connection, taken, done=0.1, stage="fit", note="")
    queue.cancel(connection, "relief", job.id)
    assert not queue.progress(connection, taken, done=0.2, stage="fit", note="")


def test_a_team_cannot_fill_the_queue(store):
    _, connection = store
    for seed in range(3):
        queue.submit(connection, ANA, "run", {**REQUEST, "seed": seed}, limits=Limits(jobs_waiting=3))
    with pytest.raises(Exception, match="at most 3 jobs"):
        queue.submit(connection, ANA, "run", {**REQUEST, "seed": 9}, limits=Limits(jobs_waiting=3))


@pytest.mark.slow
def test_an_overdue_job_is_stopped_and_an_earlier_servers_jobs_are_taken_up(tmp_path):
    settings = settings_for(tmp_path, limits=Limits(job_seconds={"run": 0.5, "scenario": 1.0}))
    tiny_corridor(settings, "relief")
    with database.opened(settings.database) as connection:
        job = queue.submit(connection, ANA, "run", REQUEST, limits=settings.limits)
        queue.take(connection, "999999", "long")
    served = serve(replace(settings, workers=1), workers=True)
    try:
        found = wait(served.client("ana"), job.id)
    finally:
        served.stop()
    assert found["state"] == "failed"
    assert "0 s" in json.dumps(found["problems"])
    assert not list(Path(settings.home).rglob(".part-*"))


@pytest.mark.slow
def test_jobs_go_to_the_cluster_that_the_server_was_given_and_say_when_it_is_not_there(tmp_path):
    settings = settings_for(tmp_path, on="dask:tcp://127.0.0.1:9")
    tiny_corridor(settings, "relief")
    served = serve(settings, workers=True)
    try:
        ana = served.client("ana")
        job = ana.post("/api/v1/jobs", json={"corridor": "tiny", "seed": 3, "quick": True}).json()["id"]
        done = wait(ana, job)
        assert done["state"] == "failed"
        (problem,) = done["problems"]
        assert problem["expected"] == "a Dask scheduler that answers there"
        assert "seconds (OSError)" in problem["found"], "it was asked, and not kept from asking"
    finally:
        served.stop()
