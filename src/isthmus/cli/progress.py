"""Progress on standard error: a bar with the time left on a terminal, a line per stage and tenth elsewhere."""

from __future__ import annotations

import os
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from isthmus.pipeline import Event


UNCHANGED = "unchanged"
"""Note of a stage that an earlier call finished."""
A_LINE = 0.1
"""Share of the whole after which a long stage is told of once more, where there is no terminal."""


class Progress:
    """Prints the events of a pipeline run; call it with each, inside a ``with`` block."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream = stream
        self._quiet = quiet
        self._stage = ""
        self._told = 0.0
        self._done = 0.0
        self._begun = (0.0, time.monotonic())
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Draw the bar, where there is a terminal to draw it on."""
        if self._stream.isatty() and os.environ.get("TERM") != "dumb" and not self._quiet:
            self._bar, self._task = _bar(self._stream)
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, event: Event) -> None:
        """Show that the run has come as far as this event says, and what it says; the bar never goes back."""
        if event.said:
            self._say(event.said)
            return
        self._done = min(1.0, max(self._done, event.done))
        now = time.monotonic()
        if event.note == UNCHANGED:  # what was there already took no time, and says nothing of the rest
            self._begun = (self._done, now)
        left = time_left(self._done, now - self._begun[1], since=self._begun[0])
        if self._bar is not None and self._task is not None:
            what = f"{event.stage}: {event.note}" if event.note else event.stage
            self._bar.update(self._task, completed=self._done, description=what, left=left)
        elif not self._quiet and (event.stage != self._stage or self._done >= self._told + A_LINE):
            self._told = self._done
            self._stream.write(f"[{self._done:4.0%}] {event.stage} {event.note}".rstrip() + (f" ({left})" if left else ""))
            self._stream.write("\n")
            self._stream.flush()
        self._stage = event.stage

    def _say(self, sentence: str) -> None:
        if self._quiet:
            return
        if self._bar is not None:
            self._bar.console.print(sentence, markup=False)
        else:
            self._stream.write(f"{sentence}\n")
            self._stream.flush()


def time_left(done: float, elapsed: float, *, since: float = 0.0) -> str:
    """Say how long the rest takes if it goes on as so far.

    Args:
        done: Share of the work done, 0 to 1.
        elapsed: Time it took, seconds.
        since: Share that was done when that time began.

    Returns:
        Words such as ``about 40 s left``; nothing before a fiftieth is done or when all is.
    """
    if not since + 0.02 <= done < 1.0:
        return ""
    seconds = elapsed * (1.0 - done) / (done - since)
    return f"about {seconds / 60:.0f} min left" if seconds >= 90.0 else f"about {max(seconds, 1.0):.0f} s left"


def _bar(stream: TextIO) -> tuple[Bar, TaskID]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[left]}"), TextColumn("{task.description}"))
    bar = Bar(*columns, console=Console(file=stream), transient=True)
    return bar, bar.add_task("starting", total=1.0, left="")
