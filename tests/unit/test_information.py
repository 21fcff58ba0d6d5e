"""Beliefs against the solution of their equation."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.model.information import Rates, beliefs, contact_share, gap
from isthmus.timegrid import DAYS_A_MONTH

DAYS = jnp.full(36, 10.0)
NOTHING = jnp.zeros((1, 1, 36))


def course(truth=0.6, start=0.2, advertised=0.05, **rates):
    given_rates = {"contact": 0.0, "official": 0.0, "advertising": 0.0, "forgetting": 0.0, **rates}
    return np.asarray(
        beliefs(
            jnp.array([truth]), jnp.array([start]), advertised, Rates(**{k: NOTHING + v for k, v in given_rates.items()}), DAYS
        )
    )


@pytest.mark.parametrize(("kind", "goal"), [("contact", 0.6), ("official", 0.6), ("advertising", 0.05), ("forgetting", 0.2)])
def test_one_influence_alone_pulls_exponentially_to_its_goal(kind, goal):
    rate = 0.5
    found = course(start=0.2, **{kind: rate})[0, 0]
    months = np.arange(36) * 10.0 / DAYS_A_MONTH
    assert np.allclose(found, goal + (0.2 - goal) * np.exp(-rate * months), atol=1e-12)


def test_without_influence_nothing_changes():
    assert np.allclose(course(), 0.2)


def test_influences_balance_where_their_pulls_cancel():
    found = course(contact=3.0, advertising=1.0, forgetting=1.0)[0, 0, -1]
    assert found == pytest.approx((3.0 * 0.6 + 1.0 * 0.05 + 1.0 * 0.2) / 5.0, abs=1e-6)


rate = st.floats(0, 5)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), rate, rate, rate, rate)
@settings(max_examples=30, deadline=None)
def test_belief_stays_between_what_people_are_told(truth, start, advertised, contact, official, advertising, forgetting):
    found = course(truth, start, advertised, contact=contact, official=official, advertising=advertising, forgetting=forgetting)
    assert found.min() >= min(truth, start, advertised) - 1e-9
    assert found.max() <= max(truth, start, advertised) + 1e-9


def test_word_comes_back_with_its_lag_and_by_the_number_who_went():
    flow = jnp.zeros((1, 1, 10)).at[0, 0, 2].set(1000.0 * 10.0 / DAYS_A_MONTH)
    found = np.asarray(contact_share(flow, jnp.full(10, 10.0), half=1000.0, lag=3))[0, 0]
    assert found[5] == pytest.approx(0.5)
    assert np.count_nonzero(found) == 1


def test_the_gap_is_belief_less_truth():
    assert gap(0.2, 0.65) == pytest.approx(-0.45)
