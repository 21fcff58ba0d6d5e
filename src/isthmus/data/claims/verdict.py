"""A statement against the series it is about: supported, off by how much, or a stock summed over years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from isthmus.data.claims.said import Change, Count, Period, Said, Series, Subject, Times
from isthmus.data.claims.sentence import Statement
from isthmus.data.figures import Figures
from isthmus.data.periods import periods_between
from isthmus.data.series import Figure, FlowSeries, StockSeries, Tally, series_of

Answer = Literal["supported", "roughly supported", "not supported", "a stock summed over years", "cannot be checked"]

CLOSE, ROUGH = 0.05, 0.25
"""Relative difference up to which a number is supported, and roughly."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One number behind a verdict."""

    what: Said
    value: float
    unit: str
    kind: Literal["flow", "stock"]
    source: str
    seen: str
    points: tuple[tuple[str, float], ...]
    """The series it rests on."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the figures say about a statement."""

    statement: Statement
    answer: Answer
    reason: Said
    evidence: tuple[Evidence, ...] = ()


def judge(statement: Statement, figures: Figures) -> Verdict:
    """Hold a statement against the figures.

    A flow is compared with the sum over the period; a stock with its value at the end. Where a flow does not support a
    number, it is tried whether summing a stock over years gives it: a sum that counts people again every year.
    """
    flow, stock = _flow(statement, figures), _stock(statement, figures)
    if statement.kind == "stock" and stock is not None:
        return _at_a_moment(statement, stock)
    either = flow or stock
    if either is None:
        return _unknown(statement)
    first, last = statement.first or either.span[0], statement.last or either.span[1]
    summed = _summed(statement, stock, first) if stock is not None else None
    if flow is None:
        return _without_flow(statement, stock, summed)
    tally = flow.tally(first, _ended(flow, first, last))
    dated = {"series": Series(flow.name), "first": Period(first), "last": Period(_ended(flow, first, last))}
    here = _evidence(Said("{series}, {first} to {last}", **dated), tally, flow)
    if tally.present == 0:
        none = Said("{series} has no figures for {first} to {last}", **dated | {"last": Period(last)})
        return Verdict(statement, "cannot be checked", none)
    answer = _compare(statement, tally.value)
    if answer == "not supported" and summed is not None:
        again, years = summed
        reason = Said(
            "{again} is what the year-end stock adds up to over {years}: it counts a person once for every year of waiting. "
            "{subject} counted once are {once} ({what}): the claim is {times} times that",
            again=Count(again.value), years=years, subject=Subject(_capital(statement.label)), once=Count(tally.value),
            what=here.what,
            times=Times(statement.number / max(tally.value, 1)),
        )  # fmt: skip
        return Verdict(statement, "a stock summed over years", reason, (again, here))
    return Verdict(statement, answer, _reason(statement, tally), (here,))


def _flow(statement: Statement, figures: Figures) -> FlowSeries | None:
    found = [series for series in _series(statement, statement.flows, figures) if isinstance(series, FlowSeries)]
    # Of several series for one thing, the one that covers most of the claim's time.
    return max(found, key=lambda series: _covered(series, statement), default=None)


def _stock(statement: Statement, figures: Figures) -> StockSeries | None:
    found = [series for series in _series(statement, statement.stocks, figures) if isinstance(series, StockSeries)]
    return found[0] if found else None


def _series(statement: Statement, names: Sequence[str], figures: Figures) -> Iterator[FlowSeries | StockSeries]:
    for name in names:
        rows = [row for row in figures.rows if row.series == name and row.group == statement.group]
        places = {row.place for row in rows}
        place = statement.place if statement.place in places else next(iter(places)) if len(places) == 1 else None
        if chosen := [row for row in rows if row.place == place]:
            yield series_of(chosen)


def _covered(series: FlowSeries, statement: Statement) -> float:
    if statement.first is None:
        return len(series.periods)
    last = statement.last or series.span[1]
    if series.resolution == "year" and ("-" in statement.first or "-" in last):
        return -1.0
    first, last = (statement.first, last) if series.resolution == "month" else (statement.first[:4], last[:4])
    tally = series.tally(first, last)
    return tally.present / tally.expected if tally.expected else 0.0


def _ended(series: FlowSeries, first: str, last: str) -> str:
    if series.resolution == "year":
        return last[:4]
    return max(first, last)


def _compare(statement: Statement, value: float) -> Answer:
    ratio = value / statement.number if statement.number else 0.0
    if (statement.bound == "at least" and ratio >= 1) or (statement.bound == "at most" and ratio <= 1):
        return "supported"
    off = abs(ratio - 1)
    if off <= CLOSE:
        return "supported"
    return "roughly supported" if off <= ROUGH else "not supported"


