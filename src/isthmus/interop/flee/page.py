"""The page of a run: simulated against observed people, camp by camp, with every number behind it. Needs no network."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from isthmus import report as report_package
from isthmus.interop.flee.instance import Instance
from isthmus.interop.flee.job import HELD, LEARNED, TOLD, Learned, Report
from isthmus.interop.flee.metrics import RIVALS
from isthmus.interop.flee.quirks import Mode
from isthmus.interop.flee.touched import quirks_of
from isthmus.report import svg
from isthmus.report.words import MONTHS, day_name

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 380, 220, 58, 26, 12
TABLE_ROWS = 60
"""About so many days in a chart's table; all are in out.csv."""


@dataclass(frozen=True)
class Line:
    """One course of people in a camp."""

    name: str
    css: str
    key: str
    values: Sequence[float]


def render(report: Report) -> str:
    """Return the page."""
    instance = report.instance
    title = f"{instance.name}: simulated and observed people in camps"
    style = (Path(report_package.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")
    head = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)} | Isthmus</title><style>{style}</style></head><body><main>"
    )
    parts = [
        svg.el("p", _kicker(report), class_="kicker"),
        svg.el("h1", title),
        svg.el("p", _summary(report), class_="summary"),
        svg.el("p", svg.el("strong", "What the errors mean. "), TOLD),
        _measures(report),
        svg.el("h2", "People by camp and day"),
        _legend(report),
        svg.el("div", *(_camp(report, n) for n in range(len(instance.camps))), class_="grid"),
        svg.el("h2", "Error by camp"),
        _camps(report),
        *_calibration(report),
        svg.el("h2", "What Flee does otherwise than documented"),
        *_warnings(report),
        svg.el("h2", "How this was run"),
        _facts(report),
    ]
    return head + "\n".join(str(part) for part in parts) + "</main></body></html>\n"


def _kicker(report: Report) -> str:
    instance = report.instance
    last = instance.start + dt.timedelta(days=instance.days - 1)
    return f"Flee instance, {day_name(instance.start)} to {day_name(last)}, mode {instance.mode.value}"


def _summary(report: Report) -> str:
    error = _mean(score.relative_difference for score in report.scores)
    seven, thirty = (_mean(score.mase[f"{origin} ratio"] for score in report.scores) for origin in (7, 30))
    verdict = f"{_fixed(seven, 2)} and {_fixed(thirty, 2)} times that of holding the camps' shares of day 7 and day 30"
    return (
        f"On an average day the simulated counts differ from the observed ones by {error:.1%} of all people in camps, "
        f"added up over camps after scaling to the observed total (0 is none, 200 % everybody). The error is {verdict}; "
        "below 1 is better than holding shares."
    )


def _measures(report: Report) -> Markup:
    def spread(values: list[float]) -> tuple[str, str]:
        many = f"{min(values):.4f} to {max(values):.4f}" if len(values) > 1 else "one seed"
        return _fixed(_mean(values), 4), many

    rows = [
        ("Averaged relative difference, rescaled", *spread([s.relative_difference for s in report.scores])),
        ("Averaged relative difference, as simulated", *spread([s.relative_difference_raw for s in report.scores])),
        ("Total error of run.py, mean over days", *spread([s.total_error for s in report.scores])),
    ]
    for form in report.scores[0].mase:
        origin, kind = form.split()
        rows.append(
            (f"Scaled error against day {origin}'s {RIVALS[kind]} ({kind})", *spread([s.mase[form] for s in report.scores]))
        )
    return _table("Measures of Flee and FabFlee over the whole run", ("measure", "mean over seeds", "lowest to highest"), rows)


def _legend(report: Report) -> Markup:
    keys = [("k-observed", "observed"), ("k-through", "simulated, mean over seeds")]
    if len(report.runs) > 1:
        keys.append(("k-fan90", "lowest to highest seed"))
    if report.learned:
        keys.append(("k-naive", "calibrated on the days left of the grey line, set to the last observed shares there"))
    items = (svg.el("li", svg.el("span", "", class_=f"key {css}"), words) for css, words in keys)
    return svg.el("ul", *items, class_="legend")


