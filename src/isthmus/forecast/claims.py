"""Asylum claims of people of the corridor by draw: a flow of claims, a pending stock, a flow of decisions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.predict import Forecast
from isthmus.inference.asylum import AsylumFit
from isthmus.model.asylum import monthly
from isthmus.model.journey import delay_kernel
from isthmus.model.kinds import FlowDraws, StockDraws
from isthmus.model.network import Model
from isthmus.spec.asylum import Asylum
from isthmus.timegrid import DAYS_A_MONTH

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Claims:
    """Of the corridor, by month, from an empty stock at the first month of the grid."""

    made: FlowDraws
    ended: FlowDraws
    recognised: FlowDraws
    pending: StockDraws


def ready_to_claim(model: Model, forecast: Forecast, block: Asylum) -> Floats:
    """Arrivals delayed to the time of claiming, ``(sample, month)``."""
    place = [node.id for node in model.places].index(block.arrivals_at)
    group = model.groups.index(block.group)
    arrived = forecast.simulated.trajectories.arrivals[:, place, group] @ model.grid.month_sum.T
    kernel = delay_kernel(block.claim_delay.mean_days, block.claim_delay.sd_days, DAYS_A_MONTH)
    n = arrived.shape[1]
    band = sum((share * np.eye(n, k=lag) for lag, share in enumerate(kernel[:n])), np.zeros((n, n)))
    return np.asarray(arrived @ band)


def by_year(model: Model, ready: Floats, years: tuple[str, ...]) -> Floats:
    """Posterior mean of those ready to claim in each year, ``(year,)``; 0 in years before the grid."""
    table = np.array([[float(month[:4] == year) for year in years] for month in model.grid.months])
    return np.asarray(ready.mean(axis=0) @ table)


def claims(ready: Floats, fit: AsylumFit) -> Claims:
    """Claims, endings and the pending stock of the corridor's people."""
    made = FlowDraws(ready * fit.natural("asylum.claim_share")[:, None], "claims made a month")
    ended, pending = monthly(made, fit.natural("asylum.ending_share"))
    recognised = FlowDraws(ended.values * fit.natural("asylum.outcomes.recognised")[:, None], "claims recognised a month")
    return Claims(made, ended, recognised, pending)
