"""What a worker does with a unit: computes its result, writes it where everybody finds it, and says what that cost."""

from __future__ import annotations

import resource
import sys
import time
from typing import NamedTuple

from isthmus.compute.arrays import decode, encode
from isthmus.compute.storage import Storage
from isthmus.compute.unit import Arrays, Progress, Unit, done


class Cost(NamedTuple):
    """What a unit took."""

    cpu_seconds: float
    peak_mb: float
    """Largest memory of the worker so far."""
    size: int
    """Bytes of the result file."""


def stored(unit: Unit, storage: Storage) -> Arrays | None:
    """Result of a unit, None where there is none or it is damaged."""
    content = storage.read(unit.address)
    if content is None:
        return None
    try:
        return decode(content)
    except ValueError:
        return None


def work(unit: Unit, storage: Storage, progress: Progress | None = None) -> Cost:
    """Do a unit and keep its result."""
    began = time.process_time()
    content = encode(done(unit, progress))
    storage.write(unit.address, content)
    return Cost(time.process_time() - began, peak_mb(), len(content))


def peak_mb() -> float:
    """Largest memory that this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)
