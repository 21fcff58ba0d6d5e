"""Official figures laid out as the model sees them: values and mask by series and month, nothing filled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from isthmus.data.cells import nearest
from isthmus.data.figures import Figures
from isthmus.data.periods import is_year
from isthmus.data.series import Figure, Kind
from isthmus.data.wanted import wanted_problems
from isthmus.errors import FiguresError, InputError, Problem
from isthmus.spec.schema import Corridor, Series
from isthmus.timegrid import month_index


@dataclass(frozen=True, slots=True)
class Excluded:
    """A figure that exists and is not used, and why."""

    series: str
    month: str
    value: float | None
    reason: str


@dataclass(frozen=True)
class Observations:
    """What is seen of a corridor. Rows are the corridor's series, columns the months asked for."""

    series: tuple[str, ...]
    """Series ids of the corridor, ``(series,)``."""
    months: tuple[str, ...]
    """Months ``YYYY-MM``, ``(month,)``."""
    figures: tuple[tuple[Figure | None, ...], ...]
    """The figure behind each cell in the vintage seen, ``(series, month)``; None where there is none."""
    used: tuple[tuple[bool, ...], ...]
    """Whether a cell is used: it has a number and the corridor does not exclude it, ``(series, month)``."""
    kinds: tuple[Kind, ...]
    units: tuple[str, ...]
    excluded: tuple[Excluded, ...]
    """Figures the corridor excludes."""
    unwatched: tuple[str, ...]
    """Series of the table that the corridor does not watch."""
    as_of: dt.date | None = None
    """Day whose knowledge this is; None: the latest."""
    pseudo_month: str | None = None
    """Month whose knowledge is imitated with later vintages (see ``pseudo_vintage``); None: not imitated."""

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """True where there is a number to learn from, ``(series, month)``."""
        mask = np.array(self.used, dtype=np.bool_).reshape(len(self.series), len(self.months))
        mask.setflags(write=False)
        return mask

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Numbers in each series' unit, NaN where ``mask`` is False, ``(series, month)``."""
        values = np.full(self.mask.shape, np.nan)
        for i, j in np.argwhere(self.mask):
            figure = self.figures[i][j]
            if figure is not None and figure.value is not None:
                values[i, j] = figure.value
        values.setflags(write=False)
        return values

    @cached_property
    def seen(self) -> tuple[tuple[str, ...], ...]:
        """Vintage of each cell as written in the table, empty where there is no figure, ``(series, month)``."""
        return tuple(tuple(f.published_or_seen if f else "" for f in row) for row in self.figures)

    @cached_property
    def publishers(self) -> tuple[str, ...]:
        """Publishers of each series' visible figures, ``(series,)``."""
        return tuple("; ".join(dict.fromkeys(f.publisher for f in row if f)) for row in self.figures)

    @cached_property
    def last_month(self) -> str | None:
        """Last month in which any series has a number that is used."""
        columns = np.flatnonzero(self.mask.any(axis=0))
        return self.months[columns[-1]] if columns.size else None

    def gaps(self) -> tuple[tuple[str, str], ...]:
        """Return (series, month) of cells without a number between a series' first and last one."""
        found: list[tuple[str, str]] = []
        for name, row in zip(self.series, self.figures, strict=True):
            there = [j for j, figure in enumerate(row) if figure is not None and figure.value is not None]
            inside = range(there[0], there[-1]) if there else range(0)
            found += [(name, self.months[j]) for j in inside if j not in there]
        return tuple(found)


def align(figures: Figures, corridor: Corridor, months: Sequence[str], *, as_of: dt.date | None = None) -> Observations:
    """Lay out the figures that a corridor watches.

    Months without a figure stay empty: nothing is filled or interpolated.

    Args:
        figures: The table of figures.
        corridor: Says which series are watched, and which of their months are excluded.
        months: Months wanted, in order, ``YYYY-MM``; figures of other months are left out.
        as_of: Only figures published or seen up to this day exist, each in its latest vintage by then.
            Absent: the latest vintage of all.

    Raises:
        FiguresError: series that the table does not have, has by year, or has in another kind, those that the corridor's
            blocks ask for included; all of them.
        InputError: months out of order.
    """
    _check_months(months)
    problems: list[Problem] = wanted_problems(figures, corridor)
    rows: list[tuple[Figure | None, ...]] = []
    heads: list[Figure] = []
    for name, series in corridor.series.items():
        try:
            vintages = _watched(figures, name, series)
        except FiguresError as error:
            problems += error.problems
            continue
        seen = _latest(vintages, as_of)
        rows.append(tuple(seen.get(month) for month in months))
        heads.append(vintages[0])
    if problems:
        raise FiguresError(problems)
    names = tuple(corridor.series)
    excluded = tuple(_excluded(corridor, months, rows))
    out = {(e.series, e.month) for e in excluded}
    watched = {series.figures for series in corridor.series.values()}
    return Observations(
        series=names,
        months=tuple(months),
        figures=tuple(rows),
        used=tuple(
            tuple(f is not None and f.value is not None and (n, m) not in out for m, f in zip(months, row, strict=True))
            for n, row in zip(names, rows, strict=True)
        ),
        kinds=tuple(head.kind for head in heads),
        units=tuple(head.unit for head in heads),
        excluded=excluded,
        unwatched=tuple(name for name in figures.names if name not in watched),
        as_of=as_of,
    )


