"""What ``isthmus run --update`` does with figures: ask who serves the corridor's series, lay what came over its table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from isthmus.data.figures import Figures
from isthmus.data.overlay import with_store
from isthmus.data.sources import Wanted, registry
from isthmus.data.store import Store
from isthmus.data.update import Opening, Outcome, over_https, update


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A corridor's figures as of today."""

    figures: Figures
    """The corridor's table with every vintage of the store laid over it."""
    outcomes: tuple[Outcome, ...]
    """How the update of each source went; a failed one leaves what was known."""


def refresh(figures: Figures, store: Store, *, opening: Opening = over_https, now: dt.datetime | None = None) -> Refreshed:
    """Bring a corridor's figures up to date.

    Sources that cannot be reached or have changed are named in the outcomes; the figures of all others are used.

    Args:
        figures: The corridor's table.
        store: Where publishers' figures are kept.
        opening: Makes what sources fetch with.
        now: Time of the update, UTC. Absent: now.

    Raises:
        StoreError: The store cannot be read or written.
        FiguresError: The store has one of the series in another kind or unit.
    """
    now = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    groups = tuple(sorted({row.group for row in figures.rows} - {"ALL", "OTH"}))
    since = min((int(row.period[:4]) for row in figures.rows), default=now.year)
    wanted = Wanted(groups=groups, since=since, today=now.date())
    names = registry.serving(figures.names)
    outcomes = tuple(update(registry.find(name), store, wanted, opening=opening, now=now) for name in names)
    with store.read() as reader:
        return Refreshed(with_store(figures, reader), outcomes)
