"""Observed figures and forecast fans, one chart per checkpoint, with the naive rival and dated policies."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np
from markupsafe import Markup

from isthmus.report.language import month_name, say
from isthmus.report import svg
from isthmus.report.charts import Chart, Table
from isthmus.report.intervals import WITHHELD, Interval, count, count_words, interval, intervals, official, plain, veiled
from isthmus.report.skill import Backtest
from isthmus.report.view import RunView
from isthmus.report.words import day_name, period_name, span
from isthmus.spec.schema import Policy
from isthmus.timegrid import month_index

SIZE = (380.0, 270.0)
LEFT, RIGHT, TOP, BOTTOM = 46.0, 372.0, 54.0, 238.0


@dataclass(frozen=True)
class Event:
    """A dated policy or entry rule, numbered as on the charts."""

    number: int
    label: str
    day: dt.date
    until: dt.date | None
    announced: dt.date | None
    source: str
    groups: frozenset[str] | None = None
    """Whom it is about; absent: everybody."""

    def moves(self, view: RunView, series: str) -> bool:
        """Whether it is about people that a series counts."""
        group = view.corridor.series[series].group
        return self.groups is None or group in self.groups or view.corridor.groups[group].total

    @property
    def dates(self) -> str:
        """The dates in words."""
        words = day_name(self.day)
        if self.until is not None:
            words += say(" to {day_name}", day_name=day_name(self.until))
        if self.announced is not None and self.announced != self.day:
            words += say(", announced {day_name}", day_name=day_name(self.announced))
        return words


def events(view: RunView) -> list[Event]:
    """Policies and entry rules that begin inside the charted months, by date."""
    corridor = view.corridor
    first, last = months_shown(view)[0], view.months[-1]
    found = [(p.date, p.label, p.until, p.announced, p.source, _about(p)) for p in corridor.policies.values()]
    for rule in corridor.entry_rules:
        place = corridor.places[rule.place].label
        label = say(
            "{place}: {replace} for {label}",
            place=place,
            replace=rule.requirement.replace("_", " "),
            label=corridor.groups[rule.group].label,
        )
        found.append((rule.from_, label, rule.to, rule.announced, rule.source, frozenset({rule.group})))
    inside = sorted((f for f in found if first <= f"{f[0]:%Y-%m}" <= last), key=itemgetter(0, 1))
    return [
        Event(n, label, day, until, announced, source, groups)
        for n, (day, label, until, announced, source, groups) in enumerate(inside, start=1)
    ]


def _about(policy: Policy) -> frozenset[str] | None:
    """Groups that a policy's effects name; none where one names nobody, or where it is only marked."""
    named = [effect.group for effect in policy.effects]
    return frozenset(name for name in named if name) if named and all(named) else None


def months_shown(view: RunView) -> tuple[str, ...]:
    """Fitted and forecast months."""
    return (*view.fitted, *view.ahead)


@dataclass(frozen=True)
class Fan:
    """The numbers of one fan.

    Attributes:
        ahead: Our interval per forecast month.
        naive: The random walk's interval per forecast month; empty where there is none.
        total: Our interval of the sum over the forecast months.
    """

    series: str
    label: str
    ahead: list[Interval]
    naive: list[Interval]
    fitted: list[Interval]
    total: Interval
    recent: float
    """Mean published figure of as many months before the origin as are forecast; nan where none."""


def fan(view: RunView, series: str) -> Fan:
    """Collect the numbers of a series."""
    draws = view.predicted(series, view.ahead)
    before = view.fitted[-len(view.ahead) :]
    counted, reported = view.counted(series, before)
    return Fan(
        series=series,
        label=view.corridor.series[series].label,
        ahead=_veil(view, series, view.ahead, intervals(draws)),
        naive=view.rival("random_walk", series),
        fitted=_veil(view, series, view.fitted, intervals(view.predicted(series, view.fitted))),
        total=interval(draws.sum(axis=1)),
        recent=counted / reported if reported else float("nan"),
    )


def _veil(view: RunView, series: str, months: Sequence[str], values: list[Interval]) -> list[Interval]:
    """Intervals by month; what is withheld is not drawn where it is."""
    return [veiled() if (series, month) in view.withheld else value for month, value in zip(months, values, strict=True)]


