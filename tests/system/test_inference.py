"""Inference on corridors simulated from their own prior: ranks, coverage, and no look at what came later."""

from __future__ import annotations

from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import toy
from isthmus.forecast.backtest.blocks import evidence_at
from isthmus.forecast.predict import Predictor, draw_figures, thin
from isthmus.inference.fit import Effort, fit_batch
from isthmus.inference.posterior import Layout, Paths, simulate, simulate_seen

SETS, RANKS = 48, 49
EFFORT = Effort(chains=2, warmup=400, draws=300, search=250)

PATCH = {
    "time": {"start": "2022-01", "fit_from": "2022-02", "reference": "2022-03"},
    "groups": {
        "CHN": {
            "departures": {
                "innovation": {"dist": "lognormal", "median": 0.2, "sd_log": 0.3},
                "trend": {"gain": {"dist": "logitnormal", "median": 0.2, "sd_logit": 0.7}, "damping": 0.8},
            },
        },
    },
    "legs": {"home_end": {"drift": 0.2}},
    "entry_rules": [
        {"group": "CHN", "place": "town", "requirement": "visa_required", "from": "2022-06-01", "source": "made up"},
    ],
    "series": {"end_events": {"detection": {"dist": "lognormal", "median": 0.9, "sd_log": 0.2}, "detection_drift": 0.1}},
}  # fmt: skip


@pytest.fixture(scope="module")
def built():
    return toy.model("2022-10", **PATCH)


def prior_paths(built, values, generator):
    """Departures with a damped trend; walks from the first fitted month on."""
    n, months = values["groups.CHN.departures.persistence"].shape[0], built.grid.n_months
    moving = np.arange(months) >= built.fit_from
    rho, sd = values["groups.CHN.departures.persistence"], values["groups.CHN.departures.innovation"]
    u = np.zeros((n, 1, months))
    gain, trend = values["groups.CHN.departures.trend.gain"], np.zeros(n)
    u[:, 0, 0] = sd / np.sqrt(1 - rho**2) * generator.standard_normal(n)
    for m in range(1, months):
        surprise = sd * generator.standard_normal(n)
        u[:, 0, m] = rho * u[:, 0, m - 1] + trend + surprise
        trend = 0.8 * (trend + gain * surprise)
    leg = built.legs[built.drifting_legs[0]]
    start = leg.start[0] + leg.start[1] * generator.standard_normal((n, 1, 1, 1))
    after = np.arange(months) > built.fit_from
    walk = np.cumsum(after * values[leg.drift][:, None] * generator.standard_normal((n, months)), axis=1)
    sight = built.sights[built.drifting_sights[0]]
    steps = moving * values[sight.drift][:, None] * generator.standard_normal((n, months))
    seen = np.log(values[sight.detection])[:, None, None] + np.cumsum(steps, axis=1)[:, None]
    return Paths(u, start + walk[:, None, None], seen, np.zeros((n, 0, 0)))


@pytest.fixture(scope="module")
def world(built):
    """Prior draws, figures simulated from them, and a fit to each set."""
    generator = np.random.default_rng(20)
    z = generator.standard_normal((SETS, len(built.table.parameters)))
    values = Predictor(built).natural(z)
    paths = prior_paths(built, values, generator)
    run = jax.jit(jax.vmap(lambda z, p: simulate(built, built.table.values(z), p, built.knowledge).mean))
    mean = np.asarray(run(jnp.asarray(z), jax.tree.map(jnp.asarray, paths)))
    phi = np.full((SETS, len(built.sights)), 80.0)
    figures = draw_figures(mean, phi, generator)
    figures[:, :, : built.fit_from] = np.nan
    last = built.grid.n_months - 1
    evidence = [evidence_at(rows, last, built.knowledge) for rows in figures]
    fits = fit_batch(built, evidence, seeds=list(range(SETS)), effort=EFFORT)
    seen = jax.jit(jax.vmap(partial(carried_paths, built)))
    found = []
    for fit in fits:
        vectors = thin(fit.vectors, RANKS)
        scalars, drawn = seen(jnp.asarray(vectors))
        found.append(quantities(built, np.asarray(scalars), jax.tree.map(np.asarray, drawn)))
    truth = quantities(built, z, paths)
    return {name: (truth[name], np.array([one[name] for one in found])) for name in truth}, fits


def carried_paths(built, vector):
    scalars, carried = Layout.of(built).split(vector)
    paths = simulate_seen(built, built.table.values(scalars), carried, built.knowledge, built.grid.n_months - 1)[1]
    return scalars, paths


