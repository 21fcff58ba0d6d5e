"""A month more of figures: the fit that goes on from the last run against the one that starts from nothing, in CPU seconds."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from machine import machine

from isthmus import pipeline
from isthmus.data.figures import Figures, read_figures
from isthmus.spec.load import load


def main() -> int:
    """Fit without the last month, from nothing, then with it, going on."""
    source: str | Path = sys.argv[1] if len(sys.argv) > 1 else "china-ecuador-us"
    quick = "--quick" in sys.argv
    loaded = load(source)
    figures = read_figures(loaded.path.parent / loaded.corridor.figures)
    last = max(row.period for row in figures.rows if len(row.period) == 7 and row.value is not None)
    before = Figures(tuple(row for row in figures.rows if row.period != last), figures.path)
    sys.stdout.write(f"{machine()}\n")
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        runs = {
            "cold, without the last month": pipeline.run(source, out=at, figures=before, quick=quick, until="forecast"),
            "warm": pipeline.run(source, out=at, figures=figures, quick=quick, until="forecast", renew=True),
        }
        for name, run in runs.items():
            fit = run.manifest["fit"]
            cost = run.manifest["stages"]["fit"]["cpu_seconds"]
            sys.stdout.write(f"{name}: {cost:.1f} s; {fit['draws']} draws, {fit['message'] or 'converged'}\n")
        news = json.loads((runs["warm"].path / "news.json").read_text("utf-8"))["news"]
        sys.stdout.write("\n".join(item["sentence"] for item in news) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
