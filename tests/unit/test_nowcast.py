"""What was counted so far of a month: read, and set against the draws."""

import numpy as np
import pytest

from isthmus.data.partial import read_parts
from isthmus.errors import FiguresError
from isthmus.forecast.nowcast import Counted, counted, nowcast

SERIES = ("darien", "honduras")
MONTHS = ("2024-06", "2024-07", "2024-08")


def table(tmp_path, *rows):
    path = tmp_path / "partial.csv"
    path.write_text("\n".join(["series,from,to,value", *rows]) + "\n", "utf-8")
    return path


def test_weeks_and_dekads_of_a_month_add_up(tmp_path):
    path = table(
        tmp_path, "darien,2024-06-01,2024-06-10,100", "darien,2024-06-11,2024-06-20,140", "honduras,2024-07-01,2024-07-07,9"
    )
    found = counted(read_parts(path, SERIES, MONTHS), SERIES, ("2024-06", "2024-07"))
    assert found == [Counted(0, 0, 240.0, pytest.approx(20 / 30)), Counted(1, 1, 9.0, pytest.approx(7 / 31))]
    assert counted(read_parts(path, SERIES, MONTHS), SERIES, ("2024-08",)) == []


def test_all_that_is_wrong_with_a_table_is_said_at_once_by_line_and_field(tmp_path):
    rows = (
        "nowhere,2024-06-01,2024-06-10,1,2", "darien,2024-06-20,2024-07-04,1,", "", "darien,2024-06-01,2024-06-10,-3,1",
        "darien,June,2024-06-31,,0", "honduras,2024-06-01,2024-06-10,1,80%", "honduras,2024-06-10,2024-06-01,1.000,x",
        "darien,2024-05-01,2024-05-31,900,1", "darien,2024-09-01,2024-09-10,9,1", "honduras,2024-06-01,2024-06-10,1",
    )  # fmt: skip
    path = tmp_path / "partial.csv"
    path.write_text("\n".join(["series,from,to,value,reported", *rows]) + "\n", "utf-8")
    with pytest.raises(FiguresError) as caught:
        read_parts(path, SERIES, MONTHS)
    problems = caught.value.problems
    assert [p.where.removeprefix(f"{path}:") for p in problems] == [
        "2: series", "2: reported", "3: from, to", "5: value", "6: from", "6: to", "6: value", "6: reported", "7: reported",
        "8: from, to", "8: value", "8: reported", "9: from, to", "10: from, to", "11: row",
    ]  # fmt: skip
    said = "\n".join(str(problem) for problem in problems)
    for words in (
        "a series of the corridor; found 'nowhere'",
        "a share above 0 and up to 1, or nothing for days that are all in; found '2'",
        "days of one month; found 2024-06-20 to 2024-07-04",
        "up to 7 days are split for you",
        "a count, zero or more; found '-3', a negative number",
        "a day as YYYY-MM-DD; found 'June'",
        "a count, zero or more; found nothing",
        "the first day first",
        "'1.000', a number with thousands separators",
        "days from 2024-06 on, the month after the last one fitted; found 2024-05-01 to 2024-05-31",
        "days up to 2024-08; found 2024-09-01",
        "5 cells, as in the header; found 4 cells",
    ):
        assert words in said


def test_a_day_counted_again_is_named_with_both_lines(tmp_path):
    rows = ["darien,2024-06-01,2024-06-20,9", "darien,2024-06-05,2024-06-06,1", "honduras,2024-06-05,2024-06-06,1"]
    path = table(tmp_path, *rows, "darien,2024-06-20,2024-06-20,2", rows[2])
    with pytest.raises(FiguresError) as caught:
        read_parts(path, SERIES, MONTHS)
    assert [problem.where for problem in caught.value.problems] == [f"{path}:{line}: days" for line in (3, 5, 6)]
    assert [problem.found for problem in caught.value.problems] == [
        "darien, 2024-06-05 to 2024-06-06, again: line 2 has 2024-06-01 to 2024-06-20",
        "darien, 2024-06-20, again: line 2 has 2024-06-01 to 2024-06-20",
        "honduras, 2024-06-05 to 2024-06-06, again: line 4 has 2024-06-05 to 2024-06-06",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("series,from,to\n", "a column 'value'; found none"),
        ("series,from,to,value,reportd\ndarien,2024-06-01,2024-06-10,1,0.5\n", "did you mean 'reported'"),
        ("series,period,from,value\ndarien,2024-06-D1,2024-06-01,1\n", "an unknown column 'from'"),
        ("series;from;to;value\n", "columns separated by semicolons"),
        ("series,period,value,passport\ndarien,2024-06-D1,1,A1\n", "no column may describe a person"),
        ("series,period,value\n", "figures below the header; found none"),
        ("", "a column 'series'; found none"),
        ('series,period,value\n"darien,2024-06-D1,1\n', "quotes in pairs"),
    ],
)
def test_what_is_wrong_with_the_table_itself_is_said(tmp_path, text, words):
    path = tmp_path / "partial.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(FiguresError, match=words):
        read_parts(path, SERIES, MONTHS)


