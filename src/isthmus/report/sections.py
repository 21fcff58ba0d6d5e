"""Sections of the page that belong to a block of the corridor file: what each is made of, and intervals drawn in rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from markupsafe import Markup

from isthmus.report.language import say, spoken_number
from isthmus.report import svg
from isthmus.report.charts import LINE, MARGIN, NBSP, WIDTH, Chart, Table, interval_marks, wrapped
from isthmus.report.intervals import Interval, count, interval, number, plain
from isthmus.report.parameters import LEARNED_FROM
from isthmus.report.view import RunView


@dataclass(frozen=True)
class Section:
    """One block on the page.

    Attributes:
        paragraphs: What it says, in order.
        charts: Pictures with their tables.
        tables: Tables with their captions.
    """

    id: str
    heading: str
    paragraphs: tuple[str, ...]
    charts: tuple[Chart, ...] = ()
    tables: tuple[tuple[Table, str], ...] = ()


@dataclass(frozen=True)
class Row:
    """A row of an interval chart; ``marks`` are published numbers to compare with."""

    label: str
    values: Interval
    marks: tuple[float, ...] = ()


def draws(data: xr.Dataset, name: str, **where: str) -> np.ndarray:
    """Draws of a variable at labels, ``(sample,)``."""
    return np.asarray(data[name].sel(where).values, dtype=np.float64)


def rows_chart(key: str, title: str, about: str, rows: Sequence[Row], table: Table, *, unit: str, log: bool = False) -> Chart:
    """Median, 50 % and 90 % interval of each row; published numbers as upright strokes."""
    labels = [wrapped(row.label, 52) for row in rows]
    heights = [LINE * len(words) + 25 for words in labels]
    top, bottom = 8.0, 8.0 + sum(heights)
    values = [v for row in rows for v in (*row.values.values, *row.marks) if math.isfinite(v)]
    scale, ticks = _scale(values, log=log)
    parts: list[Markup] = []
    for tick in ticks:
        x = scale(math.log10(tick) if log else tick)
        parts += [svg.line(x, top, x, bottom, "grid"), svg.text(x, bottom + 15, _short(tick), "tick", "middle")]
    y = top
    for row, words, tall in zip(rows, labels, heights, strict=True):
        parts += [svg.text(MARGIN, y + 12 + LINE * k, line, "label halo") for k, line in enumerate(words)]
        level = y + LINE * len(words) + 11
        shown = row.values.map(lambda v: math.log10(max(v, 10**scale.low))) if log else row.values
        parts += interval_marks(scale, level, shown, "model")
        for mark in row.marks:
            at = scale.clipped(math.log10(mark) if log else mark)
            parts.append(svg.line(at, level - 8, at, level + 8, "reference"))
        y += tall
    parts.append(svg.text(WIDTH - MARGIN, bottom + 32, unit, "tick", "end"))
    description = "; ".join(
        say("{label}: median {short}", label=row.label, short=_short(row.values.median)) for row in rows
    ) + say(". Unit: {unit}.", unit=unit)
    return Chart(key, title, about, (svg.document(key, title, description, (WIDTH, bottom + 38), *parts),), table)


def _scale(values: Sequence[float], *, log: bool) -> tuple[svg.Scale, list[float]]:
    high = max([*values, 1e-9])
    if not log:
        # room for the label of the first tick, which is centred
        low = min([0.0, *values]) * 1.15
        return svg.Scale(low, high * 1.05, MARGIN + 4, WIDTH - MARGIN - 14), svg.round_ticks(low, high * 1.05)
    first = math.floor(math.log10(max(min([v for v in values if v > 0], default=1.0), high * 1e-6)))
    last = math.ceil(math.log10(high))
    return svg.Scale(first, max(last, first + 1), MARGIN + 26, WIDTH - MARGIN - 30), [10.0**k for k in range(first, last + 1)]


def _short(x: float) -> str:
    """``2.5 m`` for millions, ``40,000`` below."""
    if abs(x) >= 1e6:
        return f"{plain(x / 1e6, 0.1 if abs(x) < 1e7 and x % 1e6 else 1.0)}{NBSP}m"
    if x != 0 and abs(x) < 1:
        return spoken_number(f"{x:.2g}")
    return plain(x, 1.0 if float(x).is_integer() or abs(x) >= 10 else 0.1)


def millions(values: Interval) -> str:
    """US$ as ``12.5 m (90 % interval 7.1 m to 21.0 m)``."""
    lo, hi = values.lo90 / 1e6, values.hi90 / 1e6
    inner = say("{lo} to {hi}", lo=number(lo, lo, hi), hi=number(hi, lo, hi))
    return say(
        "US${median}\N{NO-BREAK SPACE}m (90\N{NO-BREAK SPACE}% interval {inner}\N{NO-BREAK SPACE}m)",
        median=number(values.median / 1000000.0, lo, hi),
        inner=inner,
    )


def learned_table(view: RunView, block: str, words: dict[str, str]) -> tuple[tuple[Table, str], ...]:
    """The quantities of a block: prior, posterior, learned or assumed."""
    data = view.outcomes
    dim = f"{block}_parameter"
    if data is None or dim not in data or not data.sizes[dim]:
        return ()
    rows = []
    for k, name in enumerate(str(n) for n in data[dim].values):
        fitted = interval(np.asarray(data[f"{block}_parameters"].values[:, k], dtype=np.float64))
        scale = str(data[f"{block}_prior_scale"].values[k])
        location, sd = (float(data[f"{block}_prior_{part}"].values[k]) for part in ("location", "sd"))
        prior = Interval(*(natural(scale, location + sd * z) for z in (-1.6449, -0.6745, 0.0, 0.6745, 1.6449)))
        contraction = max(float(data[f"{block}_contraction"].values[k]), 0.0)
        rows.append((
            next((f"{said}" for end, said in words.items() if name.endswith(end)), name),
            say("{median} ({lo90} to {hi90})", median=fine(prior.median), lo90=fine(prior.lo90), hi90=fine(prior.hi90)),
            say("{median} ({lo90} to {hi90})", median=fine(fitted.median), lo90=fine(fitted.lo90), hi90=fine(fitted.hi90)),
            plain(contraction, 0.01),
            "learned" if contraction >= LEARNED_FROM else "assumed",
            str(data[f"{block}_source"].values[k]),
        ))  # fmt: skip
    columns = (
        "Quantity",
        say("Prior (90\N{NO-BREAK SPACE}%)"),
        say("Fitted (90\N{NO-BREAK SPACE}%)"),
        "Contraction",
        "Label",
        "Source of the prior",
    )
    caption = (
        "Quantities of this block: learned where its own figures took away at least 30% of the prior variance, else assumed."
    )
    return ((Table(columns, tuple(rows)), caption),)


def natural(scale: str, x: float) -> float:
    """A value on the scale of its prior, back on its own."""
    if scale == "lognormal":
        return math.exp(x)
    return 1 / (1 + math.exp(-x)) if scale == "logitnormal" else x


def people(values: Interval) -> str:
    """A modelled count whose interval is skewed: two significant digits each, those under 10 withheld."""
    lo, middle, hi = (count(v, v * 0.9, v * 1.1) for v in (values.lo90, values.median, values.hi90))
    return (
        middle
        if hi == middle == lo
        else say("{middle} (90\N{NO-BREAK SPACE}% interval {lo} to {hi})", middle=middle, lo=lo, hi=hi)
    )


def fine(x: float) -> str:
    """Two significant digits, three above one."""
    if x == 0 or not math.isfinite(x):
        return plain(x)
    power = math.floor(math.log10(abs(x)))
    return plain(x, 10.0 ** (power - (1 if abs(x) < 1 else 2)))
