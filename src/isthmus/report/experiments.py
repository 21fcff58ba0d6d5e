"""Pages of natural experiments: what came, what was predicted with and without the event, and what untouched groups say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from isthmus.forecast.experiments.registry import AGREED, Experiment
from isthmus.report import svg
from isthmus.report.charts import NBSP, Chart, Table
from isthmus.report.document import document
from isthmus.report.intervals import count, plain
from isthmus.report.sections import Section
from isthmus.report.words import day_name, period_name

SIZE = (380.0, 270.0)
LEFT, RIGHT, TOP, BOTTOM = 52.0, 372.0, 16.0, 232.0
PAST = 15
"""Months before the event that are drawn."""

Outcome = Mapping[str, Any]


SERIES = {
    "ecuador_entries": "Entries to Ecuador",
    "darien_transits": "Darién transits",
    "honduras_entries": "Irregular entries to Honduras",
    "mexico_events": "Irregular-entry events in Mexico",
    "us_encounters": "Encounters at the US southwest border",
}


def series_words(name: str) -> str:
    """What a series counts."""
    return SERIES.get(name, name.replace("_", " "))


def change_words(effect: float) -> str:
    """A log ratio in words: ``minus 63 %``, ``plus 20 %``."""
    share = math.expm1(effect)
    return f"{'minus' if share < 0 else 'plus'} {abs(share):.0%}"


def interval_words(lo: float, hi: float) -> str:
    """An interval of log ratios in words."""
    return f"{change_words(lo)} to {change_words(hi)}"


def render_experiment(one: Experiment, outcome: Outcome, facts: Mapping[str, Any], figures: str) -> str:
    """The page of one experiment."""
    quick = "Made with --quick: to try things, not to quote. " if facts["quick"] else ""
    if outcome["skipped"]:
        points = [("Not made", f"{outcome['skipped']}.")]
        sections: list[Section] = []
        summary = "This experiment could not be made with the figures at hand."
    else:
        first = outcome["paths"][0]
        points = [*_points(first), ("The event", _event(one))]
        sections = [_section(path, one) for path in outcome["paths"]]
        summary = (
            f"The small corridor of one group was fitted to figures up to {period_name(outcome['last_fitted'])} and asked what "
            "comes, with the event at the strength its prior gives and without it, on the same draws."
        )
        if outcome["rhat"] > AGREED:
            quick += f"The fit did not converge (R-hat {outcome['rhat']:.2f}). "
    return document(
        one.label, "Isthmus natural experiment", summary, points, sections, alarm=quick.strip(), facts=_facts(one, facts, figures)
    )


def _event(one: Experiment) -> str:
    words = f"In force from {day_name(one.date)}"
    if one.until:
        words += f" to {day_name(one.until)}"
    if one.announced:
        words += f", announced {day_name(one.announced)}"
    return f"{words}. Source: {one.source} (confidence {one.confidence}). {one.note}".strip()


def _points(path: Outcome) -> list[tuple[str, str]]:
    label = series_words(path["series"])
    low, middle, high = path["change"]
    out = [
        (
            "Predicted effect",
            f"{label}: {change_words(middle)} (90{NBSP}% interval {interval_words(low, high)}), at the prior's strength.",
        )
    ]
    if path["came"] is not None:
        out.append(("What came", f"{label}: {change_words(path['came'])} against the median of the path without the event."))
        told, untold = path["crps_log"]
        verdict = "closer" if told < untold else "no closer"
        out.append(
            (
                "Scored",
                (
                    f"CRPS on log(1 + y) {told:.2f} with the event and {untold:.2f} without: knowing the event brought the "
                    f"forecast {verdict}. Its 90{NBSP}% interval held {_held(path)} months."
                ),
            )
        )
    if isinstance(path["controls"], list):
        said = "; ".join(
            f"{c['method']}: {change_words(c['effect'])} ({interval_words(c['lo'], c['hi'])})" for c in path["controls"]
        )
        out.append(("Groups that it did not touch", f"{said}; intervals by placebos."))
    return out


def _held(path: Outcome) -> str:
    """How many of the published months lay in the interval of the path with the event."""
    known = sum(v is not None for v in path["observed"])
    return f"{round(path['covered90'][0] * known)} of {known}"


def _section(path: Outcome, one: Experiment) -> Section:
    name = path["series"]
    label = series_words(name)
    control = path["controls"]
    words = [f"Compared with untouched groups: not possible, {control}."] if isinstance(control, str) else []
    tables = [(_estimates(path), f"{label}: estimates of the event's effect, mean over the months after.")]
    if not isinstance(control, str):
        weights = "; ".join(f"{g} {w:g}" for g, w in control[0]["weights"].items())
        words.append(f"Weights of the synthetic control: {weights}.")
    return Section(name, label, tuple(words), (_chart(path, one),), tuple(tables))


def _estimates(path: Outcome) -> Table:
    low, middle, high = path["change"]
    rows = [("Predicted, prior strength", change_words(middle), interval_words(low, high), "", "")]
    if path["came"] is not None:
        rows.append(("What came, against the path without the event", change_words(path["came"]), "", "", ""))
    if not isinstance(path["controls"], str):
        for c in path["controls"]:
            interval = interval_words(c["lo"], c["hi"])
            rows.append(
                (c["method"].capitalize(), change_words(c["effect"]), interval, plain(c["p"], 0.01), plain(c["before"], 0.01))
            )
    columns = ("Estimate", "Effect", f"90{NBSP}% interval", "Share of placebos as large", "Error before the event, log scale")
    return Table(columns, tuple(rows))


def _chart(path: Outcome, one: Experiment) -> Chart:
    past = dict(list(path["past"].items())[-PAST:])
    months = [*past, *path["months"]]
    observed = {**past, **{m: v for m, v in zip(path["months"], path["observed"], strict=True) if v is not None}}
    top = max([*observed.values(), *path["with_event"][2], *path["without"][1], 10.0])
    x = svg.Scale(0, max(len(months) - 1, 1), LEFT, RIGHT)
    y = svg.Scale(0, min(top, 4 * max(observed.values(), default=10.0) + 10) * 1.05, BOTTOM, TOP)
    key = f"path-{path['series'].replace('_', '-')}"
    begin = len(past)
    ahead = [x(begin + n) for n in range(len(path["months"]))]
    parts: list[Markup] = []
    for tick in svg.round_ticks(0, y.high):
        parts += [svg.line(LEFT, y(tick), RIGHT, y(tick), "grid"), svg.text(LEFT - 6, y(tick) + 4, plain(tick), "tick", "end")]
    low, high = ([y.clipped(v) for v in path["with_event"][n]] for n in (0, 2))
    parts.append(svg.band(ahead, low, high, "fan90"))
    for css, rows in (("fan-median", path["with_event"][1]), ("naive", path["without"][1])):
        parts.append(svg.polyline([(px, y.clipped(v)) for px, v in zip(ahead, rows, strict=True)], css))
    parts.append(svg.polyline([(x(months.index(m)), y.clipped(v)) for m, v in observed.items()], "observed"))
    parts += [svg.el("circle", cx=x(months.index(m)), cy=y.clipped(v), r=2.4, class_="observed-dot") for m, v in observed.items()]
    parts.append(svg.polyline([(x(n), y.clipped(v)) for n, v in _control_points(path, len(months))], "control"))
    at = x(begin - 0.5)
    parts += [svg.line(at, TOP, at, BOTTOM, "event"), svg.line(LEFT, BOTTOM, RIGHT, BOTTOM, "axis")]
    for n, month in enumerate(months):
        if n % max(len(months) // 3, 1) == 0 and n + 2 < len(months):
            parts.append(svg.text(x(n), BOTTOM + 16, period_name(month), "tick", "middle" if n else "start"))
    parts.append(svg.text(RIGHT, BOTTOM + 34, "dashed: without the event; dotted: synthetic control", "tick", "end"))
    title = f"{series_words(path['series'])}: what came, and what was predicted with and without the event"
    rows = tuple(_row(path, n) for n in range(len(path["months"])))
    columns = ("Month", "Published", f"With the event, median (90{NBSP}%)", f"Without, median (90{NBSP}%)", "Synthetic control")
    about = (
        f"{one.group}, persons or events a month; kind: flow. Dots: published; band and line: with it, 90{NBSP}% and median; "
        "dotted upright: last month known."
    )
    description = "; ".join(f"{r[0]}: published {r[1]}, with {r[2]}, without {r[3]}" for r in rows)
    return Chart(key, title, about, (svg.document(key, title, description, SIZE, *parts),), Table(columns, rows))


def _control_points(path: Outcome, months: int) -> list[tuple[int, float]]:
    """Positions and values of the synthetic control, which is told for the last months; none where there is no control."""
    told = path["controls"][0]["path"] if isinstance(path["controls"], list) else []
    return [(months - len(told) + n, value) for n, value in enumerate(told)]


def _row(path: Outcome, n: int) -> tuple[str, ...]:
    def words(rows: Sequence[Sequence[float]]) -> str:
        low, middle, high = (row[n] for row in rows)
        return f"{count(middle, low, high)} ({count(low, low, high)} to {count(high, low, high)})"

    seen = path["observed"][n]
    control = path["controls"]
    beside = "" if isinstance(control, str) else _control_of(control[0], path, n)
    published = "not reported" if seen is None else plain(seen)
    return period_name(path["months"][n]), published, words(path["with_event"]), words(path["without"]), beside


def _control_of(control: Outcome, path: Outcome, n: int) -> str:
    """The control's path is told for the last months, those after the event."""
    at = n - (len(path["months"]) - len(control["path"]))
    return count(control["path"][at]) if at >= 0 and len(control["path"]) <= len(path["months"]) else ""


