"""R-hat and effective sizes where the answer is known."""

import numpy as np
import pytest
from scipy.signal import lfilter

from isthmus.inference.diagnostics import diagnose, ess_bulk, ess_tail, rhat


def autoregression(phi, shape, seed=0):
    noise = np.random.default_rng(seed).normal(size=(*shape[:-1], shape[-1] + 500))
    return lfilter([1], [1, -phi], noise, axis=-1)[..., 500:]


def test_independent_draws_count_in_full():
    draws = np.random.default_rng(1).normal(size=(4, 2000))
    assert rhat(draws) < 1.005
    assert ess_bulk(draws) == pytest.approx(8000, rel=0.1)
    assert ess_tail(draws) == pytest.approx(8000, rel=0.15)


@pytest.mark.parametrize("phi", [0.5, 0.9, 0.98])
def test_an_autoregression_counts_by_its_correlation_time(phi):
    """ESS / N = (1 - phi) / (1 + phi) for the mean of an AR(1)."""
    sizes = [ess_bulk(autoregression(phi, (4, 8000), seed)) for seed in range(6)]
    assert np.mean(sizes) / 32000 == pytest.approx((1 - phi) / (1 + phi), rel=0.1)


def test_alternating_draws_count_for_more_than_their_number():
    draws = autoregression(-0.5, (4, 4000))
    assert ess_bulk(draws) == pytest.approx(3 * 16000, rel=0.15)


def test_ranks_make_measures_indifferent_to_scale():
    draws = autoregression(0.7, (4, 1000))
    assert ess_bulk(np.exp(5 * draws)) == pytest.approx(ess_bulk(draws), rel=1e-9)
    assert rhat(draws**3) == pytest.approx(rhat(draws), rel=0.01)


def test_heavy_tails_are_no_trouble():
    draws = np.random.default_rng(2).standard_cauchy((4, 1000))
    assert rhat(draws) < 1.01
    assert ess_bulk(draws) > 3000


def test_chains_in_different_places_are_seen():
    draws = np.random.default_rng(3).normal(size=(4, 1000))
    draws[0] += 1
    assert rhat(draws) > 1.05
    assert ess_bulk(draws) < 100


def test_chains_of_different_width_are_seen():
    """Equal means, one chain three times as wide: only the folded ranks see it."""
    draws = np.random.default_rng(4).normal(size=(4, 1000))
    draws[0] *= 3
    assert rhat(draws) > 1.03


def test_a_drift_within_chains_is_seen():
    draws = np.random.default_rng(5).normal(size=(4, 1000)) + np.linspace(0, 2, 1000)
    assert rhat(draws) > 1.1


def test_one_stuck_chain_is_seen():
    draws = np.random.default_rng(6).normal(size=(4, 1000))
    draws[2] = draws[2, 0]
    assert rhat(draws) > 1.05
    assert not diagnose(draws[:, :, None], 0, 0.9).converged


def test_chains_stuck_in_different_places_have_not_converged():
    draws = np.repeat(np.arange(4.0)[:, None], 1000, axis=1)
    assert rhat(draws) > 1e6
    assert rhat(np.repeat([[0.0], [1.0]], 1000, axis=1)) > 1e6
    found = diagnose(draws[:, :, None], 0, 0.0)
    assert not found.converged
    assert found.message.startswith("THE FIT DID NOT CONVERGE")


def test_one_bad_element_or_one_divergence_is_enough():
    draws = np.random.default_rng(7).normal(size=(4, 1000, 5))
    assert diagnose(draws, 0, 0.9).converged
    assert "converged: largest R-hat 1.00" in diagnose(draws, 0, 0.9).message
    assert not diagnose(draws, 1, 0.9).converged
    draws[1, :, 3] += 0.5
    assert not diagnose(draws, 0, 0.9).converged


def test_draws_that_are_no_numbers_have_not_converged():
    draws = np.random.default_rng(8).normal(size=(4, 1000, 2))
    draws[0, 10, 1] = np.nan
    assert not diagnose(draws, 0, 0.9).converged
