"""The damped trend of departures: surprises found again, movements that go on as the recursion says, nothing without a gain."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import toy
from isthmus.forecast.extend import extend
from isthmus.forecast.predict import Predictor
from isthmus.inference.posterior import Paths
from isthmus.model.trend import Trend

TREND = Trend("gain", 0.8)
GAINS = np.array([0.02, 0.3, 0.95])


def by_hand(surprises, gain):
    """Movements by the recursion, ``(month,)``."""
    trend, out = 0.0, []
    for surprise in surprises:
        out.append(trend + surprise)
        trend = TREND.damping * (trend + gain * surprise)
    return np.array(out)


@pytest.mark.parametrize("gain", GAINS)
def test_surprises_are_found_again(gain):
    surprises = np.random.default_rng(1).standard_normal(30)
    moved = by_hand(surprises, gain)
    np.testing.assert_allclose(moved - TREND.expected(jnp.asarray(moved), gain), surprises, atol=1e-12)


def test_one_surprise_goes_on_by_its_gain_and_fades():
    moved = by_hand([0.5, *[0.0] * 40], 0.3)
    assert moved[:3] == pytest.approx([0.5, 0.5 * 0.8 * 0.3, 0.5 * 0.8**2 * 0.3])
    assert moved.sum() == pytest.approx(0.5 * (1 + 0.3 * 0.8 / (1 - 0.8)), rel=1e-3)


def test_movements_go_on_from_those_seen():
    surprises = np.random.default_rng(2).standard_normal((3, 20))
    moved = np.stack([by_hand(row, gain) for row, gain in zip(surprises, GAINS, strict=True)])
    onward = TREND.onward(moved[:, :14], GAINS, surprises[:, 14:].T)
    np.testing.assert_allclose(onward.T, moved[:, 14:], atol=1e-12)
    first = TREND.onward(moved[:, :0], GAINS, surprises.T)
    np.testing.assert_allclose(first.T, moved, atol=1e-12)


def test_the_slope_in_the_gain_is_that_of_differences():
    moved = jnp.asarray(by_hand(np.random.default_rng(3).standard_normal(12), 0.3))

    def total(gain):
        return (TREND.expected(moved, gain) ** 2).sum()

    for gain in (1e-6, 0.3, 0.999):
        assert np.isfinite(jax.grad(total)(gain))
    difference = float(total(0.3 + 1e-6) - total(0.3 - 1e-6)) / 2e-6
    assert float(jax.grad(total)(0.3)) == pytest.approx(difference, rel=1e-5)


def ahead(trend, path):
    """Deviations of the toy corridor ahead of a path ``(month,)`` without anything new."""
    patch = {} if trend is None else {"trend": trend}
    built = toy.model("2023-06", groups={"CHN": {"departures": {"persistence": 0.9, "innovation": 1e-12, **patch}}})
    last = len(path) - 1
    values = Predictor(built).natural(np.zeros((1, len(built.table.parameters))))
    paths = toy.flat_paths(built)
    deviation = np.zeros((1, 1, built.grid.n_months))
    deviation[0, 0, : last + 1] = path
    start = Paths(deviation, *(None if one is None else np.array(one)[None] for one in paths[1:]))
    return extend(built, values, start, last, seed=0, names=()).departures[0, 0, last + 1 :]


def test_departures_go_on_rising_where_they_have_been_rising():
    path = 0.2 * np.arange(10)
    without = ahead(None, path)
    np.testing.assert_allclose(without, path[-1] * 0.9 ** np.arange(1, len(without) + 1), atol=1e-9)
    nothing = ahead({"gain": 0.0}, path)
    np.testing.assert_allclose(nothing, without, atol=1e-9)
    trend = 0.0
    for moved in path[1:] - 0.9 * path[:-1]:
        trend = 0.8 * (trend + 0.3 * (moved - trend))
    assert ahead({"gain": 0.3, "damping": 0.8}, path)[0] == pytest.approx(0.9 * path[-1] + trend)
    assert (ahead({"gain": 0.3, "damping": 0.8}, path) > without).all()
