"""Public statements held against the figures and the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from isthmus.data.series import FlowSeries, StockSeries, Tally
from isthmus.report.language import say
from isthmus.report.charts import Chart, YearBars, stock_chart
from isthmus.report.intervals import Interval, count_words, interval, number_words, official, percent, plain
from isthmus.report.view import RunView
from isthmus.report.words import capital, listed, lowered, small, span
from isthmus.spec.schema import Claim
from isthmus.timegrid import month_range

Verdict = Literal["holds", "holds roughly", "holds in part", "does not hold", "misleading", "cannot be checked"]

CLOSE, ROUGH = 0.1, 0.25
"""Relative difference up to which a claimed figure holds, and holds roughly."""

SEVERAL_MONTHS_DAYS = 60.0
THOUSANDS_USD = 2000.0

MODEL = "this model"


@dataclass(frozen=True)
class Line:
    """One number of a check: what it is, the number with its interval, kind, unit and source."""

    what: str
    value: str
    kind: str
    unit: str
    source: str


@dataclass(frozen=True)
class Check:
    """A claim with its verdict, the reason in a sentence, and the numbers."""

    key: str
    text: str
    said_by: str
    verdict: Verdict
    reason: str
    lines: tuple[Line, ...]
    note: str
    chart: Chart | None = None


def checks(view: RunView) -> list[Check]:
    """All claims of the corridor file, checked."""
    kinds: dict[str, Callable[[RunView, str, Claim], Check]] = {
        "sum_of_series": _sum_of_series,
        "ratio_of_series": _ratio_of_series,
        "journey": _journey,
        "stock_summed": _stock_summed,
    }
    return [kinds[claim.check](view, key, claim) for key, claim in view.corridor.claims.items()]


def what_summing_a_stock_would_give(stock: StockSeries, first: str, last: str) -> Tally:
    """The number one gets by adding up a stock over time, for showing that it is not a number of people."""
    return stock.repeated_counts(first, last)


def _flow(view: RunView, name: str) -> FlowSeries | None:
    found = _series(view, name)
    return found if isinstance(found, FlowSeries) else None


def _series(view: RunView, name: str) -> FlowSeries | StockSeries | None:
    return view.figures.series(name) if name in view.figures.names else None


def _publishers(*series: FlowSeries | StockSeries) -> str:
    figures = [f for one in series for f in one.figures]
    names = list(dict.fromkeys(f.publisher for f in figures))
    return say("{names}, published or seen by {max}", names=listed(names), max=max(f.seen for f in figures))


def _reported(tally: Tally) -> str:
    periods = say("{present} published figures", present=tally.present)
    return periods if tally.complete else say("{periods} of {expected}", periods=periods, expected=tally.expected)


def _compared(found: float, claimed: float) -> tuple[Verdict, str]:
    off = found / claimed - 1
    verdict: Verdict = "holds" if abs(off) <= CLOSE else "holds roughly" if abs(off) <= ROUGH else "does not hold"
    side = "below" if off < 0 else "above"
    return verdict, say("{off} {side} the figure claimed", off=percent(abs(off), 0 if abs(off) >= 0.1 else 1), side=side)


def _not_checkable(key: str, claim: Claim, why: str) -> Check:
    return Check(key, claim.text, claim.source, "cannot be checked", why, (), claim.note or "")


def _modelled(view: RunView, figures: str, period: tuple[str, str]) -> np.ndarray | None:
    """Replicated counts of a series summed over a period of months, ``(sample,)``."""
    series = next((s for s in view.series if view.corridor.series[s].figures == figures), None)
    if series is None or len(period[0]) != 7:
        return None
    months = month_range(*period)
    if not set(months) <= set(view.fitted):
        return None
    return np.asarray(view.predicted(series, months).sum(axis=1))


def _label(view: RunView, figures: str) -> str:
    found = next((s.label for s in view.corridor.series.values() if s.figures == figures), None)
    return found or capital(figures.replace("_", " ").replace("unhcr", "UNHCR"))


def _sum_of_series(view: RunView, key: str, claim: Claim) -> Check:
    flows = [flow for name in claim.series if (flow := _flow(view, name)) is not None]
    if claim.period is None or claim.value is None or not flows or len(flows) < len(claim.series):
        return _not_checkable(key, claim, "The claim names no period, no value, or a series that is no flow here.")
    when = span(*claim.period)
    lines: list[Line] = []
    tallies = [flow.tally(*claim.period) for flow in flows]
    for flow, tally in zip(flows, tallies, strict=True):
        what = f"{say(_label(view, flow.name))}, {when} ({_reported(tally)})"
        lines.append(Line(what, official(tally.value), "flow", flow.unit, _publishers(flow)))
        draws = _modelled(view, flow.name, claim.period)
        if draws is not None:
            lines.append(
                Line(say("The same in the model, {when}", when=when), count_words(interval(draws)), "flow", flow.unit, MODEL)
            )
    total = sum(tally.value for tally in tallies)
    verdict, off = _compared(total, claim.value)
    reason = say("The published figures add up to {total}, {off}.", total=official(total), off=off)
    return Check(key, claim.text, claim.source, verdict, reason, tuple(lines), claim.note or "")


def _ratio_of_series(view: RunView, key: str, claim: Claim) -> Check:
    flows = [flow for name in claim.series if (flow := _flow(view, name)) is not None]
    if claim.period is None or claim.value is None or len(flows) != 2:
        return _not_checkable(key, claim, "The claim needs two flows, a period and a value.")
    above, below = (flow.tally(*claim.period) for flow in flows)
    if not below.value:
        return _not_checkable(key, claim, "The table of figures has nothing for this period.")
    names = [_label(view, flow.name) for flow in flows]
    ratio = above.value / below.value
    when = span(*claim.period)
    lines = [
        Line(f"{say(name)}, {when} ({_reported(tally)})", official(tally.value), "flow", tally.unit, _publishers(flow))
        for name, tally, flow in zip(names, (above, below), flows, strict=True)
    ]
    lines.append(
        Line(
            say("{names} per {names2}", names=names[0], names2=lowered(names[1])),
            plain(ratio, 0.001),
            "ratio of flows",
            "share",
            "arithmetic",
        )
    )
    lines += _modelled_ratio(view, flows, claim.period)
    verdict, off = _compared(ratio, claim.value)
    reason = say(
        "{value} over {value2} is {ratio}, {off}. The two counts are of different people at "
        "different times: their ratio may agree with the claim, it cannot prove it.",
        value=official(above.value),
        value2=official(below.value),
        ratio=plain(ratio, 0.001),
        off=off,
    )
    return Check(key, claim.text, claim.source, verdict, reason, tuple(lines), claim.note or "")


def _modelled_ratio(view: RunView, flows: Sequence[FlowSeries], period: tuple[str, str]) -> list[Line]:
    """The ratio in the model, and its share of people who went on where the summary has one."""
    lines = []
    above, below = (_modelled(view, flow.name, period) for flow in flows)
    if above is not None and below is not None:
        words = number_words(interval(above / below))
        lines.append(Line("The same ratio in the model", words, "ratio of flows", "share", MODEL))
    onward = view.summary.get(f"year_{period[0][:4]}", {}).get("onward_share")
    if onward is not None and {"median", "lo", "hi"} <= onward.keys():
        value = Interval(onward["lo"], onward["lo"], onward["median"], onward["hi"], onward["hi"])
        what = "In the model, share of those who entered who went on"
        lines.append(Line(what, number_words(value), "share", "share", MODEL))
    return lines


def _journey(view: RunView, key: str, claim: Claim) -> Check:
    found = journey(view)
    if found is None:
        return _not_checkable(key, claim, "This run holds no journey times.")
    days, cost = found
    long = days.lo90 >= SEVERAL_MONTHS_DAYS
    dear = cost.lo90 >= THOUSANDS_USD
    verdict: Verdict = "holds" if long and dear else "holds in part" if long or dear else "does not hold"
    time = "months" if long else "weeks rather than several months" if days.hi90 < SEVERAL_MONTHS_DAYS else "perhaps two months"
    money = "thousands of dollars" if dear else "not clearly thousands of dollars"
    reason = say(
        "In the model those who arrive take {days}, {time}, and spend US${cost}, {money}.",
        days=number_words(days, "days"),
        time=time,
        cost=number_words(cost),
        money=money,
    )
    arrived = say("people who arrived in {last_year}", last_year=span(view.last_year[0], view.last_year[-1]))
    source = "this model, from the durations, stays and price ranges of the corridor file"
    lines = (
        Line(say("Days on the way, {arrived}", arrived=arrived), number_words(days), "mean of a flow", "days", source),
        Line(say("Money spent, {arrived}", arrived=arrived), number_words(cost), "mean of a flow", "US$ a person", source),
    )
    return Check(key, claim.text, claim.source, verdict, reason, lines, claim.note or "")


def journey(view: RunView) -> tuple[Interval, Interval] | None:
    """Days and US$ of people who arrived in the last fitted year; ``None`` where the run has none."""
    if "journey_days" not in view.posterior or "journey_cost_usd" not in view.posterior:
        return None
    days, cost = (
        np.asarray(view.posterior[name].values, dtype=np.float64).ravel() for name in ("journey_days", "journey_cost_usd")
    )
    return interval(days), interval(cost)


@dataclass(frozen=True)
class _Added:
    """A stock added up over its years beside the flow of new applications: what the check of such a claim is made from."""

    stock: StockSeries
    flow: FlowSeries
    first: str
    last: str
    summed: Tally

    @property
    def latest(self) -> str:
        """Last period of the flow."""
        return self.flow.periods[-1]

    @property
    def new(self) -> Tally:
        """New applications up to the latest figures."""
        return self.flow.tally(self.first, self.latest)

    @property
    def years(self) -> str:
        """How many year-end numbers were added, in words."""
        return small(self.summed.present)


def _stock_summed(view: RunView, key: str, claim: Claim) -> Check:
    stock, flow = (_series(view, name) for name in claim.series) if len(claim.series) == 2 else (None, None)
    if claim.period is None or claim.value is None:
        return _not_checkable(key, claim, "The claim names no period or no value.")
    if not isinstance(stock, StockSeries) or not isinstance(flow, FlowSeries):
        return _not_checkable(key, claim, "The claim needs a stock and a flow of the table of figures.")
    added = _Added(stock, flow, *claim.period, what_summing_a_stock_would_give(stock, *claim.period))
    close = abs(added.summed.value / claim.value - 1) <= CLOSE
    verdict: Verdict = "misleading" if close else "does not hold"
    reason = _why_a_sum_of_stocks_misleads(added, close=close)
    return Check(key, claim.text, claim.source, verdict, reason, _added_lines(added), claim.note or "", _queue_chart(added))


def _added_lines(added: _Added) -> tuple[Line, ...]:
    """The sum of stocks, the largest stock, and the flow over both spans."""
    stock, flow, first, last, latest = added.stock, added.flow, added.first, added.last, added.latest
    highest = max(((v, p) for p, v in stock.points() if first <= p <= last), default=(0.0, last))
    what = say(
        "What adding up {years} year-end stocks gives, {first}: not a number of people",
        years=added.years,
        first=span(first, last),
    )
    sums = ((latest, added.new), (last, flow.tally(first, last)))
    return (
        Line(what, official(added.summed.value), "sum of stocks, not valid", added.summed.unit, _publishers(stock)),
        Line(
            say("Most people waiting at one time, end of {highest}", highest=highest[1]),
            official(highest[0]),
            "stock",
            stock.unit,
            _publishers(stock),
        ),
        *(
            Line(
                say("New applications, {first}", first=span(first, end)),
                official(tally.value),
                "flow",
                flow.unit,
                _publishers(flow),
            )
            for end, tally in sums
        ),
    )


def _why_a_sum_of_stocks_misleads(added: _Added, *, close: bool) -> str:
    reason = "The claim matches no count of people in the figures."
    if close:
        reason = say(
            "It is a sum of stocks: adding up {years} year-end numbers of people waiting "
            "({first}) gives {value}, and whoever waits several years is counted in each of them.",
            years=added.years,
            first=span(added.first, added.last),
            value=official(added.summed.value),
        )
    new = official(added.new.value)
    return reason + say(" New applications in {first} were {value}.", first=span(added.first, added.latest), value=new)


def _queue_chart(added: _Added) -> Chart:
    """Year-end stocks and yearly flows side by side; the years added up are marked."""
    bars = YearBars(
        {p: v for p, v in added.stock.points() if added.first <= p},
        {p: v for p, v in added.flow.points() if added.first <= p},
        "Waiting for a decision",
        "New applications",
        tuple(p for p in added.stock.periods if added.first <= p <= added.last),
    )
    title = say(
        "Adding up {years} year-end queues gives {value}; new applications in {present} years were {value2}",
        years=added.years,
        value=official(added.summed.value),
        present=small(added.new.present),
        value2=official(added.new.value),
    )
    return stock_chart(bars, title, _publishers(added.stock, added.flow))
