"""The observation model against SciPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special, stats

import toy
from isthmus.model.observe import detections, log_gamma, negbinomial_logpmf, seen_flows


def test_log_gamma_is_that_of_scipy():
    z = np.concatenate([np.geomspace(1e-6, 1e8, 3000), [1.0, 2.0, 0.5, 10.5]])
    expected = special.gammaln(z)
    assert np.allclose(log_gamma(jnp.asarray(z)), expected, rtol=1e-12, atol=1e-12)
    assert np.allclose(jax.vmap(jax.grad(log_gamma))(jnp.asarray(z)), special.digamma(z), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("phi", [0.3, 5.0, 80.0, 1e4])
def test_negative_binomial_is_that_of_scipy(phi):
    y, mean = np.array([0, 1, 7, 60, 2500, 30000]), np.array([0.5, 3.0, 7.0, 900.0, 2000.0, 28000.0])
    ours = negbinomial_logpmf(jnp.asarray(y[:, None], float), jnp.asarray(mean), phi)
    theirs = stats.nbinom.logpmf(y[:, None], phi, phi / (phi + mean))
    assert np.allclose(ours, theirs, rtol=1e-10, atol=1e-8)


def test_no_flow_is_no_catastrophe():
    gradient = jax.grad(negbinomial_logpmf, argnums=1)(3.0, 0.0, 30.0)
    assert np.isfinite(gradient)
    assert np.isfinite(negbinomial_logpmf(3.0, 0.0, 30.0))
    assert negbinomial_logpmf(0.0, 0.0, 30.0) == pytest.approx(0, abs=1e-6)


def test_series_add_what_they_watch_by_month():
    built = toy.model(
        time={"step": "dekad"},
        series={"town_exits": {"watches": {"departures_on": ["home_end", "town_home"], "arrivals_on": ["town_end"]}}},
    )
    shape = (len(built.groups), built.grid.n_steps)
    generator = np.random.default_rng(1)
    flow, by_leg = generator.random((2, len(built.legs), *shape))
    arrivals = generator.random((len(built.places), *shape))
    seen = np.asarray(seen_flows(built, jnp.asarray(flow), jnp.asarray(by_leg), jnp.asarray(arrivals)))
    names = [leg.id for leg in built.legs]
    rows = [sight.id for sight in built.sights]
    expected = (flow[names.index("home_end")] + flow[names.index("town_home")] + by_leg[names.index("town_end")])[0]
    assert np.allclose(seen[rows.index("town_exits")], expected.reshape(-1, 3).sum(axis=1))
    town = [place.id for place in built.places].index("town")
    assert np.allclose(seen[rows.index("town_entries")], arrivals[town, 0].reshape(-1, 3).sum(axis=1))


def test_a_policy_on_detection_moves_log_detection():
    policy = {
        "label": "Made up", "date": "2022-09-16", "source": "made up",
        "effects": [{"on": "detection", "id": "end_events", "size": -0.5}],
    }  # fmt: skip
    built = toy.model(time={"step": "day"}, policies={"closure": policy})
    found = np.asarray(detections(built, toy.centre(built), built.knowledge, toy.flat_paths(built).detection))
    row = [sight.id for sight in built.sights].index("end_events")
    september = list(built.grid.months).index("2022-09")
    assert found[row, september - 1] == pytest.approx(np.log(0.9))
    assert found[row, september] == pytest.approx(np.log(0.9) - 0.25)
    assert found[row, september + 1] == pytest.approx(np.log(0.9) - 0.5)
    assert np.allclose(np.delete(found, row, axis=0), 0, atol=1e-12)
