"""What ``--on`` says: ``local``, ``processes[:N]`` or ``dask[:ADDRESS]``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from isthmus.errors import InputError

MOST_PROCESSES = 1024


@dataclass(frozen=True)
class Place:
    """Where work runs."""

    kind: Literal["local", "processes", "dask"]
    workers: int = 1
    """Of ``processes``, and of a Dask cluster on this machine."""
    address: str = ""
    """Of a Dask scheduler. Empty: one of our own, on this machine."""

    def __str__(self) -> str:
        """Return it as ``--on`` takes it."""
        if self.kind == "local":
            return "local"
        return f"{self.kind}:{self.address or self.workers}"


LOCAL = Place("local")


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def proved(place: Place) -> Place:
    """The same place, once a cluster that is somewhere has answered.

    Raises:
        InputError: No one answers at the address, there are no workers, or versions differ.
    """
    if place.address:
        from isthmus.compute.cluster import prove_cluster  # noqa: PLC0415  an extra, and slow to import

        prove_cluster(place)
    return place


def place_of(text: str) -> Place:
    """Read what ``--on`` says.

    Raises:
        InputError: It is none of the three.
    """
    kind, _, rest = text.partition(":")
    if kind == "local" and not rest:
        return Place("local")
    if kind in {"processes", "dask"} and (not rest or (rest.isascii() and rest.isdigit())):
        workers = int(rest) if rest else processors()
        if 1 <= workers <= MOST_PROCESSES:
            return Place("processes" if kind == "processes" else "dask", workers)
    if kind == "dask" and ":" in rest:
        return Place("dask", 0, rest)
    raise InputError.one(
        where="--on",
        expected="local, processes, processes:N, dask, dask:N or dask:HOST:PORT",
        found=text,
        remedy=f"N from 1 to {MOST_PROCESSES}; the address is the one that the Dask scheduler prints, such as tcp://10.0.0.5:8786",
    )
