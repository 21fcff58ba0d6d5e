"""Flee's instances here and in Flee: CPU, memory, agreement and what calibration is worth, each beside its target.

Needs the instances: ``python benchmarks/flee.py [FOLDER]``, by default ``../shared/data/flee``. Flee's figures are those
of its own runner with the validation settings, serial, one seed, on a quiet machine of the same kind. CPU is user and
system time of a whole ``isthmus flee``: from start-up and files to error measures and the written page, with the
kernel's machine code in the cache. Memory is the peak beyond that of a process that only loads the same libraries.
``--calibrate`` adds what is learned on the first half of the days (minutes).
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
from machine import Cost, isthmus, machine, measure, median

FLEE = {
    "burundi2015": {"cpu": 612.1, "target": 2.0, "mib": 178.5, "difference": 0.465, "mase": (1.33, 1.32), "hasten": 1},
    "mali2012": {"cpu": 199.8, "target": 0.7, "mib": 117.1, "difference": 0.314, "mase": (0.444, 0.711), "hasten": 1},
    "car2013": {"cpu": 40.0, "target": None, "mib": 78.3, "difference": 0.377, "mase": (0.322, 0.367), "hasten": 100},
}
BARE = (
    "from isthmus.cli import main; from isthmus.interop.flee import output, run_flee; "
    "from isthmus.interop.flee.native import load; load()"
)
SEEDS = 20
TRIPLES = 500


def command(folder: Path, name: str, *more: str) -> list[str]:
    """Return the command of an instance under the validation settings."""
    hasten = str(FLEE[name]["hasten"])
    settings = str(folder / "simsetting.validation.yml")
    return isthmus("flee", str(folder / name), "--settings", settings, "--hasten", hasten, "--quiet", *more)


def cost_of(folder: Path, name: str, out: str) -> Cost:
    """Return the median of five runs, after one that fills the cache."""
    run = command(folder, name, "--out", out)
    measure(name, run)
    return median([measure(name, run) for _ in range(5)])


def result_of(folder: Path, name: str, out: str, *more: str) -> dict[str, Any]:
    """Return what a run says as JSON."""
    done = subprocess.run(command(folder, name, "--out", out, "--json", *more), check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def print_costs(folder: Path, out: str) -> None:
    """Print CPU and memory beside their targets."""
    bare = median([measure("libraries", [sys.executable, "-c", BARE]) for _ in range(3)]).peak_mb * 1e6 / 2**20
    print(f"\n| instance | CPU s | target | Flee CPU s | Flee / here | MiB beyond libraries ({bare:.0f}) | Flee MiB |")
    print("|---|---|---|---|---|---|---|")
    for name, flee in FLEE.items():
        cost = cost_of(folder, name, out)
        target = f"<= {flee['target']}" if flee["target"] else "-"
        beyond = cost.peak_mb * 1e6 / 2**20 - bare
        ratio = flee["cpu"] / cost.cpu_seconds
        cells = (name, f"{cost.cpu_seconds:.2f}", target, flee["cpu"], f"{ratio:.0f}", f"{beyond:.1f}", f"<= {flee['mib']}")
        print("| " + " | ".join(map(str, cells)) + " |")


def print_agreement(folder: Path, out: str) -> None:
    """Print error measures beside Flee's, in standard deviations between seeds."""
    print(f"\n| instance | measure | here, {SEEDS} seeds | Flee | standard deviations apart |")
    print("|---|---|---|---|---|")
    for name, flee in FLEE.items():
        seeds = result_of(folder, name, out, "--seeds", str(SEEDS))["seeds"]
        for label, theirs, mine in (
            ("averaged relative difference", flee["difference"], [one["relative_difference"] for one in seeds]),
            ("MASE ratio, day 7", flee["mase"][0], [one["mase"]["7 ratio"] for one in seeds]),
            ("MASE ratio, day 30", flee["mase"][1], [one["mase"]["30 ratio"] for one in seeds]),
        ):
            apart = (theirs - mean(mine)) / stdev(mine)
            print(f"| {name} | {label} | {mean(mine):.4f} ± {stdev(mine):.4f} | {theirs} | {apart:+.1f} |")


