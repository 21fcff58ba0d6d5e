"""Scores against `scoringrules`, rivals by hand."""

import numpy as np
import pytest
import scoringrules

from isthmus.forecast import scores
from isthmus.forecast.backtest.scoring import negative_binomial
from isthmus.forecast.rivals import LEAST_SD, NAIVE, Outlook, random_walk, seasonal_naive


@pytest.fixture(scope="module")
def case():
    generator = np.random.default_rng(4)
    return generator.negative_binomial(5, 0.01, (301, 6, 4)).astype(float), generator.poisson(500, (6, 4)).astype(float)


def test_crps_is_that_of_scoringrules(case):
    draws, observed = case
    theirs = scoringrules.crps_ensemble(observed, draws, m_axis=0)
    assert np.allclose(scores.crps(draws, observed), theirs, rtol=1e-10)
    theirs = scoringrules.crps_ensemble(np.log1p(observed), np.log1p(draws), m_axis=0)
    assert np.allclose(scores.crps_log(draws, observed), theirs, rtol=1e-10)


def test_crps_of_one_draw_is_the_absolute_error():
    assert scores.crps(np.array([[3.0]]), np.array([7.5])) == pytest.approx(4.5)


def test_weighted_interval_score_is_that_of_scoringrules(case):
    draws, observed = case
    alphas = 1 - np.array(scores.INTERVALS)
    low, high = (np.moveaxis(np.quantile(draws, q, axis=0), 0, -1) for q in (alphas / 2, 1 - alphas / 2))
    theirs = scoringrules.weighted_interval_score(observed, np.median(draws, axis=0), low, high, alphas)
    assert np.allclose(scores.weighted_interval_score(draws, observed), theirs, rtol=1e-10)


def test_the_log_score_of_a_normal_on_the_log_scale_is_that_of_scoringrules(case):
    """The mass of a whole number is the density over an interval of one: equal in the limit of large, wide forecasts."""
    location, sd, figure = np.array([9.0]), np.array([0.4]), np.array([9000.0])
    ours = Outlook.single(location, sd).log_mass(figure)
    density = -scoringrules.logs_normal(np.log1p(figure), location, sd) - np.log1p(figure)
    assert np.allclose(ours, density, rtol=1e-6)


def test_the_log_score_of_a_negative_binomial_is_that_of_scoringrules():
    generator = np.random.default_rng(7)
    figures = generator.poisson(60, 500).astype(float)
    mean, phi = generator.gamma(3, 20, 500), generator.gamma(3, 10, 500)
    theirs = scoringrules.logs_negbinom(figures, phi, phi / (phi + mean))
    assert np.allclose(-negative_binomial(figures, mean, phi), theirs, rtol=1e-10, atol=1e-10)


def test_masses_of_all_whole_numbers_sum_to_one():
    outlook = Outlook(np.array([[2.0], [3.0]]), np.array([[0.5], [0.3]]))
    total = sum(np.exp(outlook.log_mass(np.array([float(n)]))[0]) for n in range(400))
    assert total == pytest.approx(1, abs=1e-9)
    masses = [np.exp(negative_binomial(np.array(float(n)), np.array(20.0), np.array(3.0))) for n in range(2000)]
    assert sum(masses) == pytest.approx(1, abs=1e-9)
    assert sum(n * m for n, m in enumerate(masses)) == pytest.approx(20, rel=1e-6)


def test_a_calibrated_forecast_has_a_uniform_pit():
    generator = np.random.default_rng(8)
    draws, observed = generator.poisson(3.0, (500, 4000)).astype(float), generator.poisson(3.0, 4000).astype(float)
    pit = scores.pit(draws, observed)
    assert pit.mean() == pytest.approx(0.5, abs=0.02)
    assert scores.pit(np.array([[1.0], [2.0], [2.0], [3.0]]), np.array([2.0]))[0] == 0.5


def test_draws_of_a_mixture_are_shared_evenly_among_its_components():
    outlook = Outlook(np.array([[2.0], [6.0]]), np.array([[0.1], [0.1]]))
    logs = np.log1p(outlook.draws(400))[:, 0]
    assert ((logs < 4).sum(), (logs > 4).sum()) == (200, 200)
    assert logs[logs < 4].std() == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize("width", [0.5, 0.9])
