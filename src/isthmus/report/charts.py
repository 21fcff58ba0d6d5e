"""What every chart carries, and the small ones: prior and posterior, skill, stocks and flows, ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from isthmus.report.language import many, say
from isthmus.report import svg
from isthmus.report.intervals import Interval, number, plain
from isthmus.report.parameters import Quantity
from isthmus.report.skill import Skill

NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Table:
    """The numbers behind a chart; the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A picture with its finding, its unit and source, and its numbers.

    Attributes:
        pictures: One picture, or a wide and a narrow one of the same.
        title: The finding, in words.
        about: Kind, unit and source.
    """

    key: str
    title: str
    about: str
    pictures: tuple[Markup, ...]
    table: Table


LINE = 14
MARGIN = 8
WIDTH = 380


def interval_marks(x: svg.Scale, y: float, values: Interval, css: str) -> list[Markup]:
    """A 90 % line, a 50 % bar and the median."""
    low, high = x.clipped(values.lo90), x.clipped(values.hi90)
    low50, high50 = x.clipped(values.lo50), x.clipped(values.hi50)
    return [
        svg.line(low, y, high, y, f"whisker {css}"),
        svg.el("rect", x=low50, y=y - 4.0, width=max(high50 - low50, 1.0), height=8, rx=2, class_=f"box {css}"),
        svg.el("circle", cx=x.clipped(values.median), cy=y, r=3.2, class_="median"),
    ]


def learned_chart(key: str, css: str, title: str, quantities: Sequence[Quantity]) -> Chart:
    """Posterior against prior, in prior standard deviations; the grey band is the prior's 90 %."""
    x = svg.Scale(-3.5, 3.5, MARGIN + 4, WIDTH - MARGIN - 4)
    top = 26.0
    labels = [wrapped(q.label, 50) for q in quantities]
    heights = [LINE * len(words) + 25 for words in labels]
    bottom = top + sum(heights)
    height = bottom + 24
    band = x(1.645) - x(-1.645)
    parts = [
        svg.el("rect", x=x(-1.645), y=top - 4, width=band, height=bottom - top + 4, class_="prior"),
        svg.line(x(0), top - 4, x(0), bottom, "zero"),
        svg.text(x(0), 14, say("prior: 90\N{NO-BREAK SPACE}% interval and median"), "tick", "middle"),
    ]
    y = top
    for quantity, words, tall in zip(quantities, labels, heights, strict=True):
        parts += [svg.text(MARGIN, y + 12 + LINE * k, line, "label") for k, line in enumerate(words)]
        parts += interval_marks(x, y + LINE * len(words) + 11, quantity.standard, css)
        y += tall
    for tick in (-3, -2, -1, 0, 1, 2, 3):
        parts.append(svg.text(x(tick), height - 8, plain(tick), "tick", "middle"))
    description = say(
        "{quantities} quantities, each with the median, 50 and 90 per cent interval after "
        "fitting, in prior standard deviations from the prior median. The table below has "
        "the values in their units.",
        quantities=len(quantities),
    )
    rows = tuple(_quantity_row(q) for q in quantities)
    columns = (
        "Quantity",
        "Unit",
        "Prior median",
        say("Prior 90\N{NO-BREAK SPACE}%"),
        "Fitted median",
        say("Fitted 90\N{NO-BREAK SPACE}%"),
        "Contraction",
        "Label",
        "R-hat",
        "Effective draws",
        "Source of the prior",
    )
    return Chart(
        key,
        title,
        "Prior standard deviations from the prior median. Kind: model quantities, units in table. Source: this fit.",
        (svg.document(key, title, description, (WIDTH, height), *parts),),
        Table(columns, rows),
    )


