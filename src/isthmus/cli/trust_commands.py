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
        folder = pipeline.backtest(options.corridor, origins=options.origins, on=options.on, report=progress, **_of_run(options))
    rows = _rows(folder.path / "leaderboard.parquet")
    facts = json.loads((folder.path / "leaderboard.json").read_text("utf-8"))
    if options.json:
        sys.stdout.write(json.dumps({"run": folder.address, "leaderboard": rows, **facts}, indent=2, ensure_ascii=False) + "\n")
    else:
        lines = [*_lines(rows), "", *_left_out(facts), f"page       {folder.address}/leaderboard.html"]
        sys.stdout.write("\n".join(lines) + "\n")


def _left_out(facts: dict[str, Any]) -> list[str]:
    """What the table does without, and why: series that pooled scores leave out, who said nothing, what came to nothing."""
    lines = [f"left out   {series}: {reason}" for series, reason in facts.get("not_pooled", {}).items()]
    together: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for row in facts.get("missing", []):
        series, origins = together.setdefault((row["model"], row["reason"]), (set(), set()))
        series.add(row["series"])
        origins.update(row["origins"])
    for (model, reason), (series, origins) in together.items():
        where = next(iter(series)) if len(series) == 1 else f"{len(series)} series"
        when = "1 origin" if len(origins) == 1 else f"{len(origins)} origins"
        lines.append(f"missing    {model.replace('_', ' ')}, {where}, {when}: {reason}")
    return [*lines, ""] if lines else []


def validate(options: Namespace) -> None:
    """Say how far the inference of a corridor can be trusted."""
    from isthmus import pipeline
    from isthmus.cli.progress import Progress

    with Progress(sys.stderr, quiet=options.quiet or options.json) as progress:
        folder = pipeline.validate(options.corridor, on=options.on, report=progress, **_of_run(options))
    facts = json.loads((folder.path / "validation.json").read_text("utf-8"))
    if options.json:
        sys.stdout.write(json.dumps({"run": folder.address, **facts}, indent=2, ensure_ascii=False) + "\n")
        return
    ranked = facts["ranked"]
    lines = [
        (
            f"ranks      uniform for {ranked['uniform']} of {ranked['quantities']} quantities on {ranked['sets']} data sets "
            f"(smallest p {ranked['smallest_p']:.2g}, bar {ranked['bar']:.2g})"
        ),
        f"{'coverage':<11}{'data sets':>9} {'unknowns, 90 %':>16} {'figures ahead, 90 %':>20}",
    ]
    for name, row in facts["coverage"].items():
        lines.append(f"  {name:<18}{row['sets']:.0f}{row['unknowns90']:>14.1%} {row['ahead90']:>18.1%}")
    outside = sum(row["p"] < 0.05 or row["p"] > 0.95 for row in facts["predictive"])
    lines += [
        f"figures    {outside} of {len(facts['predictive'])} statistics outside the middle 90 % of series drawn from the fit",
        "",
        f"page       {folder.address}/validation.html",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def experiments(options: Namespace) -> None:
    """Make the natural experiments and print what came of each."""
    from isthmus import pipeline
    from isthmus.cli.progress import Progress

    with Progress(sys.stderr, quiet=options.quiet or options.json) as progress:
        folder = pipeline.experiments(
            out=options.out,
            figures=options.figures,
            only=options.only,
            seed=options.seed,
            quick=options.quick,
            on=options.on,
            report=progress,
        )
    facts = json.loads((folder.path / "experiments.json").read_text("utf-8"))
    if options.json:
        sys.stdout.write(json.dumps({"folder": folder.address, **facts}, indent=2, ensure_ascii=False) + "\n")
        return
    lines = [f"{one['name']:<28} {_outcome(one)}" for one in facts["experiments"]]
    sys.stdout.write("\n".join([*lines, "", f"pages      {folder.address}/experiments.html"]) + "\n")


def _outcome(one: dict[str, Any]) -> str:
    """What was predicted, and what came, in one line."""
    from isthmus.report.experiments import change_words, interval_words

    if one["skipped"]:
        return f"skipped: {one['skipped']}"
    path = one["paths"][0]
    low, middle, high = path["change"]
    came = "nothing was reported" if path["came"] is None else f"came {change_words(path['came'])}"
    return f"{path['series']}: predicted {change_words(middle)} ({interval_words(low, high)}), {came}"


def _of_run(options: Namespace) -> dict[str, Any]:
    """The options that all commands of a run share."""
    names = ("out", "sets", "scenario", "seed", "quick", "figures")
    return {name: getattr(options, name) for name in names}


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
