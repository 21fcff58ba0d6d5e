"""Keeps the workers going: starts them, starts them again, stops jobs that take too long, gives back what a lost one had."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any

from isthmus.errors import InputError
from isthmus.serve.database import Connection, now, opened
from isthmus.serve.jobs import queue
from isthmus.serve.settings import Settings
from isthmus.serve.start import settings_to_json

LOOK = 0.25
"""Seconds between two looks at the workers."""
PATIENCE = 5.0
"""Seconds a job has to stop by itself when cancelled."""


@dataclass
class Slot:
    """A place for a worker."""

    lane: str
    process: subprocess.Popen[bytes] | None = None


class Supervisor:
    """The workers of one server; ``start`` and ``stop`` them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._slots = [Slot("fast"), *(Slot("long") for _ in range(settings.workers))]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._cancelled_at: dict[str, float] = {}

    def start(self) -> None:
        """Take back what an earlier server left running, then start workers."""
        with opened(self._settings.database) as connection:
            for _, worker in queue.running(connection):
                queue.give_back(connection, worker, self._settings.limits)
        for slot in self._slots:
            slot.process = self._begin(slot.lane)
        self._thread.start()

    def stop(self) -> None:
        """Stop the workers; what they were doing waits for the next start."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        for slot in self._slots:
            if slot.process is not None:
                slot.process.kill()
                slot.process.wait()
        with opened(self._settings.database) as connection:
            for slot in self._slots:
                if slot.process is not None:
                    queue.give_back(connection, str(slot.process.pid), self._settings.limits)

    @property
    def pids(self) -> list[int]:
        """Processes of the workers, the fast one first."""
        return [slot.process.pid for slot in self._slots if slot.process is not None]

    def _begin(self, lane: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "isthmus.serve.jobs.worker", lane, json.dumps(settings_to_json(self._settings))]
        compiled = str(self._settings.home / "compiled")
        # few arenas: memory that the compiler's threads are done with is used again
        environment = {"MALLOC_ARENA_MAX": "2", **os.environ, "JAX_COMPILATION_CACHE_DIR": compiled}
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment)  # noqa: S603 - our own module

    def _watch(self) -> None:
        with opened(self._settings.database) as connection:
            while not self._stopping.wait(LOOK):
                self._replace_lost(connection)
                self._stop_overdue(connection)

    def _replace_lost(self, connection: Connection) -> None:
        for slot in self._slots:
            if slot.process is not None and slot.process.poll() is not None:
                queue.give_back(connection, str(slot.process.pid), self._settings.limits)
                slot.process = self._begin(slot.lane)

    def _stop_overdue(self, connection: Connection) -> None:
        """Kill the worker of a job that is over its time, or that does not stop when cancelled."""
        moment = now()
        jobs = queue.running(connection)
        self._cancelled_at = {job.id: self._cancelled_at.get(job.id, moment) for job, _ in jobs if job.cancelling}
        for job, worker in jobs:
            if job.started is not None and moment - job.started > job.seconds:
                queue.end(connection, job.id, "failed", error=_overdue(job))
            elif moment - self._cancelled_at.get(job.id, moment) <= PATIENCE:
                continue
            self._kill(worker)

    def _kill(self, worker: str) -> None:
        if int(worker) in self.pids:
            os.kill(int(worker), signal.SIGKILL)


def _overdue(job: queue.Job) -> InputError:
    return InputError.one(
        where="job",
        expected=f"an end within {job.seconds:.0f} s",
        found=f"stage '{job.stage}' after that time",
        remedy="ask for a quick run, or submit again: finished stages are kept",
    )


def facts(connection: Connection) -> dict[str, Any]:
    """Return how many jobs are in each state, over all teams."""
    rows = connection.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall()
    return {row[0]: row[1] for row in rows}
