"""A corridor's own figures with those of the store laid over them."""

from __future__ import annotations

import datetime as dt

from isthmus.data.ages import shipped_figures
from isthmus.data.figures import Figures
from isthmus.data.series import Figure
from isthmus.data.store import Reader, Store
from isthmus.errors import FiguresError, Problem


def with_store(figures: Figures, reader: Reader, *, as_of: dt.date | None = None) -> Figures:
    """Return a table of figures with every vintage that the store adds to its series.

    Rows of the table come first and stay as they are; of two figures of one period, the later known counts, as ever.

    Args:
        figures: The corridor's table.
        reader: The store.
        as_of: Only figures known on this day are added. Absent: all.

    Raises:
        FiguresError: The store has a series in another kind or unit, or from two sources.
    """
    heads: dict[tuple[str, str, str], Figure] = {}
    given: set[tuple[str, str, str, str, dt.date]] = set()
    for row in figures.rows:
        heads.setdefault((row.series, row.place, row.group), row)
        given.add((row.series, row.place, row.group, row.period, row.seen))
    stored = reader.figures(figures.names, as_of=as_of).rows
    problems: list[Problem] = []
    added: list[Figure] = []
    publishers: dict[tuple[str, str, str], str] = {}
    for row in stored:
        key = (row.series, row.place, row.group)
        head = heads.get(key)
        if head is None:
            continue
        where = f"{row.series} ({row.group} at {row.place})"
        if (row.kind, row.unit) != (head.kind, head.unit):
            found = f"a {row.kind} of {row.unit} in the store"
            problems.append(Problem(where, f"a {head.kind} of {head.unit}", found, "rename the series of the mapping file"))
        elif publishers.setdefault(key, row.publisher) != row.publisher:
            found = f"{publishers[key]} and {row.publisher}"
            problems.append(Problem(where, "one source in the store", found, "give one of them another name in its mapping file"))
        elif (*key, row.period, row.seen) not in given:
            added.append(row)
    if problems:
        raise FiguresError(list(dict.fromkeys(problems)))
    return Figures((*figures.rows, *added), figures.path)


def all_figures(store: Store) -> Figures:
    """Return the figures of all shipped corridors and of the store; of two for one period, the later known counts."""
    shipped = Figures(tuple(dict.fromkeys(row for figures in shipped_figures().values() for row in figures.rows)))
    with store.read() as reader:
        laid = with_store(shipped, reader)
        names = set(shipped.names)
        return Figures((*laid.rows, *(row for row in reader.figures().rows if row.series not in names)))
