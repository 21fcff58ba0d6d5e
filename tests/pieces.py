"""Small pieces of work that another process can find by name."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np

from isthmus.compute import Unit
from isthmus.errors import ModelError
from isthmus.streams import stream


def squares(unit):
    """Numbers that depend on the unit only."""
    first, last = unit.draws
    drawn = stream(7, unit.inputs, unit.origin, first).standard_normal((last - first, 3))
    return {
        "draws": drawn,
        "square": np.arange(first, last) ** 2,
        "name": np.array([unit.origin or "nowhere"]),
        "ok": np.array(True),
    }


def slowly(unit):
    """As ``squares``, after a while."""
    time.sleep(unit.arguments["seconds"])
    return squares(unit)


def counted(unit):
    """As ``squares``, leaving a mark for each time it is done."""
    with Path(unit.arguments["marks"]).open("a", encoding="utf-8") as marks:
        marks.write(f"{unit.draws[0]}\n")
    return squares(unit)


def deadly(unit):
    """Kills its process the first time, or every time."""
    mark = Path(unit.arguments["marks"] + f".{unit.draws[0]}")
    if unit.draws[0] in unit.arguments["kills"] and (unit.arguments.get("always") or not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return squares(unit)


def refuses(unit):
    """Says what is wrong with the model."""
    raise ModelError.one(where="leg a_b", expected="a duration", found="none", remedy="say how long it takes")


def units(work, n, size=2, **arguments):
    """``n`` units of ``size`` draws each."""
    return [Unit(work, "abc", "test", draws=(size * k, size * (k + 1)), arguments=arguments) for k in range(n)]