def print_daily_counts(folder: Path, out: str, seeds: int = 200) -> None:
    """Print how far mali2012's counts by camp and day are from Flee's own three seeds, and how far three of ours would be.

    Counts of following days hang together, so how many of them deviate is judged by what triples of our own seeds do in Flee's
    place. Changes from day to day hardly hang together: a rule that differs a little shows in them where counts hide it.
    """
    run = Path(result_of(folder, "mali2012", out, "--seeds", str(seeds))["folder"])
    here = np.stack([_counts(run / f"seed-{seed}" / "out.csv") for seed in range(seeds)])
    there = np.stack([_counts(folder / "mali2012" / f"flee_daily_counts_seed{seed}.csv") for seed in (1, 2, 3)])
    print(f"\nmali2012, {here[0].size} counts by camp and day, {seeds} seeds against Flee's 3; in brackets how many of")
    print(f"{TRIPLES} triples of our own seeds, held against the others, deviate as much")
    print("\n| numbers | root mean square z | largest | above 4 | above 4 in a triple, mean |")
    print("|---|---|---|---|---|")
    for name, mine, flees in (
        ("counts", here, there),
        ("changes from the day before", np.diff(here, axis=1), np.diff(there, axis=1)),
        ("mean of all days by camp", here.mean(axis=1), there.mean(axis=1)),
    ):
        generator = np.random.default_rng(0)
        found = summary(mine, flees)
        drawn = [generator.choice(seeds, 3, replace=False) for _ in range(TRIPLES)]
        ours = np.array([summary(np.delete(mine, three, axis=0), mine[three]) for three in drawn])
        cells = [f"{value:.2f} ({(ours[:, n] >= value).mean():.0%})" for n, value in enumerate(found)]
        print(f"| {name} | " + " | ".join(cells) + f" | {ours[:, 2].mean():.2f} |")


def summary(mine: Any, three: Any) -> tuple[float, float, float]:
    """Return root mean square, largest and number above 4 of the z of a mean of three; 0.05 is for counts that never change."""
    spread = mine.var(axis=0, ddof=1) * (1 / 3 + 1 / len(mine)) + 0.05
    scores = np.abs(mine.mean(axis=0) - three.mean(axis=0)) / np.sqrt(spread)
    return float(np.sqrt((scores**2).mean())), float(scores.max()), float((scores > 4).sum())


def print_calibration(folder: Path, out: str) -> None:
    """Print the held half's error with the validation settings and calibrated."""
    print("\n| instance | held half: given | calibrated | MASE ratio there, days 7 / 30: given | calibrated |")
    print("|---|---|---|---|---|")
    for name in FLEE:
        learned = result_of(folder, name, out, "--hasten", "1", "--seeds", "3", "--calibrate")["calibrated"]
        cells = [f"{learned[which]['relative_difference']:.3f}" for which in ("given", "found")]
        cells += [f"{learned[which]['against_day7']:.2f} / {learned[which]['against_day30']:.2f}" for which in ("given", "found")]
        print(f"| {name} | " + " | ".join(cells) + " |")


def _counts(path: Path) -> Any:
    """Return simulated counts, (day, camp)."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = sorted(name for name in rows[0] if name.endswith(" sim"))
    return np.array([[float(row[name]) for name in columns] for row in rows])


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    where = Path(words[0]) if words else Path(__file__).parents[2] / "shared" / "data" / "flee"
    if not where.is_dir():
        sys.exit(f"no Flee instances at {where}; name their folder")
    print(", ".join(f"{key} {value}" for key, value in machine().items()))
    with tempfile.TemporaryDirectory() as scratch:
        print_costs(where, scratch)
        print_agreement(where, scratch)
        print_daily_counts(where, scratch)
        if "--calibrate" in sys.argv:
            print_calibration(where, scratch)