def wrapped(words: str, limit: int) -> list[str]:
    """Words in lines of at most so many characters, in the language spoken."""
    lines = [""]
    for word in say(words).split(" "):
        if lines[-1] and len(lines[-1]) + len(word) + 1 > limit:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _quantity_row(q: Quantity) -> tuple[str, ...]:
    def both(v: Interval) -> tuple[str, str]:
        return number(v.median, v.lo90, v.hi90), say(
            "{lo90} to {hi90}", lo90=number(v.lo90, v.lo90, v.hi90), hi90=number(v.hi90, v.lo90, v.hi90)
        )

    return (
        q.label,
        q.unit,
        *both(q.prior),
        *both(q.posterior),
        plain(q.contraction, 0.01),
        "learned" if q.learned else "assumed",
        plain(q.rhat, 0.001),
        plain(q.ess),
        q.source,
    )


def skill_chart(by_horizon: dict[int, Skill], title: str) -> Chart:
    """Relative skill by horizon with its 95 % interval; 1 is the random walk."""
    height, left = 76 + 30 * len(by_horizon), 92
    top_value = max(1.5, *(min(s.hi, 3.0) for s in by_horizon.values()))
    x = svg.Scale(min(0.4, *(s.lo for s in by_horizon.values())), top_value, left, WIDTH - 14)
    bottom = height - 34
    parts = [svg.line(x(1), 8, x(1), bottom, "reference")]
    for tick in svg.round_ticks(x.low, x.high):
        parts += [
            svg.line(x(tick), bottom, x(tick), bottom + 4, "axis"),
            svg.text(x(tick), bottom + 17, plain(tick, 0.1), "tick", "middle"),
        ]
    parts.append(svg.line(left, bottom, WIDTH - 14, bottom, "axis"))
    parts += [
        svg.text(x(1) - 8, height - 3, "\N{LEFTWARDS ARROW} better", "tick", "end"),
        svg.text(x(1) + 8, height - 3, "worse \N{RIGHTWARDS ARROW}", "tick"),
        svg.text(x(1) + 6, 16, "random walk", "tick naive-text"),
    ]
    for k, (horizon, skill) in enumerate(by_horizon.items()):
        y = 38.0 + 30 * k
        parts += [
            svg.text(left - 10, y + 4, many("{n} month", "{n} months", horizon), "label", "end"),
            svg.line(x.clipped(skill.lo), y, x.clipped(skill.hi), y, "whisker model thick"),
            svg.el("circle", cx=x.clipped(skill.value), cy=y, r=4.5, class_="median"),
        ]
    rows = tuple(
        (
            say("{h} months ahead", h=h),
            plain(s.value, 0.01),
            say("{lo} to {hi}", lo=plain(s.lo, 0.01), hi=plain(s.hi, 0.01)),
            s.verdict,
            plain(s.coverage50, 0.01),
            plain(s.coverage90, 0.01),
            plain(s.forecasts),
        )
        for h, s in by_horizon.items()
    )
    description = "; ".join(say("{r}: {r2}, interval {r3}, {r4}", r=r[0], r2=r[1], r3=r[2], r4=r[3]) for r in rows)
    columns = (
        "Horizon",
        "Relative skill",
        say("95\N{NO-BREAK SPACE}% interval"),
        "Verdict",
        say("50\N{NO-BREAK SPACE}% coverage"),
        say("90\N{NO-BREAK SPACE}% coverage"),
        "Forecasts scored",
    )
    about = say(
        "Relative skill, a ratio without unit: mean CRPS on log(1 + y) over the random "
        "walk's; lines: 95\N{NO-BREAK SPACE}% block bootstrap over origins. Source: scores.csv of this run."
    )
    return Chart(
        "skill",
        title,
        about,
        (svg.document("skill", title, description, (WIDTH, height), *parts),),
        Table(columns, rows),
    )


@dataclass(frozen=True)
class YearBars:
    """A stock and a flow by year."""

    stock: dict[str, float]
    flow: dict[str, float]
    stock_label: str
    flow_label: str
    summed: tuple[str, ...]
    """The years whose stocks the claim adds up."""


