"""Optional noise of differential privacy, drawn by OpenDP: integers with a geometric law."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import PolicyError

Floats = NDArray[np.float64]


def with_noise(numbers: Floats, epsilon: float) -> Floats:
    """Counts ``(row, quantile)`` with the same noise in all quantiles of a row, and ends moved out by the noise's own 90 % range.

    One person changes a count by one at most, so the scale of the noise is 1 / epsilon. It is drawn from the system's secure
    generator, not from the run's seed: noise that could be drawn again would hide nothing. The ledger keeps what was released.
    """
    if not len(numbers):
        return numbers
    drawn = _geometric(len(numbers), 1.0 / epsilon)
    half = math.ceil(-math.log(0.10) / epsilon)
    wider = np.array([-half, -half / 2, 0.0, half / 2, half])
    return np.asarray(np.maximum(numbers + drawn[:, None] + wider, 0.0))


def _geometric(n: int, scale: float) -> Floats:
    try:
        import opendp.prelude as dp  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise PolicyError.one(
            where="noise",
            expected="the extra 'privacy' (OpenDP), which draws the noise",
            found="not installed",
            remedy="install isthmus[privacy], or take `noise` out of the policy",
        ) from error
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
    measurement = dp.m.make_geometric(*space, scale=scale)
    return np.asarray(measurement([0] * n), dtype=np.float64)
