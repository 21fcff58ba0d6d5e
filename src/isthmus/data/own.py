"""The figures a corridor runs on: the table handed over, the one that lies beside its file, or what the user's store has."""

from __future__ import annotations

from pathlib import Path

from isthmus.data.figures import Figures, read_figures
from isthmus.data.store import Store, default_folder
from isthmus.errors import FiguresError
from isthmus.spec.schema import Corridor


def figures_for(corridor: Corridor, file: Path, given: Path | None = None, store: Store | None = None) -> Figures:
    """Find and read the figures of a corridor.

    Args:
        corridor: The corridor.
        file: Its file.
        given: A table handed over; it comes before all others.
        store: Where publishers' figures are kept, for corridors without a table of their own; absent: the user's.

    Raises:
        FiguresError: The table has faults, or there are no figures anywhere.
    """
    if given is not None:
        return read_figures(given)
    beside = file.parent / corridor.figures
    if beside.exists():
        return read_figures(beside)
    names = tuple(dict.fromkeys(series.figures for series in corridor.series.values()))
    kept = Store(default_folder()) if store is None else store
    if kept.exists:
        with kept.read() as reader:
            found = reader.figures(names)
        if found.rows:
            return found
    raise FiguresError.one(
        where=f"{corridor.name}: figures",
        expected=f"a table of figures: monthly figures do not ship with every corridor; series {', '.join(names)}",
        found=f"no {corridor.figures} beside the corridor file and none of the series in the store",
        remedy="hand one over with --figures FILE, or fill the store with `isthmus data update`",
    )
