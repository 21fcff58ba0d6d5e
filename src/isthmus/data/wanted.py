"""Figures that the blocks of a corridor ask for beside the watched series: they exist, in the kind and step asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from isthmus.data.figures import Figures
from isthmus.data.periods import is_year
from isthmus.data.series import LESSON, FlowSeries, Kind, Resolution, StockSeries
from isthmus.errors import FiguresError, Problem
from isthmus.spec.schema import Corridor


class Wanted(NamedTuple):
    """One series that a block asks for; ``kind`` and ``resolution`` absent: any."""

    where: str
    series: str
    group: str
    kind: Kind | None
    resolution: Resolution | None


def wanted(corridor: Corridor) -> Iterator[Wanted]:
    """Everything the blocks ask for."""
    for name, everyone in (
        ("facilitators", corridor.facilitators and corridor.facilitators.everyone),
        ("harm", corridor.harm and corridor.harm.everyone),
    ):
        if everyone:
            yield Wanted(f"{name}.everyone", everyone, "ALL", "flow", "month")
    if corridor.asylum is not None:
        for field, value in corridor.asylum.figures.model_dump(exclude_none=True).items():
            kind: Kind = "stock" if field == "pending" else "flow"
            yield Wanted(f"asylum.figures.{field}", value, corridor.asylum.group, kind, "year")
    if corridor.reverse is not None:
        for name, flow in corridor.reverse.flows.items():
            if flow.figures is not None:
                yield Wanted(f"reverse.flows.{name}.figures", flow.figures, flow.group, "flow", None)


def wanted_problems(figures: Figures, corridor: Corridor) -> list[Problem]:
    """What the table of figures does not have as asked."""
    problems: list[Problem] = []
    for want in wanted(corridor):
        try:
            head = figures.vintages(want.series, group=want.group)[0]
        except FiguresError as error:
            problems += [Problem(f"{want.where}: {p.where}", p.expected, p.found, p.remedy) for p in error.problems]
            continue
        if want.kind is not None and head.kind != want.kind:
            remedy = "name the series that counts what happens in a period"
            if want.kind == "flow":
                found = f"{want.series!r}, a stock: {LESSON}"
            else:
                found, remedy = f"{want.series!r}, a flow", "name the series that counts who waits at a period's end"
            problems.append(Problem(want.where, f"a {want.kind}", found, remedy))
        resolution = "year" if is_year(head.period) else "month"
        if want.resolution is not None and resolution != want.resolution:
            expected, found = f"a series by {want.resolution}", f"{want.series!r}, by {resolution}"
            problems.append(Problem(want.where, expected, found, f"name a series by {want.resolution}"))
    return problems


def flow_of(figures: Figures, name: str, group: str) -> FlowSeries:
    """A flow, checked.

    Raises:
        FiguresError: there is none, or it is a stock.
    """
    series = figures.series(name, group=group)
    if isinstance(series, StockSeries):
        raise FiguresError.one(where=name, expected="a flow", found=f"a stock: {LESSON}", remedy="name a flow series")
    return series