def _camp(report: Report, n: int) -> Markup:
    instance, camp = report.instance, report.instance.camps[n]
    name, observed = instance.camp_names[n], instance.observed(camp)
    simulated = _daily([run.of(camp) for run in report.runs])
    lines = [Line("observed", "observed", "observed", observed), Line("simulated", "fan-median", "model", simulated)]
    if report.learned:
        found = _daily([run.of(camp) for run in report.learned.runs])
        lines.append(Line("calibrated", "naive", "naive", found))
    error = _mean(score.camps[n].difference_rescaled for score in report.scores)
    description = (
        f"Observed people end at {observed[-1]:,}, simulated at {simulated[-1]:,.0f}; "
        f"after scaling they differ by {error:,.0f} on an average day."
    )
    step = max(1, math.ceil(instance.days / TABLE_ROWS))
    rows = [
        (f"{day}", str(instance.date(day)), *(f"{line.values[day]:,.0f}" for line in lines))
        for day in range(0, instance.days, step)
    ]
    caption = f"{name}, people on every {_ordinal(step)} day" if step > 1 else f"{name}, people by day"
    return svg.el(
        "figure",
        svg.el("figcaption", svg.el("h3", name)),
        _picture(report, n, lines, description),
        svg.el("p", description, class_="about"),
        svg.el("details", svg.el("summary", "Data table"), _table(caption, ("day", "date", *(x.name for x in lines)), rows)),
    )


def _picture(report: Report, n: int, lines: Sequence[Line], description: str) -> Markup:
    instance, camp = report.instance, report.instance.camps[n]
    top = max(1.0, *(max(line.values) for line in lines))
    x = svg.Scale(0, max(instance.days - 1, 1), LEFT, WIDTH - 8)
    y = svg.Scale(0, top * 1.04, HEIGHT - BOTTOM, TOP)
    marks: list[Markup] = []
    for value in svg.round_ticks(0, top * 1.04):
        marks.append(svg.line(LEFT, y(value), WIDTH - 8, y(value), "grid"))
        marks.append(svg.text(LEFT - 6, y(value) + 4, f"{value:,.0f}", anchor="end"))
    for day, words in _months(instance):
        marks.append(svg.line(x(day), HEIGHT - BOTTOM, x(day), HEIGHT - BOTTOM + 4, "axis"))
        marks.append(svg.text(x(day), HEIGHT - 8, words, anchor="middle"))
    if report.learned:
        split = report.learned.calibration.split
        marks.append(svg.line(x(split), TOP, x(split), HEIGHT - BOTTOM, "event"))
    days = _points(instance.days)
    if len(report.runs) > 1:
        courses = [run.of(camp) for run in report.runs]
        lows, highs = ([y(float(pick(course[day] for course in courses))) for day in days] for pick in (min, max))
        marks.append(svg.band([x(day) for day in days], lows, highs, "fan90"))
    marks += [svg.polyline([(x(day), y(line.values[day])) for day in days], line.css) for line in reversed(lines)]
    title = f"People in {instance.camp_names[n]} by day"
    return svg.document(f"camp-{n}", title, description, (WIDTH, HEIGHT), *marks)


