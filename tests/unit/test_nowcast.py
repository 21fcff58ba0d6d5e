"""What was counted so far of a month: read, and set against the draws."""

import numpy as np
import pytest

from isthmus.data.partial import read_parts
from isthmus.errors import FiguresError
from isthmus.forecast.nowcast import Counted, counted, nowcast

SERIES = ("darien", "honduras")


def table(tmp_path, *rows):
    path = tmp_path / "partial.csv"
    path.write_text("\n".join(["series,from,to,value", *rows]) + "\n", "utf-8")
    return path


def test_weeks_and_dekads_of_a_month_add_up(tmp_path):
    path = table(
        tmp_path, "darien,2024-06-01,2024-06-10,100", "darien,2024-06-11,2024-06-20,140", "honduras,2024-07-01,2024-07-07,9"
    )
    found = counted(read_parts(path, SERIES), SERIES, ("2024-06", "2024-07"))
    assert found == [Counted(0, 0, 240.0, pytest.approx(20 / 30)), Counted(1, 1, 9.0, pytest.approx(7 / 31))]
    assert counted(read_parts(path, SERIES), SERIES, ("2024-08",)) == []


def test_all_that_is_wrong_with_a_table_is_said_at_once(tmp_path):
    path = table(
        tmp_path, "nowhere,2024-06-01,2024-06-10,1", "darien,2024-06-20,2024-07-04,1", "darien,2024-06-01,2024-06-10,-3",
        "darien,June,2024-06-10,3", "honduras,2024-06-01,2024-06-10,1", "honduras,2024-06-10,2024-06-12,1",
    )  # fmt: skip
    with pytest.raises(FiguresError) as caught:
        read_parts(path, SERIES)
    said = str(caught.value)
    for words in (
        "a series of the corridor",
        "up to 7 days are split for you",
        "a count, zero or more",
        "days as YYYY-MM-DD",
        "which overlap",
    ):
        assert words in said
    path.write_text("series,from,to\n", "utf-8")
    with pytest.raises(FiguresError, match="no value"):
        read_parts(path, SERIES)


def test_a_week_that_goes_on_into_the_next_month_is_split_by_days(tmp_path):
    path = tmp_path / "weekly.csv"
    path.write_text("series,period,value\ndarien,2024-W26,60\ndarien,2024-W27,70\nhonduras,2024-06-D3,20\n", "utf-8")
    found = counted(read_parts(path, SERIES), SERIES, ("2024-06", "2024-07"))
    assert found == [
        Counted(0, 0, pytest.approx(60 + 0), pytest.approx(7 / 30)),
        Counted(0, 1, pytest.approx(70), pytest.approx(7 / 31)),
        Counted(1, 0, 20.0, pytest.approx(10 / 30)),
    ]
    path.write_text("series,period,value\ndarien,2024-W31,70\n", "utf-8")
    parts = read_parts(path, SERIES)
    assert [(str(p.begin), str(p.end), p.value) for p in parts] == [
        ("2024-07-29", "2024-07-31", pytest.approx(30)),
        ("2024-08-01", "2024-08-04", pytest.approx(40)),
    ]


@pytest.mark.parametrize("period", ["2024-W54", "2024-06-D4", "2024-13-D1", "June", ""])
def test_a_period_that_no_calendar_has_is_named(tmp_path, period):
    path = tmp_path / "weekly.csv"
    path.write_text(f"series,period,value\ndarien,{period},60\n", "utf-8")
    with pytest.raises(FiguresError, match="a week 2024-W23, a dekad 2024-06-D2 or a day"):
        read_parts(path, SERIES)


def test_a_count_narrows_its_month_and_moves_what_goes_with_it_and_nothing_else():
    generator = np.random.default_rng(0)
    level = np.exp(6 + 0.5 * generator.standard_normal((2000, 1)))
    darien = level * np.exp(0.1 * generator.standard_normal((2000, 3)))
    honduras = 0.5 * level * np.exp(0.2 * generator.standard_normal((2000, 3)))
    other = np.exp(5 + generator.standard_normal((2000, 3)))
    predicted = np.stack([darien, honduras, other], axis=1)
    told = nowcast(predicted, [Counted(0, 0, 500.0, 2 / 3)], (0, 0, 1), np.random.default_rng(1))
    assert np.median(told[:, 0, 0]) == pytest.approx(750, rel=0.12)
    assert np.log(told[:, 0, 0]).std() < 0.5 * np.log(darien[:, 0]).std()
    assert np.median(told[:, 1, 2]) > 1.4 * np.median(honduras[:, 2])
    np.testing.assert_array_equal(told[:, 2], other)


def test_a_count_far_from_every_draw_leaves_more_than_one():
    predicted = np.random.default_rng(0).normal(1000, 50, (500, 1, 2))
    told = nowcast(predicted, [Counted(0, 0, 1020.0, 1.0)], (0,), np.random.default_rng(1))
    assert len(np.unique(told[:, 0, 0])) > 15
    assert np.median(told[:, 0, 1]) > np.median(predicted[:, 0, 1]) - 20


