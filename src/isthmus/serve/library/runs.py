"""Runs that a team may see: its own folder's, and those shared with all."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from isthmus.serve.settings import Settings

NAME = re.compile(r"[a-z][a-z0-9-]{0,59}-[0-9a-f]{12}")
SHOWN = ("manifest.json", "corridor.yaml", "figures.csv", "observations.parquet", "posterior.nc", "forecast.nc")
"""Files without which a run cannot be shown."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run folder that can be shown.

    Attributes:
        shared: Whether all teams see it.
        changed: State of its manifest; what was made from an earlier state is made anew.
    """

    id: str
    corridor: str
    folder: Path
    shared: bool
    changed: int
    manifest: dict[str, Any]

    @property
    def created(self) -> str:
        """When it was first made, ISO 8601."""
        return str(self.manifest.get("created", ""))

    @property
    def last_fitted(self) -> str:
        """Last month of figures that the fit saw."""
        return str(self.manifest.get("last_fitted", ""))

    @property
    def seed(self) -> int:
        """Root of its random streams."""
        return int(self.manifest.get("seed", 0))

    @property
    def quick(self) -> bool:
        """Whether it is for trying things only."""
        return bool(self.manifest.get("quick", False))

    @property
    def tag(self) -> str:
        """What changes when anything of the run changes."""
        return f"{self.id}-{self.changed:x}"


def shared_folder(settings: Settings) -> Path:
    """Folder of runs that a publisher has shared with all teams of this server."""
    return settings.home / "shared"


def runs(settings: Settings, team: str, corridor: str | None = None) -> list[Run]:
    """Return the runs that a team sees, the latest first; of a run in several places, the team's own."""
    found: dict[str, Run] = {}
    places = [(shared_folder(settings), True), (settings.team_runs(team), False)]
    if settings.runs is not None:
        places.insert(0, (settings.runs, True))
    for folder, shared in places:
        for path in folder.glob("*/manifest.json") if folder.is_dir() else ():
            if (run := _run(path, shared=shared)) and corridor in {None, run.corridor}:
                found[run.id] = run
    return sorted(found.values(), key=lambda run: (run.created, run.id), reverse=True)


def run_of(settings: Settings, team: str, number: str) -> Run | None:
    """Return one of them."""
    if not NAME.fullmatch(number):
        return None
    return next((run for run in runs(settings, team) if run.id == number), None)


def _run(path: Path, *, shared: bool) -> Run | None:
    if not NAME.fullmatch(path.parent.name) or not all((path.parent / name).is_file() for name in SHOWN):
        return None
    changed = path.stat().st_mtime_ns
    manifest = _manifest(str(path), changed)
    if manifest is None:
        return None
    return Run(path.parent.name, str(manifest.get("corridor", "")), path.parent, shared, changed, manifest)


@lru_cache(maxsize=512)
def _manifest(path: str, _changed: int) -> dict[str, Any] | None:
    try:
        content = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
