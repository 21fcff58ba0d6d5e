"""Units on processes of this machine; one that dies takes no result with it."""

from __future__ import annotations

import multiprocessing
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from isthmus.compute.beside import leave_with_the_driver
from isthmus.compute.storage import Storage
from isthmus.compute.unit import Unit
from isthmus.compute.worker import Cost, work
from isthmus.errors import ModelError

AHEAD = 2
"""Units handed out for each worker, so that none waits and none has a queue."""

MOST_DEATHS = 4
"""Workers that may die over one unit, alone with it, before it is the unit's fault."""

HEARTBEAT = 1.0
"""Seconds after which whoever waits for units hears that none was finished, so that they can be stopped."""

Finished = tuple[Unit, Cost]
Heard = Finished | None
"""A unit that is finished, or a sign of life."""


def on_processes(units: Sequence[Unit], storage: Storage, workers: int) -> Iterator[Heard]:
    """Do the units and yield each as it is finished, in any order.

    Raises:
        ModelError: A unit has killed its worker several times.
    """
    left = deque(units)
    while left:
        lost: list[Unit] = []
        yield from _pool(left, storage, workers, lost, most_out=AHEAD * workers)
        if lost:
            yield from _one_by_one(deque(lost), storage)


def _pool(left: deque[Unit], storage: Storage, workers: int, lost: list[Unit], *, most_out: int) -> Iterator[Heard]:
    """Hand out units until all are done or a worker dies; those that were out then are in ``lost``."""
    out: dict[Future[Cost], Unit] = {}
    # Processes are spawned: a forked one would inherit locks and threads in the middle of their work.
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=leave_with_the_driver)
    try:
        while left or out:
            while left and len(out) < most_out:
                out[pool.submit(work, left[0], storage)] = left[0]
                left.popleft()
            finished = wait(out, timeout=HEARTBEAT, return_when=FIRST_COMPLETED)[0]
            if not finished:
                yield None
            for future in finished:
                cost = future.result()
                yield out.pop(future), cost
    except BrokenProcessPool:
        lost += out.values()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _one_by_one(left: deque[Unit], storage: Storage) -> Iterator[Heard]:
    """Do units that were out when a worker died with one out at a time, so that the next death has one to blame."""
    deaths: Counter[Unit] = Counter()
    while left:
        lost: list[Unit] = []
        yield from _pool(left, storage, 1, lost, most_out=1)
        deaths.update(lost)
        for unit in lost:
            if deaths[unit] == MOST_DEATHS:
                raise killed_its_workers(unit)
            left.append(unit)


def killed_its_workers(unit: Unit) -> ModelError:
    """What is said of a unit that no worker survives."""
    return ModelError.one(
        where=str(unit),
        expected="a worker that lives until the unit is done",
        found=f"{MOST_DEATHS} workers that were killed over it, for lack of memory perhaps",
        remedy="give each worker more memory, with fewer of them at a time: --on processes:1",
    )
