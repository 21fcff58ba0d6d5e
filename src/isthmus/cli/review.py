"""Findings of the checks on arrival, with a plot of each series: as text, and as a page."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.errors import FiguresError

if TYPE_CHECKING:
    from isthmus.data.store import Reader, StoredFinding

MONTHS = 36
"""Periods shown before and with the one held back."""
_BARS = "▁▂▃▄▅▆▇█"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "svg{width:100%;height:auto}figure{margin:0 0 2rem}"
)
_HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Figures to review</title>'


def lines(reader: Reader, findings: Sequence[StoredFinding]) -> Iterator[str]:
    """Yield the findings, those that hold figures back first, each with its series around the period."""
    if not findings:
        yield "Nothing to review."
        return
    held = [finding for finding in findings if finding.finding.held]
    for stored in sorted(findings, key=lambda stored: not stored.finding.held):
        state = stored.decision or ("held" if stored.finding.held else "noted")
        why = f" ({stored.reason})" if stored.reason else ""
        yield f"{stored.number:>4}  {state}{why}  {stored.source}  {stored.finding.check}: {stored.finding.text}"
        if stored.finding.held and (points := _around(reader, stored)):
            yield f"      {points[0][0]} {_spark([value for _, value in points])} {points[-1][0]}   {_marked(points, stored)}"
    if held and held[0].decision is None:
        yield ""
        yield f"{len(held)} held back: isthmus data review --accept N … or --reject N … with --reason TEXT"


def write_page(path: Path, reader: Reader, findings: Sequence[StoredFinding]) -> None:
    """Write a page with a chart for each series that a finding is about."""
    parts = []
    for stored in findings:
        text = f"{stored.number}. {stored.source}, {stored.finding.check}: {stored.finding.text}"
        points = _around(reader, stored)
        chart = _chart(points, stored.finding.period, stored.finding.text) if points else ""
        parts.append(f"<figure><figcaption>{html.escape(text)}</figcaption>{chart}</figure>")
    body = "\n".join(parts) or "<p>Nothing to review.</p>"
    page = f"{_HEAD}<style>{_STYLE}</style><h1>Figures to review</h1>{body}</html>\n"
    scratch = path.with_name(f".{path.name}.part")
    scratch.write_text(page, encoding="utf-8")
    scratch.replace(path)


def _around(reader: Reader, stored: StoredFinding) -> list[tuple[str, float]]:
    """Return the series around the period, with the held figure in its place."""
    if stored.finding.key is None:
        return []
    series, place, group = stored.finding.key
    try:
        points = dict(reader.series(series, place=place, group=group, source=stored.source).points())
    except FiguresError:
        points = {}
    period = stored.finding.period
    if period is not None and stored.value is not None:
        points[period] = stored.value
    ordered = sorted(points.items())
    if period is None:
        return ordered[-MONTHS:]
    at = next((n for n, (name, _) in enumerate(ordered) if name >= period), len(ordered))
    return ordered[max(0, at - MONTHS * 2 // 3) : at + MONTHS // 3]


def _spark(values: Sequence[float]) -> str:
    top = max(*values, 1.0)
    return "".join(_BARS[min(7, int(8 * max(value, 0.0) / top))] for value in values)


def _marked(points: Sequence[tuple[str, float]], stored: StoredFinding) -> str:
    near = [f"[{name}: {value:,.0f}]" if name == stored.finding.period else f"{value:,.0f}" for name, value in points]
    at = next((n for n, (name, _) in enumerate(points) if name == stored.finding.period), len(points) - 1)
    return " ".join(near[max(0, at - 3) : at + 4])


def _chart(points: Sequence[tuple[str, float]], period: str | None, label: str) -> str:
    """Return bars as inline SVG, the period held back in another colour and outlined."""
    wide, high, top = 720, 180, max(*(value for _, value in points), 1.0)
    step = wide / len(points)
    bars = []
    for n, (name, value) in enumerate(points):
        size = high * max(value, 0.0) / top
        look = 'fill="none" stroke="#b3261e" stroke-width="2"' if name == period else 'fill="#3b6ea5"'
        bars.append(
            f'<rect x="{n * step + 1:.1f}" y="{high - size:.1f}" width="{max(step - 2, 1):.1f}" height="{size:.1f}" {look}>'
            f"<title>{name}: {value:,.0f}</title></rect>"
        )
    below = f'y="{high + 16}" font-size="12"'
    ends = f'<text x="0" {below}>{points[0][0]}</text><text x="{wide}" {below} text-anchor="end">{points[-1][0]}</text>'
    peak = f'<text x="0" y="12" font-size="12">{top:,.0f}</text>'
    return f'<svg viewBox="0 0 {wide} {high + 20}" role="img" aria-label="{html.escape(label)}">{"".join(bars)}{ends}{peak}</svg>'