def test_a_file_that_is_not_there_or_not_utf8_is_named(tmp_path):
    with pytest.raises(FiguresError, match="a readable CSV file"):
        read_parts(tmp_path / "gone.csv", SERIES, MONTHS)
    (tmp_path / "latin.csv").write_bytes(b"series,period,value\n\xe9,2024-06-D1,1\n")
    with pytest.raises(FiguresError, match=r"latin\.csv:2: expected text in UTF-8"):
        read_parts(tmp_path / "latin.csv", SERIES, MONTHS)


def test_a_week_that_goes_on_into_the_next_month_is_split_by_days(tmp_path):
    path = tmp_path / "weekly.csv"
    path.write_text("series,period,value\ndarien,2024-W26,60\ndarien,2024-W27,70\nhonduras,2024-06-D3,20\n", "utf-8")
    found = counted(read_parts(path, SERIES, MONTHS), SERIES, ("2024-06", "2024-07"))
    assert found == [
        Counted(0, 0, pytest.approx(60 + 0), pytest.approx(7 / 30)),
        Counted(0, 1, pytest.approx(70), pytest.approx(7 / 31)),
        Counted(1, 0, 20.0, pytest.approx(10 / 30)),
    ]
    # of a week that begins in a month already fitted only the days of the next one are taken
    (june,) = read_parts(table(tmp_path, "darien,2024-05-27,2024-06-02,70"), SERIES, MONTHS)
    assert (str(june.begin), str(june.end), june.value) == ("2024-06-01", "2024-06-02", pytest.approx(20))
    path.write_text("series,period,value\ndarien,2024-W31,70\n", "utf-8")
    parts = read_parts(path, SERIES, MONTHS)
    assert [(str(p.begin), str(p.end), p.value) for p in parts] == [
        ("2024-07-29", "2024-07-31", pytest.approx(30)),
        ("2024-08-01", "2024-08-04", pytest.approx(40)),
    ]


@pytest.mark.parametrize("period", ["2024-W54", "2024-06-D4", "2024-13-D1", "9999-W52", "2024-06", "20240611", "June", ""])
def test_a_period_that_no_calendar_has_is_named(tmp_path, period):
    path = tmp_path / "weekly.csv"
    path.write_text(f"series,period,value\ndarien,{period},60\n", "utf-8")
    with pytest.raises(FiguresError, match="a week 2024-W23, a dekad 2024-06-D2 or a day"):
        read_parts(path, SERIES, MONTHS)


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
    (late,) = counted(read_parts(path, SERIES, MONTHS), SERIES, ("2024-06",))
    assert late.seen == pytest.approx(0.5)
    whole = late._replace(reported=1.0)
    assert late.spread(0.25) > whole.spread(0.25)
    predicted = groups_draws()
    medians = [np.median(nowcast(predicted, [one], (0, 0), np.random.default_rng(1))[:, 0, 0]) for one in (late, whole)]
    assert medians[0] > 1.1 * medians[1]
    path.write_text("series,from,to,value,reported\ndarien,2024-06-01,2024-06-10,400,80%\n", "utf-8")
    with pytest.raises(FiguresError, match="a share above 0 and up to 1"):
        read_parts(path, SERIES, MONTHS)


def test_a_group_without_anybody_stays_without_until_somebody_is_counted():
    predicted = np.zeros((300, 1, 2))
    np.testing.assert_array_equal(nowcast(predicted, [Counted(0, 0, 0.0, 0.5)], (0,), np.random.default_rng(0))[:, 0, 1], 0.0)
    told = nowcast(predicted, [Counted(0, 0, 6.0, 0.5)], (0,), np.random.default_rng(0))
    assert told[:, 0, 0].min() >= 6
