"""Ratios with intervals beside 1: who is better than the measure, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from isthmus.report.language import say
from isthmus.report import svg
from isthmus.report.charts import LINE, MARGIN, WIDTH, Chart, Table, wrapped
from isthmus.report.intervals import plain

MOST = 2.5
"""Ratios beyond are drawn at the edge; the table has them."""


class Ratio(NamedTuple):
    """A ratio and its interval."""

    label: str
    value: float
    lo: float
    hi: float


def ratio_chart(key: str, title: str, about: str, rows: Sequence[Ratio], *, measure: str = "random walk") -> Chart:
    """A dot and a line for each ratio, 1 marked."""
    known = [r for r in rows if r.value == r.value]
    low = min([0.4, *(r.lo for r in known)])
    high = min(MOST, max([1.3, *(r.hi for r in known)]))
    x = svg.Scale(low, high, MARGIN + 4, WIDTH - MARGIN - 4)
    labels = [wrapped(row.label, 52) for row in known]
    top, y = 26.0, 26.0
    bottom = top + sum(LINE * len(words) + 22 for words in labels)
    parts = [svg.text(x(1), 14, say(measure), "tick naive-text", "middle")]
    for row, words in zip(known, labels, strict=True):
        parts += [svg.text(MARGIN, y + 12 + LINE * n, line, "label halo") for n, line in enumerate(words)]
        level = y + LINE * len(words) + 8
        parts += [
            svg.line(x(1), level - 9, x(1), level + 9, "reference"),  # not through the words
            svg.line(x.clipped(row.lo), level, x.clipped(row.hi), level, "whisker model thick"),
            svg.el("circle", cx=x.clipped(row.value), cy=level, r=4.5, class_="median"),
        ]
        y += LINE * len(words) + 22
    parts.append(svg.line(MARGIN, bottom, WIDTH - MARGIN, bottom, "axis"))
    for tick in svg.round_ticks(x.low, x.high):
        parts.append(svg.text(x(tick), bottom + 16, plain(tick, 0.1), "tick", "middle"))
    parts += [
        svg.text(MARGIN, bottom + 32, say("\N{LEFTWARDS ARROW} better"), "tick"),
        svg.text(WIDTH - MARGIN, bottom + 32, say("worse \N{RIGHTWARDS ARROW}"), "tick", "end"),
    ]
    cells = tuple((r.label, plain(r.value, 0.01), say("{lo} to {hi}", lo=plain(r.lo, 0.01), hi=plain(r.hi, 0.01))) for r in known)
    description = "; ".join(say("{c}: {c2}, interval {c3}", c=c[0], c2=c[1], c3=c[2]) for c in cells)
    picture = svg.document(key, title, description, (WIDTH, bottom + 40), *parts)
    return Chart(key, title, about, (picture,), Table(("", say("Ratio"), say("95\N{NO-BREAK SPACE}% interval")), cells))
