"""Results of units in their order, from storage or from workers, one at a time in memory."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from isthmus.compute.blocks import how_many_fit
from isthmus.compute.costs import Ledger, known, name_of
from isthmus.compute.place import Place, place_of
from isthmus.compute.processes import Finished, Heard, on_processes
from isthmus.compute.storage import Folder, Storage, prove
from isthmus.compute.unit import Arrays, Progress, Unit
from isthmus.compute.worker import stored, work
from isthmus.errors import OutputError

Say = Callable[[str], None]

WORTH_SECONDS = 20.0
"""CPU seconds of work below which starting workers takes longer than it saves."""

MANY = 64
"""Units from which storage is asked for all its names at once."""


def run(
    units: Sequence[Unit],
    *,
    on: str | Place = "local",
    storage: Storage | None = None,
    progress: Progress = lambda _: None,
    say: Say = lambda _: None,
    worth_seconds: float = WORTH_SECONDS,
) -> Iterator[tuple[Unit, Arrays]]:
    """Yield each unit with its result, in the order given.

    A result that storage has is not computed again, whichever run or worker wrote it. Results that come before their turn wait in
    storage, so that memory holds one at a time.

    Args:
        units: What to do; names must differ.
        on: ``local``, ``processes[:N]`` or ``dask[:ADDRESS]``.
        storage: Where results are kept. Absent: a folder that is removed at the end.
        progress: Called with the share done, at least once a second while units are done elsewhere; may raise to stop the work.
        say: Called with a sentence where the work runs elsewhere than asked.
        worth_seconds: CPU seconds of work below which workers of this machine are not started, and the work is done here.

    Raises:
        OutputError: A result could not be written.
        IsthmusError: Whatever the work itself raises.
    """
    place = place_of(on) if isinstance(on, str) else on
    with ExitStack() as stack:
        if storage is None:
            storage = Folder(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="isthmus-"))))
        missing = _missing(units, storage)
        waiting = {unit.address for unit in missing}
        ledger = Ledger(storage, units)
        stack.callback(_keep, ledger)

        def told(share: float) -> None:
            progress(1 - (len(waiting) - share) / len(units))

        heard = _finished(missing, storage, place, say, told, worth_seconds)
        stack.callback(heard.close)
        for unit in units:
            while unit.address in waiting:
                finished = next(heard)
                if finished is not None:
                    ledger.add(*finished)
                    waiting.discard(finished[0].address)
                told(0.0)
            yield unit, _result(unit, storage)


def _missing(units: Sequence[Unit], storage: Storage) -> list[Unit]:
    if len(units) < MANY:
        return [unit for unit in units if not storage.has(unit.address)]
    there = storage.names("units")
    return [unit for unit in units if unit.address not in there]


def _keep(ledger: Ledger) -> None:
    # Costs are worth nothing beside the results: where they cannot be written, the error of the results is the one to say.
    with contextlib.suppress(OutputError):
        ledger.keep()


def _finished(
    units: Sequence[Unit], storage: Storage, place: Place, say: Say, told: Progress, worth_seconds: float
) -> Generator[Heard, None, None]:
    """Units as they are finished, wherever that is; storage is proved first, where it is not simply a folder here."""
    if not units:
        return
    if isinstance(storage, Folder) and place.kind != "dask":
        yield from _chosen(units, storage, place, say, told, worth_seconds, probe="")
        return
    probe = prove(storage)
    try:
        yield from _chosen(units, storage, place, say, told, worth_seconds, probe=probe)
    finally:
        with contextlib.suppress(OutputError):
            storage.remove(probe)


def _chosen(
    units: Sequence[Unit], storage: Storage, place: Place, say: Say, told: Progress, worth_seconds: float, *, probe: str
) -> Iterator[Heard]:
    """The place asked for, or here where that is sooner."""
    left = list(units)
    if place.kind != "local" and not place.address and len(left) == 1:
        say(f"{left[0].stage}: a single unit of work, done here, which is sooner than on {place}")
        place = Place("local")
    elif place.kind != "local" and not place.address:
        place = _that_fits(place, units[0], storage, say)
        estimate, first = _estimate(units, storage, place, worth_seconds)
        yield from first
        left = left[len(first) :]
        if estimate is not None and estimate < worth_seconds:
            each = f"{len(units)} units of about {estimate / len(units):.2g} s each"
            say(f"{units[0].stage}: {each}, done here, which is sooner than on {place}")
            place = Place("local")
    yield from _spread(left, storage, place, told, probe)


def _that_fits(place: Place, unit: Unit, storage: Storage, say: Say) -> Place:
    """As many workers of this machine as have memory, by what such units took before."""
    costs = known(storage, name_of(unit))
    fit = place.workers if costs is None else how_many_fit(place.workers, costs.peak_mb * 1e6)
    if costs is None or fit == place.workers:
        return place
    say(f"{unit.stage}: {fit} workers instead of {place.workers}, as each takes {costs.peak_mb:,.0f} MB of memory")
    return replace(place, workers=fit)


def _estimate(units: Sequence[Unit], storage: Storage, place: Place, worth_seconds: float) -> tuple[float | None, list[Finished]]:
    """CPU seconds of the work, None if unknown; and the units that were done to know it.

    What storage knows of such units counts; else the first unit is done here, where there are so many that it does not matter.
    """
    costs = known(storage, name_of(units[0]))
    if costs is not None and costs.units:
        return costs.cpu_seconds_each * len(units), []
    if worth_seconds <= 0 or len(units) < 8 * place.workers:
        return None, []
    cost = work(units[0], storage)
    return cost.cpu_seconds * len(units), [(units[0], cost)]


def _spread(units: Sequence[Unit], storage: Storage, place: Place, told: Progress, probe: str) -> Iterator[Heard]:
    if place.kind == "dask":
        from isthmus.compute.cluster import on_dask  # noqa: PLC0415  an extra, and slow to import

        yield from on_dask(units, storage, place, probe)
    elif place.kind == "processes" and place.workers > 1:
        yield from on_processes(units, storage, min(place.workers, len(units)))
    else:
        for unit in units:
            yield unit, work(unit, storage, told)


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