def stock_chart(bars: YearBars, title: str, source: str) -> Chart:
    """Stocks and flows side by side, by year."""
    years = sorted(bars.stock.keys() | bars.flow.keys())
    height, left, top, bottom = 250, 62, 16, 214
    high = max(*bars.stock.values(), *bars.flow.values()) * 1.08
    y = svg.Scale(0, high, bottom, top)
    slot = (WIDTH - left - 8) / max(len(years), 1)
    parts: list[Markup] = []
    for tick in svg.round_ticks(0, high):
        parts += [
            svg.line(left, y(tick), WIDTH - 8, y(tick), "grid"),
            svg.text(left - 6, y(tick) + 4, plain(tick), "tick", "end"),
        ]
    for k, year in enumerate(years):
        x0 = left + slot * (k + 0.12)
        for offset, values, css in ((0.0, bars.stock, "bar stock"), (0.38, bars.flow, "bar flow")):
            if year in values:
                level = y(values[year])
                counted = css if css == "bar flow" or year in bars.summed else f"{css} beyond"
                parts.append(
                    svg.el("rect", x=x0 + slot * offset, y=level, width=slot * 0.38, height=bottom - level, class_=counted)
                )
        if k % (1 if slot >= 34 else 2) == 0:
            parts.append(svg.text(left + slot * (k + 0.5), bottom + 16, year, "tick", "middle"))
    parts.append(svg.line(left, bottom, WIDTH - 8, bottom, "axis"))
    parts.append(svg.text(left, height - 4, "persons (stocks: at the end of the year)", "tick"))
    rows = tuple(
        (year, _or_dash(bars.stock.get(year)), _or_dash(bars.flow.get(year)), "yes" if year in bars.summed else "no")
        for year in years
    )
    columns = (
        "Year",
        say("{stock_label} (stock, end of year)", stock_label=bars.stock_label),
        say("{flow_label} (flow, in the year)", flow_label=bars.flow_label),
        "Stock added up by the claim",
    )
    description = say(
        "{stock_label} and {flow_label} for each year from {years} to {years2}, persons.",
        stock_label=bars.stock_label,
        flow_label=bars.flow_label,
        years=years[0],
        years2=years[-1],
    )
    return Chart(
        "stocks",
        title,
        say(
            "Persons; {stock_label} is a stock, {flow_label} a flow. Source: {source}.",
            stock_label=bars.stock_label,
            flow_label=bars.flow_label,
            source=source,
        ),
        (svg.document("stocks", title, description, (WIDTH, height), *parts),),
        Table(columns, rows),
    )


def _or_dash(value: float | None) -> str:
    return "not reported" if value is None else plain(value)


def range_chart(key: str, title: str, about: str, values: Interval, unit: str) -> Chart:
    """One interval on an axis from zero."""
    height = 92
    x = svg.Scale(0, values.hi90 * 1.15 or 1.0, 16, WIDTH - 22)
    parts = [svg.line(16, 56, WIDTH - 22, 56, "axis")]
    for tick in svg.round_ticks(0, x.high):
        parts += [svg.line(x(tick), 56, x(tick), 60, "axis"), svg.text(x(tick), 74, plain(tick), "tick", "middle")]
    parts += interval_marks(x, 32.0, values, "model")
    parts.append(svg.text(WIDTH - 22, 90, unit, "tick", "end"))
    cells = [number(v, values.lo90, values.hi90) for v in values.values]
    description = say(
        "Median {cells} {unit}, 50 per cent interval {cells2} to {cells3}, 90 per cent interval {cells4} to {cells5}.",
        cells=cells[2],
        unit=unit,
        cells2=cells[1],
        cells3=cells[3],
        cells4=cells[0],
        cells5=cells[4],
    )
    rows = (
        (
            unit,
            cells[2],
            say("{cells} to {cells2}", cells=cells[1], cells2=cells[3]),
            say("{cells} to {cells2}", cells=cells[0], cells2=cells[4]),
        ),
    )
    columns = ("Unit", "Median", say("50\N{NO-BREAK SPACE}% interval"), say("90\N{NO-BREAK SPACE}% interval"))
    return Chart(key, title, about, (svg.document(key, title, description, (WIDTH, height), *parts),), Table(columns, rows))
