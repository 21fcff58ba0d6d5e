"""Parts of the joint Gaussian fit: the arrow against a dense solution, scales against known ones, vectors and back."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import mini
from isthmus.errors import ModelError
from isthmus.forecast.predict import Predictor
from isthmus.inference.gaussian.arrow import Arrow
from isthmus.inference.gaussian.carry import vector_of
from isthmus.inference.gaussian.template import Template
from isthmus.inference.gaussian.walks import Walk, expected_squares, population, precision, scale_mode
from isthmus.inference.posterior import Evidence, Layout
from isthmus.model.trend import Trend


@pytest.fixture(scope="module")
def system():
    generator = np.random.default_rng(1)
    whole = generator.standard_normal((40, 13))
    joint = whole.T @ whole + np.eye(13)
    own = np.stack([joint[:5, :5], joint[5:10, 5:10]])
    joint[:5, 5:10] = joint[5:10, :5] = 0
    joint += 20 * np.eye(13)
    own += 20 * np.eye(5)
    cross = np.stack([joint[:5, 10:], joint[5:10, 10:]])
    right = generator.standard_normal(13)
    return joint, right, Arrow.solve(own, cross, joint[10:, 10:], right[:10].reshape(2, 5), right[10:])


def test_the_arrow_is_the_dense_solution(system):
    joint, right, arrow = system
    expected = np.linalg.solve(joint, right)
    np.testing.assert_allclose(np.r_[arrow.own.ravel(), arrow.shared], expected, atol=1e-12)
    covariance = np.linalg.inv(joint)
    variances, neighbours = arrow.band(1)
    np.testing.assert_allclose(variances, np.diag(covariance)[5:10], atol=1e-12)
    np.testing.assert_allclose(neighbours, np.diag(covariance, 1)[5:9], atol=1e-12)
    np.testing.assert_allclose(arrow.shared_band()[0], np.diag(covariance)[10:], atol=1e-12)


def test_draws_of_the_arrow_have_its_covariance(system):
    joint, _, arrow = system
    own, shared = arrow.draw(np.random.default_rng(2), 40_000)
    drawn = np.cov(np.column_stack([own.reshape(len(own), -1), shared]).T)
    np.testing.assert_allclose(drawn, np.linalg.inv(joint), atol=1.5e-3)


def test_the_precision_of_a_walk_is_that_of_its_law():
    walk = Walk(0, 0, 2, (2, 9), "s", 0.9, start=(1.0, 0.5))
    block, pull = precision(10, walk, 0.9, 0.3, np.ones(10))
    covariance = np.linalg.inv(block)
    assert covariance[2, 2] == pytest.approx(0.25)
    assert covariance[3, 3] == pytest.approx(0.81 * 0.25 + 0.09)
    np.testing.assert_allclose((covariance @ pull)[2:], 0.9 ** np.arange(8), atol=1e-12)


def test_scales_and_populations_are_found():
    generator = np.random.default_rng(3)
    truth = np.exp(generator.normal(np.log(0.3), 0.4, 200))
    steps = truth[:, None] * generator.standard_normal((200, 60))
    found, curvature = scale_mode(np.full(200, 60.0), (steps**2).sum(axis=1), np.full(200, np.log(0.2)), np.full(200, 1.0))
    assert np.abs(found - np.log(truth)).mean() < 0.1
    centre, spread = population(found, 1 / curvature, (np.log(0.2), 0.5), (np.log(0.3), 0.5), 0.4)
    assert np.exp(centre) == pytest.approx(0.3, abs=0.04)
    assert np.exp(spread) == pytest.approx(0.4, abs=0.06)


def test_expected_squares_hold_the_spread():
    assert expected_squares(np.array([1.0, 2.0]), np.array([0.1, 0.2]), np.array([0.05]), 0.5)[0] == pytest.approx(2.425)


def test_paths_carried_as_a_vector_are_found_again():
    model = mini.model("2021-12")
    layout, last = Layout.of(model), model.grid.n_months - 3
    vector = 0.3 * np.random.default_rng(4).standard_normal(layout.size)
    evidence = Evidence(np.zeros((len(model.sights), model.grid.n_months)), None, last, model.knowledge)
    scalars, paths = Predictor(model).seen_paths(jnp.asarray(vector)[None], evidence)
    again = vector_of(model, scalars[0], jax.tree.map(lambda part: part[0], paths), model.knowledge, last)
    _, paths_again = Predictor(model).seen_paths(again[None], evidence)
    for one, other in zip(jax.tree.leaves(paths), jax.tree.leaves(paths_again), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)


def test_groups_that_go_other_ways_are_refused():
    with pytest.raises(ModelError, match="another `checkpoint`"):
        Template.of(mini.model("2021-12", ven_mexico={"watches": {"arrivals_at": "honduras"}}))


def test_a_trend_is_refused():
    trending = replace(mini.model("2021-12"), trends=(None, Trend("a gain", 0.9), None))
    with pytest.raises(ModelError, match=r"groups\.ECU\.departures\.trend"):
        Template.of(trending)


def test_each_group_finds_its_own_quantities():
    model = mini.model("2021-12")
    template = Template.of(model)
    names = (*model.table.names, *model.table.fixed)
    for g, group in enumerate(model.groups):
        found = {names[k] for k in template.quantities[g]}
        assert f"groups.{group}.departures.level" in found
        assert f"series.{group.lower()}_darien.detection" in found
        assert not any(name.startswith("groups.") and f".{group}." not in name for name in found)