def _facts(one: Experiment, facts: Mapping[str, Any], figures: str) -> list[tuple[str, str]]:
    return [
        ("Make it again", f"isthmus experiments --figures FILE --only {one.name} --seed {facts['seed']}"),
        ("Figures", f"{facts['figures']} ({figures[:12]})" if figures else "none given"),
        (
            "Prior of the effect",
            f"mean {one.size[0]:g}, standard deviation {one.size[1]:g} on the {_scale(one)}: {one.size_source}",
        ),
        ("Isthmus", str(facts["isthmus"])),
    ]


def _scale(one: Experiment) -> str:
    return "log of departures" if one.on == "departures" else "value of crossing"


def render_index(chosen: Sequence[Experiment], outcomes: Mapping[str, Outcome], facts: Mapping[str, Any], figures: str) -> str:
    """The page that lists all experiments."""
    rows = []
    for one in chosen:
        outcome = outcomes[one.name]
        page = Markup('<a href="{}.html">{}</a>').format(one.name, one.label)
        if outcome["skipped"]:
            rows.append((page, f"skipped: {outcome['skipped']}", "", "", ""))
            continue
        path = outcome["paths"][0]
        low, middle, high = path["change"]
        came = "" if path["came"] is None else change_words(path["came"])
        scored = "" if path["came"] is None else " / ".join(plain(v, 0.01) for v in path["crps_log"])
        predicted = f"{change_words(middle)} ({interval_words(low, high)})"
        rows.append((page, series_words(path["series"]), predicted, came, scored))
    columns = ("Event", "Seen in", f"Predicted effect (90{NBSP}%)", "What came, against the path without", "CRPS with / without")
    made = sum(not outcome["skipped"] for outcome in outcomes.values())
    table = (Table(columns, tuple(rows)), "Natural experiments; each has a page of its own beside this one.")
    return document(
        "Natural experiments",
        "Isthmus experiments",
        f"{made} of {len(outcomes)} made, each fitted to figures from before the event only; its strength is that of its prior.",
        [],
        [Section("experiments", "Events", (), (), (table,))],
        alarm="Made with --quick: to try things, not to quote." if facts["quick"] else "",
        facts=[("Figures", f"{facts['figures']} ({figures[:12]})" if figures else "none given"), ("Seed", str(facts["seed"]))],
    )
