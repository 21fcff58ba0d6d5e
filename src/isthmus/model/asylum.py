"""From arrivals to claims, a pending stock, decisions and recognition.

Yearly, for all countries of asylum, in claims::

    ended_t = e_t (pending_{t-1} + made_t)      pending_t = pending_{t-1} + made_t - ended_t

``published applications = counted x made``, with another factor from the year of a level break on; ``published decisions =
decisions per ending x ended``. By month, for those of the corridor: ``claims = share x arrivals * delay``, and the same stock
with the ending share of a month, ``1 - (1 - e)^(1/12)``. Made is a flow, pending a stock; they have types of their own in
`model.kinds`.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from isthmus.model.kinds import FlowDraws, StockDraws

Floats = NDArray[np.float64]


def yearly(start: Array, made: Array, ending: Array) -> tuple[Array, Array]:
    """Ended in and pending at the end of each year, ``(year,)`` each.

    Args:
        start: Pending before the first year.
        made: Claims made, ``(year,)``.
        ending: Share of those pending or made that end, ``(year,)``.
    """
    pending, ended, before = [], [], start
    for t in range(made.shape[0]):
        out = ending[t] * (before + made[t])
        before = before + made[t] - out
        ended.append(out)
        pending.append(before)
    return jnp.stack(ended), jnp.stack(pending)


def monthly(claims: FlowDraws, ending: Floats) -> tuple[FlowDraws, StockDraws]:
    """Claims ended in each month and pending at its end, ``(sample, month)``, from an empty stock.

    Args:
        claims: Claims made, ``(sample, month)``.
        ending: Share of pending or new claims that end in a year, ``(sample,)``.
    """
    share = 1 - (1 - ending) ** (1 / 12)
    pending, ended = np.zeros_like(claims.values), np.zeros_like(claims.values)
    before: Any = np.zeros(len(ending))
    for m in range(claims.values.shape[1]):
        ended[:, m] = share * (before + claims.values[:, m])
        before = before + claims.values[:, m] - ended[:, m]
        pending[:, m] = before
    return FlowDraws(ended, "claims ended"), StockDraws(pending, "claims pending")
