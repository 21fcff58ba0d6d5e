"""The prior of latent paths: months that nothing depends on are standard normal, whatever the steps of a path are."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import toy
from isthmus.inference.posterior import Evidence, Layout, log_density

TAILS = 2.1


@pytest.fixture(scope="module")
def built():
    return toy.model(series={"end_events": {"detection_drift": 0.1, "detection_tails": TAILS}})


def test_a_heavy_tail_is_that_of_months_that_move_alone(built):
    layout, last = Layout.of(built), built.grid.n_months - 3
    nothing = np.zeros((len(built.sights), layout.n_months))
    evidence = Evidence(nothing, nothing.astype(bool), last, built.knowledge)
    start = np.zeros(layout.size)
    first = layout.n_scalars + layout.n_groups * (1 + layout.n_legs) * layout.n_months

    def gain(month, step):
        moved = start.copy()
        moved[first + month] = step
        return float(log_density(built, jnp.asarray(moved), evidence) - log_density(built, jnp.asarray(start), evidence))

    for month in (0, built.fit_from - 1, last + 1, layout.n_months - 1):
        assert gain(month, 5.0) == pytest.approx(-12.5, abs=1e-6), month
    for month in (built.fit_from, last):
        student = stats.t.logpdf(5.0, TAILS) - stats.t.logpdf(0.0, TAILS)
        assert gain(month, 5.0) == pytest.approx(student, abs=1e-6), month