def test_a_month_is_not_smaller_than_what_was_counted_of_it():
    predicted = np.random.default_rng(0).normal(500, 50, (500, 1, 2))
    told = nowcast(predicted, [Counted(0, 0, 1000.0, 0.6)], (0,), np.random.default_rng(1))
    assert told[:, 0, 0].min() >= 1000


def test_a_count_beyond_every_draw_leaves_the_rest_of_the_month_open():
    predicted = np.random.default_rng(0).normal(1000, 50, (500, 1, 2))
    told = nowcast(predicted, [Counted(0, 0, 2000.0, 0.5)], (0,), np.random.default_rng(1))[:, 0, 0]
    assert told.min() >= 2000
    assert np.median(told) == pytest.approx(4000, rel=0.1)
    assert np.quantile(told, 0.95) > 1.3 * np.quantile(told, 0.05)
    whole = nowcast(predicted, [Counted(0, 0, 2000.0, 1.0)], (0,), np.random.default_rng(1))[:, 0, 0]
    assert whole.min() >= 2000
    assert 0 < np.ptp(whole) < 200


def groups_draws(seed=0, n=2000):
    generator = np.random.default_rng(seed)
    level = np.exp(7 + 0.3 * generator.standard_normal((n, 1, 1)))
    return np.round(level * np.exp(0.1 * generator.standard_normal((n, 2, 3))))


def test_of_a_normal_world_the_update_is_the_exact_posterior():
    predicted = groups_draws()
    one = Counted(0, 0, 1500.0, 1.0)
    told = nowcast(predicted, [one], (0, 0), np.random.default_rng(1))
    logs = np.log(predicted + 0.5).reshape(2000, -1)
    covariance = np.cov(logs.T)
    gain = covariance[:, 0] / (covariance[0, 0] + one.spread(0.25) ** 2)
    mean = logs.mean(0) + gain * (np.log(1500.5) - logs[:, 0].mean())
    variance = np.diag(covariance) - gain * covariance[0]
    after = np.log(told + 0.5).reshape(2000, -1)
    free = np.arange(1, 6)  # the month counted is held at or above its count besides
    np.testing.assert_allclose(after.mean(0)[free], mean[free], atol=0.01)
    np.testing.assert_allclose(after.std(0)[free], np.sqrt(variance[free]), rtol=0.06)


def test_all_draws_are_left_whatever_is_counted():
    predicted = groups_draws()
    for value in (900.0, 4000.0):
        told = nowcast(predicted, [Counted(0, 0, value, 1.0), Counted(1, 0, value, 1.0)], (0, 0), np.random.default_rng(1))
        assert len(np.unique(told[:, 1, 2])) > 300  # whole numbers; by weight, twenty draws were left


def test_counts_that_contradict_each_other_are_believed_less_than_counts_that_agree():
    predicted = groups_draws()
    width = {}
    for name, (a, b) in {"agree": (730.0, 730.0), "contradict": (300.0, 1500.0)}.items():
        told = nowcast(predicted, [Counted(0, 0, a, 2 / 3), Counted(1, 0, b, 2 / 3)], (0, 0), np.random.default_rng(1))
        width[name] = np.log(told[:, 0, 2] + 0.5).std()
    assert width["contradict"] > 1.1 * width["agree"]


def test_days_that_are_not_all_in_are_scaled_up_where_that_is_known(tmp_path):
    rows = ("darien,2024-06-01,2024-06-10,400,", "darien,2024-06-11,2024-06-20,200,0.5")
    path = tmp_path / "partial.csv"
    path.write_text("\n".join(["series,from,to,value,reported", *rows]) + "\n", "utf-8")
    (late,) = counted(read_parts(path, SERIES), SERIES, ("2024-06",))
    assert late.seen == pytest.approx(0.5)
    whole = late._replace(reported=1.0)
    assert late.spread(0.25) > whole.spread(0.25)
    predicted = groups_draws()
    medians = [np.median(nowcast(predicted, [one], (0, 0), np.random.default_rng(1))[:, 0, 0]) for one in (late, whole)]
    assert medians[0] > 1.1 * medians[1]
    path.write_text("series,from,to,value,reported\ndarien,2024-06-01,2024-06-10,400,80%\n", "utf-8")
    with pytest.raises(FiguresError, match="a share above 0 and up to 1"):
        read_parts(path, SERIES)


def test_a_group_without_anybody_stays_without_until_somebody_is_counted():
    predicted = np.zeros((300, 1, 2))
    np.testing.assert_array_equal(nowcast(predicted, [Counted(0, 0, 0.0, 0.5)], (0,), np.random.default_rng(0))[:, 0, 1], 0.0)
    told = nowcast(predicted, [Counted(0, 0, 6.0, 0.5)], (0,), np.random.default_rng(0))
    assert told[:, 0, 0].min() >= 6
