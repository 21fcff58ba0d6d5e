"""Prices that respond, and a price learned from a published total."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus.model.facilitators import calibrated, price

ONE = np.ones(1)


def priced(demand, capacity=2000.0, elasticity=1.0, enforced=0.0, response=0.3):
    return price(40.0 * ONE, np.array([demand]), capacity, elasticity * ONE, np.array([enforced]), response * ONE)[0, 0]


def test_a_price_stands_while_there_are_seats_and_rises_with_scarcity():
    assert priced(1500.0) == pytest.approx(40.0)
    assert priced(4000.0) == pytest.approx(80.0)
    assert priced(4000.0, elasticity=0.5) == pytest.approx(40.0 * np.sqrt(2))
    assert priced(4000.0, capacity=None) == pytest.approx(40.0)
    assert priced(np.nan) == pytest.approx(40.0)


def test_enforcement_is_passed_on():
    assert priced(100.0, enforced=1.0) == pytest.approx(40.0 * np.exp(0.3))


def test_a_published_total_moves_a_price_by_its_precision():
    """US$57 m over 456,000 people is US$125 a person; a vague prior follows it, an equal one goes half the way."""
    observed = np.full((1, 1), np.log(57e6) - np.log(456_000.0))
    vague, _ = calibrated(np.log(60.0), 10.0, observed, np.array([0.1]))
    assert np.exp(vague[0]) == pytest.approx(125.0, rel=1e-3)
    half, sd = calibrated(np.log(60.0), 0.1, observed, np.array([0.1]))
    assert half[0] == pytest.approx((np.log(60.0) + np.log(125.0)) / 2)
    assert sd == pytest.approx(0.1 / np.sqrt(2))
