"""The parts of a backtest by hand: origins, regimes, vintages, the step rival, the stack, the leaderboard."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import toy
from isthmus.data.figures import Figures
from isthmus.data.series import Figure
from isthmus.errors import InputError
from isthmus.forecast.backtest.leaderboard import Frame, coverage_curve, leaderboard, pit_histogram, unpooled
from isthmus.forecast.backtest.origins import blocks_of, changes, regime, usual_origins, wanted_origins
from isthmus.forecast.backtest.rivalry import Said, arrays_of, said_of
from isthmus.forecast.backtest.scoring import Entry, Scored, Stand, Told, measures, mixed, told_by_outlook, without_draws
from isthmus.forecast.backtest.stack import RESOLVED, log_score_weights, resolved, shrunk, weights_of
from isthmus.forecast.backtest.vintages import Vintages
from isthmus.forecast.rivals import Outlook, random_walk, statistical, step_walk
from isthmus.forecast.rivals.step import steps
from isthmus.pipeline.trigger_skill import Asked
from isthmus.timegrid import month_range


def test_origins_that_cannot_be_had_are_refused_in_words():
    with pytest.raises(InputError, match="2021-01: expected a month from 2022-05 to 2022-11; found outside the figures"):
        wanted_origins("2022-01", "2022-12", months=("2022-06", "2021-01"))
    with pytest.raises(InputError, match="--origins 9: expected 1 to 7 origins"):
        wanted_origins("2022-01", "2022-12", count=9)
    with pytest.raises(InputError, match="at least 6 months of figures"):
        wanted_origins("2022-01", "2022-05")


def test_origins_are_the_last_ones_in_order():
    assert wanted_origins("2022-01", "2022-12", count=2) == ("2022-10", "2022-11")
    assert wanted_origins("2022-01", "2022-12", months=("2022-09", "2022-07")) == ("2022-07", "2022-09")
    assert usual_origins("2022-01", "2023-04") == ("2023-01", "2023-02", "2023-03")
    assert usual_origins("2022-01", "2022-08") == ("2022-05", "2022-06", "2022-07")


def test_blocks_are_counted_from_the_last_origin():
    late, early = month_range("2023-01", "2023-08"), month_range("2022-10", "2023-08")
    assert blocks_of(late, 6)[-1] == blocks_of(early, 6)[-1] == late[-6:]
    assert [o for block in blocks_of(early, 6) for o in block] == list(early)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [("2022-03", "before"), ("2022-04", "straddle"), ("2022-09", "straddle"), ("2022-10", "after"), ("2023-02", "after")],
)
def test_targets_lie_before_across_or_after_a_change(origin, expected):
    assert regime(origin, 6, ["2022-10"]) == expected
    assert regime(origin, 6, []) == "before"


def test_changes_are_policies_with_an_effect_and_rules_that_begin_within_the_figures():
    found = changes(toy.corridor())
    assert [(c.month, c.announced, c.groups) for c in found] == [("2022-10", "2022-09", ("CHN",))]
    policy = {"label": "X", "date": dt.date(2022, 3, 1), "source": "made up"}
    marked = toy.corridor(policies={"x": policy})
    assert len(changes(marked)) == 1
    moved = toy.corridor(policies={"x": {**policy, "effects": [{"on": "departures", "size": 0.2}]}})
    assert next(c.label for c in changes(moved)) == "X"


def figure(period, value, seen, series="town_entries"):
    return Figure(series, "town", "CHN", period, "flow", "persons", value, "Office", seen, "S", "")


def one_series(**patch):
    return toy.corridor(series={"town_exits": toy.REMOVE, "end_events": toy.REMOVE, **patch})


def test_a_dated_table_shows_what_was_published_by_the_origin():
    months = month_range("2022-01", "2022-04")
    rows = [figure(m, 100.0 + k, f"2022-{k + 2:02d}-15") for k, m in enumerate(months)]
    revised = [*rows, figure("2022-01", 70.0, "2022-04-10")]
    known = Vintages(Figures(tuple(revised)), one_series(), months, "2022-01")
    assert known.how == ("published by then",)
    assert np.array_equal(known.known_at("2022-03")[0], [100, 101, np.nan, np.nan], equal_nan=True)
    assert np.array_equal(known.known_at("2022-04")[0], [70, 101, 102, np.nan], equal_nan=True)
    assert np.array_equal(known.latest[0], [70, 101, 102, 103])


def test_a_table_seen_at_once_is_cut_at_the_origin_and_its_delay():
    months = month_range("2022-01", "2022-04")
    figures = Figures(tuple(figure(m, 100.0 + k, "2024-05-31") for k, m in enumerate(months)))
    plain = Vintages(figures, one_series(), months, "2022-01")
    assert plain.how == ("latest, cut",)
    assert np.array_equal(plain.known_at("2022-03")[0], [100, 101, 102, np.nan], equal_nan=True)
    late = Vintages(figures, one_series(town_entries={"delay_months": 1}), months, "2022-01")
    assert np.array_equal(late.known_at("2022-03")[0], [100, 101, np.nan, np.nan], equal_nan=True)


def test_the_step_is_what_the_policy_adds_from_the_origin_on():
    without = np.full((4, 1, 8), 5.0)
    effect = np.array([0, 0, 0, 0.1, 0.4, 0.5, 0.5, 0.5])
    found = steps(without + effect, without, last=3, horizon=6)
    assert np.allclose(found[0, 0, :4], [0.3, 0.4, 0.4, 0.4])
    assert np.isnan(found[0, 0, 4:]).all()
    walk = random_walk(np.array([100.0, 120, 90, 110]), 4)
    assert np.allclose(step_walk(walk, np.zeros((50, 4))).draws(400), walk.draws(400))
    moved = step_walk(walk, np.full((50, 4), np.log(2)))
    assert np.allclose(np.median(np.log1p(moved.draws(400)), axis=0) - np.log1p(110), np.log(2), atol=0.02)


def test_statistical_rivals_speak_and_are_capped():
    pytest.importorskip("statsforecast")
    rising = np.expm1(np.linspace(2, 9, 30))
    found = statistical(rising, 6)
    assert set(found) == {"ets", "arima", "theta", "equal_mix"}
    for name, outlook in found.items():
        assert isinstance(outlook, Outlook), (name, outlook)
        assert (outlook.location <= 9 + np.log(10) + 1e-9).all()
    assert len(found["equal_mix"].location) == 3
    assert "fewer than" in statistical(np.array([np.nan, 3.0, np.nan]), 6)["ets"]


def test_without_the_library_the_rivals_say_so(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "statsforecast", None)
    assert "benchmark" in statistical(np.arange(30.0), 3)["arima"]


def test_a_rival_that_fails_to_fit_says_why_and_the_others_go_on(monkeypatch):
    models = pytest.importorskip("statsforecast.models")

    def fails(*_, **__):
        message = "singular"
        raise ValueError(message)

    monkeypatch.setattr(models.AutoARIMA, "forecast", fails)
    found = statistical(np.arange(30.0) + 100, 3)
    assert found["arima"] == "could not be fitted (ValueError: singular)"
    assert len(found["equal_mix"].location) == 2


def test_what_rivals_said_survives_as_arrays():
    outlook = Outlook(np.array([[1.0, 2.0], [1.5, 2.5]]), np.full((2, 2), 0.3))
    said = [Said("2023-01", {"a": (outlook, "too short"), "b": ("none", "none")})]
    (again,) = said_of(arrays_of(said))
    assert again.outlooks["a"][1] == "too short"
    assert again.outlooks["b"] == ("none", "none")
    assert np.array_equal(again.outlooks["a"][0].location, outlook.location)


def told(log_mass, horizon=2):
    return Told(np.full((400, horizon), 10.0), np.full(horizon, float(log_mass)))


def stand(ours, walk, observed=(9.0, 11.0)):
    entries = {Entry("isthmus", "real_time"): told(ours), Entry("random_walk", "any"): told(walk)}
    return Stand(entries, {}, np.array(observed))


def test_weights_go_to_who_gave_what_came_more_probability():
    masses = np.log(np.array([[0.3, 0.1], [0.3, 0.1], [0.05, 0.1]]))
    weights = log_score_weights(masses)
    grid = np.linspace(0, 1, 2001)
    best = grid[np.argmax([np.log(w * np.exp(masses[:, 0]) + (1 - w) * np.exp(masses[:, 1])).sum() for w in grid])]
    assert weights[0] == pytest.approx(best, abs=0.002)
    assert np.allclose(log_score_weights(np.zeros((0, 4))), 0.25)


def test_weights_are_held_to_equal_until_enough_has_resolved():
    extreme = np.array([1.0, 0.0])
    assert np.allclose(shrunk(extreme, 0), 0.5)
    assert np.allclose(shrunk(extreme, RESOLVED // 2), [0.75, 0.25])
    assert np.allclose(shrunk(extreme, 10 * RESOLVED), extreme)


def test_only_forecasts_whose_month_had_come_weigh():
    origins = ["2023-01", "2023-02", "2023-03"]
    rows = [[stand(-1, -2)], [stand(-1, -2)], [stand(-1, -2)]]
    members = (Entry("isthmus", "real_time"), Entry("random_walk", "any"))
    assert [resolved(rows, origins, members, o)[1] for o in ("2023-01", "2023-02", "2023-03")] == [0, 1, 3]
    weights = weights_of(rows, origins, members)
    assert np.array_equal(weights, weights_of([[without_draws(one) for one in row] for row in rows], origins, members))
    later = [[stand(-9, -1)], [stand(-9, -1)], [stand(-9, -1, (np.nan, np.nan))]]
    assert np.allclose(weights_of([rows[0], *later[1:]], origins, members)[0], weights[0])
    assert weights[2, 0] > weights[1, 0] > weights[0, 0] == 0.5


def test_a_mixture_deals_draws_by_weight_and_averages_probability():
    low, high = Told(np.zeros((400, 1)), np.log([0.2])), Told(np.ones((400, 1)), np.log([0.6]))
    both = mixed([low, high], np.array([0.25, 0.75]))
    assert both.draws.mean() == 0.75
    assert np.exp(both.log_mass[0]) == pytest.approx(0.25 * 0.2 + 0.75 * 0.6)


def filled_board(ratio, n_origins=14):
    generator = np.random.default_rng(2)
    scored = Scored(tuple(month_range("2023-01", f"2024-{n_origins - 12:02d}")), ("a", "b"), 6)
    walk = generator.gamma(20, 0.05, (n_origins, 2, 6))
    for measure in ("crps_log", "crps", "wis", "log_score", "covered50", "covered90", "pit"):
        scored.scores[measure] = {Entry("random_walk", "any"): walk, Entry("isthmus", "real_time"): ratio * walk}
    return scored


def test_who_is_twice_as_good_everywhere_beats_everywhere():
    scored = filled_board(0.5)
    regimes = np.array([["before", "after"]] * 14)
    rows = leaderboard(scored, Frame(regimes, ("CHN", "VEN"), (True, True)), seed=1)
    ours = [r for r in rows if r.model == "isthmus"]
    assert {r.scope for r in ours} == {"all", "horizons", "horizon", "regime", "half", "group", "series"}
    assert all(r.relative_skill == pytest.approx(0.5) for r in ours)
    assert {r.verdict for r in ours if r.scope == "all"} == {"beats"}
    assert "too few origins" in next(r.verdict for r in ours if r.scope == "half")
    assert not [r for r in rows if r.part == "straddle"]


def test_series_that_cannot_be_judged_are_left_out_by_name():
    latest = np.array([[100.0, 200], [0, 0], [np.nan, np.nan], [3, 4]])
    left = unpooled(latest, ["CHN", "CHN", "CHN", "UZB"], ["a", "zeros", "empty", "small"])
    assert left == {
        "zeros": "all figures are zero",
        "empty": "no figure in the fitted months",
        "small": "the group never reaches 50 a month",
    }


def test_a_series_of_zeros_can_be_scored_and_does_not_upset_the_rest():
    walk = random_walk(np.zeros(12), 3)
    found = measures(told_by_outlook(walk, np.zeros(3)), np.zeros(3))
    assert all(np.isfinite(values).all() for values in found.values())


def test_calibration_is_counted_from_the_pit():
    pit = (np.arange(1000) + 0.5) / 1000
    assert coverage_curve(pit, (0.5, 0.9)) == pytest.approx([0.5, 0.9])
    assert pit_histogram(pit) == pytest.approx([0.1] * 10)
    assert np.isnan(coverage_curve(np.array([np.nan]), (0.5,))[0])


def test_a_trigger_is_held_against_the_months_it_reaches_into():
    draws = np.zeros((3, 4, 2, 3))
    draws[0, :3, 1, 1] = 20.0
    observed = np.zeros((3, 2, 3))
    observed[0, 1, 2], observed[1, 1, 0], observed[2, 1, 1] = 30.0, 30.0, np.nan
    assert Asked(series=1, above=10.0, months=2).pairs(draws, observed) == [(0.75, 0.0), (0.0, 1.0)]
    assert Asked(series=1, above=10.0, months=4).pairs(draws, observed) == [], "the horizon does not reach so far"
