"""Against Flee itself: its published errors on three instances, and its own daily counts on one.

Flee's figures are those of the project's notes, from its own runner with the validation settings.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from statistics import mean, stdev

import pytest

from isthmus.interop.flee import read_instance, run_flee, score
from isthmus.interop.flee.compiled import compile_instance
from isthmus.interop.flee.native import load
from isthmus.interop.flee.run import runs

SHARED = Path(__file__).parents[3] / "shared" / "data" / "flee"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared Flee instances are not at ../shared/data/flee")

PUBLISHED = {"mali2012": (1, 89_991, 0.314, 0.444, 0.711), "burundi2015": (1, 212_321, 0.465, 1.33, 1.32)} | {
    "car2013": (100, 4_057, 0.377, 0.322, 0.367)
}
"""Instance: hasten; people; averaged relative difference, MASE ratios at 7 and 30 days, each under one seed."""


def simulate(name, hasten, seeds, seed=0):
    instance = read_instance(SHARED / name, settings=SHARED / "simsetting.validation.yml", hasten=hasten)
    compiled = compile_instance(instance)
    return instance, compiled, list(runs(compiled, seed=seed, seeds=seeds, kernel=load()))


@pytest.mark.parametrize("name", PUBLISHED)
def test_errors_are_those_of_flee_within_the_spread_of_seeds(name):
    hasten, people, difference, mase7, mase30 = PUBLISHED[name]
    instance, compiled, found = simulate(name, hasten, seeds=8)
    assert found[0].people == people
    scores = [score(instance, compiled.arrivals, run) for run in found]
    for mine, theirs in (
        ([one.relative_difference for one in scores], difference),
        ([one.mase["7 ratio"] for one in scores], mase7),
        ([one.mase["30 ratio"] for one in scores], mase30),
    ):
        rounding = 0.5 * 10.0 ** -len(str(theirs).partition(".")[2])
        assert abs(mean(mine) - theirs) < 3.5 * stdev(mine) + rounding


def test_mali_under_three_seeds_of_flee_not_rescaled_too():
    instance, compiled, found = simulate("mali2012", 1, seeds=8)
    scores = [score(instance, compiled.arrivals, run) for run in found]
    for theirs, mine in (
        ((0.3138, 0.3165, 0.3134), [one.relative_difference for one in scores]),
        ((0.3451, 0.3475, 0.3448), [one.relative_difference_raw for one in scores]),
    ):
        assert abs(mean(mine) - mean(theirs)) < 4 * stdev(mine) * math.sqrt(1 / 3 + 1 / 8)


@pytest.mark.slow
def test_daily_counts_on_mali_are_within_four_standard_errors_of_flees():
    """The counts that Flee prints beside day t are those after its moves of day t; only the date is late.

    Mentao stays near its capacity and goes up in steps whose days differ between seeds, so its mean takes many seeds.
    """
    instance, _, found = simulate("mali2012", 1, seeds=100, seed=5000)
    flee = []
    for seed in (1, 2, 3):
        with (SHARED / "mali2012" / f"flee_daily_counts_seed{seed}.csv").open(newline="") as file:
            flee.append(list(csv.DictReader(file)))
    squares, cells = 0.0, 0
    for camp, name in zip(instance.camps, instance.camp_names, strict=True):
        mine = [run.of(camp) for run in found]
        for day in range(instance.days):
            values = [run[day] for run in mine]
            theirs = mean(float(rows[day][f"{name} sim"]) for rows in flee)
            variance = stdev(values) ** 2
            z = (mean(values) - theirs) / math.sqrt(variance * (1 / 3 + 1 / len(values)) + 0.05)
            assert abs(z) < 4, (name, day, mean(values), theirs)
            squares, cells = squares + z * z, cells + 1
    assert math.sqrt(squares / cells) < 1.35


@pytest.mark.slow
def test_what_is_learned_on_the_first_half_of_mali_helps_on_the_second(monkeypatch):
    """A short search on one person in ten; the figures of the full one are in the manual."""
    import isthmus.interop.flee.calibrate as calibration

    monkeypatch.setattr(calibration.calibrate, "__kwdefaults__", {**calibration.calibrate.__kwdefaults__, "generations": 12})
    settings = SHARED / "simsetting.validation.yml"
    learned = run_flee(SHARED / "mali2012", settings=settings, hasten=10, calibrate=True).learned
    assert learned.calibration.split == 150
    assert learned.found.relative_difference < 0.6 * learned.given.relative_difference
    assert learned.unanchored.relative_difference < learned.given.relative_difference
