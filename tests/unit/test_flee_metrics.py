"""The measures of Flee, on counts whose scores can be worked out by hand."""

from __future__ import annotations

import math

import pytest

from isthmus.interop.flee.metrics import observed_totals, rescale, score_tables

DAYS = 40


def scores(simulated, observed, raw=()):
    totals = observed_totals(observed, [False] * len(observed[0]))
    return score_tables(("a", "b"), simulated, observed, totals, raw)


def test_a_perfect_run_has_no_error():
    observed = [list(range(DAYS)), [10] * DAYS]
    found = scores(observed, observed, [1] * DAYS)
    assert (found.relative_difference, found.relative_difference_raw, found.total_error) == (0.0, 0.0, 0.0)
    assert found.camps[0].mase["7 flat"] == 0.0
    assert math.isnan(found.camps[1].mase["7 flat"])


def test_everybody_in_the_wrong_camp_is_an_error_of_two():
    found = scores([[0] * DAYS, [50] * DAYS], [[100] * DAYS, [0] * DAYS], [200] * DAYS)
    assert found.relative_difference == 2.0
    assert found.relative_difference_raw == 1.5
    assert found.total_error == 0.75
    assert found.camps[1].bias == 100.0


def test_rescaling_keeps_shares_and_meets_the_total():
    assert rescale([[1, 0], [3, 0]], [8.0, 5.0]) == [[2.0, 0.0], [6.0, 0.0]]


def test_the_naive_rivals_hold_a_count_or_a_share_from_their_day_on():
    growing, steady = [10.0 * day for day in range(DAYS)], [100.0] * DAYS
    simulated = [[value + 5.0 for value in growing], [value - 5.0 for value in steady]]
    found = scores(simulated, [growing, steady])
    flat = sum(10.0 * (day - 7) for day in range(8, DAYS)) / (DAYS - 8)
    share = 70.0 / 170.0
    ratio = sum(abs(10.0 * day - share * (10.0 * day + 100.0)) for day in range(8, DAYS)) / (DAYS - 8)
    assert found.camps[0].mase["7 flat"] == pytest.approx(5.0 / flat, abs=1e-4)
    assert found.camps[0].mase["7 ratio"] == pytest.approx(5.0 / ratio, abs=1e-4)
    sloped = sum(abs(10.0 * day - 70.0 * day) for day in range(8, DAYS)) / (DAYS - 8)
    assert found.camps[0].mase["7 sloped"] == pytest.approx(5.0 / sloped, abs=1e-4)
    weights = sum(growing), sum(steady)
    together = (found.camps[0].mase["30 ratio"] * weights[0] + found.camps[1].mase["30 ratio"] * weights[1]) / sum(weights)
    assert found.mase["30 ratio"] == pytest.approx(together)


def test_days_that_flee_hides_count_as_nothing_observed():
    assert observed_totals([[5, 6], [1, 2]], [True, False]) == [0.0, 8.0]


def test_a_short_run_has_no_rival_of_day_30():
    found = scores([[1.0] * 10, [2.0] * 10], [[2.0] * 10, [2.0] * 10])
    assert math.isnan(found.mase["30 flat"])