def test_coverage_of_a_calibrated_forecast_is_its_width(width):
    generator = np.random.default_rng(5)
    draws, observed = generator.normal(size=(4000, 3000)), generator.normal(size=3000)
    share = scores.covered(draws, observed, width).mean()
    assert abs(share - width) < 4 * np.sqrt(width * (1 - width) / 3000)


def test_an_interval_holds_its_ends():
    draws = np.full((10, 1), 5.0)
    assert scores.covered(draws, np.array([5.0]), 0.5).all()
    assert not scores.covered(draws, np.array([5.1]), 0.9).any()


def test_relative_skill_is_a_geometric_mean_over_series_and_horizons():
    theirs = np.ones((3, 2, 2))
    ours = np.broadcast_to([[0.5, 2.0], [0.25, 1.0]], (3, 2, 2)).copy()
    assert scores.relative_skill(ours, theirs) == pytest.approx((0.5 * 2 * 0.25 * 1) ** 0.25)
    ours[0, 0, 0] = np.nan
    theirs[1, 1, 1] = np.nan
    assert scores.relative_skill(ours, theirs) == pytest.approx((0.5 * 2 * 0.25 * 1) ** 0.25)


def test_origins_count_only_where_both_have_a_score():
    ours, theirs = np.array([[[1.0]], [[100.0]]]), np.array([[[2.0]], [[np.nan]]])
    assert scores.relative_skill(ours, theirs) == pytest.approx(0.5)
    assert np.isnan(scores.relative_skill(ours * np.nan, theirs))


def test_a_clear_winner_has_an_interval_below_one():
    generator = np.random.default_rng(6)
    theirs = generator.gamma(20, 0.05, (14, 3, 4))
    low, high = scores.skill_interval(theirs * generator.gamma(200, 0.5 / 200, theirs.shape), theirs, generator)
    assert low < 0.5 < high < 0.6
    low, high = scores.skill_interval(generator.gamma(20, 0.05, theirs.shape), theirs, generator)
    assert low < 1 < high


def test_draws_are_quantiles_floored_at_zero():
    draws = Outlook.single(np.array([0.1, 5.0]), np.array([2.0, 0.5])).draws(999)
    assert draws.min() == 0
    assert np.median(draws[:, 1]) == pytest.approx(np.expm1(5.0), rel=1e-9)
    assert np.log1p(draws[:, 1]).std() == pytest.approx(0.5, rel=0.01)


def test_the_random_walk_keeps_the_last_figure_and_widens_with_the_root_of_time():
    history = np.expm1(np.array([5.0, 5.2, 5.0, np.nan, 5.0 + 0.2 * np.sqrt(2)]))
    draws = np.log1p(random_walk(history, 4).draws(2001))
    assert np.allclose(np.median(draws, axis=0), np.log1p(history[-1]), atol=1e-9)
    assert np.allclose(draws.std(axis=0), 0.2 * np.sqrt([1, 2, 3, 4]), rtol=0.01)


def test_a_gap_at_the_end_of_a_series_counts_as_time_ahead():
    history = np.array([100.0, 120, 90, 110, np.nan, np.nan])
    late, soon = random_walk(history, 2).draws(500), random_walk(history[:-2], 4).draws(500)
    assert np.allclose(late, soon[:, 2:])


def test_a_series_that_never_moved_has_some_width():
    draws = np.log1p(random_walk(np.full(12, 50.0), 1).draws(1001))
    assert draws.std() == pytest.approx(LEAST_SD, rel=0.02)


def test_the_seasonal_rival_takes_the_month_a_year_before():
    history = 100 + 50 * np.arange(30) % 12 * 10.0
    draws = seasonal_naive(history, 14).draws(501)
    assert np.allclose(np.median(draws, axis=0), [*history[-12:], *history[-12:-10]])


@pytest.mark.parametrize("rival", NAIVE.values())
@pytest.mark.parametrize("history", [[], [3.0], [np.nan] * 20, [1.0, 2.0, np.nan]])
def test_rivals_are_silent_where_there_is_nothing_to_go_by(rival, history):
    assert isinstance(rival(np.array(history, float), 3), str)
