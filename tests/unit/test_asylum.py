"""A pending stock by hand, and types that keep it from being added up."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from isthmus.errors import StockSumError
from isthmus.model.asylum import monthly, yearly
from isthmus.model.kinds import FlowDraws, StockDraws


def test_two_years_by_hand():
    ended, pending = yearly(jnp.array(100.0), jnp.array([50.0, 30.0]), jnp.array([0.2, 0.5]))
    assert np.allclose(ended, [30.0, 75.0])
    assert np.allclose(pending, [120.0, 75.0])


def test_claims_are_ended_or_pending():
    made = np.random.default_rng(0).gamma(2.0, 100.0, (3, 24))
    ended, pending = monthly(FlowDraws(made, "claims made"), np.array([0.1, 0.5, 0.9]))
    assert np.allclose(np.cumsum(made, axis=1), np.cumsum(ended.values, axis=1) + pending.values)


def test_a_steady_stock_is_claims_over_the_ending_rate():
    made = np.full((1, 1200), 100.0)
    _, pending = monthly(FlowDraws(made, "claims made"), np.array([0.3]))
    share = 1 - 0.7 ** (1 / 12)
    assert pending.values[0, -1] == pytest.approx(100.0 * (1 - share) / share, rel=1e-6)


def test_a_stock_is_not_added_over_time():
    stock, flow = StockDraws(np.ones((2, 3)), "claims pending"), FlowDraws(np.ones((2, 3)), "claims made")
    assert np.allclose(flow.total(), 3.0)
    for add in (stock.total, lambda: sum(stock), lambda: np.sum(stock), lambda: flow + stock):
        with pytest.raises(StockSumError, match="a stock: it counts people at a moment"):
            add()
    assert np.allclose((stock + stock).at(-1), 2.0)
