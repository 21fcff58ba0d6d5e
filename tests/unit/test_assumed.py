"""Blocks that say ``in_fit: false``: the fit is that without them, and they are laid over its draws."""

from __future__ import annotations

import numpy as np
import pytest

import toy
from isthmus.forecast.assumed import left_out, with_assumed
from isthmus.forecast.compiled import text_of
from isthmus.forecast.predict import Forecast, Predictor
from isthmus.forecast.prior import prior_worlds
from isthmus.model.blocks import in_fit
from isthmus.model.network import compile_model
from isthmus.pipeline.summary import crossroads
from isthmus.spec.load import load

BORROW = {"dist": "logitnormal", "median": 0.4, "sd_logit": 0.7, "source": "made up"}
SHORT = {"borrow": BORROW, "work": 0.1, "turn_back": 0.1, "work_days": {"mean_days": 40, "sd_days": 20}}
MONEY = {"classes": 3, "in_fit": False, "living_usd": 60.0, "short": SHORT}


@pytest.fixture(scope="module")
def both():
    corridor = toy.corridor(money=MONEY)
    whole, fitted = (Predictor(compile_model(one, "2022-09")) for one in (corridor, in_fit(corridor)))
    worlds = prior_worlds(fitted, fitted.model.knowledge, n_samples=400, seed=3)
    forecast = Forecast(10, worlds.scalars, worlds.paths, worlds.simulated, np.asarray(worlds.simulated.mean))
    return whole, fitted, forecast


def test_the_fit_of_a_block_left_out_is_that_of_a_corridor_without_it():
    assert text_of(in_fit(toy.corridor(money=MONEY))) == text_of(toy.corridor())
    assert in_fit(toy.corridor(money=MONEY | {"in_fit": True})).money is not None


def test_what_was_learned_stays_and_what_was_left_out_is_drawn_from_its_prior(both):
    whole, fitted, forecast = both
    carried = with_assumed(whole, fitted.model, forecast, whole.model.knowledge, seed=3)
    names, known = list(whole.model.table.names), list(fitted.model.table.names)
    assert left_out(whole.model, fitted.model) == ("money.short.borrow",)
    np.testing.assert_array_equal(carried.scalars[:, [names.index(n) for n in known]], forecast.scalars)
    drawn = carried.scalars[:, names.index("money.short.borrow")]
    assert abs(drawn.mean()) < 4 / np.sqrt(len(drawn))
    assert 0.85 < drawn.std() < 1.15
    np.testing.assert_array_equal(carried.predicted, forecast.predicted)


def test_people_run_out_of_money_only_where_the_block_is_laid_over(both):
    whole, fitted, forecast = both
    carried = with_assumed(whole, fitted.model, forecast, whole.model.knowledge, seed=3)
    assert forecast.simulated.trajectories.stranded is None
    assert carried.simulated.trajectories.stranded.max() > 0


def test_nothing_is_laid_over_a_fit_that_knows_all(both):
    _, fitted, forecast = both
    assert with_assumed(fitted, fitted.model, forecast, fitted.model.knowledge, seed=3) is forecast


def test_who_returns_parts_from_who_goes_on_where_the_ways_part():
    model = compile_model(in_fit(load("china-ecuador-us").corridor), "2022-03")
    assert [(place.id, onward) for place, onward in crossroads(model)] == [("ecuador", ["ecuador_colombia"])]
