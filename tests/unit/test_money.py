"""Running out of money against closed forms."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from isthmus.model.money import Strata, below, cannot_pay, mean_spent, short_shares

MEDIAN, SD = 12_000.0, 0.5


def strata(classes=3):
    return Strata.of(np.array([MEDIAN]), np.array([SD]), classes)


@pytest.mark.parametrize("classes", [1, 2, 5])
def test_classes_together_are_the_lognormal(classes):
    amounts = np.array([1_000.0, 8_000.0, 12_000.0, 30_000.0])
    found = np.asarray(below(jnp.asarray(np.tile(amounts, (classes, 1))), strata(classes))).mean(axis=0)
    assert np.allclose(found, stats.lognorm.cdf(amounts, SD, scale=MEDIAN), atol=1e-12)


def test_shares_along_a_way_multiply_to_the_share_who_can_pay_it_all():
    """Nobody is asked twice for the same dollar, whatever the way is cut into."""
    prices = [1_500.0, 4_000.0, 2_500.0, 3_000.0]
    spent, able = jnp.zeros((3, 1)), jnp.ones((3, 1))
    for price in prices:
        able = able * (1 - cannot_pay(spent, price, strata()))
        spent = spent + price
    assert float(able.mean()) == pytest.approx(1 - stats.lognorm.cdf(sum(prices), SD, scale=MEDIAN), abs=1e-9)


def test_a_free_leg_leaves_nobody_behind():
    spent = jnp.full((3, 4), 5_000.0)
    assert np.allclose(cannot_pay(spent, 0.0, strata()), 0.0)


def test_a_class_whose_money_is_used_up_is_short_of_everything():
    spent = jnp.full((3, 1), 11_000.0)
    poorest = float(cannot_pay(spent, 10.0, strata())[0, 0])
    assert poorest == pytest.approx(1.0)


def test_shares_of_those_short_never_exceed_one():
    found = short_shares(0.8, 0.6, 0.2)
    assert found.borrow + found.work + found.turn_back == pytest.approx(1.0)
    assert found.borrow / found.work == pytest.approx(0.8 / 0.6)
    small = short_shares(0.1, 0.2, 0.3)
    assert (small.borrow, small.work, small.turn_back) == (0.1, 0.2, 0.3)


def test_what_people_have_spent_is_the_mean_over_the_ways_they_came():
    came = [jnp.array([[3.0]]), jnp.array([[1.0]])]
    spent = [jnp.array([[100.0]]), jnp.array([[500.0]])]
    assert float(mean_spent(came, spent)[0, 0]) == pytest.approx(200.0)
