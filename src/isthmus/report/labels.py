"""Labels that keep clear of each other, of the dots and of the picture's edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.report.outlines import Point

CHARACTER = 0.66
"""Width of a character in font sizes, on the wide side: the reader's font is not known."""


@dataclass(frozen=True)
class Placed:
    """A label and where it stands; ``leader`` asks for a line to the dot."""

    words: str
    x: float
    y: float
    anchor: str
    leader: bool


Box = tuple[float, float, float, float]

OFFSETS = (
    ("start", 1.0, 0.35),
    ("end", -1.0, 0.35),
    ("middle", 0.0, -1.0),
    ("middle", 0.0, 1.7),
    ("start", 0.8, -0.6),
    ("end", -0.8, -0.6),
    ("start", 0.8, 1.3),
    ("end", -0.8, 1.3),
)
DISTANCES = (9.0, 20.0, 34.0, 50.0)


def _box(x: float, y: float, anchor: str, words: str, size: float) -> Box:
    width = CHARACTER * size * len(words)
    left = {"start": x, "end": x - width, "middle": x - width / 2}[anchor]
    return left - 1, y - size * 0.85, left + width + 1, y + size * 0.3


def _overlap(a: Box, b: Box) -> float:
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return max(across, 0.0) * max(down, 0.0)


def _cost(box: Box, taken: Sequence[Box], crossed: Sequence[Point], size: tuple[float, float]) -> float:
    outside = max(0.0, -box[0]) + max(0.0, -box[1]) + max(0.0, box[2] - size[0]) + max(0.0, box[3] - size[1])
    lines = sum(box[0] <= x <= box[2] and box[1] <= y <= box[3] for x, y in crossed)
    return 1000 * outside + 50 * sum(_overlap(box, other) for other in taken) + min(4 * lines, 40)


def place(
    items: Sequence[tuple[str, Point]],
    *,
    crossed: Sequence[Point],
    size: tuple[float, float],
    font: float,
    taken: Sequence[Box] = (),
) -> list[Placed]:
    """Place each label at the cheapest of 32 positions, in the order given.

    Args:
        items: Words and the pixel of their dot.
        crossed: Points of lines that labels should rather not cover.
        size: Width and height of the picture, pixels.
        font: Font size, pixels.
        taken: Boxes that are already in use.
    """
    boxes = [*taken, *((x - 5, y - 5, x + 5, y + 5) for _, (x, y) in items)]
    placed = []
    for words, (x, y) in items:
        options: list[tuple[float, Placed, Box]] = []
        for distance in DISTANCES:
            for anchor, across, down in OFFSETS:
                lx = x + across * distance
                ly = y + down * font * (distance / DISTANCES[0])
                box = _box(lx, ly, anchor, words, font)
                cost = _cost(box, boxes, crossed, size) + distance
                options.append((cost, Placed(words, lx, ly, anchor, distance > DISTANCES[0]), box))
        _, label, box = min(options, key=lambda option: option[0])
        placed.append(label)
        boxes.append(box)
    return placed
