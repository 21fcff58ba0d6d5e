"""Corridors that a team may see: those that come with Isthmus, those shared with all, its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from isthmus.disclosure import refuse_request
from isthmus.errors import InputError
from isthmus.serve.database import Connection, opened
from isthmus.serve.settings import Settings
from isthmus.spec.load import load, shipped

if TYPE_CHECKING:
    from isthmus.spec.schema import Corridor

NAME = re.compile(r"[a-z][a-z0-9-]{0,59}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A corridor in the list."""

    name: str
    title: str
    summary: str
    origin: Literal["shipped", "team"]
    path: Path


def corridors(connection: Connection, settings: Settings, team: str) -> list[Entry]:
    """Return the corridors that a team sees, by name; its own come before shipped ones of the same name."""
    found = {name: _entry(path, "shipped") for name, path in shipped().items()}
    for row in connection.execute("SELECT name, folder FROM corridors WHERE team = ? AND deleted IS NULL", [team]).fetchall():
        path = settings.team_corridors(team) / row["folder"] / "corridor.yaml"
        if path.is_file():
            found[row["name"]] = _entry(path, "team")
    return [found[name] for name in sorted(found)]


def corridor_entry(connection: Connection, settings: Settings, team: str, name: str) -> Entry | None:
    """Return one of them."""
    return next((entry for entry in corridors(connection, settings, team) if entry.name == name), None)


def source_of(settings: Settings, team: str, name: str) -> str | Path:
    """Return what the pipeline is given for a corridor: the name of a shipped one, or the file of the team's own.

    Raises:
        InputError: The team has no such corridor.
    """
    with opened(settings.database) as connection:
        entry = corridor_entry(connection, settings, team, name)
    if entry is None:
        raise InputError.one(
            where="corridor", expected="a corridor of yours", found=name[:60], remedy="see the list of corridors"
        )
    return entry.name if entry.origin == "shipped" else entry.path


def corridor_of(entry: Entry) -> Corridor:
    """Return the corridor itself, read and checked once for each state of its file."""
    return _read(str(entry.path), entry.path.stat().st_mtime_ns)


def check_scenario(path: Path, document: Mapping[str, Any]) -> None:
    """Check a scenario as if it stood in the corridor's file.

    Raises:
        IsthmusError: Everything that is wrong with it.
    """
    refuse_request(str(document.get("label", "")), *_words(document.get("shocks", {})), where="scenario")
    load(path, sets=[f"scenarios={json.dumps({'workshop': document})}"])


def _words(shocks: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What a person wrote into the changes."""
    return (str(shock[name]) for shock in shocks.values() for name in ("source", "note") if name in shock)


def _entry(path: Path, origin: Literal["shipped", "team"]) -> Entry:
    corridor = _read(str(path), path.stat().st_mtime_ns)
    return Entry(corridor.name, corridor.title, corridor.summary, origin, path)


@lru_cache(maxsize=64)
def _read(path: str, _changed: int) -> Corridor:
    return load(Path(path)).corridor
