"""Released numbers: counts rounded to the policy's step, interval ends outwards, other amounts to two digits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OUTWARDS = (np.floor, np.floor, np.rint, np.ceil, np.ceil)
"""How each of ``lo90, lo50, median, hi50, hi90`` is rounded: an interval only ever gets wider."""


def rounded_counts(numbers: Floats, *, step: int, smallest: int) -> Floats:
    """Counts ``(row, quantile)`` in steps; lower ends under the smallest are released as 0, upper ones as the smallest."""
    out = _outwards(numbers, step)
    few = numbers < smallest
    out[:, :2][few[:, :2]] = 0.0
    out[:, 3:][few[:, 3:]] = float(smallest)
    out[:, 2] = np.clip(out[:, 2], out[:, 1], out[:, 3])
    return out + 0.0


def rounded_changes(numbers: Floats, *, step: int, smallest: int) -> Floats:
    """Changes of counts ``(row, quantile)`` in steps; the middle of one by fewer than the smallest count is released as 0.

    A change that is exactly 0 in all draws stays 0.
    """
    out = _outwards(numbers, step)
    out[:, 2] = np.where(np.abs(numbers[:, 2]) < smallest, 0.0, out[:, 2])
    out[:, 1] = np.minimum(out[:, 1], out[:, 2])
    out[:, 3] = np.maximum(out[:, 3], out[:, 2])
    out[:, 0] = np.minimum(out[:, 0], out[:, 1])
    out[:, 4] = np.maximum(out[:, 4], out[:, 3])
    return out + 0.0


def _outwards(numbers: Floats, step: int) -> Floats:
    return np.stack([way(numbers[:, k] / step) * step for k, way in enumerate(OUTWARDS)], axis=1)


def rounded_amounts(numbers: Floats) -> Floats:
    """Amounts that count no people, ``(row, quantile)``, each to two significant digits (three from its leading 1)."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        power = np.floor(np.log10(np.abs(numbers)))
        lead = np.abs(numbers) / 10.0**power
        step = 10.0 ** (power - np.where(lead < 2, 2.0, 1.0))
        shown = np.rint(numbers / step) * step
    usable = np.isfinite(numbers) & (numbers != 0) & np.isfinite(step) & (step > 0)
    return np.where(usable, np.round(shown, 12), numbers)
