"""When a month ahead is called a forecast, and when nothing may be said to beat the random walk."""

import math

from isthmus.pipeline.summary import _headline
from isthmus.report.headline import _verdict
from isthmus.report.skill import Backtest, Skill, relative_skill
from isthmus.report.view import Score


def skill(value, hi, upper, origins=16):
    return Skill(value, value - 0.1, hi, 0.5, 0.9, 100, upper, origins)


def board(*skills, sound=True):
    return Backtest(None, {h + 1: s for h, s in enumerate(skills)}, {}, {}, (), sound)


def test_eighty_percent_confidence_makes_a_forecast_and_only_without_a_break():
    found = board(skill(0.8, 0.95, 0.9), skill(0.9, 1.05, 0.99), skill(0.97, 1.1, 1.02), skill(0.8, 0.95, 0.9))
    assert [found.label(h) for h in (1, 2, 3, 4, 5)] == ["forecast", "forecast", "scenario", "scenario", "scenario"]
    assert found.label_of(4) == "forecast and scenario"
    assert board(skill(0.8, 0.95, 0.9), sound=False).label(1) == "scenario"


def test_few_origins_beat_nothing():
    few = skill(0.7, 0.8, 0.75, origins=8)
    assert not few.shown
    assert few.verdict == "too few past forecasts for a verdict"
    assert "too few" in _verdict(few)
    assert skill(0.7, 0.8, 0.75).shown
    assert board(skill(0.7, 0.8, 0.75, origins=7)).label(1) == "scenario"
    assert "no verdict" in _headline({"value": 0.7, "lo": 0.6, "hi": 0.8}, 8)


def test_a_random_walk_that_said_nothing_is_neither_beaten_nor_a_winner():
    none = Skill(math.nan, math.nan, math.nan, origins=16)
    assert not none.shown
    assert not none.earned
    assert none.verdict == "cannot be held against the random walk"
    assert _headline({"value": None, "lo": None, "hi": None}, 16).endswith("nothing could be held against the random walk.")


def test_skill_counts_its_origins_and_has_both_intervals():
    rows = []
    for n in range(14):
        for model, score in (("isthmus", 0.2 + 0.01 * (n * 7 % 5)), ("random_walk", 0.3)):
            rows.append(Score(model, "darien", "CHN", f"2023-{n:02d}", 1, score, 0.0, True, True))
    found = relative_skill(rows, seed=0)
    assert found.origins == 14
    assert found.value < found.upper < found.hi < 1
