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
        tmp_path, "nowhere,2024-06-01,2024-06-10,1", "darien,2024-06-28,2024-07-04,1", "darien,2024-06-01,2024-06-10,-3",
        "darien,June,2024-06-10,3", "honduras,2024-06-01,2024-06-10,1", "honduras,2024-06-10,2024-06-12,1",
    )  # fmt: skip
    with pytest.raises(FiguresError) as caught:
        read_parts(path, SERIES)
    said = str(caught.value)
    for words in ("a series of the corridor", "split a week", "a count, zero or more", "days as YYYY-MM-DD", "which overlap"):
        assert words in said
    path.write_text("series,from,to\n", "utf-8")
    with pytest.raises(FiguresError, match="no value"):
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
    assert told[:, 0, 0].min() == 1000
