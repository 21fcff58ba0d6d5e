"""How far a run has come, for any terminal to see, and how any terminal can stop it: two small files in the run's folder."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.compute import Storage, storage_at
from isthmus.compute.objects import Objects
from isthmus.errors import InputError, OutputError, StoppedError
from isthmus.pipeline.away import is_away

if TYPE_CHECKING:
    from isthmus.pipeline.job import Event

PROGRESS, STOP = "progress.json", "stop"
EVERY_SECONDS = 1.0
EVERY_SECONDS_AWAY = 5.0
"""Between writes of the file, here and on object storage."""
SILENT_SECONDS = 600.0
"""Without a word from a run before it is taken for dead, unless its process is seen alive."""


@dataclass(frozen=True)
class Standing:
    """How far a run has come."""

    stage: str
    done: float
    note: str
    began: float
    """Seconds since 1970, as ``said``."""
    said: float
    host: str
    process: int
    state: str = "running"
    """``running``, ``finished``, ``stopped`` or ``failed``."""

    @property
    def seconds_left(self) -> float | None:
        """If it goes on as so far; None as long as that says nothing."""
        if self.state != "running" or self.done < 0.01:
            return None
        return (self.said - self.began) * (1 - self.done) / self.done

    @property
    def alive(self) -> bool:
        """Whether the run is still going on, as far as can be seen from here."""
        if self.state != "running":
            return False
        if self.host == platform.node():
            return Path(f"/proc/{self.process}").exists() if Path("/proc/self").exists() else True
        return time.time() - self.said < SILENT_SECONDS


class Board:
    """Writes where a run stands and looks whether it is to stop; call it with each event."""

    def __init__(self, where: str | Path) -> None:
        self._where = str(where)
        self._storage = _storage(where)
        self._every = EVERY_SECONDS_AWAY if is_away(where) else EVERY_SECONDS
        self._began = self._written = time.time()
        self._last = ("", 0.0, "")
        self._forget_stop()
        self._write("running")

    def __call__(self, stage: str, done: float, note: str) -> None:
        """Note an event.

        Raises:
            StoppedError: Somebody asked the run to stop.
        """
        fresh, due = stage != self._last[0], time.time() - self._written > self._every
        if (fresh or due or not is_away(self._where)) and self._to_stop():
            raise StoppedError.one(
                where=self._where,
                expected="",
                found="somebody asked the run to stop",
                remedy="what is finished is kept: the same command goes on from there",
            )
        self._last = (stage, done, note)
        if fresh or due:
            self._write("running")

    def close(self, state: str) -> None:
        """Say how it ended."""
        self._write(state)
        self._forget_stop()

    def _to_stop(self) -> bool:
        try:
            return self._storage.has(STOP)
        except OutputError:
            return False

    def _forget_stop(self) -> None:
        with contextlib.suppress(OutputError):
            self._storage.remove(STOP)

    def _write(self, state: str) -> None:
        self._written = time.time()
        stage, done, note = self._last
        standing = Standing(stage, done, note, self._began, self._written, platform.node(), os.getpid(), state)
        # A run whose disk is full fails over its results, not over this.
        with contextlib.suppress(OutputError):
            self._storage.write(PROGRESS, json.dumps(asdict(standing)).encode())


def _storage(where: str | Path) -> Storage:
    """Storage of a run's two small files; where it is away and does not answer, it is not waited for."""
    found = storage_at(where)
    return replace(found, pauses=()) if isinstance(found, Objects) else found


@contextmanager
def watched(where: str | Path, report: Callable[[Event], None]) -> Iterator[Callable[[Event], None]]:
    """A listener that also keeps the board of a run, and raises `StoppedError` when somebody asks the run to stop."""
    board = Board(where)

    def listen(event: Event) -> None:
        if not event.said:
            board(event.stage, event.done, event.note)
        report(event)

    try:
        yield listen
    except (StoppedError, KeyboardInterrupt):
        board.close("stopped")
        raise
    except BaseException:
        board.close("failed")
        raise
    board.close("finished")


def standing(where: str | Path) -> Standing:
    """How far a run has come.

    Raises:
        InputError: The folder holds no run that was started.
    """
    content = None
    try:
        content = _storage(where).read(PROGRESS)
        return Standing(**json.loads(content or b""))
    except (OutputError, ValueError, TypeError) as error:
        raise InputError.one(
            where=str(where),
            expected="the folder of a run, such as runs/NAME-HASH",
            found="no progress.json" if content is None and not isinstance(error, OutputError) else str(error),
            remedy="name the folder that the run has made; 'isthmus show' prints finished ones",
        ) from error


def ask_to_stop(where: str | Path) -> None:
    """Ask a run to stop at its next step."""
    if standing(where).alive:
        _storage(where).write(STOP, b"")


def follow(
    where: str | Path, say: Callable[[Standing], None], *, every: float = 1.0, sleep: Callable[[float], None] = time.sleep
) -> Standing:
    """Say where a run stands until it has ended, and return how."""
    while True:
        found = standing(where)
        say(found)
        if not found.alive:
            return found
        sleep(every)
