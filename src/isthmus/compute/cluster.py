"""Units on a Dask cluster: one that the user has, or one of this machine; nothing of it is needed after the units are done."""

from __future__ import annotations

import asyncio
import importlib
import platform
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from isthmus.compute.place import Place
from isthmus.compute.processes import AHEAD, HEARTBEAT, MOST_DEATHS, Heard, killed_its_workers
from isthmus.compute.storage import Storage
from isthmus.compute.unit import Unit
from isthmus.compute.worker import work
from isthmus.errors import InputError, OutputError, Problem

try:
    # Its functions are untyped.
    distributed: Any = importlib.import_module("distributed")
    comm: Any = importlib.import_module("distributed.comm.core")
except ImportError as missing:
    raise InputError.one(
        where="--on dask", expected="the packages for clusters", found=str(missing), remedy="install isthmus[cluster]"
    ) from missing

CONNECT_SECONDS = 20
WORKER_SECONDS = 60
"""How long to wait for a scheduler to answer, and for a first worker."""

RETURN_SECONDS = 120.0
"""How long to wait for a scheduler that has gone, from the last unit that was finished."""

LOOK_SECONDS = 0.02
"""Between looks for a finished unit."""

SAME = ("isthmus", "numpy", "pyarrow", "jax", "numba")
"""Packages that must be the same on driver and workers, or results would not be."""

Lost = (distributed.CancelledError, comm.CommClosedError, asyncio.CancelledError, TimeoutError, OSError)


def on_dask(units: Sequence[Unit], storage: Storage, place: Place, probe: str) -> Iterator[Heard]:
    """Do the units on a cluster and yield each as it is finished, in any order.

    Args:
        units: What to do.
        storage: Where workers write results; each of them must see it.
        place: ``dask``.
        probe: Name of a file in storage that every worker must be able to read.

    Raises:
        InputError: No one answers at the address, versions differ, or a worker does not see the storage; before any work.
        ModelError: A unit has killed its worker several times.
        OutputError: The scheduler has gone, and has not come back.
    """
    left = deque(units)
    deaths: Counter[Unit] = Counter()
    last = time.monotonic()
    first = True
    while left:
        try:
            with _client(place) as client:
                if first or place.address:
                    check_workers(client, storage, probe)
                first = False
                for heard in _hand_out(client, left, storage, deaths):
                    last = last if heard is None else time.monotonic()
                    yield heard
        except (InputError, *Lost) as error:
            # At first, a cluster that is not right is said; later on, it is one that has gone and may come back.
            if first and isinstance(error, InputError):
                raise
            if time.monotonic() - last > RETURN_SECONDS:
                raise _gone(place, error) from error
            time.sleep(1.0)


def _hand_out(client: Any, left: deque[Unit], storage: Storage, deaths: Counter[Unit]) -> Iterator[Heard]:
    """Hand out units, never more than the workers can take up; those that are out when the cluster goes are put back."""
    out: dict[str, Unit] = {}
    results = distributed.as_completed(loop=client.loop)
    try:
        while left or out:
            while left and len(out) < AHEAD * max(1, _threads(client)):
                unit = left.popleft()
                out[unit.address] = unit
                future = client.submit(work, unit, storage, key=f"{unit.address}#{deaths[unit]}", pure=False)
                results.add(future)
            yield from _until_ready(results)
            future = next(results)
            unit = out[str(future.key).partition("#")[0]]
            try:
                cost = future.result()
            except distributed.KilledWorker:
                deaths[unit] += 1
                if deaths[unit] >= MOST_DEATHS:
                    raise killed_its_workers(unit) from None
                left.append(out.pop(unit.address))
                continue
            del out[unit.address]
            future.release()
            yield unit, cost
    finally:
        left.extendleft(out.values())
        results.clear()


def _until_ready(results: Any) -> Iterator[None]:
    """Signs of life until a unit is finished."""
    said = time.monotonic()
    while not (results.has_ready() or results.is_empty()):
        time.sleep(LOOK_SECONDS)
        if time.monotonic() - said > HEARTBEAT:
            said = time.monotonic()
            yield None


def _threads(client: Any) -> int:
    return sum(client.nthreads().values())


@contextmanager
def _client(place: Place) -> Iterator[Any]:
    if place.address:
        _check_certificates(place)
        try:
            client = distributed.Client(place.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError, RuntimeError) as error:
            raise _nobody(place, f"none within {CONNECT_SECONDS} seconds ({type(error).__name__})") from error
        try:
            yield client
        finally:
            client.close(timeout=5)
        return
    with (
        distributed.LocalCluster(
            n_workers=place.workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


def _check_certificates(place: Place) -> None:
    """Say before connecting that a cluster wants certificates that are not here."""
    if place.address.startswith("tls://"):
        try:
            known = distributed.Security().get_connection_args("client").get("ssl_context")
        except (OSError, ValueError) as error:
            raise _nobody(place, f"certificates that cannot be read ({error})") from error
        if known is None:
            raise _nobody(place, "no certificates of this client to show it")


def _nobody(place: Place, found: str) -> InputError:
    return InputError.one(
        where=f"--on dask:{place.address}",
        expected="a Dask scheduler that answers there",
        found=found,
        remedy="check the address that the scheduler printed, that it is reachable from here, and its TLS settings",
    )


def prove_cluster(place: Place) -> None:
    """Ask a cluster for its workers and their versions, before anything is read or done.

    Raises:
        InputError: No one answers at the address, there are no workers, or versions differ.
    """
    with _client(place) as client:
        check_workers(client)


def facts(storage: Storage | None, probe: str) -> dict[str, str]:
    """What a worker is: versions, and whether it sees the storage that is asked for."""
    found = {"python": platform.python_version()}
    for name in SAME:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    if storage is None:
        return found
    try:
        found["storage"] = "seen" if storage.read(probe) == probe.encode() else "another one"
    except OutputError as error:
        found["storage"] = str(error)
    return found


def check_workers(client: Any, storage: Storage | None = None, probe: str = "") -> None:
    """Hold every worker against this process; where a storage is named, whether it sees that.

    Raises:
        InputError: All that differs, worker by worker.
    """
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError as error:
        raise InputError.one(
            where="--on dask", expected="a cluster with workers", found="none", remedy="start workers, or wait for the queue"
        ) from error
    here = facts(storage, probe)
    try:
        there = client.run(facts, storage, probe, on_error="return")
    except Exception as error:  # noqa: BLE001  whatever a worker without Isthmus makes of it is reported below
        there = {"the scheduler": error}
    problems: list[Problem] = []
    for worker, found in sorted(there.items()):
        if isinstance(found, BaseException):
            text = f"{type(found).__name__}: {str(found)[:200]}"
            problems.append(Problem(str(worker), "Isthmus installed", text, "install the same version there as here"))
            continue
        for name, value in here.items():
            if found.get(name) != value:
                where = "the same storage as here" if name == "storage" else f"{name} {value}, as here"
                remedy = "use a folder that all see, or object storage" if name == "storage" else "install the same there as here"
                problems.append(Problem(str(worker), where, str(found.get(name)), remedy))
    if problems:
        raise InputError(problems)


def _gone(place: Place, error: BaseException) -> OutputError:
    return OutputError.one(
        where=f"--on {place}",
        expected="a scheduler that stays, or comes back",
        found=f"none for {RETURN_SECONDS:.0f} seconds ({type(error).__name__})",
        remedy="start it again; the same command then goes on: what is finished is kept",
    )
