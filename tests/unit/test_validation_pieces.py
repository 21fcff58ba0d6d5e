"""Verdicts on ranks and coverage, statistics, prior sensitivity: each against cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus.forecast.validation.checks import STATISTICS, _decisive, _held_out, _weighted
from isthmus.forecast.validation.recovery import RANKS, Recovered, coverage, joined, verdicts

NAMES = np.array(["good", "biased"])


def recovered(n=400, bias=2.0, seed=3):
    """Truths from a standard normal, seen with an error of one half; the second quantity's fits are biased."""
    generator = np.random.default_rng(seed)
    truth = generator.standard_normal((n, 2))
    seen = truth + 0.5 * generator.standard_normal((n, 2))
    mean, sd = seen / 1.25, np.sqrt(0.2)
    draws = mean[:, None] + sd * generator.standard_normal((n, RANKS, 2)) + np.array([0.0, bias]) * sd
    return Recovered(
        names=NAMES,
        truth=truth,
        ranks=(draws < truth[:, None]).sum(axis=1),
        quantiles=np.quantile(draws, [0.05, 0.25, 0.5, 0.75, 0.95], axis=1).transpose(1, 2, 0),
        sd=np.full((n, 2), sd),
        ahead=generator.random((n, 3, 4)),
        rhat=np.ones(n),
        divergences=np.zeros(n),
    )


def test_uniform_ranks_pass_and_a_bias_does_not():
    good, biased = verdicts(recovered())
    assert good.uniform
    assert not biased.uniform
    assert good.inside90 == pytest.approx(0.88, abs=0.05)
    assert biased.inside90 < 0.6
    assert good.contraction == pytest.approx(0.8, abs=0.06)
    assert biased.error == pytest.approx(2 * np.sqrt(0.2), abs=0.15)
    assert good.correlation == pytest.approx(np.sqrt(0.8), abs=0.05)


def test_coverage_counts_the_first_sets_only():
    found = recovered(bias=0.0)
    assert coverage(found, 20)["sets"] == 20
    every = coverage(found, 10_000)
    assert every["unknowns90"] == pytest.approx(0.88, abs=0.03)
    assert every["ahead90"] == pytest.approx(0.9, abs=0.02)
    narrow = found._replace(ahead=np.where(found.ahead > 0.5, 0.99, 0.01))
    assert coverage(narrow, 400)["ahead90"] == 0.0


def test_batches_are_joined_in_order():
    one, other = recovered(5, seed=1)._asdict(), recovered(7, seed=2)._asdict()
    both = joined([one, other])
    assert both.truth.shape == (12, 2)
    assert np.array_equal(both.ranks[5:], other["ranks"])


def test_statistics_of_a_series_by_hand():
    row = np.expm1(np.array([1.0, 2.0, 1.0, 2.0, 1.0]))
    assert STATISTICS["spread of monthly log changes"](row) == pytest.approx(1.0)
    assert STATISTICS["largest monthly log change"](row) == pytest.approx(1.0)
    assert STATISTICS["correlation of neighbouring log changes"](row) == pytest.approx(-1.0, abs=0.02)
    assert STATISTICS["months of zero"](np.array([0.0, 3.0, 0.0])) == 2
    assert STATISTICS["largest month"](np.array([[1.0, 5.0], [7.0, 2.0]])).tolist() == [5.0, 7.0]


def test_a_prior_that_figures_overruled_moves_its_mean_and_one_at_its_centre_does_not():
    """A normal posterior of mean m and variance v under weights z^2 has a mean known in closed form."""
    generator = np.random.default_rng(9)
    z = 1.5 + 0.4 * generator.standard_normal(200_000)
    own, ahead, effective = _weighted(z, z[:, None] * 2.0, 1.25)
    precision = 1 / 0.16
    expected = (precision * 1.5 / (precision + 0.25) - 1.5) / 0.4
    assert own == pytest.approx(expected, abs=0.01)
    assert ahead[0] == pytest.approx(own)
    assert effective > 0.9
    centred = _weighted(z - z.mean(), z[:, None], 0.8)
    assert abs(centred[0]) < 0.01


def test_what_is_said_of_a_series_left_out():
    draws = np.full((50, 4), 10.0) * np.linspace(0.5, 1.5, 50)[:, None]
    figures, ratio, crps, inside50, inside90, below, course90 = _held_out(draws, np.array([10.0, 10.0, np.nan, 100.0]), 3)
    assert (figures, inside50, inside90) == (3, pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert ratio == pytest.approx(30 / 120)
    assert crps > 0
    assert (below, course90) == (1.0, 0.0)
    assert np.isnan(_held_out(draws, np.full(4, np.nan), 3)[1])


def test_a_level_that_is_off_is_told_from_a_course_that_is_off():
    draws = np.random.default_rng(0).normal(100, 5, (400, 40)) * np.arange(1, 41)
    _, ratio, _, _, inside90, below, course90 = _held_out(draws, 150.0 * np.arange(1, 41), 39)
    assert (ratio, inside90, below, course90) == (pytest.approx(2 / 3, abs=0.01), 0, 1, 1)


def test_the_unknown_that_a_sum_goes_with_is_found_with_its_sign():
    scalars = np.random.default_rng(0).standard_normal((300, 3))
    at, correlation = _decisive(scalars, np.exp(5 - 0.3 * scalars[:, 1] + 0.01 * scalars[:, 2]))
    assert at == 1
    assert correlation < -0.99
    assert np.isnan(_decisive(scalars, np.full(300, 7.0))).all()