def pseudo_vintage(observations: Observations, last_month: str, delays: Mapping[str, int]) -> Observations:
    """Imitate what was published by the end of ``last_month``, from figures that may have been revised since.

    Pseudo real time: months not yet published are hidden, but those left keep their later, revised numbers.
    True real time needs a table with vintages and ``align(as_of=...)``.

    Args:
        observations: The figures as known later.
        last_month: Month at whose end one stands.
        delays: Months from a month's end to the publication of its figure, by series id; absent: 0.

    Raises:
        InputError: a series that the observations do not have, or a negative delay.
    """
    for name, delay in delays.items():
        if name not in observations.series or delay < 0:
            raise InputError.one(
                where=f"delays: {name}",
                expected="a series of the corridor and a delay of zero or more months",
                found=f"{name!r}: {delay}",
                remedy=nearest(name, observations.series),
            )
    horizon = month_index(last_month)
    shown = {
        (name, month)
        for name in observations.series
        for month in observations.months
        if horizon - month_index(month) >= delays.get(name, 0)
    }
    cells = [[(name, month) in shown for month in observations.months] for name in observations.series]
    return replace(
        observations,
        figures=tuple(
            tuple(figure if seen else None for figure, seen in zip(row, marks, strict=True))
            for row, marks in zip(observations.figures, cells, strict=True)
        ),
        used=tuple(
            tuple(used and seen for used, seen in zip(row, marks, strict=True))
            for row, marks in zip(observations.used, cells, strict=True)
        ),
        excluded=tuple(e for e in observations.excluded if (e.series, e.month) in shown),
        pseudo_month=last_month,
    )


def delays_of(corridor: Corridor) -> dict[str, int]:
    """Return each series' publication delay in months."""
    return {name: series.delay_months for name, series in corridor.series.items()}


def _check_months(months: Sequence[str]) -> None:
    indices = [month_index(month) for month in months]
    if indices != sorted(set(indices)):
        raise InputError.one(where="months", expected="months in order, each once", found=", ".join(months), remedy="sort them")


def _watched(figures: Figures, name: str, series: Series) -> tuple[Figure, ...]:
    """Return all vintages of the figures that a series of the corridor stands on."""
    vintages = figures.vintages(series.figures, group=series.group)
    head, where = vintages[0], f"series.{name}"
    if is_year(head.period):
        raise FiguresError.one(
            where=f"{where}.figures",
            expected="a monthly series",
            found=f"{series.figures!r}, which is yearly",
            remedy="watch a monthly series; yearly figures serve the claims",
        )
    if head.kind != series.kind:
        raise FiguresError.one(
            where=f"{where}.kind",
            expected=f"{head.kind!r}, the kind of {series.figures!r} in the table of figures",
            found=repr(series.kind),
            remedy="correct the corridor file, or the table: a flow is counted over a month, a stock at its end",
        )
    return vintages


def _latest(vintages: Iterable[Figure], as_of: dt.date | None) -> dict[str, Figure]:
    latest: dict[str, Figure] = {}
    for figure in sorted(vintages, key=lambda f: f.seen):
        if as_of is None or figure.seen <= as_of:
            latest[figure.period] = figure
    return latest


def _excluded(corridor: Corridor, months: Sequence[str], rows: Sequence[Sequence[Figure | None]]) -> Iterable[Excluded]:
    for (name, series), row in zip(corridor.series.items(), rows, strict=True):
        for month, figure in zip(months, row, strict=True):
            if figure is not None and month in series.exclude:
                yield Excluded(name, month, figure.value, series.note or "excluded in the corridor file")
