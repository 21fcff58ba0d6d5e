"""Durations as shares by steps of delay."""

import jax.numpy as jnp
import numpy as np
import pytest

from isthmus.model.journey import delay_kernel, delay_table, delayed

DURATIONS = [(1, 0.5), (0.5, 0.3), (6, 2.5), (12, 12), (30, 45), (45, 5), (200, 100), (0.01, 0.01), (10, 0.001)]


@pytest.mark.parametrize(("mean", "sd"), DURATIONS)
@pytest.mark.parametrize("step", [1.0, 30.4375 / 3, 30.4375])
def test_mass_and_mean_are_kept(mean, sd, step):
    kernel = delay_kernel(mean, sd, step)
    assert kernel.min() >= 0
    assert kernel.sum() == pytest.approx(1, abs=1e-12)
    assert (kernel * np.arange(len(kernel))).sum() * step == pytest.approx(mean, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize(("mean", "sd"), [(6, 2.5), (12, 12), (45, 5)])
def test_variance_is_that_of_duration_and_of_uniform_starts(mean, sd):
    """A delay of D steps from an even start adds the variance of rounding, ``E[f (1 - f)]`` with f the fraction of D."""
    kernel = delay_kernel(mean, sd, 1.0, tail=1e-12)
    delays = np.arange(len(kernel))
    variance = (kernel * delays**2).sum() - (kernel * delays).sum() ** 2
    draws = np.random.default_rng(0).gamma((mean / sd) ** 2, sd**2 / mean, 400_000)
    fraction = draws % 1
    assert variance == pytest.approx(sd**2 + (fraction * (1 - fraction)).mean(), rel=0.01)


def test_a_fixed_duration_splits_over_two_steps():
    assert np.allclose(delay_kernel(12.5, 0.01, 10.0)[:3], [0, 0.75, 0.25], atol=1e-3)


@pytest.mark.parametrize(("mean", "sd"), [(6, 2.5), (12, 12), (30, 20)])
def test_two_half_steps_make_a_step(mean, sd):
    """Starts spread over two half-steps and arrivals counted by pairs of them give the kernel of the whole step."""
    whole, half = delay_kernel(mean, sd, 10.0, tail=1e-10), delay_kernel(mean, sd, 5.0, tail=1e-10)
    padded = np.pad(half, (1, 3))
    pairs = 0.5 * padded[:-2] + padded[1:-1] + 0.5 * padded[2:]
    merged = pairs[0::2]
    n = min(len(whole), len(merged))
    assert np.allclose(merged[:n], whole[:n], atol=1e-6)


@pytest.mark.parametrize("n_delays", [1, 2, 4, 5, 9, 40])
def test_delayed_is_a_convolution_cut_at_the_end(n_delays):
    generator = np.random.default_rng(n_delays)
    people, kernel = generator.gamma(1, size=(3, 20)), generator.dirichlet(np.ones(n_delays))
    whole = np.array([np.convolve(row, kernel)[:20] for row in people])
    assert np.allclose(delayed(jnp.asarray(people), np.tile(kernel, (20, 1))), whole, rtol=1e-13, atol=1e-15)


def test_nobody_arrives_before_leaving():
    people = jnp.zeros((1, 10)).at[0, 6].set(1.0)
    assert np.flatnonzero(delayed(people, np.tile([0.5, 0.3, 0.2], (10, 1))))[0] == 6


@pytest.mark.parametrize(("mean", "sd"), [(2.0, 1.0), (12.0, 12.0), (40.0, 10.0)])
def test_the_table_of_equal_steps_is_the_kernel(mean, sd):
    table, kernel = delay_table(mean, sd, np.arange(0.0, 301.0, 10.0)), delay_kernel(mean, sd, 10.0)
    n = min(table.shape[1], len(kernel)) - 1
    assert np.allclose(table[:, :n], kernel[:n], atol=2e-6)


def test_the_table_keeps_people_and_their_mean_delay_in_steps_of_any_length():
    lengths = np.tile([10.0, 10.0, 8.0, 10.0, 10.0, 11.0], 20)
    edges = np.concatenate([[0.0], np.cumsum(lengths)])
    table = delay_table(25.0, 15.0, edges, tail=1e-10)
    assert np.allclose(table.sum(axis=1), 1.0, atol=1e-12)
    middles = (edges[:-1] + edges[1:]) / 2
    weights = lengths[:60] / lengths[:60].sum()
    arrival = np.array([(row * middles[s : s + len(row)]).sum() for s, row in enumerate(table[:60])])
    # people spread evenly over time: their mean delay is the distribution's, whatever the steps
    assert (weights * (arrival - middles[:60])).sum() == pytest.approx(25.0, rel=0.01)
