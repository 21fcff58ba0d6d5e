"""Movement against the corridor by draw: on reverse legs, as shares of arrivals, and turned back on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.predict import Forecast
from isthmus.forecast.years import Periods
from isthmus.model.network import Model
from isthmus.model.parameters import ParameterTable
from isthmus.spec.reverse import Reverse, ReverseFlow
from isthmus.streams import stream

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Returning:
    """Persons of the corridor's groups.

    Attributes:
        flows: Names of the flows that are modelled.
        periods: Years of the fit, then the months ahead.
        people: ``(sample, flow, group, period)``.
    """

    flows: tuple[str, ...]
    periods: tuple[str, ...]
    people: Floats


def returning(model: Model, forecast: Forecast, block: Reverse, *, seed: int) -> Returning:
    """Follow the reverse flows that the model can follow; published ones stand beside them and are not added."""
    periods = Periods.of(model, forecast.last)
    names = tuple(name for name, flow in block.flows.items() if flow.legs or flow.share is not None)
    found = [periods.sums(_monthly(model, forecast, name, block.flows[name], seed)) for name in names]
    shape = (len(forecast.scalars), 0, len(model.groups), len(periods.names))
    return Returning(names, periods.names, np.stack(found, axis=1) if found else np.zeros(shape))


def _monthly(model: Model, forecast: Forecast, name: str, flow: ReverseFlow, seed: int) -> Floats:
    """Persons by group and month, ``(sample, group, month)``."""
    moved = forecast.simulated.trajectories
    out = np.zeros((len(forecast.scalars), len(model.groups), model.grid.n_months))
    for leg in flow.legs:
        out = out + moved.leg_flow[:, [arc.id for arc in model.legs].index(leg)] @ model.grid.month_sum.T
    if flow.share is not None:
        table = ParameterTable()
        table.add("share", flow.share)
        share = np.full(len(out), table.fixed.get("share", np.nan))
        if table.parameters:
            one = table.parameters[0]
            share = one.natural(one.location + one.sd * stream(seed, "reverse", name).standard_normal(len(out)))
        place = [node.id for node in model.places].index(flow.place or "")
        since = np.ones(model.grid.n_steps) if flow.since is None else model.grid.share_since(flow.since)
        out = out + share[:, None, None] * ((moved.arrivals[:, place] * since) @ model.grid.month_sum.T)
    return out