def finding(view: RunView, numbers: Fan, label: str) -> str:
    """The title of a fan, computed from its numbers."""
    months = len(view.ahead)
    mean = numbers.total.map(lambda x: x / months)
    lo, hi = mean.lo90, mean.hi90
    when = span(view.ahead[0], view.ahead[-1])
    median = count(mean.median, lo, hi)
    sentence = "{label}: {label2} of about {median} a month in {when}"
    if not median[:1].isdigit():
        sentence = "{label}: {label2} of {median} a month in {when}"
    title = say(sentence, label=numbers.label, label2=label, median=median, when=when)
    if not np.isfinite(numbers.recent):
        return title
    ratio = mean.median / max(numbers.recent, 1.0)
    recent = count(numbers.recent, lo, hi)
    past = say("the last {months} months ({recent})", months=months, recent=recent)
    if abs(ratio - 1) < 0.1 or recent == median:
        return say("{title}, close to {past}", title=title, past=past)
    sentence = "{title}, above {past}" if ratio > 1 else "{title}, below {past}"
    return say(sentence, title=title, past=past)


def fan_chart(view: RunView, series: str, tested: Backtest, marked: list[Event]) -> Chart:
    """Observed figures, our 50 % and 90 % fan and the random walk's 90 % interval."""
    numbers = fan(view, series)
    labels = [tested.label(h) for h in range(1, len(view.ahead) + 1)]
    title = finding(view, numbers, tested.label_of(len(labels)))
    unit = say("{unit} a month", unit=view.unit(series))
    key = f"fan-{series.replace('_', '-')}"
    description = say(
        "Published figures from {fitted} to {origin}, then {ahead}: total {total} {unit}. Month by month in the table below.",
        fitted=period_name(view.fitted[0]),
        origin=period_name(view.origin),
        ahead=span(view.ahead[0], view.ahead[-1]),
        total=count_words(numbers.total),
        unit=view.unit(series),
    )
    picture = svg.document(key, title, description, SIZE, *_parts(view, numbers, labels, marked, key))
    about = say(
        "Kind: {kind}. Unit: {unit}. Source: {publishers}; fan: this model.",
        kind=view.corridor.series[series].kind,
        unit=unit,
        publishers=view.publishers(series),
    )
    return Chart(key, title, about, (picture,), _table(view, numbers, labels))


def _parts(view: RunView, numbers: Fan, labels: Sequence[str], marked: list[Event], key: str) -> list[Markup]:
    months = months_shown(view)
    observed = {m: row.value or 0.0 for m, row in view.observed[numbers.series].items() if m in months}
    own = max([*observed.values(), *(i.hi90 for i in numbers.ahead), 10.0])
    high = max(own, min(max((i.hi90 for i in numbers.naive), default=0.0), 1.6 * own)) * 1.05
    y = svg.Scale(0, high, BOTTOM, TOP)
    slot = (RIGHT - LEFT) / len(months)
    xs = {m: LEFT + slot * (k + 0.5) for k, m in enumerate(months)}
    ahead = [xs[m] for m in view.ahead]
    border = ahead[0] - slot / 2
    clip = svg.el("clipPath", svg.el("rect", x=LEFT, y=TOP - 2, width=RIGHT - LEFT, height=BOTTOM - TOP + 2), id=f"{key}-clip")
    inside = [
        *_naive(ahead, numbers.naive, y),
        svg.band(ahead, [y(i.lo90) for i in numbers.ahead], [y(i.hi90) for i in numbers.ahead], "fan90"),
        svg.band(ahead, [y(i.lo50) for i in numbers.ahead], [y(i.hi50) for i in numbers.ahead], "fan50"),
        svg.polyline([(x, y(i.median)) for x, i in zip(ahead, numbers.ahead, strict=True)], "fan-median"),
    ]
    return [
        svg.el("defs", clip),
        *_axes(months, xs, y, border, say("{unit} a month", unit=view.unit(numbers.series))),
        *_event_marks([event for event in marked if event.moves(view, numbers.series)], months, slot),
        svg.el("g", *inside, clip_path=f"url(#{key}-clip)"),
        *_horizons(labels, border, slot),
        *_observed(observed, months, xs, y, {m for m, r in view.observed[numbers.series].items() if not r.used}),
    ]


def _naive(xs: list[float], naive: list[Interval], y: svg.Scale) -> list[Markup]:
    if not naive:
        return []
    edges = [("naive", [i.hi90 for i in naive]), ("naive", [i.lo90 for i in naive])]
    parts = [svg.polyline([(x, y(v)) for x, v in zip(xs, edge, strict=True)], css) for css, edge in edges]
    over = [k for k, i in enumerate(naive) if i.hi90 > y.high]
    if over:
        last = naive[-1]
        words = say("random walk up to {hi90} ↑", hi90=count(last.hi90, last.lo90, last.hi90))
        parts.append(svg.text(xs[0] - 8, TOP + 11, words, "tick naive-text halo", "end"))
    return parts


