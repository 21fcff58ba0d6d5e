"""Findings of the checks on arrival as a page: a chart and a table for each, in light and dark, on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.data.arrival.meaning import MEANING
from isthmus.data.store.review import around

if TYPE_CHECKING:
    from isthmus.data.store import Reader, StoredFinding

Points = Sequence[tuple[str, float]]

WIDE, HIGH, LEFT, BELOW, ABOVE = 760, 200, 64, 26, 26
"""Of a chart: its plot, and the room for labels left of, below and above it."""

STYLE = """
:root{color-scheme:light dark;--ink:#1d232b;--soft:#55606e;--paper:#fff;--card:#f4f6f8;--line:#cfd6de;--bar:#3b6ea5;
--held:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaef;--soft:#a3afbd;--paper:#14181d;--card:#1d232b;--line:#3a4450;
--bar:#7fb0e6;--held:#ff8a80}}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:0 auto;padding:1.5rem 1rem 3rem;color:var(--ink);
background:var(--paper)}
h1{line-height:1.2;margin:0 0 .5rem}h2{font-size:1.1rem;line-height:1.35;margin:0 0 .25rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem;margin:1.25rem 0;
break-inside:avoid}
.state{font-size:.85rem;font-weight:600;border:1px solid;border-radius:1rem;padding:.05rem .6rem;margin-right:.5rem;
color:var(--soft)}
.held .state{color:var(--held)}p{margin:.35rem 0}.soft{color:var(--soft)}.chart{overflow-x:auto;margin:.5rem 0}
svg{display:block;min-width:34rem;width:100%;height:auto}svg text{fill:var(--soft);font:13px system-ui,sans-serif}
svg .mark{fill:var(--held);font-weight:600}.bar{fill:var(--bar)}.bar.held{fill:var(--held)}.grid{stroke:var(--line)}
code{background:var(--paper);border:1px solid var(--line);border-radius:.25rem;padding:.1rem .3rem;overflow-wrap:anywhere}
table{border-collapse:collapse;margin:.5rem 0}td,th{padding:.1rem .8rem .1rem 0;text-align:right}
th:first-child,td:first-child{text-align:left}
tr.held{color:var(--held);font-weight:600}summary{cursor:pointer;padding:.2rem 0}
@media print{svg{min-width:0}body{max-width:none}}
"""


def write_page(path: Path, reader: Reader, findings: Sequence[StoredFinding]) -> None:
    """Write the page whole, figures held back first."""
    ordered = sorted(findings, key=lambda stored: not stored.finding.held)
    n_held = sum(stored.finding.held for stored in findings)
    head = (
        f"{n_held} held back until somebody decides, {len(findings) - n_held} only noted." if findings else "Nothing to review."
    )
    body = "\n".join(_section(stored, reader) for stored in ordered)
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Figures to review</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main><h1>Figures to review</h1><p>{head}</p>{body}</main></body></html>\n"
    )
    scratch = path.with_name(f".{path.name}.part")
    scratch.write_text(page, encoding="utf-8")
    scratch.replace(path)


def _section(stored: StoredFinding, reader: Reader) -> str:
    finding = stored.finding
    state = stored.decision or ("held back" if finding.held else "noted")
    unit = _unit(reader, stored)
    points = around(reader, stored)
    parts = [
        f'<h2><span class="state">{escape(state)}</span>{stored.number}. {escape(finding.text)}</h2>',
        f'<p class="soft">{escape(stored.source)}, check “{escape(finding.check)}”. {escape(MEANING.get(finding.check, ""))}</p>',
    ]
    if stored.reason:
        parts.append(f"<p>Decided: {escape(stored.reason)}</p>")
    if points:
        parts += [f'<div class="chart" tabindex="0">{_chart(points, finding.period, unit, finding.text)}</div>']
        parts += [_table(points, finding.period, unit)]
    if finding.held and stored.decision is None:
        parts.append(f'<p>Right? <code>isthmus data review --accept {stored.number} --reason "…"</code></p>')
        parts.append(f'<p>Wrong? <code>isthmus data review --reject {stored.number} --reason "…"</code></p>')
    kind = "held" if finding.held and stored.decision is None else "noted"
    return f'<section class="{kind}">{"".join(parts)}</section>'


def _unit(reader: Reader, stored: StoredFinding) -> str:
    if stored.finding.key is None:
        return ""
    series, place, group = stored.finding.key
    rows = reader.figures([series], source=stored.source).rows
    return next((row.unit for row in rows if (row.place, row.group) == (place, group)), "")


def _table(points: Points, period: str | None, unit: str) -> str:
    rows = "".join(
        f"<tr{' class=held' if name == period else ''}><td>{name}</td><td>{value:,.0f}</td></tr>" for name, value in points
    )
    head = f"<tr><th>Period</th><th>{escape(unit or 'Value')}</th></tr>"
    return f"<details><summary>The figures as a table</summary><table>{head}{rows}</table></details>"


def _chart(points: Points, period: str | None, unit: str, label: str) -> str:
    """Bars with a scale, years below and the figure held back named."""
    top = _round_up(max(*(value for _, value in points), 1.0))
    step = WIDE / len(points)
    size = f'viewBox="0 0 {LEFT + WIDE + 8} {ABOVE + HIGH + BELOW}"'
    inside = "".join((*_scale(top, unit), *_bars(points, period, step, top), *_years(points, step)))
    return f'<svg {size} role="img" aria-label="{escape(label)}">{inside}</svg>'


def _scale(top: float, unit: str) -> Iterator[str]:
    for share in (0.0, 0.5, 1.0):
        y = ABOVE + HIGH * (1 - share)
        yield f'<line class="grid" x1="{LEFT}" x2="{LEFT + WIDE}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{top * share:,.0f}</text>'
    yield f'<text x="{LEFT}" y="12">{escape(unit)}</text>'


def _bars(points: Points, period: str | None, step: float, top: float) -> Iterator[str]:
    for n, (name, value) in enumerate(points):
        x, height = LEFT + n * step, HIGH * max(value, 0.0) / top
        y = ABOVE + HIGH - height
        look = "bar held" if name == period else "bar"
        box = f'x="{x + 1:.1f}" y="{y:.1f}" width="{max(step - 2, 1):.1f}" height="{height:.1f}"'
        yield f'<rect class="{look}" {box}><title>{name}: {value:,.0f}</title></rect>'
        if name == period:
            anchor = "end" if n > len(points) * 0.85 else "start" if n < len(points) * 0.15 else "middle"
            at = {"end": x + step, "start": x, "middle": x + step / 2}[anchor]
            yield f'<text class="mark" x="{at:.1f}" y="{max(y - 6, 24):.1f}" text-anchor="{anchor}">{name}: {value:,.0f}</text>'


def _years(points: Points, step: float) -> Iterator[str]:
    firsts = [n for n, (name, _) in enumerate(points) if n == 0 or name[:4] != points[n - 1][0][:4]]
    room = 0.0
    for n in firsts:
        x = LEFT + n * step
        if x >= room:
            yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{ABOVE + HIGH}" y2="{ABOVE + HIGH + 6}"/>'
            yield f'<text x="{x + 3:.1f}" y="{ABOVE + HIGH + 18}">{points[n][0] if n == 0 else points[n][0][:4]}</text>'
            room = x + 70


def _round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5 and 10 times a power of ten."""
    power = 1.0
    while power * 10 < value:
        power *= 10
    return next((power * step for step in (1, 2, 2.5, 5, 10) if power * step >= value), power * 10)
