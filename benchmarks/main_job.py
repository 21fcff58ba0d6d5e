"""The main job: cold (at most 120 s), again with nothing changed (at most 5 s), and small (``--quick``)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from machine import Cost, isthmus, measure, present


def costs(corridor: str = "china-ecuador-us") -> list[Cost]:
    """Measure the runs in a new folder, one after another."""
    command = ["run", corridor, "--quiet"]
    with tempfile.TemporaryDirectory() as folder:
        return [
            measure("`isthmus run`, cold", isthmus(*command), folder=Path(folder)),
            measure("`isthmus run`, nothing changed", isthmus(*command), folder=Path(folder)),
            measure("`isthmus run --quick`, cold", isthmus(*command, "--quick", "--out", "quick"), folder=Path(folder)),
        ]


if __name__ == "__main__":
    sys.exit(present(costs()))
