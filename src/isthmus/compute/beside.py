"""Units done beside other work, by one process of this machine, so that their results are there when they are asked for."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence

from isthmus.compute.place import processors
from isthmus.compute.storage import Storage
from isthmus.compute.unit import Unit
from isthmus.compute.worker import work

HEARTBEAT = 0.5
"""Seconds after which whoever waits is told, so that they can be stopped."""

Wait = Callable[[Callable[[], None]], None]
"""Waits until the process has ended, telling the function given all the while."""


@contextlib.contextmanager
def beside(units: Sequence[Unit], storage: Storage) -> Iterator[Wait]:
    """Do units that storage does not have in a process of its own while the body goes on; what is left at its end is given up.

    Nothing depends on that process: a unit that it did not finish is computed by whoever asks for it.

    Args:
        units: In the order in which they will be asked for.
        storage: Where results are kept and found again.
    """
    missing = [unit for unit in units if not storage.has(unit.address)]
    if not missing or processors() < 2:
        yield lambda _: None
        return
    # Spawned, as a forked process would inherit locks and threads in the middle of their work.
    helper = multiprocessing.get_context("spawn").Process(target=_work, args=(missing, storage), daemon=True)
    helper.start()

    def wait(told: Callable[[], None]) -> None:
        while helper.is_alive():
            helper.join(HEARTBEAT)
            told()

    try:
        yield wait
    finally:
        helper.kill()
        helper.join()


def _work(units: Sequence[Unit], storage: Storage) -> None:
    leave_with_the_driver()
    # whatever goes wrong here is said where the unit is computed again
    with contextlib.suppress(Exception):
        for unit in units:
            work(unit, storage)


def leave_with_the_driver() -> None:
    """End this process when the one that started it is gone, however it went."""
    driver = multiprocessing.parent_process()
    if driver is None:
        return

    def leave() -> None:
        driver.join()
        os._exit(1)

    threading.Thread(target=leave, daemon=True).start()
