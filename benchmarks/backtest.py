"""The full backtest of one corridor, 24 origins on two processes: at most 5 min of wall time on two free cores, 6 GB."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from machine import Cost, isthmus, measure, present


def costs(corridor: str = "china-ecuador-us", origins: int = 24) -> list[Cost]:
    """Measure the fit that the backtest needs, the backtest, and the backtest again with nothing changed."""
    again = isthmus("backtest", corridor, "--quiet", "--origins", str(origins), "--on", "processes:2")
    with tempfile.TemporaryDirectory() as folder:
        return [
            measure("`isthmus forecast`, cold", isthmus("forecast", corridor, "--quiet"), folder=Path(folder)),
            measure(f"`isthmus backtest --origins {origins}`, two processes", again, folder=Path(folder)),
            measure("`isthmus backtest`, nothing changed", again, folder=Path(folder)),
        ]


if __name__ == "__main__":
    sys.exit(present(costs()))
