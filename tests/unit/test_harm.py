"""Competing risks: one multinomial, whatever the order of its kinds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.model.hazards import harmed, met, outcomes

intensity = st.floats(0, 3)
several = st.lists(intensity, min_size=1, max_size=5)


@given(intensity, several, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_kinds_does_not_matter(death, other, shuffle):
    order = list(range(len(other)))
    shuffle.shuffle(order)
    straight = outcomes(np.array(death), np.array(other))
    mixed = outcomes(np.array(death), np.array(other)[order])
    assert np.allclose(straight[1:-1][order], mixed[1:-1])
    assert straight[0] == mixed[0]
    assert straight[-1] == pytest.approx(mixed[-1])
    assert straight.sum() == pytest.approx(1.0)
    assert straight.min() >= 0


def test_no_intensity_means_no_harm():
    assert outcomes(np.array(0.0), np.zeros(3)).tolist() == [0.0, 0.0, 0.0, 0.0, 1.0]
    drawn = harmed(np.array([10**6]), np.zeros(1), np.zeros((1, 3)), np.random.default_rng(0))
    assert drawn.tolist() == [[0, 0, 0, 0, 10**6]]


def test_a_survivor_met_a_kind_at_least_once_by_its_intensity_alone():
    assert met(np.array(np.log(2.0))) == pytest.approx(0.5)


def test_first_harm_is_shared_by_intensity():
    found = outcomes(np.array(0.1), np.array([0.3, 0.1]))
    assert found[1] / found[2] == pytest.approx(3.0)
    assert found[0] == pytest.approx(1 - np.exp(-0.1))
    assert found[-1] == pytest.approx(np.exp(-0.5))


def test_drawn_people_are_all_there():
    people = np.array([1000, 5, 0])
    drawn = harmed(people, np.full(3, 0.2), np.full((3, 2), 0.4), np.random.default_rng(1))
    assert drawn.sum(axis=-1).tolist() == people.tolist()
