"""Published figures that a team may see: of shipped corridors, of its own, of the store; with every vintage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from isthmus.data.figures import Figures, read_figures
from isthmus.data.overlay import all_figures
from isthmus.data.series import Figure
from isthmus.data.store import Reader, Store, default_folder
from isthmus.serve.database import Connection
from isthmus.serve.library.corridors import corridors
from isthmus.serve.settings import Settings


@dataclass(frozen=True, slots=True)
class Listed:
    """A series in the list."""

    series: str
    place: str
    group: str
    kind: str
    unit: str
    first: str
    last: str
    n: int
    vintages: int
    publisher: str
    seen: str


def store_of(settings: Settings) -> Store:
    """The store of figures that this server reads."""
    return Store(settings.store or default_folder())


@contextmanager
def reading(settings: Settings) -> Iterator[Reader]:
    """The store, open for reading."""
    with store_of(settings).read() as reader:
        yield reader


def figures(connection: Connection, settings: Settings, team: str) -> Figures:
    """All figures that a team may see."""
    folder = store_of(settings).folder
    state = max((path.stat().st_mtime_ns for path in folder.glob("figures-*.json")), default=0)
    rows = list(_public(folder, state).rows)
    for entry in corridors(connection, settings, team):
        if entry.origin == "team":
            path = entry.path.parent / "figures.csv"
            rows += _read(str(path), path.stat().st_mtime_ns).rows
    return Figures(tuple(dict.fromkeys(rows)))


def listed(table: Figures) -> list[Listed]:
    """The series of a table, by name, group and place."""
    found: dict[tuple[str, str, str], list[Figure]] = {}
    for row in table.rows:
        found.setdefault((row.series, row.group, row.place), []).append(row)
    return [_listed(rows) for _, rows in sorted(found.items())]


def _listed(rows: list[Figure]) -> Listed:
    periods = sorted({row.period for row in rows if row.value is not None})
    head = rows[-1]
    return Listed(
        series=head.series,
        place=head.place,
        group=head.group,
        kind=head.kind,
        unit=head.unit,
        first=periods[0] if periods else "",
        last=periods[-1] if periods else "",
        n=len(periods),
        vintages=len({row.seen for row in rows}),
        publisher=", ".join(dict.fromkeys(row.publisher for row in rows)),
        seen=str(max(row.seen for row in rows)),
    )


@lru_cache(maxsize=2)
def _public(store: Path, _state: int) -> Figures:
    """Figures of the shipped corridors and of the store, read once for each state of the store."""
    return all_figures(Store(store))


@lru_cache(maxsize=64)
def _read(path: str, _changed: int) -> Figures:
    return read_figures(Path(path))