def quantities(built, z, paths):
    out = {name: z[:, k] for k, name in enumerate(built.table.names)}
    out["first constant"] = paths.legs[:, 0, 0, built.fit_from]
    out["last constant"] = paths.legs[:, 0, 0, -1]
    out["last detection"] = paths.detection[:, 0, -1]
    out["first deviation"] = paths.departures[:, 0, 0]
    out["last deviation"] = paths.departures[:, 0, -1]
    return out


def test_ranks_of_the_truth_are_uniform(world):
    """Rationale: the truth is one more draw from the posterior (Talts et al. 2018, arXiv 1804.06788)."""
    known, _ = world
    for name, (truth, draws) in known.items():
        ranks = (draws < truth[:, None]).sum(axis=1)
        counts = np.bincount(ranks * 6 // (RANKS + 1), minlength=6)
        assert stats.chisquare(counts).pvalue > 0.001, (name, counts)
        assert stats.kstest((ranks + 0.5) / (RANKS + 1), "uniform").pvalue > 0.001, name


def test_intervals_cover_what_is_known(world):
    known, _ = world
    inside = {name: covered(truth, draws, 0.9) for name, (truth, draws) in known.items()}
    for name, share in inside.items():
        assert stats.binom.sf(round(share * SETS) - 1, SETS, 0.88) > 0.001, name
        assert stats.binom.cdf(round(share * SETS), SETS, 0.88) > 0.001, name
    assert 0.8 < np.mean(list(inside.values())) < 0.96


def covered(truth, draws, width):
    low, high = np.quantile(draws, [(1 - width) / 2, (1 + width) / 2], axis=1)
    return ((low <= truth) & (truth <= high)).mean()


def test_the_figures_teach_what_they_can_see(world):
    known, fits = world
    for name, least in (("groups.CHN.departures.level", 0.3), ("last constant", 0.7), ("last deviation", 0.2)):
        truth, draws = known[name]
        assert 1 - draws.var(axis=1).mean() / truth.var() > least, name
    assert np.median([fit.diagnostics.rhat.max() for fit in fits]) < 1.05
    assert sum(fit.diagnostics.divergences > 0 for fit in fits) <= SETS // 6


TINY_EFFORT = Effort(chains=2, warmup=100, draws=100, search=60)
ORIGINS = ("2022-06", "2022-07", "2022-08")


@pytest.fixture(scope="module")
def figures(built):
    simulated = toy.at_centre(built)
    drawn = draw_figures(np.asarray(simulated.mean)[None], np.full((1, 3), 80.0), np.random.default_rng(1))[0]
    drawn[:, : built.fit_from] = np.nan
    return drawn


def forecasts(built, values, origins):
    """Draws of each origin's forecast, as `backtest` makes them; ``values`` by origin."""
    lasts = [built.grid.position(origin) for origin in origins]
    evidence = [evidence_at(rows, last, built.knowledge) for rows, last in zip(values, lasts, strict=True)]
    fits = fit_batch(built, evidence, seeds=[100 + last for last in lasts], effort=TINY_EFFORT)
    return [
        predictor_of(built).predict(thin(fit.vectors, 50), seen, seed=1, names=("backtest", origin)).predicted
        for fit, seen, origin in zip(fits, evidence, origins, strict=True)
    ]


predictor_of = cache(Predictor)


@pytest.fixture(scope="module")
def together(built, figures):
    return forecasts(built, [figures] * 3, ORIGINS)


def test_a_forecast_does_not_change_with_figures_after_its_origin(built, figures, together):
    """Bit for bit, in a batch of origins, whatever comes after each origin: noise, gaps, other masks."""
    generator = np.random.default_rng(3)
    changed = []
    for origin in ORIGINS:
        after = np.arange(built.grid.n_months) > built.grid.position(origin)
        noise = np.where(generator.random(figures.shape) < 0.7, generator.integers(0, 10**6, figures.shape), np.nan)
        changed.append(np.where(after, noise, figures))
    for ours, theirs in zip(forecasts(built, changed, ORIGINS), together, strict=True):
        assert np.array_equal(ours, theirs)


def test_a_forecast_does_change_with_the_figure_of_its_origin(built, figures, together):
    changed = figures.copy()
    changed[0, built.grid.position(ORIGINS[1])] *= 1.5
    again = forecasts(built, [changed] * 3, ORIGINS)
    assert np.array_equal(again[0], together[0])
    assert not np.array_equal(again[1], together[1])


def test_a_forecast_does_not_depend_on_the_other_origins_of_its_batch(built, figures, together):
    alone = forecasts(built, [figures], ORIGINS[1:2])[0]
    last = built.grid.position(ORIGINS[1])
    assert np.allclose(np.median(alone, axis=0)[:, last + 1 :], np.median(together[1], axis=0)[:, last + 1 :], rtol=1e-6)
    assert (alone == together[1]).mean() > 0.999
