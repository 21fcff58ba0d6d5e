"""A worker process: takes a job, does it, takes the next; ``python -m isthmus.serve.jobs.worker`` with its settings as JSON."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import sys
import time
import traceback
from typing import Any

from isthmus.compute.place import place_of
from isthmus.errors import IsthmusError, ModelError
from isthmus.serve.database import Connection, connect
from isthmus.serve.jobs import queue
from isthmus.serve.jobs.work import WORK, Cancelled, warm
from isthmus.serve.offline import refuse_connections
from isthmus.serve.settings import Settings
from isthmus.serve.start import settings_from_json

IDLE = 0.1
"""Seconds between two looks at an empty queue."""
STEP = 0.2
"""Seconds between two notes of progress."""


class Reporter:
    """Writes the progress of a job, at most a few times a second, and raises when it is to stop."""

    def __init__(self, connection: Connection, job: queue.Job) -> None:
        self._connection, self._job = connection, job
        self._next = 0.0
        self._stage = ""

    def __call__(self, done: float, stage: str, note: str = "") -> None:
        """Note how far the job has come.

        Raises:
            Cancelled: Somebody wants it to stop.
        """
        moment = time.monotonic()
        if moment < self._next and stage == self._stage:
            return
        self._next, self._stage = moment + STEP, stage
        if not queue.progress(self._connection, self._job, done=done, stage=stage, note=note):
            raise Cancelled


def work(connection: Connection, settings: Settings, job: queue.Job) -> None:
    """Do a job and end it; nothing that goes wrong in it ends the worker."""
    try:
        result = WORK[job.kind](settings, job, Reporter(connection, job))
    except Cancelled:
        queue.end(connection, job.id, "cancelled")
    except IsthmusError as error:
        queue.end(connection, job.id, "failed", error=error)
    except Exception as error:  # noqa: BLE001 - the job failed, the worker goes on; the traceback is for who runs the server
        traceback.print_exc()
        queue.end(connection, job.id, "failed", error=_unexpected(error))
    else:
        queue.end(connection, job.id, "done", result=result)


def _unexpected(error: Exception) -> ModelError:
    return ModelError.one(
        where="job", expected="no error", found=type(error).__name__, remedy="tell who runs the server; its log says more"
    )


def main(arguments: list[str]) -> None:
    """Work until told to stop, or until the server that started this process is gone."""
    lane: Any = arguments[0]
    settings = settings_from_json(json.loads(arguments[1]))
    parent = os.getppid()
    refuse_connections(but=place_of(settings.on).address)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = connect(settings.database)
    name = f"{os.getpid()}"
    if lane == "fast":
        warm(settings)
        give_back_memory()
    while os.getppid() == parent:
        job = queue.take(connection, name, lane)
        if job is None:
            time.sleep(IDLE)
        else:
            work(connection, settings, job)
            give_back_memory()


def give_back_memory() -> None:
    """Return what the compiler and the last job left free to the system, where the C library can (glibc)."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


if __name__ == "__main__":
    main(sys.argv[1:])