def _axes(months: tuple[str, ...], xs: dict[str, float], y: svg.Scale, border: float, unit: str) -> list[Markup]:
    parts = [
        svg.el("rect", x=border, y=TOP, width=RIGHT - border, height=BOTTOM - TOP, class_="ahead"),
        svg.text(2, TOP - 9, unit, "tick"),
    ]
    for tick in svg.round_ticks(0, y.high):
        parts += [
            svg.line(LEFT, y(tick), RIGHT, y(tick), "grid"),
            svg.text(LEFT - 6, y(tick) + 4, plain(tick), "tick", "end"),
        ]
    slot = xs[months[1]] - xs[months[0]] if len(months) > 1 else 10.0
    for month in months:
        name = month_name(int(month[5:]))
        if name in {"Jan", "Jul"}:
            edge = xs[month] - slot / 2
            parts.append(svg.line(edge, BOTTOM, edge, BOTTOM + (7 if name == "Jan" else 4), "axis"))
            if name == "Jan" and edge < RIGHT - 50:
                parts.append(svg.text(edge + 3, BOTTOM + 16, period_name(month), "tick"))
    parts.append(svg.line(LEFT, BOTTOM, RIGHT, BOTTOM, "axis"))
    return parts


def _horizons(labels: Sequence[str], border: float, slot: float) -> list[Markup]:
    """One heading over each run of months with the same label, the second one lower to keep clear of the first."""
    parts: list[Markup] = []
    start = 0
    for n, (label, run) in enumerate(groupby(labels)):
        end = start + len(list(run))
        x0, x1 = border + start * slot, border + end * slot
        middle = min((x0 + x1) / 2, RIGHT - 26)
        parts.append(svg.line(x0 + 1, TOP - 4, x1 - 1, TOP - 4, f"label-{label}"))
        parts.append(svg.text(middle, TOP + 10 if n % 2 else TOP - 9, label, "tick strong halo", "middle"))
        start = end
    return parts


def _event_marks(marked: list[Event], months: tuple[str, ...], slot: float) -> list[Markup]:
    parts: list[Markup] = []
    last = -100.0
    first = month_index(months[0])
    for event in marked:
        days = calendar.monthrange(event.day.year, event.day.month)[1]
        offset = month_index(f"{event.day:%Y-%m}") - first + (event.day.day - 1) / days
        x = LEFT + slot * offset
        level = 10.0 if x - last > 17 else 26.0
        last = x if level == 10.0 else last
        parts += [
            svg.line(x, level + 8, x, BOTTOM, "event"),
            svg.el("circle", svg.el("title", f"{say(event.label)}, {event.dates}"), cx=x, cy=level, r=8, class_="event-dot"),
            svg.text(x, level + 4, str(event.number), "event-number", "middle"),
        ]
    return parts


def _observed(
    observed: dict[str, float], months: tuple[str, ...], xs: dict[str, float], y: svg.Scale, unused: set[str]
) -> list[Markup]:
    """Dots joined where months follow one another; a missing month leaves a gap, a figure not used is hollow."""
    parts, run = [], []
    for month in [*months, ""]:
        if month in observed:
            run.append((xs[month], y(observed[month])))
            continue
        if len(run) > 1:
            parts.append(svg.polyline(run, "observed"))
        run = []
    for month, value in observed.items():
        css = "observed-dot unused" if month in unused else "observed-dot"
        parts.append(svg.el("circle", cx=xs[month], cy=y(value), r=3 if month in unused else 2, class_=css))
    return parts


def _table(view: RunView, numbers: Fan, labels: Sequence[str]) -> Table:
    def cells(i: Interval | None, *, half: bool, month: str = "") -> tuple[str, ...]:
        if i is None:
            return ("",) * (3 if half else 1)
        if (numbers.series, month) in view.withheld:
            return (WITHHELD,) * 3
        lo, hi = i.lo90, i.hi90
        wide = say("{lo} to {hi}", lo=count(lo, lo, hi), hi=count(hi, lo, hi))
        if not half:
            return (wide,)
        return count(i.median, lo, hi), say("{lo50} to {hi50}", lo50=count(i.lo50, lo, hi), hi50=count(i.hi50, lo, hi)), wide

    rows = []
    for month, value in zip(view.fitted, numbers.fitted, strict=True):
        row = view.observed[numbers.series].get(month)
        shown = "not reported" if row is None else official(row.value or 0.0) + ("" if row.used else " (not used)")
        rows.append((period_name(month), "published", shown, *cells(value, half=True, month=month), ""))
    for k, month in enumerate(view.ahead):
        naive = numbers.naive[k] if k < len(numbers.naive) else None
        ours = cells(numbers.ahead[k], half=True, month=month)
        rows.append((period_name(month), labels[k], "", *ours, *cells(naive, half=False)))
    columns = (
        "Month",
        "What it is",
        "Published figure",
        "Model median",
        say("Model 50\N{NO-BREAK SPACE}%"),
        say("Model 90\N{NO-BREAK SPACE}%"),
        say("Random walk 90\N{NO-BREAK SPACE}%"),
    )
    return Table(columns, tuple(rows))
