"""What the gate adds to a run, in CPU seconds: must be at most 1; and what a table of scenarios with all its margins takes.

``python benchmarks/gate.py RUN`` measures a run folder. The first call in a process also pays for imports; it is printed apart.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from machine import machine

from isthmus.disclosure import Ledger, default_policy
from isthmus.report import RunView
from isthmus.report.gated import let_out, long_tables, shown

REPEATS = 3


def main() -> int:
    """Print the machine and a row for each table of the run."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python benchmarks/gate.py RUN\n")
        return 2
    folder = Path(sys.argv[1])
    view, policy = RunView.load(folder), default_policy()
    sys.stdout.write(f"{machine()}\n| table | rows | CPU s | share withheld |\n|---|---|---|---|\n")
    for attempt in range(REPEATS):
        started = time.process_time()
        found = shown(view, policy, Ledger()).forecast
        row("forecast" + (" (first, with imports)" if attempt == 0 else ""), len(found.table), started, found.report())
    for name, rows in long_tables(folder).items():
        started = time.process_time()
        found = let_out(name, rows, view.corridor, policy, Ledger(), scope="benchmark", edition="one")
        row(name, len(rows), started, found.report())
    return 0


def row(name: str, rows: int, started: float, report: dict[str, object]) -> None:
    """Print a row."""
    sys.stdout.write(f"| {name} | {rows:,} | {time.process_time() - started:.2f} | {report['share_withheld']:.1%} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
