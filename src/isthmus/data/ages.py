"""How old figures are: shipped ones and the store's, and when the next ones are due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from isthmus.data.figures import Figures, read_figures
from isthmus.data.periods import end_of, is_year, last_month
from isthmus.data.store import SourceState
from isthmus.spec.load import load, shipped
from isthmus.timegrid import shift_month


@dataclass(frozen=True, slots=True)
class Age:
    """The state of one source or shipped table on a day."""

    name: str
    title: str
    n_series: int
    n_figures: int
    last_period: str | None
    """Last period with a figure."""
    known: dt.date | None
    """Vintage of the newest figure."""
    days: int | None
    """Since then."""
    next_period: str | None
    next_due: dt.date | None
    """When its figure is usually published."""
    overdue: bool
    n_held: int = 0
    n_open: int = 0
    asked: str = ""
    """When the publisher was last asked, and how it went."""

    def __str__(self) -> str:
        """Return the age in a line or two."""
        if self.known is None:
            return f"  {self.name}: no figures; {self.asked or 'never asked'}"
        held = f"; {self.n_held} held back" if self.n_held else ""
        opened = f"; {self.n_open} findings to review" if self.n_open else ""
        due = ""
        if self.next_due is not None:
            due = f"; {self.next_period} {'was due' if self.overdue else 'is due'} about {self.next_due}"
        ago = f"{self.days} days ago" if self.days else "today"
        span = f"{self.n_figures:,} figures of {self.n_series} series to {self.last_period}"
        head = f"  {self.name}: {span}, known {self.known} ({ago})"
        return head + due + held + opened + (f"\n    {self.asked}" if self.asked else "")


def shipped_figures() -> dict[str, Figures]:
    """Return the tables of the shipped corridors that have one, by corridor."""
    found = {}
    for name, path in sorted(shipped().items()):
        corridor = load(path)
        table = corridor.path.parent / corridor.corridor.figures
        if table.exists():
            found[name] = read_figures(table)
    return found


def shipped_ages(today: dt.date) -> tuple[Age, ...]:
    """Return how old the shipped tables are."""
    ages = []
    for name, figures in shipped_figures().items():
        known = max(row.seen for row in figures.rows)
        last = max(row.period for row in figures.rows if row.value is not None and not is_year(row.period))
        ages.append(
            Age(
                name=f"shipped with {name}",
                title=name,
                n_series=len(figures.names),
                n_figures=len(figures.rows),
                last_period=last,
                known=known,
                days=(today - known).days,
                next_period=None,
                next_due=None,
                overdue=False,
            )
        )
    return tuple(ages)


def age_of(state: SourceState, today: dt.date) -> Age:
    """Return how old a source's figures are."""
    record, due, upcoming = state.record, None, None
    last = state.last_period
    if last is not None:
        yearly = record.cadence == "year"
        upcoming = str(int(last[:4]) + 1) if yearly else shift_month(last, 1)
        if record.release_days is not None:
            due = end_of(last_month(upcoming)) + dt.timedelta(days=record.release_days)
    asked = ""
    if state.last_attempt is not None:
        how = "" if state.last_outcome == "updated" else f": {state.last_outcome}, {state.last_message}"
        asked = f"asked {state.last_attempt:%Y-%m-%d %H:%M} UTC{how}"
    return Age(
        name=record.source,
        title=record.title,
        n_series=state.n_series,
        n_figures=state.n_figures,
        last_period=last[:4] if last and record.cadence == "year" else last,
        known=state.last_known,
        days=(today - state.last_known).days if state.last_known else None,
        next_period=upcoming,
        next_due=due,
        overdue=due is not None and due < today,
        n_held=state.n_held,
        n_open=state.n_open,
        asked=asked,
    )
