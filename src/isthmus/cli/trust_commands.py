"""Commands that say what a forecast is worth."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from typing import Any

MODEL_WIDTH = 44


def backtest(options: Namespace) -> None:
    """Hold past forecasts of every model against what came, and print the leaderboard."""
    from isthmus import pipeline
    from isthmus.cli.progress import Progress

    with Progress(sys.stderr, quiet=options.quiet or options.json) as progress:
        folder = pipeline.backtest(
            options.corridor,
            out=options.out,
            sets=options.sets,
            scenario=options.scenario,
            seed=options.seed,
            quick=options.quick,
            figures=options.figures,
            origins=options.origins,
            on=options.on,
            report=progress,
        )
    rows = _rows(folder.path / "leaderboard.parquet")
    if options.json:
        facts = json.loads((folder.path / "leaderboard.json").read_text("utf-8"))
        sys.stdout.write(json.dumps({"run": str(folder.path), "leaderboard": rows, **facts}, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join([*_lines(rows), "", f"page       {folder.path / 'leaderboard.html'}"]) + "\n")


def _rows(path: Any) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    """All models, best first: relative skill against the random walk."""
    pooled = [r for r in rows if r["scope"] == "all" and r["against"] == "random_walk"]
    head = f"{'model, track':<{MODEL_WIDTH}} {'relative skill, 95 %':<24} {'90 % held':>9}  verdict"
    lines = [head]
    for row in sorted(pooled, key=lambda row: row["relative_skill"]):
        name = row["model"] + ("" if row["track"] == "any" else f", {row['track'].replace('_', ' ')}")
        skill = f"{row['relative_skill']:.2f} ({row['lo']:.2f} to {row['hi']:.2f})"
        lines.append(f"{name:<{MODEL_WIDTH}} {skill:<24} {row['covered90']:>9.0%}  {row['verdict']}")
    return lines
