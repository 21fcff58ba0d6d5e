"""Where the units of a job are done, where their results are kept, and who hears of it: what every stage is handed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isthmus.compute.place import LOCAL, Place
from isthmus.compute.run import Say, run
from isthmus.compute.storage import Storage
from isthmus.compute.unit import Arrays, Progress, Unit


@dataclass(frozen=True)
class Workplace:
    """A place with its storage.

    Attributes:
        storage: Where results are kept and found again. Absent: nowhere beyond the call.
        say: Told in a sentence where work runs elsewhere than asked.
    """

    place: Place = LOCAL
    storage: Storage | None = None
    say: Say = lambda _: None

    def results(self, units: Sequence[Unit], progress: Progress = lambda _: None) -> Iterator[tuple[Unit, Arrays]]:
        """Each unit with its result, in the order given, one in memory at a time; see `run`."""
        return run(units, on=self.place, storage=self.storage, progress=progress, say=self.say)

    def result(self, unit: Unit, progress: Progress = lambda _: None) -> Arrays:
        """The result of a single unit."""
        ((_, arrays),) = self.results([unit], progress)
        return arrays
