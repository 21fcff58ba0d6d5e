"""How far a run has come, for any terminal to see, and how any terminal can stop it: two small files in the run's folder."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.errors import InputError, StoppedError

if TYPE_CHECKING:
    from isthmus.pipeline.job import Event

PROGRESS, STOP = "progress.json", "stop"
EVERY_SECONDS = 1.0
"""Between writes of the file."""
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

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._began = self._written = time.time()
        self._last = ("", 0.0, "")
        with contextlib.suppress(OSError):
            (folder / STOP).unlink(missing_ok=True)
        self._write("running")

    def __call__(self, stage: str, done: float, note: str) -> None:
        """Note an event.

        Raises:
            StoppedError: Somebody asked the run to stop.
        """
        if (self._folder / STOP).exists():
            raise StoppedError.one(
                where=str(self._folder),
                expected="",
                found="somebody asked the run to stop",
                remedy="what is finished is kept: the same command goes on from there",
            )
        fresh = stage != self._last[0]
        self._last = (stage, done, note)
        if fresh or time.time() - self._written > EVERY_SECONDS:
            self._write("running")

    def close(self, state: str) -> None:
        """Say how it ended."""
        self._write(state)
        with contextlib.suppress(OSError):
            (self._folder / STOP).unlink(missing_ok=True)

    def _write(self, state: str) -> None:
        self._written = time.time()
        stage, done, note = self._last
        standing = Standing(stage, done, note, self._began, self._written, platform.node(), os.getpid(), state)
        # A run whose disk is full fails over its results, not over this.
        with contextlib.suppress(OSError):
            scratch = self._folder / f".part-{PROGRESS}"
            scratch.write_text(json.dumps(asdict(standing)), "utf-8")
            scratch.replace(self._folder / PROGRESS)


@contextmanager
def watched(folder: Path, report: Callable[[Event], None]) -> Iterator[Callable[[Event], None]]:
    """A listener that also keeps the board of a run, and raises `StoppedError` when somebody asks the run to stop."""
    board = Board(folder)

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


def standing(folder: Path) -> Standing:
    """How far a run has come.

    Raises:
        InputError: The folder holds no run that was started.
    """
    try:
        return Standing(**json.loads((folder / PROGRESS).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError.one(
            where=str(folder),
            expected="the folder of a run, such as runs/NAME-HASH",
            found="no progress.json" if not (folder / PROGRESS).exists() else str(error),
            remedy="name the folder that the run has made; 'isthmus show' prints finished ones",
        ) from error


def ask_to_stop(folder: Path) -> None:
    """Ask a run to stop at its next step."""
    if standing(folder).alive:
        (folder / STOP).write_text("", "utf-8")


def follow(
    folder: Path, say: Callable[[Standing], None], *, every: float = 1.0, sleep: Callable[[float], None] = time.sleep
) -> Standing:
    """Say where a run stands until it has ended, and return how."""
    while True:
        found = standing(folder)
        say(found)
        if not found.alive:
            return found
        sleep(every)
