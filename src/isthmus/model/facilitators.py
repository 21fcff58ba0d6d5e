"""What is paid on the way, and to whom: prices that respond, and totals by kind of collector.

``price = base x max(1, demand / capacity)^epsilon x exp(eta e)`` in US$ a person, with demand and capacity in persons a day
of all nationalities and e the share of a period in which policies hinder the service. The form is ours: a scarce seat is
rationed by price, and risk is passed on. A ledger entry is ``share who pay x people x price``, US$ a period.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def price(base: Floats, demand: Floats, capacity: float | None, elasticity: Floats, enforced: Floats, response: Floats) -> Floats:
    """US$ a person, ``(sample, period)``.

    Args:
        base: Price with seats to spare and nothing enforced, ``(sample,)``.
        demand: Persons a day, ``(period,)``; NaN where not known, which is taken as no excess.
        capacity: Persons a day; absent: never short.
        elasticity: epsilon, ``(sample,)``.
        enforced: Share of each period under enforcement, ``(period,)``.
        response: eta, ``(sample,)``.
    """
    excess = np.ones_like(demand) if capacity is None else np.maximum(np.nan_to_num(demand / capacity, nan=1.0), 1.0)
    return np.asarray(base[:, None] * excess ** elasticity[:, None] * np.exp(response[:, None] * enforced))


def calibrated(location: float, sd: float, observed: Floats, spreads: Floats) -> tuple[Floats, float]:
    """Normal posterior of a log price given published totals, its means ``(sample,)`` and standard deviation.

    A total T over people N says ``log T - log(N m) ~ N(log base, spread)``, with m the mean response of price in the period,
    so prior and totals are weighted by their precisions.

    Args:
        location: Prior mean of the log price.
        sd: Prior standard deviation.
        observed: ``log T - log(N m)``, ``(sample, total)``.
        spreads: Standard deviations of the logs, ``(total,)``.
    """
    weights = np.concatenate([[1 / sd**2], 1 / spreads**2])
    means = (weights[0] * location + observed @ weights[1:]) / weights.sum()
    return np.asarray(means), float(1 / np.sqrt(weights.sum()))
