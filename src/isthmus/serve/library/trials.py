"""Scenarios chosen for comparison, and how far each has been tried on a run: not yet, on few draws, on many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from isthmus.serve.accounts.rights import Visitor
from isthmus.serve.database import Connection
from isthmus.serve.jobs import queue
from isthmus.serve.library import results, saved
from isthmus.serve.library.runs import Run
from isthmus.serve.settings import Settings
from isthmus.spec.load import load

OF_FILE = "file."
"""Before the name of a scenario of the corridor's file."""
WORKSHOP = "workshop"
"""Name under which the strengths of a team's own scenario are drawn."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A scenario, of the file or of the team.

    Attributes:
        key: As in addresses.
        document: Absent: the file has it.
    """

    key: str
    name: str
    label: str
    document: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Trial:
    """How far a scenario has been tried.

    Attributes:
        result: The best there is.
        job: The job that makes the next, or failed to.
    """

    result: results.Result | None
    job: queue.Job | None
    refined: bool

    @property
    def waiting(self) -> bool:
        """Whether more is to come."""
        return self.job is not None and self.job.state in queue.OPEN


def chosen(connection: Connection, visitor: Visitor, corridor: str, run: Run, keys: Sequence[str]) -> list[Chosen]:
    """The scenarios of these keys; keys of nothing that the visitor may see are left out."""
    path = run.folder / "corridor.yaml"
    known = _labels(str(path), path.stat().st_mtime_ns)
    found = []
    for key in dict.fromkeys(keys):
        if key.startswith(OF_FILE) and (name := key.removeprefix(OF_FILE)) in known:
            found.append(Chosen(key, name, known[name], None))
        elif (kept := saved.find(connection, visitor.team, key)) and kept.corridor == corridor and not kept.deleted:
            found.append(Chosen(key, WORKSHOP, kept.label, kept.document))
    return found


def state(connection: Connection, settings: Settings, visitor: Visitor, run: Run, one: Chosen) -> Trial:
    """How far a scenario has been tried; who may compute has the next step started."""
    asked = {draws: results.request(run, one.name, one.document, draws=draws) for draws in (results.FAST, results.MANY)}
    best = results.read(settings, visitor.team, results.name_of(asked[results.MANY]))
    if best is not None:
        return Trial(best, None, refined=True)
    first = results.read(settings, visitor.team, results.name_of(asked[results.FAST]))
    draws, lane = (results.FAST, "fast") if first is None else (results.MANY, "refine")
    job = queue.last(connection, visitor.team, "scenario", asked[draws])
    if job is None and visitor.may("compute"):
        job = queue.submit(connection, visitor, "scenario", asked[draws], limits=settings.limits, lane=lane)  # type: ignore[arg-type]
    return Trial(first, job, refined=False)


@lru_cache(maxsize=64)
def _labels(path: str, _changed: int) -> dict[str, str]:
    return {name: scenario.label for name, scenario in load(path).corridor.scenarios.items()}
