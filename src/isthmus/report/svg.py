"""SVG as text: elements, scales, axes. Colours are CSS classes, so that light, dark and print differ in CSS only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from isthmus.report.language import say

Value = str | float | int | Markup


def attribute(value: Value) -> str:
    """A number at a tenth of a pixel, or text escaped."""
    if isinstance(value, float):
        return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
    return str(escape(value))


def el(name: str, *children: Value, **attributes: Value) -> Markup:
    """An element; ``class_`` gives ``class``, other underscores become hyphens."""
    pairs = "".join(f' {key.rstrip("_").replace("_", "-")}="{attribute(value)}"' for key, value in attributes.items())
    inner = "".join(str(escape(child)) for child in children)
    return Markup(f"<{name}{pairs}>{inner}</{name}>" if children else f"<{name}{pairs}/>")  # noqa: S704 - escaped above


def document(key: str, title: str, description: str, size: tuple[float, float], *children: Value, css: str = "") -> Markup:
    """A picture with its text alternative. ``viewBox`` would lose its capital as a keyword of ``el``."""
    width, height = size
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'role="img" aria-labelledby="{key}-t {key}-d" class="chart {css}" '
        f'style="max-width:{width * 1.25:.0f}px">'
    )
    body = [
        el("title", say(title), id=f"{key}-t"),
        el("desc", say(description), id=f"{key}-d"),
        *children,
    ]
    return Markup(head + "".join(str(escape(part)) for part in body) + "</svg>")  # noqa: S704 - escaped here


def text(x: float, y: float, words: str, css: str = "tick", anchor: str = "start") -> Markup:
    """A line of text."""
    return el("text", say(words), x=x, y=y, class_=css, text_anchor=anchor)


def line(x0: float, y0: float, x1: float, y1: float, css: str) -> Markup:
    """A straight line."""
    return el("line", x1=x0, y1=y0, x2=x1, y2=y1, class_=css)


def polyline(points: Sequence[tuple[float, float]], css: str) -> Markup:
    """An open path through points."""
    return el("path", d=path(points), class_=css)


def path(points: Sequence[tuple[float, float]], *, close: bool = False) -> str:
    """Path data through points."""
    data = "M" + "L".join(f"{attribute(x)},{attribute(y)}" for x, y in points)
    return data + "Z" if close else data


def band(xs: Sequence[float], lows: Sequence[float], highs: Sequence[float], css: str) -> Markup:
    """The area between two lines."""
    points = [*zip(xs, lows, strict=True), *reversed(list(zip(xs, highs, strict=True)))]
    return el("path", d=path(points, close=True), class_=css)


@dataclass(frozen=True)
class Scale:
    """A linear map from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Pixel of a value."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def clipped(self, value: float) -> float:
        """Pixel of a value, held inside the scale."""
        return self(min(max(value, self.low), self.high))


def round_ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round values between ``low`` and ``high``, about so many."""
    if not high > low:
        return [low]
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]
