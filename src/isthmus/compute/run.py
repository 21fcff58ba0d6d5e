"""Results of units in their order, from storage or from workers, one at a time in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from isthmus.compute.place import Place, place_of
from isthmus.compute.processes import on_processes
from isthmus.compute.storage import Folder, Storage
from isthmus.compute.unit import Arrays, Unit
from isthmus.compute.worker import stored, work

Progress = Callable[[float], None]


def run(
    units: Sequence[Unit], *, on: str | Place = "local", storage: Storage | None = None, progress: Progress = lambda _: None
) -> Iterator[tuple[Unit, Arrays]]:
    """Yield each unit with its result, in the order given.

    A result that storage has is not computed again, whichever run or worker wrote it. Results that come before their turn wait in
    storage, so that memory holds one at a time.

    Args:
        units: What to do; names must differ.
        on: ``local``, ``processes[:N]`` or ``dask[:ADDRESS]``.
        storage: Where results are kept. Absent: a folder that is removed at the end.
        progress: Called with the share done.

    Raises:
        OutputError: A result could not be written.
        IsthmusError: Whatever the work itself raises.
    """
    place = place_of(on) if isinstance(on, str) else on
    with ExitStack() as stack:
        if storage is None:
            storage = Folder(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="isthmus-"))))
        missing = [unit for unit in units if not storage.has(unit.address)]
        waiting = {unit.address for unit in missing}
        finished = _finished(missing, storage, place)
        if hasattr(finished, "close"):
            stack.callback(finished.close)
        for unit in units:
            while unit.address in waiting:
                waiting.discard(next(finished).address)
                progress(1 - len(waiting) / len(units))
            yield unit, _result(unit, storage)


def _finished(units: Sequence[Unit], storage: Storage, place: Place) -> Iterator[Unit]:
    if place.kind == "processes" and place.workers > 1 and len(units) > 1:
        yield from on_processes(units, storage, min(place.workers, len(units)))
        return
    for unit in units:
        work(unit, storage)
        yield unit


def _result(unit: Unit, storage: Storage) -> Arrays:
    """Result of a finished unit; computed once more where its file turns out to be damaged."""
    result = stored(unit, storage)
    if result is None:
        work(unit, storage)
        result = stored(unit, storage)
    if result is None:
        message = f"{unit} has no result although it was written"
        raise RuntimeError(message)
    return result
