"""Units on processes of this machine; one that dies takes no result with it."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from isthmus.compute.storage import Storage
from isthmus.compute.unit import Unit
from isthmus.compute.worker import work
from isthmus.errors import ModelError

AHEAD = 2
"""Units handed out for each worker, so that none waits and none has a queue."""

MOST_DEATHS = 4
"""Workers that may die over one unit, alone with it, before it is the unit's fault."""


def on_processes(units: Sequence[Unit], storage: Storage, workers: int) -> Iterator[Unit]:
    """Do the units and yield each as it is finished, in any order.

    Raises:
        ModelError: A unit has killed its worker several times.
    """
    left = deque(units)
    while left:
        lost: list[Unit] = []
        yield from _pool(left, storage, workers, lost)
        for unit in lost:
            yield from _alone(unit, storage)


def _pool(left: deque[Unit], storage: Storage, workers: int, lost: list[Unit]) -> Iterator[Unit]:
    """Hand out units until all are done or a worker dies; those that were out then are in ``lost``."""
    out: dict[Future[str], Unit] = {}
    # Processes are spawned: a forked one would inherit locks and threads in the middle of their work.
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    try:
        while left or out:
            while left and len(out) < AHEAD * workers:
                out[pool.submit(work, left[0], storage)] = left[0]
                left.popleft()
            for future in wait(out, return_when=FIRST_COMPLETED)[0]:
                future.result()
                yield out.pop(future)
    except BrokenProcessPool:
        lost += out.values()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _alone(unit: Unit, storage: Storage) -> Iterator[Unit]:
    """Do a unit whose worker died in a process of its own: if that dies too, no other unit can be to blame."""
    for _ in range(MOST_DEATHS):
        lost: list[Unit] = []
        yield from _pool(deque([unit]), storage, 1, lost)
        if not lost:
            return
    raise ModelError.one(
        where=str(unit),
        expected="a worker that lives until the unit is done",
        found=f"{MOST_DEATHS} workers that were killed over it, for lack of memory perhaps",
        remedy="give each worker more memory, with fewer of them at a time: --on processes:1",
    )
