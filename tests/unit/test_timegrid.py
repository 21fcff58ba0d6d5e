"""Months, dekads and days."""

import datetime as dt

import numpy as np
import pytest

from isthmus.timegrid import DAYS_A_MONTH, TimeGrid, month_end, month_range, month_start, shift_month


def test_months_cross_years():
    assert month_range("2022-11", "2023-02") == ("2022-11", "2022-12", "2023-01", "2023-02")
    assert shift_month("2023-01", -1) == "2022-12"
    assert shift_month("2022-12", 13) == "2024-01"
    assert month_start("2024-03") == dt.date(2024, 3, 1)


def test_months_end_where_the_calendar_says():
    assert month_end("2024-02") == dt.date(2024, 2, 29)
    assert month_end("2100-02") == dt.date(2100, 2, 28)
    assert month_end("2023-12") == dt.date(2023, 12, 31)


def test_dekads_are_days_1_11_and_21():
    grid = TimeGrid("dekad", "2024-02", "2024-03")
    assert [str(day) for day in grid.starts] == [
        "2024-02-01", "2024-02-11", "2024-02-21", "2024-03-01", "2024-03-11", "2024-03-21",
    ]  # fmt: skip
    assert grid.days.tolist() == [10, 10, 9, 10, 10, 11]
    assert TimeGrid("dekad", "2023-02", "2023-02").days.tolist() == [10, 10, 8]


@pytest.mark.parametrize("step", ["day", "dekad", "month"])
def test_steps_cover_their_months_without_gaps(step):
    grid = TimeGrid(step, "2023-11", "2024-12")
    days = (dt.date(2025, 1, 1) - dt.date(2023, 11, 1)).days
    assert grid.days.sum() == days
    assert np.array_equal(np.diff(grid.starts).astype(float), grid.days[:-1])
    assert np.array_equal(grid.month_sum.sum(axis=0), np.ones(grid.n_steps))
    assert np.allclose(grid.month_mean.sum(axis=1), 1, atol=1e-14)
    assert [grid.months[m] for m in grid.month_of_step] == [str(day)[:7] for day in grid.starts]


@pytest.mark.parametrize("step", ["day", "dekad", "month"])
@pytest.mark.parametrize("last", ["2024-01", "2024-02", "2025-12"])
def test_interpolation_averages_and_keeps_lines(step, last):
    grid = TimeGrid(step, "2024-01", last)
    weights = grid.month_interpolation
    assert np.allclose(weights.sum(axis=1), 1, atol=1e-14)
    assert weights.min() >= 0
    if step == "month":
        assert np.allclose(weights, np.eye(grid.n_months), atol=1e-14)
    inside = (grid.month_of_step > 0) & (grid.month_of_step < grid.n_months - 1)
    at = grid.days_since(dt.date(2024, 1, 1))
    ends = np.cumsum([(month_end(m) - month_start(m)).days + 1 for m in grid.months])
    lines = weights @ (ends - np.diff(np.append(0, ends)) / 2)
    assert np.allclose(lines[inside], at[inside], atol=1e-10)


def test_share_since_counts_whole_days_within_a_step():
    grid = TimeGrid("dekad", "2024-06", "2024-07")
    assert grid.share_since(dt.date(2024, 6, 16)).tolist() == pytest.approx([0, 0.5, 1, 1, 1, 1])
    assert grid.share_since(dt.date(2024, 7, 31)).tolist() == pytest.approx([0, 0, 0, 0, 0, 1 / 11])
    assert grid.share_since(dt.date(1990, 1, 1)).tolist() == [1] * 6
    assert grid.share_since(dt.date(2030, 1, 1)).tolist() == [0] * 6
    for day in grid.dates:
        since = grid.share_since(day.item())
        assert (since * grid.days).sum() == pytest.approx((dt.date(2024, 8, 1) - day.item()).days)


def test_days_since_is_measured_at_mid_step():
    grid = TimeGrid("dekad", "2024-06", "2024-06")
    assert grid.days_since(dt.date(2024, 6, 11)).tolist() == [-5, 5, 15]


def test_a_step_is_long_on_average_as_a_month_is():
    for step, parts in (("month", 1), ("dekad", 3)):
        grid = TimeGrid(step, "2021-01", "2024-12")
        assert grid.mean_days * parts == DAYS_A_MONTH
        assert grid.days.mean() == pytest.approx(grid.mean_days, rel=1e-12)


def test_days_are_summed_to_steps():
    grid = TimeGrid("dekad", "2024-02", "2024-02")
    assert grid.sum_days(np.arange(29.0)).tolist() == [sum(range(10)), sum(range(10, 20)), sum(range(20, 29))]
    assert grid.weekdays[0] == dt.date(2024, 2, 1).weekday()


def test_position_may_lie_outside():
    grid = TimeGrid("month", "2024-01", "2024-03")
    assert [grid.position(m) for m in ("2023-12", "2024-01", "2024-05")] == [-1, 0, 4]
