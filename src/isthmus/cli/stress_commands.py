"""``isthmus stress``: scenarios beside the corridor as it stands, printed in short."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

SHOWN = ("departures", "arrivals")


def stress(options: Namespace) -> None:
    """Run the scenarios and print the changes that people ask for first."""
    from isthmus.cli.progress import Progress
    from isthmus.compute.memory import keep_memory
    from isthmus.pipeline.stress import stress as run

    keep_memory()

    with Progress(sys.stderr, quiet=options.quiet or options.json) as progress:
        folder = run(
            options.corridor,
            scenarios=options.scenarios,
            out=options.out,
            draws=options.draws,
            months=options.months,
            sets=options.sets,
            seed=options.seed,
            quick=options.quick,
            figures=options.figures,
            on=options.on,
            report=progress,
        )
    print_stress(folder.path, as_json=options.json, address=folder.address)


def print_stress(folder: Path, *, as_json: bool, address: str) -> None:
    """Print a run's scenarios, for people or as one JSON object."""
    found = json.loads((folder / "stress.json").read_text("utf-8"))
    if as_json:
        sys.stdout.write(json.dumps({"run": address, **found}, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(address, found)) + "\n")


def _lines(folder: str, found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['draws']} draws, {found['months'][0]} to {found['months'][-1]}; change from the corridor as it stands,"
    yield "median and 90 % interval, persons over all months; small counts, and what would give them away, are withheld"
    for scenario in found["scenarios"]:
        yield ""
        yield f"{scenario['id']}: {scenario['label']}"
        yield from (f"  {line}" for line in _changes(scenario["changes"]))
    yield ""
    yield f"folder     {folder}"


def _changes(changes: Sequence[dict[str, Any]]) -> Iterator[str]:
    if not changes:
        yield "nothing changes"
    width = max((len(change["what"]) for change in changes), default=0)
    for change in changes:
        if change["median"] is None:
            yield f"{change['what']:<{width}}  {'withheld':>10}"
        else:
            yield f"{change['what']:<{width}}  {change['median']:>10,}  ({change['lo90']:,} to {change['hi90']:,})"
