"""Calibration drawn: the PIT histogram and the coverage of intervals of every width."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.report.language import say
from isthmus.report import svg
from isthmus.report.charts import NBSP, Chart, Table
from isthmus.report.intervals import percent, plain

TOO_NARROW, TOO_WIDE = 0.86, 0.94
"""Coverage of 90 % intervals below or above which it is a failure."""

SIZE = (380.0, 240.0)
LEFT, RIGHT, TOP, BOTTOM = 46.0, 372.0, 12.0, 200.0


def key_of(label: str) -> str:
    """A key for the page from a label."""
    return "".join(c if c.isalnum() else "-" for c in label.lower()).strip("-")


def pit_chart(label: str, row: Mapping[str, Any]) -> Chart:
    """Share of figures by tenth of the forecast; the line is what calibration gives."""
    shares = row["pit"]
    high = max(0.25, *shares) * 1.05
    y = svg.Scale(0, high, BOTTOM, TOP)
    slot = (RIGHT - LEFT) / len(shares)
    parts = _axis(y, high)
    for n, share in enumerate(shares):
        parts.append(
            svg.el("rect", x=LEFT + slot * n + 1, y=y(share), width=slot - 2, height=BOTTOM - y(share), class_="bar flow")
        )
        parts.append(svg.text(LEFT + slot * (n + 0.5), BOTTOM + 15, plain(100 * (n + 1) / len(shares)), "tick", "middle"))
    even = y(1 / len(shares))
    parts += [svg.line(LEFT, even, RIGHT, even, "reference"), svg.line(LEFT, BOTTOM, RIGHT, BOTTOM, "axis")]
    parts.append(svg.text(RIGHT, BOTTOM + 32, say("percentile of the forecast, up to"), "tick", "end"))
    title = say("{label}: where the figures fell in the forecast", label=label)
    rows = tuple((say("up to {n}\N{NO-BREAK SPACE}%", n=10 * (n + 1)), plain(share, 0.001)) for n, share in enumerate(shares))
    about = say(
        "Share of {n} figures by tenth of the forecast (PIT, ties counted half). Source: leaderboard.json.",
        n=plain(row["forecasts"]),
    )
    key = f"pit-{key_of(label)}"
    description = "; ".join(f"{name}: {share}" for name, share in rows)
    return Chart(
        key, title, about, (svg.document(key, title, description, SIZE, *parts),), Table((say("Percentile"), say("Share")), rows)
    )


def coverage_chart(label: str, row: Mapping[str, Any], widths: tuple[float, ...] = ()) -> Chart:
    """Share of figures inside central intervals against their width; the diagonal is what calibration gives."""
    shares = row["coverage"]
    at = widths or (*(round(0.1 * k, 1) for k in range(1, 10)), 0.95)
    x, y = svg.Scale(0, 1, LEFT, RIGHT), svg.Scale(0, 1, BOTTOM, TOP)
    points = [(x(w), y(s)) for w, s in zip(at, shares, strict=True)]
    parts = _axis(y, 1.0)
    for tick in (0.25, 0.5, 0.75, 1.0):
        parts.append(svg.text(x(tick), BOTTOM + 15, plain(100 * tick), "tick", "end" if tick == 1 else "middle"))
    parts += [
        svg.line(LEFT, BOTTOM, RIGHT, BOTTOM, "axis"),
        svg.line(x(0), y(0), x(1), y(1), "reference"),
        svg.polyline(points, "fan-median"),
        *(svg.el("circle", cx=px, cy=py, r=3.2, class_="median") for px, py in points),
        svg.text(RIGHT, BOTTOM + 32, say("width of the interval, %"), "tick", "end"),
    ]
    title = say("{label}: {share} of figures in 90 % intervals", label=label, share=percent(shares[at.index(0.9)]))
    rows = tuple((f"{100 * w:.0f}{NBSP}%", plain(s, 0.001)) for w, s in zip(at, shares, strict=True))
    about = say("Share of {n} figures inside central intervals. Source: leaderboard.json.", n=plain(row["forecasts"]))
    key = f"coverage-{key_of(label)}"
    description = "; ".join(f"{name}: {share}" for name, share in rows)
    return Chart(
        key, title, about, (svg.document(key, title, description, SIZE, *parts),), Table((say("Width"), say("Inside")), rows)
    )


def _axis(y: svg.Scale, high: float) -> list[Any]:
    parts: list[Any] = []
    for tick in svg.round_ticks(0, high):
        parts += [
            svg.line(LEFT, y(tick), RIGHT, y(tick), "grid"),
            svg.text(LEFT - 6, y(tick) + 4, f"{100 * tick:.0f}{NBSP}%", "tick", "end"),
        ]
    return parts
