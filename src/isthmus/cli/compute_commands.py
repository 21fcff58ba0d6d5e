"""The commands about long work: ``isthmus watch`` and ``isthmus plan``."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isthmus.compute.plan import Plan
    from isthmus.pipeline.watching import Standing


def watch(options: Namespace) -> None:
    """Say how far a run has come until it ends, or ask it to stop."""
    from isthmus.pipeline import watching

    if options.stop:
        watching.ask_to_stop(options.run)
    if options.json or options.once:
        found = watching.standing(options.run)
        content = {**asdict(found), "alive": found.alive, "seconds_left": found.seconds_left}
        sys.stdout.write((json.dumps(content, indent=2) if options.json else _line(found)) + "\n")
        return
    last = ""

    def say(found: Standing) -> None:
        nonlocal last
        line = _line(found)
        if line != last:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        last = line

    watching.follow(options.run, say)


def _line(found: Standing) -> str:
    from isthmus.cli.progress import time_left

    if found.state == "running" and not found.alive:
        return f"[{found.done:4.0%}] {found.stage}: not running any more; the same command goes on from there"
    if found.state != "running":
        return f"[{found.done:4.0%}] {found.state}"
    left = time_left(found.done, found.said - found.began)
    return f"[{found.done:4.0%}] {found.stage} {found.note}".rstrip() + (f" ({left})" if left else "")


def plan(options: Namespace) -> None:
    """Say what a job will cost before it is started."""
    from isthmus.pipeline.planning import Job, planned

    sizes = {name: getattr(options, name) for name in ("corridors", "groups", "origins", "scenarios", "blocks", "workers")}
    made = planned(options.run, out=options.out, quick=options.quick, job=Job(**sizes))
    if options.json:
        totals = {name: getattr(made, name) for name in ("units", "cpu_hours", "hours", "memory_mb", "storage_mb", "workers")}
        sys.stdout.write(json.dumps({**totals, "work": [asdict(line) for line in made.lines]}, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_plan_lines(made)) + "\n")


def _plan_lines(made: Plan) -> Iterator[str]:
    yield f"{'work':<16} {'units':>10} {'CPU hours':>12} {'MB a worker':>12} {'MB of results':>14}   measured on"
    for line in made.lines:
        numbers = f"{line.units:>10,} {line.cpu_hours:>12,.2f} {line.peak_mb:>12,.0f} {line.storage_mb:>14,.1f}"
        yield f"{line.stage:<16} {numbers}   {line.measured} units"
    yield ""
    yield f"together: {made.units:,} units, {made.cpu_hours:,.2f} CPU hours, {made.storage_mb:,.1f} MB of results"
    yield (
        f"{made.workers:,} workers: {made.hours:,.2f} hours if each has a processor of its own, "
        f"{made.memory_mb / 1000:,.1f} GB of memory together"
    )
