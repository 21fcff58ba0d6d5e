"""A damped trend of a walk: what of a month's surprise goes on in the months after.

``x_t - x_{t-1} = v_t + e_t`` and ``v_{t+1} = damping (v_t + gain e_t)`` with e the surprise: the innovations form of exponential
smoothing with a damped trend (Gardner and McKenzie 1985, Management Science 31:1237; Hyndman et al. 2008, *Forecasting with
Exponential Smoothing*, chapter 2). The trend follows from the movements and the gain, so it adds no path to the unknowns.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trend:
    """How a walk's movements go on.

    Attributes:
        gain: Name of the share of a month's surprise that is taken for trend.
        damping: Share of a month's trend that is left in the next.
    """

    gain: str
    damping: float

    def expected(self, moved: Array, gain: Array) -> Array:
        """The trend of each month by the movements before it; there is none before the first.

        ``v_t = damping gain sum_{j<t} (damping (1 - gain))^(t-1-j) m_j``

        Args:
            moved: Movements, ``(..., month)``.
            gain: Below 1, scalar.
        """
        n = moved.shape[-1]
        age = np.arange(n)[:, None] - np.arange(n)[None, :] - 1
        fades = jnp.log(self.damping * (1 - gain))
        weights = jnp.where(age >= 0, self.damping * gain * jnp.exp(fades * np.maximum(age, 0)), 0.0)
        # a product of matrices would be added up in an order that depends on how many fits are batched
        return jnp.asarray((moved[..., None, :] * weights).sum(axis=-1))

    def onward(self, moved: Floats, gain: Floats, surprises: Floats) -> Floats:
        """Movements after the last, ``(month ahead, sample, ...)``.

        Args:
            moved: Movements so far, ``(sample, ..., month)``.
            gain: ``(sample,)``.
            surprises: What is new in each month ahead, ``(month ahead, sample, ...)``.
        """
        by_sample = gain.reshape(-1, *[1] * (surprises.ndim - 2))
        age = np.arange(moved.shape[-1])[::-1]
        trend = (moved * self.damping * by_sample[..., None] * (self.damping * (1 - by_sample[..., None])) ** age).sum(axis=-1)
        out = np.empty_like(surprises)
        for k, surprise in enumerate(surprises):
            out[k] = trend + surprise
            trend = self.damping * (trend + by_sample * surprise)
        return out
