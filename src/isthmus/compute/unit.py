"""A unit of work: what is done, for which part of a job, and the name under which its result is found again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
"""Result of a unit: numbers, truth values or text, by name."""

Progress = Callable[[float], None]
"""Told the share done, 0 to 1."""

Work = Callable[["Unit"], Arrays]
"""A function of a module, so that another process finds it by its name. Same unit, same result to the bit."""


@dataclass(frozen=True)
class Unit:
    """One piece of a job that a worker does by itself.

    What a unit is called is what its result depends on. ``arguments`` tell the worker how to go about it and are not part of the
    name: whatever in them changes the result belongs into ``inputs``.

    Attributes:
        work: What to do, a function of a module.
        inputs: Hash of all that goes in: corridor, figures, seed, version of Isthmus.
        stage: Of the job, such as ``backtest``.
        groups: Group block.
        origin: Last month that a forecast sees.
        scenario: Name of the scenario.
        draws: Draw block, first and one past the last.
        arguments: Handed to the worker as they are; small, and picklable.
        kind: What costs are kept by, such as the corridor's name and ``quick``.
    """

    work: Work
    inputs: str
    stage: str
    groups: tuple[str, ...] = ()
    origin: str = ""
    scenario: str = ""
    draws: tuple[int, int] = (0, 0)
    arguments: Mapping[str, Any] = field(default_factory=dict, compare=False)
    kind: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[str, str, str, str, str, str, int, int]:
        """What the name is made of, as plain values."""
        # a spawned process knows the functions of the script that was started under another name
        module = self.work.__module__.replace("__mp_main__", "__main__")
        work = f"{module}.{self.work.__qualname__}"
        return (self.inputs, self.stage, work, "+".join(self.groups), self.origin, self.scenario, *self.draws)

    @property
    def address(self) -> str:
        """Name of the result file: SHA-256 of the key, in a folder of its first two digits."""
        digest = hashlib.sha256(json.dumps(self.key, separators=(",", ":")).encode()).hexdigest()
        return f"units/{digest[:2]}/{digest}.parquet"

    def __str__(self) -> str:
        """Return the unit as messages show it."""
        block = f"draws {self.draws[0]}-{self.draws[1] - 1}" if self.draws[1] else ""
        return " ".join(part for part in (self.stage, "+".join(self.groups), self.origin, self.scenario, block) if part)


def bytes_hash(values: NDArray[Any]) -> str:
    """SHA-256 of an array's values, for names of units."""
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def done(unit: Unit, progress: Progress | None = None) -> dict[str, NDArray[Any]]:
    """Do the work of a unit here and now; where somebody in this process listens, long work tells how far it is."""
    if progress is not None:
        unit = replace(unit, arguments={**unit.arguments, "progress": progress})
    return {name: np.asarray(value) for name, value in unit.work(unit).items()}


def listener(unit: Unit) -> Progress:
    """Whom the work of a unit tells how far it is: somebody in the same process, or nobody."""
    found: Progress = unit.arguments.get("progress", lambda _: None)
    return found
