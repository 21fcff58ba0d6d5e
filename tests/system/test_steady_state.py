"""Corridors simple enough to be solved on paper."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import toy
from isthmus.engines.cohort import expected, replicate
from isthmus.model.network import compile_model

ONE_WAY = {
    "places": {"town": toy.REMOVE},
    "legs": {"home_town": toy.REMOVE, "town_end": toy.REMOVE, "town_home": toy.REMOVE},
    "entry_rules": [],
    "series": {
        "town_entries": toy.REMOVE,
        "town_exits": toy.REMOVE,
        "end_events": {"watches": {"arrivals_at": "end"}},
    },
}


def position(rows, name):
    return [row.id for row in rows].index(name)


def one_way(step, mean=40.0, sd=25.0):
    patch = toy.merged(ONE_WAY, {"time": {"step": step}, "legs": {"home_end": {"duration": {"mean_days": mean, "sd_days": sd}}}})
    return toy.model("2024-12", **patch)


@pytest.mark.parametrize("step", ["day", "dekad", "month"])
def test_one_leg_fills_up_by_littles_law(step):
    """Rationale: with constant departures, people under way = departures a day x mean days (Little 1961), for any step.

    Expected: once the slowest have arrived, arrivals equal departures and the stock stands at the closed form.
    """
    built = one_way(step)
    a_day = 7.0
    out = toy.carried(built, a_day * built.grid.days[None], toy.choose(built))
    end = position(built.places, "end")
    assert float(out.arrivals[end, 0, -1]) == pytest.approx(a_day * built.grid.days[-1], rel=1e-6)
    assert float(out.moving[0, 0, -1]) == pytest.approx(a_day * 40.0, rel=1e-5)


def test_arrivals_follow_the_distribution_of_durations():
    """Of those who left evenly over a day, the share arrived k days later is the gamma distribution averaged over the day."""
    built = one_way("day")
    left = np.zeros((1, built.grid.n_steps))
    left[0, 3] = 1.0
    arrived = np.cumsum(toy.carried(built, left, toy.choose(built)).arrivals[position(built.places, "end"), 0])[3:]
    shape, scale = (40 / 25) ** 2, 25**2 / 40
    at = (np.arange(2000) + 0.5) / 2000
    for k in (5, 20, 40, 90):
        by_the_end_of_day = stats.gamma.cdf(k + 1 - at[:, None] - 0, shape, scale=scale).mean()
        assert arrived[k] == pytest.approx(by_the_end_of_day, abs=1e-4)


@pytest.fixture(scope="module")
def by_step():
    """Monthly figures of the tiny corridor under constant departures, relative to each series' largest, less those by days."""
    patch = {"groups": {"CHN": {"departures": {"feedback": 0.0}}}, "entry_rules": []}
    seen = {}
    for step in ("month", "dekad", "day"):
        built = toy.model("2022-12", **toy.merged(patch, {"time": {"step": step}}))
        seen[step] = np.asarray(toy.at_centre(built).seen)
    return {step: (seen[step] - seen["day"]) / seen["day"].max(axis=1, keepdims=True) for step in ("month", "dekad")}


@pytest.mark.parametrize("step", ["month", "dekad"])
def test_shorter_steps_give_the_same_totals(by_step, step):
    assert np.abs(by_step[step]).max() < 0.08
    assert np.abs(by_step[step].cumsum(axis=1)).max() < 0.08
    assert np.abs(by_step[step][:, 2:].mean(axis=1)).max() < 0.005


def test_halving_the_step_converges(by_step):
    coarse, fine = (np.abs(by_step[step][:, 2:]).max(axis=1) for step in ("month", "dekad"))
    assert np.all(fine <= 0.6 * coarse + 1e-12)
    assert np.all(fine < 0.001)


REPLICATES = 1500


