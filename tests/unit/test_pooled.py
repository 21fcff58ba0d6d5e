"""The regression over all series and the pool it goes into."""

import numpy as np
import pytest

import mini
from isthmus.forecast.combine import REACH, combined, highest, moved, pool, upstream
from isthmus.forecast.rivals import Outlook, pooled_regression

GROUPS = np.repeat(np.arange(8), 3)
PLACES = ["ecuador", "darien", "us_border"] * 8


def series(seed, months=40, shock=0.0):
    """Walks that return to their level: what is above it falls."""
    generator = np.random.default_rng(seed)
    logs = np.zeros((24, months))
    for t in range(1, months):
        logs[:, t] = 0.5 * logs[:, t - 1] + 0.3 * generator.standard_normal(24)
    logs[0, -1] += shock
    return np.round(np.exp(6 + logs))


def test_what_stands_above_its_lately_mean_is_expected_to_fall():
    up, down = (pooled_regression(series(1, shock=s), GROUPS, PLACES, 3)[0] for s in (1.0, -1.0))
    high, low = (np.log(series(1, shock=s)[0, -1] + 1) for s in (1.0, -1.0))
    assert np.median(up.location[:, 2]) < high - 0.2
    assert np.median(down.location[:, 2]) > low + 0.2


def test_intervals_hold_what_comes_about_as_often_as_they_say():
    held = []
    for seed in range(12):
        whole = series(seed, months=43)
        for k, one in enumerate(pooled_regression(whole[:, :40], GROUPS, PLACES, 3)):
            low, high = np.quantile(one.draws(400), [0.05, 0.95], axis=0)
            held.append((whole[k, 40:] >= low) & (whole[k, 40:] <= high))
    assert 0.8 < np.mean(held) < 0.95


def test_a_series_without_late_figures_and_a_panel_without_past_say_so():
    history = series(2)
    history[5, -6:] = np.nan
    assert pooled_regression(history, GROUPS, PLACES, 2)[5] == "no figure in the last 4 months"
    assert pooled_regression(history[:, :6], GROUPS, PLACES, 2)[0] == "fewer than 100 past months and series to learn from"


def test_a_pool_has_half_of_each_and_keeps_the_order():
    ours, theirs = np.array([[30.0], [10.0], [20.0], [40.0]]), np.array([[100.0], [110.0], [120.0], [130.0]])
    both = pool(ours, theirs)
    assert np.argsort(both[:, 0]).tolist() == np.argsort(ours[:, 0]).tolist()
    assert both[:, 0].mean() == pytest.approx((ours.mean() + theirs.mean()) / 2)
    assert np.isnan(pool(np.full((4, 1), np.nan), theirs)).all()


def test_a_series_of_which_nothing_is_said_is_left_alone_and_a_policy_moves_the_rest():
    draws = np.arange(12.0).reshape(4, 3, 1)
    outlook = Outlook(np.full((2, 1), 5.0), np.full((2, 1), 0.1))
    np.testing.assert_array_equal(
        combined(draws, ["nothing", outlook, "nothing"], np.full(3, np.inf))[:, [0, 2]], draws[:, [0, 2]]
    )
    assert moved(outlook, np.full((7, 1), -1.0)).location.tolist() == [[4.0], [4.0]]
    assert moved("nothing", np.zeros((1, 1))) == "nothing"


def test_what_rose_upstream_comes_by_later():
    """Downstream follows upstream by a month; a rise that has not arrived yet is expected."""
    generator = np.random.default_rng(3)
    logs = np.cumsum(0.3 * generator.standard_normal((8, 41)), axis=1)
    follows = np.concatenate([np.zeros((8, 1)), logs[:, :-1]], axis=1)
    whole = np.round(np.exp(7 + np.stack([logs, follows], axis=1).reshape(16, 41)))
    groups, places = np.repeat(np.arange(8), 2), ["darien", "honduras"] * 8
    said = pooled_regression(whole, groups, places, 2, [-1, 0, -1, 2, -1, 4, -1, 6, -1, 8, -1, 10, -1, 12, -1, 14])
    moved_by = [np.median(said[k].location[:, 0]) - np.log1p(whole[k, -1]) for k in range(1, 16, 2)]
    still_to_come = np.log1p(whole[::2, -1]) - np.log1p(whole[1::2, -1])
    assert np.corrcoef(moved_by, still_to_come)[0, 1] > 0.8


def test_small_counts_are_expected_to_rise_more_than_large_ones():
    generator = np.random.default_rng(4)
    mean = np.repeat([0.7, 400.0], 12)[:, None]
    history = generator.poisson(mean, (24, 40)).astype(float)
    history[:, -1] = np.round(mean[:, 0] * 0.5)
    said = pooled_regression(history, np.arange(24), ["here"] * 24, 1)
    small, large = (np.mean([np.mean(one.location) for one in part]) for part in (said[:12], said[12:]))
    assert small > np.log1p(0.0) + 0.1
    assert large == pytest.approx(np.log1p(200.0), abs=0.6)


def test_upstream_is_the_groups_next_count_before_on_the_way():
    model = mini.model("2021-10", groups=("VEN",))
    names = [sight.id for sight in model.sights]
    before = {name: names[at] if at >= 0 else None for name, at in zip(names, upstream(model), strict=True)}
    assert before["ven_ecuador"] is None
    assert before["ven_colombia"] == "ven_ecuador"
    assert before["ven_darien"] == "ven_colombia"
    assert before["ven_us_border"] == "ven_mexico"


def test_no_draw_of_a_pool_lies_far_beyond_what_the_group_has_shown_anywhere():
    model = mini.model("2021-10", groups=("VEN", "CUB"))
    groups = np.array([sight.group for sight in model.sights])
    history = np.full((len(groups), 5), np.nan)
    mine = np.flatnonzero(groups == groups[0])
    history[mine[0], 2], history[mine[1], 3] = 40.0, 7.0
    most = highest(model, history)
    assert set(most[groups == groups[0]]) == {REACH * 41}
    assert set(most) == {REACH * 41}, "a group without figures takes the bound of all"
    history[np.flatnonzero(groups != groups[0])[0], 1] = 9.0
    assert set(highest(model, history)[groups != groups[0]]) == {REACH * 10}
    draws = np.full((50, len(groups), 2), 1e12)
    assert (combined(draws, ["nothing"] * len(groups), most) == REACH * 41).all()
    assert np.isnan(combined(np.full((4, len(groups), 1), np.nan), ["nothing"] * len(groups), most)).all()
