"""Intervals of draws, and the rounding that their width allows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from isthmus.report.language import say, spoken_number

if TYPE_CHECKING:
    from isthmus.disclosure.policy import Policy

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_SMALLEST: ContextVar[int] = ContextVar("smallest", default=10)
_STEP: ContextVar[int] = ContextVar("step", default=5)


@contextmanager
def guarded(policy: Policy) -> Iterator[None]:
    """Write counts by a policy of the gate that is stricter than the shipped one, inside a ``with`` block."""
    smallest, step = _SMALLEST.set(policy.smallest_count), _STEP.set(policy.rounding)
    try:
        yield
    finally:
        _SMALLEST.reset(smallest)
        _STEP.reset(step)


def smallest_count() -> int:
    """Counts of people below this are withheld."""
    return _SMALLEST.get()


@dataclass(frozen=True)
class Interval:
    """Median with its 50 % and 90 % intervals, in the unit of the draws."""

    lo90: float
    lo50: float
    median: float
    hi50: float
    hi90: float

    def map(self, function: Callable[[float], float]) -> Interval:
        """The interval of an increasing function of the quantity."""
        return Interval(*(function(x) for x in self.values))

    @property
    def values(self) -> tuple[float, float, float, float, float]:
        """The five quantiles, ascending."""
        return (self.lo90, self.lo50, self.median, self.hi50, self.hi90)


def interval(draws: NDArray[np.float64]) -> Interval:
    """Interval of draws ``(sample,)``; draws that are not numbers are left out."""
    return Interval(*(float(q) for q in np.nanquantile(draws, LEVELS)))


def intervals(draws: NDArray[np.float64]) -> list[Interval]:
    """One interval per column of ``(sample, n)``."""
    return [Interval(*map(float, q)) for q in np.nanquantile(draws, LEVELS, axis=0).T]


def step_for(lo: float, hi: float) -> float:
    """Power of ten to which an interval's numbers are rounded.

    Half the width keeps two digits where it begins below 3.55, else one (the rule of the Particle Data Group).
    """
    half = abs(hi - lo) / 2
    if not math.isfinite(half) or half == 0.0:
        half = max(abs(hi), 1.0) / 100
    power = math.floor(math.log10(half))
    return float(10.0 ** (power - 1 if half / 10.0**power < 3.55 else power))


def plain(x: float, step: float = 1.0) -> str:
    """A number rounded to ``step``, with thousands separators and a true minus sign."""
    if not math.isfinite(x):
        return "not known"
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    value = round(x / step) * step
    text = f"{abs(value):,.{decimals}f}"
    sign = "\N{MINUS SIGN}" if value < 0 and float(text.replace(",", "")) > 0 else ""
    return f"{sign}{spoken_number(text)}"


def number(x: float, lo: float, hi: float) -> str:
    """A number with the digits that its interval allows."""
    return plain(x, min(step_for(lo, hi), 1000.0))


def count(x: float, lo: float | None = None, hi: float | None = None) -> str:
    """A modelled count of people: rounded to what its interval allows, small ones withheld."""
    if not math.isfinite(x):
        return "not known"
    if x < smallest_count():
        return say("under {smallest_count}", smallest_count=smallest_count())
    step = _STEP.get() if lo is None or hi is None else max(_STEP.get(), step_for(lo, hi))
    return plain(x, step)


WITHHELD = "withheld"


def veiled() -> Interval:
    """What is drawn where a count is withheld: something from nothing to the smallest count shown."""
    return Interval(0.0, 0.0, 0.0, float(smallest_count()), float(smallest_count()))


def official(x: float) -> str:
    """A published count, as published."""
    return plain(x)


def count_words(value: Interval) -> str:
    """``3,300 (90 % interval 1,500 to 6,200)``."""
    lo, hi = value.lo90, value.hi90
    inner = say("{lo} to {hi}", lo=count(lo, lo, hi), hi=count(hi, lo, hi))
    return say("{median} (90\N{NO-BREAK SPACE}% interval {inner})", median=count(value.median, lo, hi), inner=inner)


def number_words(value: Interval, unit: str = "") -> str:
    """``0.52 (90 % interval 0.48 to 0.57)``, with a unit after the median."""
    lo, hi = value.lo90, value.hi90
    tail = f"\N{NO-BREAK SPACE}{unit}" if unit else ""
    inner = say("{lo} to {hi}", lo=number(lo, lo, hi), hi=number(hi, lo, hi))
    return say(
        "{median}{tail} (90\N{NO-BREAK SPACE}% interval {inner})", median=number(value.median, lo, hi), tail=tail, inner=inner
    )


def percent(share: float, decimals: int = 0) -> str:
    """A share as per cent."""
    return spoken_number(f"{100 * share:.{decimals}f}").replace("-", "\N{MINUS SIGN}") + "\N{NO-BREAK SPACE}%"
