"""Released numbers: counts rounded to the policy's step, interval ends outwards, other amounts to two digits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OUTWARDS = (np.floor, np.floor, np.rint, np.ceil, np.ceil)
"""How each of ``lo90, lo50, median, hi50, hi90`` is rounded: an interval only ever gets wider."""


def rounded_counts(numbers: Floats, *, step: int, smallest: int) -> Floats:
    """Counts ``(row, quantile)`` in steps; a lower end under the smallest count is released as 0.

    Changes may be negative, and are treated by their size.
    """
    out = np.empty_like(numbers)
    for k, way in enumerate(OUTWARDS):
        out[:, k] = way(numbers[:, k] / step) * step
    few = np.abs(numbers) < smallest
    out[:, :2][few[:, :2]] = np.where(numbers[:, :2][few[:, :2]] < 0, -float(smallest), 0.0)
    out[:, 3:][few[:, 3:]] = np.where(numbers[:, 3:][few[:, 3:]] <= 0, 0.0, float(smallest))
    out[:, 2] = np.clip(out[:, 2], out[:, 1], out[:, 3])
    return out + 0.0


def rounded_amounts(numbers: Floats) -> Floats:
    """Amounts that count no people, ``(row, quantile)``, each to two significant digits (three from its leading 1)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.floor(np.log10(np.abs(numbers)))
        lead = np.abs(numbers) / 10.0**power
    digits = np.where(lead < 2, 2.0, 1.0)
    step = 10.0 ** (power - digits)
    shown = np.rint(numbers / step) * step
    usable = np.isfinite(numbers) & (numbers != 0) & np.isfinite(step) & (step > 0)
    return np.where(usable, np.round(shown, 12), numbers)