def _reason(statement: Statement, tally: Tally) -> Said:
    off = (tally.value - statement.number) / statement.number if statement.number else 0.0
    sums = {"sum": Count(tally.value), "unit": Subject(tally.unit), "off": Change(off), "claimed": Count(statement.number)}
    if tally.complete:
        return Said("the figures add up to {sum} {unit}, {off} against the claim's {claimed}", **sums)
    return Said(
        "the figures add up to {sum} {unit}, {off} against the claim's {claimed}; {present} of {expected} periods have a figure, "
        "so the sum is a minimum",
        **sums, present=Count(tally.present), expected=Count(tally.expected),
    )  # fmt: skip


def _at_a_moment(statement: Statement, stock: StockSeries) -> Verdict:
    period = (statement.last or statement.first or stock.span[1])[: len(stock.span[1])]
    value = stock.get(period)
    if value is None:
        none = Said("{series} has no figure for {period}", series=Series(stock.name), period=Period(period))
        return Verdict(statement, "cannot be checked", none)
    tally = Tally(value, stock.unit, 1, 1, ())
    answer = _compare(statement, value)
    summed = _summed(statement, stock, statement.first or stock.span[0]) if answer == "not supported" else None
    here = _evidence(Said("{series} at the end of {period}", series=Series(stock.name), period=Period(period)), tally, stock)
    if summed is not None:
        again, years = summed
        reason = Said(
            "{again} is what the stock adds up to over {years}; at the end of {period} it was {value}",
            again=Count(again.value), years=years, period=Period(period), value=Count(value),
        )  # fmt: skip
        return Verdict(statement, "a stock summed over years", reason, (again, here))
    off = (value - statement.number) / statement.number if statement.number else 0.0
    reason = Said(
        "{value} {unit} at the end of {period}, {off} against the claim's {claimed}",
        value=Count(value), unit=Subject(stock.unit), period=Period(period), off=Change(off), claimed=Count(statement.number),
    )  # fmt: skip
    return Verdict(statement, answer, reason, (here,))


def _summed(statement: Statement, stock: StockSeries, first: str) -> tuple[Evidence, str] | None:
    """Return the sum of a stock, from the claim's first year to any later one, that gives the claim's number."""
    best: tuple[float, Tally, str, str] | None = None
    start = first[:4] if stock.resolution == "year" else first
    for last in periods_between(start, stock.span[1]):
        tally = stock.repeated_counts(start, last)
        ratio = tally.value / statement.number if statement.number else 0.0
        low = 1.0 if statement.bound == "at least" else 1 - CLOSE
        if tally.expected > 1 and low <= ratio <= 1 + CLOSE and (best is None or abs(ratio - 1) < best[0]):
            best = (abs(ratio - 1), tally, start, last)
    if best is None:
        return None
    _, tally, begin, end = best
    dated = {"series": Series(stock.name), "first": Period(begin), "last": Period(end)}
    return _evidence(Said("{series} added up, {first} to {last}", **dated), tally, stock), f"{begin}-{end}"


def _without_flow(statement: Statement, stock: StockSeries | None, summed: tuple[Evidence, str] | None) -> Verdict:
    if summed is not None:
        again, years = summed
        reason = Said(
            "{again} is what the stock adds up to over {years}; no flow is there to say how many it really were",
            again=Count(again.value), years=years,
        )  # fmt: skip
        return Verdict(statement, "a stock summed over years", reason, (again,))
    if stock is None:
        return _unknown(statement)
    reason = Said(
        "only {series}, a stock, is there, and stocks are not added up; 'isthmus data update' may bring the flow",
        series=Series(stock.name),
    )
    return Verdict(statement, "cannot be checked", reason)


def _unknown(statement: Statement) -> Verdict:
    reason = Said(
        "no figures of {subject} for {group}: bring {wanted} with 'isthmus data update'",
        subject=Subject(statement.label), group=statement.group, wanted=" / ".join((*statement.flows, *statement.stocks)),
    )  # fmt: skip
    return Verdict(statement, "cannot be checked", reason)


def _evidence(what: Said, tally: Tally, series: FlowSeries | StockSeries) -> Evidence:
    used: tuple[Figure, ...] = series.figures
    publishers = "; ".join(dict.fromkeys(figure.publisher for figure in used))
    seen = max((figure.published_or_seen for figure in used), default="")
    return Evidence(what, tally.value, tally.unit, series.kind, publishers, seen, series.points())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