def _points(days: int) -> list[int]:
    """Days that are drawn: all of a short run, about two per pixel of a long one."""
    step = max(1, days // (2 * WIDTH))
    return sorted({*range(0, days, step), days - 1})


def _months(instance: Instance) -> list[tuple[int, str]]:
    """First days of months that are named on the axis, about four."""
    firsts = []
    for day in range(instance.days):
        date = instance.start + dt.timedelta(days=day)
        if date.day == 1:
            firsts.append((day, f"{MONTHS[date.month - 1]} {date.year}"))
    step = max(1, math.ceil(len(firsts) / 4))
    return [(day, words) for day, words in firsts[step // 2 :: step] if 0.06 < day / max(instance.days - 1, 1) < 0.94]


def _camps(report: Report) -> Markup:
    rows = []
    for n, camp in enumerate(report.scores[0].camps):
        over = [score.camps[n] for score in report.scores]
        differences = (
            f"{_mean(one.difference for one in over):,.0f}",
            f"{_mean(one.difference_rescaled for one in over):,.0f}",
        )
        bias = f"{_mean(one.bias for one in over):+,.0f}"
        mase = (_fixed(_mean(one.mase[form] for one in over), 2) for form in _shown(camp.mase))
        rows.append((camp.name, f"{camp.person_days / report.instance.days:,.0f}", *differences, bias, *mase))
    forms = (f"scaled error, {form}" for form in _shown(report.scores[0].mase))
    header = ("camp", "observed, mean", "difference", "difference, rescaled", "bias, rescaled", *forms)
    return _table("Persons, means over days and seeds; scaled errors below 1 beat the naive rival", header, rows)


def _shown(forms: Iterable[str]) -> list[str]:
    """Forms worth a column: the sloped rival is so weak that beating it says nothing; it is in camps.csv."""
    return [form for form in forms if not form.endswith("sloped")]


def _calibration(report: Report) -> list[Markup]:
    learned = report.learned
    if learned is None:
        return []
    split, last = learned.calibration.split, report.instance.days - 1
    better = learned.found.relative_difference < learned.given.relative_difference
    verdict = "better than" if better else "not better than"
    words = (
        f"Parameters were learned on days 0 to {split - 1} and are judged on days {split} to {last}, which were not used. "
        f"There the calibrated run is {verdict} the given settings: {learned.found.relative_difference:.3f} against "
        f"{learned.given.relative_difference:.3f}. {LEARNED}"
    )
    kinds = (learned.given, learned.found, learned.unanchored)
    rows = [(name, *(_fixed(getattr(one, field), 3) for one in kinds)) for name, field in HELD.items()]
    for origin in (7, 30):
        before, after = (_mean(s.mase[f"{origin} ratio"] for s in scores) for scores in (report.scores, learned.scores))
        rows.append((f"all days, against shares of day {origin} (MASE ratio)", _fixed(before, 3), _fixed(after, 3), ""))
    return [
        svg.el("h2", "Calibrated on the first half"),
        svg.el("p", words),
        _table(
            "Given and calibrated settings; scaled errors below 1 beat the naive rival",
            ("", "given", "calibrated", "parameters alone"),
            rows,
        ),
        _parameters(learned, report.instance),
    ]


def _parameters(learned: Learned, instance: Instance) -> Markup:
    given, found = instance.settings, learned.calibration.settings
    names = (name for name in vars(found) if name not in {"attraction", "hasten"})
    rows = [
        (name, _plain(getattr(given, name)), _plain(getattr(found, name)))
        for name in names
        if getattr(given, name) != getattr(found, name)
    ]
    rows += [(f"attraction of {camp}", "1", f"{value:.3g}") for camp, value in found.attraction]
    return _table("What was learned", ("parameter", "given", "calibrated"), rows)


def _warnings(report: Report) -> list[Markup]:
    instance, parts = report.instance, []
    quirks = [(quirk.name, quirk.value.flee, quirk.value.fixed) for quirk in quirks_of(instance, report.arrivals)]
    if quirks:
        parts.append(
            _table("Quirks that this instance touches; each is kept", ("name", "Flee, and this run", "mode fixed"), quirks)
        )
    rows = [
        ("/".join(Path(warning.where).parts[-2:]), warning.expected, warning.found, warning.remedy)
        for warning in instance.warnings
    ]
    if rows:
        parts.append(_table("Where the files show it", ("where", "expected", "found", "what happens"), rows))
    return parts or [svg.el("p", "Nothing: mode fixed does what is documented.")]


def _facts(report: Report) -> Markup:
    instance = report.instance
    facts = {
        "People": f"{report.runs[0].people:,}"
        + (f", each for {instance.settings.hasten}" if instance.settings.hasten > 1 else ""),
        "Seeds": ", ".join(str(run.seed) for run in report.runs),
        "Dates": "written as Flee does, a day late" if instance.mode is Mode.COMPAT else "the day's own",
        "Settings": ", ".join(f"{name} {_plain(value)}" for name, value in vars(instance.settings).items() if value != ()),
    }
    rows = (svg.el("div", svg.el("dt", name), svg.el("dd", words)) for name, words in facts.items())
    return svg.el("dl", *rows, class_="facts")


def _table(caption: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    head = svg.el("thead", svg.el("tr", *(svg.el("th", name or " ", scope="col") for name in header)))
    body = svg.el("tbody", *(svg.el("tr", svg.el("th", row[0], scope="row"), *(_cell(cell) for cell in row[1:])) for row in rows))
    table = svg.el("table", head, body, aria_label=caption)
    box = svg.el("div", table, class_="scroll", tabindex=0, role="region", aria_label=caption)
    return svg.el("p", caption, class_="caption") + box


def _cell(words: str) -> Markup:
    return svg.el("td", words or " ")


def _daily(courses: Sequence[Sequence[int]]) -> list[float]:
    return [sum(day) / len(courses) for day in zip(*courses, strict=True)]


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return math.fsum(numbers) / len(numbers)


def _fixed(value: float, digits: int) -> str:
    return "?" if math.isnan(value) else f"{value:.{digits}f}"


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _ordinal(number: int) -> str:
    return f"{number}{'th' if number % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
