"""Random fault schedules for runs of small units; a script, so that drivers can be forked and killed without a test in them.

    python faults.py FIRST LAST FOLDER

Each schedule is a few calls, each disturbed in a way drawn from its seed, and then one that is left alone. Prints one JSON
object: by seed, the faults and whether the bytes at the end are those of an undisturbed run.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import signal
import sys
import time
from multiprocessing import get_context
from pathlib import Path

import pieces

from isthmus.compute import Folder, run
from isthmus.errors import IsthmusError

N_UNITS = 12
FAULTS = ("driver killed", "full disk", "storage away", "result cut off", "slow worker", "left half-way")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*.parquet")}


def call(folder: Path, *, on: str = "local", seconds: float = 0.002, stop_after: int = N_UNITS) -> None:
    """One call of a driver."""
    units = pieces.units(pieces.slowly, N_UNITS, seconds=seconds)
    for n, _ in enumerate(run(units, on=on, worth_seconds=0, storage=Folder(folder)), start=1):
        if n == stop_after:
            break


def in_a_process(action) -> int:
    """Do something in a forked process and return its pid."""
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(IsthmusError):
            action()
        os._exit(0)
    return pid


def driver_killed(folder, rng):
    pid = in_a_process(lambda: call(folder))
    time.sleep(rng.uniform(0, 0.06))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def full_disk(folder, rng):
    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (rng.choice([0, 500, 1500]),) * 2)
        call(folder)

    os.waitpid(in_a_process(limited), 0)


def storage_away(folder, rng):
    """The folder of results is gone for a while, and something else is in its place."""
    pid = in_a_process(lambda: call(folder))
    time.sleep(rng.uniform(0, 0.04))
    away = folder.with_suffix(".away")
    folder.rename(away)
    folder.write_text("not mounted")
    os.waitpid(pid, 0)
    folder.unlink()
    away.rename(folder)


def result_cut_off(folder, rng):
    call(folder, stop_after=rng.randrange(1, N_UNITS))
    path = rng.choice(sorted(folder.rglob("*.parquet")))
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content))])


def slow_worker(folder, rng):
    call(folder, seconds=rng.uniform(0.01, 0.03), stop_after=rng.randrange(2, N_UNITS))


def left_half_way(folder, rng):
    call(folder, stop_after=rng.randrange(1, N_UNITS))


def worker_killed(folder, rng):
    """Kill one worker process after another while a driver has some."""
    # A driver whose workers are children of its own, so that they can be told from everything else on the machine.
    driver = get_context("spawn").Process(target=call, args=(folder,), kwargs={"on": "processes:2", "seconds": 0.05})
    driver.start()
    until = time.monotonic() + rng.uniform(3, 5)
    while driver.is_alive() and time.monotonic() < until:
        time.sleep(rng.uniform(0.3, 1.2))
        children = Path(f"/proc/{driver.pid}/task/{driver.pid}/children")
        with contextlib.suppress(OSError, IndexError):
            os.kill(int(rng.choice(children.read_text().split())), signal.SIGKILL)
    if rng.random() < 0.5:
        driver.kill()
    driver.join()


def schedule(seed: int, home: Path, calm: dict[str, bytes]) -> dict[str, object]:
    rng = random.Random(seed)
    folder = home / f"schedule-{seed}"
    folder.mkdir()
    faults = [rng.choice(FAULTS) for _ in range(rng.randrange(1, 5))]
    if seed % 20 == 0:
        faults.append("worker killed")
    for fault in faults:
        globals()[fault.replace(" ", "_").replace("-", "_")](folder, rng)
    call(folder)
    return {"faults": faults, "same": contents(folder) == calm}


def main() -> None:
    first, last, home = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    call(home / "calm")
    calm = contents(home / "calm")
    sys.stdout.write(json.dumps({seed: schedule(seed, home, calm) for seed in range(first, last)}) + "\n")


if __name__ == "__main__":
    main()
