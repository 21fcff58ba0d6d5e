"""Months, dekads and days: the only code that touches dates."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Step = Literal["day", "dekad", "month"]

DAYS_A_MONTH = 30.4375


def month_index(name: str) -> int:
    """Months since year 0 of ``YYYY-MM``."""
    year, month = name.split("-")
    return int(year) * 12 + int(month) - 1


def month_name(index: int) -> str:
    """``YYYY-MM`` of a month index."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def month_range(first: str, last: str) -> tuple[str, ...]:
    """All months from ``first`` to ``last``, both included."""
    return tuple(month_name(m) for m in range(month_index(first), month_index(last) + 1))


def shift_month(name: str, months: int) -> str:
    """The month ``months`` later (earlier where negative)."""
    return month_name(month_index(name) + months)


def month_start(name: str) -> dt.date:
    """First day of a month."""
    index = month_index(name)
    return dt.date(index // 12, index % 12 + 1, 1)


def month_end(name: str) -> dt.date:
    """Last day of a month."""
    return month_start(shift_month(name, 1)) - dt.timedelta(days=1)


@dataclass(frozen=True)
class TimeGrid:
    """Consecutive steps that cover whole months.

    Args:
        step: Length of a step; dekads are days 1-10, 11-20 and 21 to the end of the month.
        first: First month, ``YYYY-MM``.
        last: Last month, included.
    """

    step: Step
    first: str
    last: str

    @cached_property
    def months(self) -> tuple[str, ...]:
        """Month names, ``(month,)``."""
        return month_range(self.first, self.last)

    @cached_property
    def starts(self) -> NDArray[np.datetime64]:
        """First day of each step, ``(step,)``."""
        days: list[dt.date] = []
        for name in self.months:
            first = month_start(name)
            if self.step == "month":
                days.append(first)
            elif self.step == "dekad":
                days.extend(first.replace(day=d) for d in (1, 11, 21))
            else:
                n_days = calendar.monthrange(first.year, first.month)[1]
                days.extend(first.replace(day=d) for d in range(1, n_days + 1))
        return np.array(days, dtype="datetime64[D]")

    @cached_property
    def days(self) -> NDArray[np.float64]:
        """Length of each step in days, ``(step,)``."""
        end = np.datetime64(month_end(self.last), "D") + 1
        return np.diff(np.append(self.starts, end)).astype(np.float64)

    @cached_property
    def edges(self) -> NDArray[np.float64]:
        """First day of each step and the day after the last, counted from the first, ``(step + 1,)``."""
        return np.concatenate([[0.0], np.cumsum(self.days)])

    @property
    def n_steps(self) -> int:
        """Number of steps."""
        return len(self.starts)

    @property
    def n_months(self) -> int:
        """Number of months."""
        return len(self.months)

    @property
    def mean_days(self) -> float:
        """Mean length of a step, used to discretise durations."""
        return {"day": 1.0, "dekad": DAYS_A_MONTH / 3, "month": DAYS_A_MONTH}[self.step]

    @cached_property
    def month_of_step(self) -> NDArray[np.intp]:
        """Position in ``months`` of each step, ``(step,)``."""
        origin = np.datetime64(self.first, "M")
        return (self.starts.astype("datetime64[M]") - origin).astype(np.intp)

    @cached_property
    def month_sum(self) -> NDArray[np.float64]:
        """Adds steps to months, ``(month, step)``."""
        out = np.zeros((self.n_months, self.n_steps))
        out[self.month_of_step, np.arange(self.n_steps)] = 1.0
        return out

    @cached_property
    def month_mean(self) -> NDArray[np.float64]:
        """Averages steps to months; rows sum to 1, ``(month, step)``."""
        return np.asarray(self.month_sum / self.month_sum.sum(axis=1, keepdims=True))

    @cached_property
    def month_interpolation(self) -> NDArray[np.float64]:
        """Carries monthly values, taken at mid-month, linearly to mid-step; rows sum to 1, ``(step, month)``."""
        first_days = np.array([month_start(m) for m in self.months], dtype="datetime64[D]")
        ends = np.append(first_days[1:], np.datetime64(month_end(self.last), "D") + 1)
        middles = (first_days - first_days[0]).astype(float) + (ends - first_days).astype(float) / 2
        at = (self.starts - self.starts[0]).astype(float) + self.days / 2
        right = np.clip(np.searchsorted(middles, at), 1, max(self.n_months - 1, 1))
        out = np.zeros((self.n_steps, self.n_months))
        if self.n_months == 1:
            out[:, 0] = 1.0
            return out
        weight = np.clip((at - middles[right - 1]) / (middles[right] - middles[right - 1]), 0, 1)
        rows = np.arange(self.n_steps)
        out[rows, right - 1] = 1 - weight
        out[rows, right] += weight
        return out

    @cached_property
    def dates(self) -> NDArray[np.datetime64]:
        """Every day of the grid, ``(day,)``."""
        return np.arange(self.starts[0], self.starts[0] + int(self.days.sum()), dtype="datetime64[D]")

    @cached_property
    def weekdays(self) -> NDArray[np.intp]:
        """Day of the week of each date, Monday 0, ``(day,)``."""
        return np.asarray((self.dates.astype(np.int64) + 3) % 7, dtype=np.intp)

    def sum_days(self, daily: NDArray[np.float64]) -> NDArray[np.float64]:
        """Adds values of days ``(day,)`` to steps ``(step,)``."""
        return np.add.reduceat(daily, np.r_[0, np.cumsum(self.days)[:-1]].astype(int))

    def position(self, month: str) -> int:
        """Position of a month in the grid; may lie outside ``0 .. n_months - 1``."""
        return month_index(month) - month_index(self.first)

    def share_since(self, day: dt.date) -> NDArray[np.float64]:
        """Share of each step that lies on or after ``day``, ``(step,)``, 0 to 1."""
        return np.asarray(np.clip(1 - (np.datetime64(day, "D") - self.starts).astype(float) / self.days, 0, 1))

    def days_since(self, day: dt.date) -> NDArray[np.float64]:
        """Days from ``day`` to the middle of each step, negative before it, ``(step,)``."""
        return np.asarray((self.starts - np.datetime64(day, "D")).astype(float) + self.days / 2)