@pytest.fixture(scope="module")
def histories():
    built = toy.model("2022-09")
    chosen = toy.choose(built)
    people = np.full((1, built.grid.n_steps), 30.0)
    shares, settle = np.asarray(chosen.leg), np.asarray(chosen.settle)
    generator = np.random.default_rng(2)
    whole = [replicate(built, people, shares, settle, generator=generator) for _ in range(REPLICATES)]
    return built, expected(built, people, shares, settle), whole


@pytest.mark.parametrize("name", ["departures", "arrivals", "leg_flow", "leg_arrivals", "moving", "waiting"])
def test_replicates_are_poisson_about_the_mean(histories, name):
    """Poisson departures split and delayed at random stay Poisson: variance = mean for every flow and stock (Kingman 1993)."""
    _, mean, whole = histories
    draws = np.array([getattr(out, name) for out in whole], float).reshape(REPLICATES, -1)
    target = np.asarray(getattr(mean, name)).reshape(-1)
    busy = target > 1
    assert busy.any()
    z = (draws.mean(axis=0)[busy] - target[busy]) / np.sqrt(target[busy] / REPLICATES)
    assert np.abs(z).max() < 4.5
    ratio = draws.var(axis=0, ddof=1)[busy] / target[busy]
    assert np.abs(ratio - 1).max() < 5 * np.sqrt((2 + 1 / target[busy].min()) / REPLICATES)


def test_those_who_left_are_split_binomially(histories):
    """Given departures N, those on one leg are Binomial(N, P): Var(X - P N) = N P (1 - P)."""
    built, mean, whole = histories
    k, home = position(built.legs, "home_end"), position(built.places, "home")
    share = (mean.leg_flow[k] / mean.departures)[0]
    left = np.array([out.departures[0] for out in whole], float)
    took = np.array([out.leg_flow[k, 0] for out in whole], float)
    z = (took - share * left) / np.sqrt(30.0 * share * (1 - share))
    assert np.abs(z.mean(axis=0)).max() < 4.5 / np.sqrt(REPLICATES)
    assert np.abs(z.var(axis=0) - 1).max() < 5 * np.sqrt(2.1 / REPLICATES)
    assert all(np.array_equal(out.leg_flow[[k, position(built.legs, "home_town")]].sum(axis=0), out.departures) for out in whole)
    assert built.origins == (home,)


def test_a_billion_people_are_divided_as_a_thousand():
    built = toy.model("2022-03")
    chosen = toy.choose(built)
    out = replicate(
        built, np.full((1, built.grid.n_steps), 1e9), np.asarray(chosen.leg), np.asarray(chosen.settle),
        generator=np.random.default_rng(0),
    )  # fmt: skip
    mean = expected(built, out.departures.astype(float), np.asarray(chosen.leg), np.asarray(chosen.settle))
    assert out.departures.sum() > 4e9
    assert np.allclose(out.leg_flow, mean.leg_flow, rtol=1e-3)


def test_departures_follow_accessibility_with_elasticity_kappa():
    """Log departures move by kappa times the change in the log-sum at the origin, and not at all with kappa 0."""
    for kappa in (0.0, 0.5, 1.3):
        built = toy.model(groups={"CHN": {"departures": {"feedback": kappa}}})
        simulated = toy.at_centre(built)
        value = np.asarray(simulated.choices.value)[built.origins[0], 0]
        people = np.asarray(simulated.trajectories.departures)[0] / built.grid.days
        reference = list(built.grid.months).index("2022-06")
        assert np.allclose(np.log(people / people[reference]), kappa * (value - value[reference]), atol=1e-12)
        level = people[reference] * 30.4375
        assert level == pytest.approx(2000, rel=1e-12)


def test_two_corridors_interleave():
    """No state outside the model: running one corridor between two runs of another changes nothing."""
    one = compile_model(toy.corridor(), "2022-12")
    first = np.asarray(toy.at_centre(one).mean)
    toy.at_centre(toy.model(choice={"cost": 3.0}))
    assert np.array_equal(first, np.asarray(toy.at_centre(one).mean))
    assert jnp.asarray(first).dtype == jnp.float64
