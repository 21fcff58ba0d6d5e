"""What it costs to start: ``isthmus --help`` (at most 0.5 s of CPU), ``list`` and ``check``. Median of five."""

from __future__ import annotations

import sys

from machine import Cost, isthmus, measure, median, present

COMMANDS = (["--help"], ["list"], ["schema"], ["check", "china-ecuador-us"])


def cost_of(words: list[str]) -> Cost:
    """Measure one command five times, once more before that to warm the file cache."""
    name = f"`isthmus {' '.join(words)}`"
    measure(name, isthmus(*words))
    return median([measure(name, isthmus(*words)) for _ in range(5)])


if __name__ == "__main__":
    sys.exit(present([cost_of(words) for words in COMMANDS]))
