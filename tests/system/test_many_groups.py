"""Groups learned together: the Gaussian against the sampler, no look at what came later, and a group that leans on the others."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import mini
from isthmus.data.own import figures_for
from isthmus.data.store import Store
from isthmus.errors import FiguresError
from isthmus.forecast.backtest.blocks import evidence_at
from isthmus.forecast.predict import Predictor, thin
from isthmus.inference.fit import Effort, fit
from isthmus.spec.load import load

SHARED = Path(__file__).parents[3] / "shared" / "data" / "corridor_monthly.csv"
EFFORT = Effort(chains=2, warmup=200, draws=200, search=200)
LAST = "2021-10"


@cache
def learned(kind, groups=("ECU", "VEN")):
    built = mini.model(LAST, groups=groups, fit=kind)
    values = mini.figures(built, seed=5)
    seen = evidence_at(values, built.grid.n_months - 3, built.knowledge)
    posterior = fit(built, seen, seed=1, effort=EFFORT)
    return built, values, seen, posterior


@pytest.mark.slow
def test_the_gaussian_says_what_the_sampler_says():
    """Expected figures and forecasts of the joint Gaussian beside those of the exact joint posterior."""
    found = {}
    for kind in ("gaussian", "sampled"):
        built, _, seen, posterior = learned(kind)
        forecast = Predictor(built).predict(thin(posterior.vectors, 300), seen, seed=3)
        logs = np.log1p(forecast.simulated.mean[:, :, built.fit_from : int(seen.last) + 3])
        found[kind] = np.median(logs, axis=0), logs.std(axis=0)
    away = np.abs(found["gaussian"][0] - found["sampled"][0]) / found["sampled"][1]
    ratio = found["gaussian"][1] / found["sampled"][1]
    assert np.median(away) < 0.35
    assert np.quantile(away, 0.9) < 1.2
    assert 0.75 < np.median(ratio) < 1.3


def test_later_figures_do_not_reach_the_fit():
    built, values, seen, posterior = learned("gaussian")
    noisy = values.copy()
    noisy[:, int(seen.last) + 1 :] = 7.0
    again = fit(built, evidence_at(noisy, int(seen.last), built.knowledge), seed=1, effort=EFFORT)
    np.testing.assert_array_equal(posterior.vectors, again.vectors)


def test_the_mode_is_found_to_a_twentieth_of_a_posterior_standard_deviation():
    posterior = learned("gaussian")[-1]
    assert posterior.diagnostics.moved < 0.05
    assert posterior.diagnostics.converged


def test_a_step_shortened_to_nothing_is_not_a_mode_at_rest(monkeypatch):
    built, _, seen, _ = learned("gaussian")
    monkeypatch.setattr("isthmus.inference.gaussian.mode.SHARES", ())
    monkeypatch.setattr("isthmus.inference.gaussian.mode.TRIES", 0)
    posterior = fit(built, seen, seed=1, effort=EFFORT)
    assert posterior.diagnostics.moved > 0.05
    assert posterior.diagnostics.message.startswith("THE FIT DID NOT FIND ITS MODE")


def test_a_group_without_figures_leans_on_the_others_and_stays_wide():
    built, values, _, _ = learned("gaussian", mini.GROUPS)
    none = values.copy()
    none[[k for k, sight in enumerate(built.sights) if built.groups[sight.group] == "CUB"]] = np.nan
    last = built.grid.n_months - 3
    posterior = fit(built, evidence_at(none, last, built.knowledge), seed=1, effort=EFFORT)
    z = posterior.vectors.reshape(-1, posterior.vectors.shape[-1])[:, : len(built.table.parameters)]
    spread = {g: z[:, built.table.names.index(f"groups.{g}.departures.level")].std() for g in built.groups}
    assert spread["CUB"] > 0.8
    assert spread["VEN"] < spread["CUB"]
    assert posterior.diagnostics.moved is not None
    assert np.isfinite(posterior.vectors).all()


def test_a_corridor_without_figures_says_where_they_come_from(tmp_path):
    loaded = load("darien")
    with pytest.raises(FiguresError, match=r"none of the series in the store; hand one over with --figures FILE"):
        figures_for(loaded.corridor, loaded.path, store=Store(tmp_path))


def test_the_long_form_serves_every_series_of_the_shipped_corridor():
    if not SHARED.exists():
        pytest.skip(f"no {SHARED}")
    from isthmus.data.align import align

    loaded = load("darien")
    seen = align(figures_for(loaded.corridor, loaded.path, SHARED), loaded.corridor, ("2023-01", "2023-02"))
    assert len(seen.series) == 128
    assert seen.mask[:, 0].mean() > 0.8
