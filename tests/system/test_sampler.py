"""The sampler against targets whose moments are known: one harness, several targets."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from isthmus.inference.diagnostics import diagnose, ess_bulk
from isthmus.inference.fit import Effort, search_and_sample
from isthmus.inference.hmc import Metric
from isthmus.inference.standin import Target, simple
from isthmus.streams import stream

EFFORT = Effort(chains=4, warmup=500, draws=1500, search=300)


def gaussian(size=12):
    """Correlated, with standard deviations over four orders of magnitude and means far from the start."""
    generator = np.random.default_rng(0)
    rotation = np.linalg.qr(generator.normal(size=(size, size)))[0]
    covariance = rotation @ np.diag(np.geomspace(1e-4, 1e4, size)) @ rotation.T
    precision, mean = np.linalg.inv(covariance), generator.normal(size=size) * 5

    def gradient(x):
        slope = -(x - mean) @ precision
        return 0.5 * (slope * (x - mean)).sum(axis=-1), slope

    return gradient, [stats.norm(m, s) for m, s in zip(mean, np.sqrt(np.diag(covariance)), strict=True)]


def funnel():
    """Neal's funnel, mild: v ~ N(0, 0.25), x ~ N(0, exp(v))."""
    spread = 0.25

    def gradient(at):
        v, x = at[..., :1], at[..., 1:]
        n, inside = x.shape[-1], x**2 * np.exp(-2 * v)
        value = -0.5 * (v[..., 0] / spread) ** 2 - n * v[..., 0] - 0.5 * inside.sum(axis=-1)
        return value, np.concatenate([-v / spread**2 - n + inside.sum(axis=-1, keepdims=True), -x * np.exp(-2 * v)], axis=-1)

    draws = np.random.default_rng(9).normal(size=(2, 400_000))
    mixture = stats.rv_histogram(np.histogram(draws[0] * np.exp(spread * draws[1]), bins=2000))
    return gradient, [stats.norm(0, spread), *[mixture] * 3]


def logistic():
    """Heavier tails than the whitening believes."""
    shift, scale = np.array([-3.0, 0.0, 40.0]), np.array([0.1, 1.0, 7.0])

    def gradient(x):
        z = (x - shift) / scale
        return (-np.logaddexp(z / 2, -z / 2) * 2).sum(axis=-1), -np.tanh(z / 2) / scale

    return gradient, [stats.logistic(m, s) for m, s in zip(shift, scale, strict=True)]


TARGETS = {"gaussian": gaussian, "funnel": funnel, "logistic": logistic}


def drawn(gradient, size, *, n_fits=1, seeds=(1,), effort=EFFORT):
    starts, streams = np.full((n_fits, size), 0.3), [stream(seed, "hmc") for seed in seeds]
    return search_and_sample(simple(gradient), starts, np.ones(size), streams, effort, lambda _: None)


@pytest.mark.parametrize("name", TARGETS)
def test_draws_have_the_moments_and_quantiles_of_their_target(name):
    gradient, marginals = TARGETS[name]()
    found = drawn(gradient, len(marginals))
    assert 0.8 < found.acceptance.mean() < 0.999
    assert not found.divergent.any()
    chains = found.vectors[:, 0].transpose(1, 0, 2)
    assert diagnose(chains, 0, 0.9).converged
    for k, marginal in enumerate(marginals):
        column = chains[:, :, k]
        z = (column - marginal.mean()) / marginal.std()
        assert abs(z.mean()) < 4.5 / np.sqrt(ess_bulk(z)), (name, k, "mean")
        kurtosis = 3.0 if name == "gaussian" else float((z**4).mean())
        assert abs((z**2).mean() - 1) < 4.5 * np.sqrt((kurtosis - 1) / ess_bulk(np.abs(z))), (name, k, "sd")
        for q in (0.05, 0.5, 0.95):
            below = (column <= marginal.ppf(q)).astype(float)
            noise = np.sqrt(q * (1 - q) / min(ess_bulk(column), below.size))
            assert abs(below.mean() - q) < 5 * noise, (name, k, q)


def test_a_stand_in_that_is_wrong_changes_nothing_that_is_drawn():
    """Trajectories follow a density with another mean and spread; the exact one accepts."""
    exact, marginals = logistic()

    def rough(x):
        value, slope = exact((x - 0.02) * 0.95)
        return value, slope * 0.95

    size = len(marginals)
    target = Target(rough, lambda x: exact(x)[0], lambda _: target)
    starts, streams = np.full((1, size), 0.3), [stream(2, "hmc")]
    chains = search_and_sample(target, starts, np.ones(size), streams, EFFORT, lambda _: None).vectors[:, 0].transpose(1, 0, 2)
    followed = drawn(rough, size).vectors[:, 0].transpose(1, 0, 2)
    errors = []
    for found in (chains, followed):
        z = [(found[:, :, k] - marginal.mean()) / marginal.std() for k, marginal in enumerate(marginals)]
        errors.append(max(abs(column.mean()) * np.sqrt(ess_bulk(column)) for column in z))
    assert errors[0] < 4.5
    assert errors[1] > 4.5, "the stand-in is too good to test anything"


def test_a_fit_does_not_feel_its_neighbours():
    """Each fit has its own stream and metric: its draws are the same alone and in a batch."""
    gradient, _ = gaussian(4)
    effort = Effort(chains=2, warmup=200, draws=100, search=100)

    alone = drawn(gradient, 4, seeds=(7,), effort=effort).vectors[:, 0]
    batch = drawn(gradient, 4, n_fits=3, seeds=(3, 7, 5), effort=effort).vectors
    assert np.allclose(batch[:, 1], alone, rtol=1e-9, atol=1e-9)
    assert not np.allclose(batch[:, 0], batch[:, 1])


def test_the_same_seed_gives_the_same_draws():
    gradient, _ = gaussian(4)
    effort = Effort(chains=2, warmup=100, draws=100, search=50)
    one, two, other = (drawn(gradient, 4, seeds=(seed,), effort=effort).vectors for seed in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_a_cliff_is_reported_as_divergence():
    def gradient(x):
        inside = np.abs(x[..., 0]) < 1.5
        value = np.where(inside, -0.5 * (x**2).sum(axis=-1), -1e7)
        return value, -x

    assert drawn(gradient, 2, effort=Effort(chains=2, warmup=100, draws=300, search=50)).divergent.sum() > 10


def test_the_metric_learned_from_few_draws_and_gradients_is_nearer_than_their_covariance():
    size, n = 60, 120
    generator = np.random.default_rng(4)
    rotation = np.linalg.qr(generator.normal(size=(size, size)))[0]
    root = rotation * np.geomspace(0.5, 2.0, size)
    precision = np.linalg.inv(root @ root.T)
    draws = (generator.normal(size=(n, size)) @ root.T).reshape(n // 4, 1, 4, size)
    start = Metric(np.zeros((1, size)), np.eye(size)[None])
    metric = start
    for _ in range(4):
        metric = metric.learned(draws, -draws @ precision)
    spread = np.linalg.eigvalsh(metric.factor[0].T @ precision @ metric.factor[0])
    plain = np.linalg.cholesky(np.cov(draws.reshape(n, size).T))
    of_covariance = np.linalg.eigvalsh(plain.T @ precision @ plain)
    assert 0.8 < spread.min() < spread.max() < 1.25
    assert of_covariance.max() / of_covariance.min() > 10
    back = metric.slopes(np.ones((1, 4, size)))
    np.testing.assert_allclose(back @ metric.factor[0], np.ones((1, 4, size)), atol=1e-10)
