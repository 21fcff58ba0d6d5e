"""A fit that goes on from an earlier one's draws: the same posterior as a fit from nothing, or no such fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from isthmus import pipeline
from isthmus.forecast.backtest.blocks import evidence_at
from isthmus.inference import warm
from isthmus.inference.fit import Effort, fit
from isthmus.inference.warm import EarlierFit, fit_warm, smoothed, tempered
from isthmus.pipeline.stages import figures_on_grid

TINY = Path(__file__).parents[1] / "tiny"
EFFORT = Effort(chains=4, warmup=300, draws=700, search=300)


@pytest.fixture(scope="module")
def fitted():
    """Fits of the tiny corridor with and without its last month, from nothing."""
    task = pipeline.job.read(TINY / "corridor.yaml", sets=(), scenario=None, seed=3, quick=True, figures=None)
    figures, last = figures_on_grid(task.model, task), task.model.grid.position(task.last_fitted)
    before, now = (evidence_at(figures, month, task.model.knowledge) for month in (last - 1, last))
    return (
        task.model,
        figures,
        last,
        before,
        now,
        fit(task.model, before, seed=1, effort=EFFORT),
        fit(task.model, now, seed=2, effort=EFFORT),
    )


def goes_on(fitted, now, **changes):
    """The fit with a month more, from the draws of the one before."""
    model, figures, last, before, _, earlier, _ = fitted
    known = EarlierFit(earlier.vectors, figures, last - 1, 1.005, 900.0)._replace(**changes)
    return fit_warm(model, now, before, known, seed=5, effort=EFFORT)


@pytest.mark.slow
def test_goes_on_to_the_posterior_of_a_fit_from_nothing(fitted, monkeypatch):
    monkeypatch.setattr(warm, "fit", None)  # no way out
    found, cold = goes_on(fitted, fitted[4]), fitted[6]
    assert found.diagnostics.converged, found.diagnostics.message
    assert found.diagnostics.tail < 0.7
    one, other = (p.vectors.reshape(-1, p.vectors.shape[2]) for p in (found, cold))
    effective = 1 / (1 / found.diagnostics.ess_bulk + 1 / cold.diagnostics.ess_bulk)
    z = (one.mean(axis=0) - other.mean(axis=0)) / (other.std(axis=0) / np.sqrt(effective))
    assert np.abs(z).max() < -norm.ppf(1e-4 / len(z))
    np.testing.assert_allclose(one.std(axis=0) / other.std(axis=0), 1.0, atol=0.2)
    # the month before, which is in both, is not where the earlier fit left it
    assert np.abs((one.mean(axis=0) - fitted[5].vectors.mean(axis=(0, 1))) / other.std(axis=0)).max() > 0.2


@pytest.mark.slow
def test_nothing_new_leaves_the_draws(fitted, monkeypatch):
    monkeypatch.setattr(warm, "fit", None)
    model, figures, last, before, _, earlier, _ = fitted
    known = EarlierFit(earlier.vectors, figures, last - 1, 1.005, 900.0)
    found = fit_warm(model, before, before, known, seed=5, effort=EFFORT)
    one, other = (np.sort(p.vectors.reshape(-1, p.vectors.shape[2]), axis=0) for p in (found, earlier))
    np.testing.assert_allclose(one, other, atol=1e-9)


@pytest.mark.slow
def test_starts_from_nothing_where_the_draws_do_not_serve(fitted, monkeypatch):
    cold = object()
    monkeypatch.setattr(warm, "fit", lambda *_, **__: cold)
    other_way_round = fitted[4]._replace(values=fitted[4].values[:, ::-1], mask=fitted[4].mask[:, ::-1])
    assert goes_on(fitted, other_way_round) is cold
    assert goes_on(fitted, fitted[4], effective=300.0) is cold
    assert goes_on(fitted, fitted[4], vectors=fitted[5].vectors[:, :5]) is cold


def test_weights_of_a_known_ratio():
    rng = np.random.default_rng(1)
    draws = rng.standard_normal(4000)
    logs = 0.5 * draws  # towards a normal about 0.5
    weights, shape = smoothed(logs)
    assert weights.sum() == pytest.approx(1.0)
    assert weights @ draws == pytest.approx(0.5, abs=0.06)
    assert shape < 0.5
    assert smoothed(3.0 * np.abs(draws) ** 2)[1] > 0.7
    assert smoothed(np.zeros(100))[0] == pytest.approx(np.full(100, 0.01))
    assert smoothed(np.full(9, -np.inf))[1] == np.inf
    assert smoothed(np.array([0.0, np.nan, 0.0, -np.inf]))[0] == pytest.approx([0.5, 0.0, 0.5, 0.0])


def test_tempering_leaves_enough_and_no_more_than_it_must():
    rng = np.random.default_rng(2)
    for scale, power in ((0.3, 1.0), (6.0, None)):
        logs = scale * rng.standard_normal(2000)
        weights = tempered(logs)
        assert weights.sum() == pytest.approx(1.0)
        assert 1 / np.square(weights).sum() >= warm.ENOUGH * 2000 * 0.99
        if power:
            assert weights == pytest.approx(np.exp(logs) / np.exp(logs).sum())
        else:
            assert 1 / np.square(weights).sum() < 2 * warm.ENOUGH * 2000
