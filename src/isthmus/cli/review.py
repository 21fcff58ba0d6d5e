"""Findings of the checks on arrival as text, with a plot of each series in a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from isthmus.data.store.review import around

if TYPE_CHECKING:
    from isthmus.data.store import Reader, StoredFinding

_BARS = "▁▂▃▄▅▆▇█"


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
        if stored.finding.held and (points := around(reader, stored)):
            yield f"      {points[0][0]} {_spark([value for _, value in points])} {points[-1][0]}   {_marked(points, stored)}"
    if held and held[0].decision is None:
        yield ""
        yield f"{len(held)} held back: isthmus data review --accept N … or --reject N … with --reason TEXT"


def _spark(values: Sequence[float]) -> str:
    top = max(*values, 1.0)
    return "".join(_BARS[min(7, int(8 * max(value, 0.0) / top))] for value in values)


def _marked(points: Sequence[tuple[str, float]], stored: StoredFinding) -> str:
    near = [f"[{name}: {value:,.0f}]" if name == stored.finding.period else f"{value:,.0f}" for name, value in points]
    at = next((n for n, (name, _) in enumerate(points) if name == stored.finding.period), len(points) - 1)
    return " ".join(near[max(0, at - 3) : at + 4])
