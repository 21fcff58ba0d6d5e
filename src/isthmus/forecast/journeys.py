"""How long journeys take and what they cost, from the choices along the way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from isthmus.engines.step import origins_of
from isthmus.forecast.predict import Forecast
from isthmus.model.network import Model

Floats = NDArray[np.float64]

MONTHS = 12


def journeys(model: Model, forecast: Forecast) -> tuple[Floats, Floats]:
    """Mean days and US$ of those who reach a destination, over the last year fitted, ``(sample,)`` each.

    Solved backwards: with q the chance of still reaching a destination, the expected time of those who do is
    ``q_i T_i = sum_l P(l) q_head (d_l + stay_i + T_head)`` and likewise for money. Waiting times at full capacity are not in it.
    """
    shares, settle = np.asarray(forecast.simulated.choices.leg), np.asarray(forecast.simulated.choices.settle)
    flows = np.asarray(forecast.simulated.trajectories.departures)
    # with money, people choose by budget class: each class is followed like a group
    flows = flows if model.strata is None else np.asarray(model.strata.spread(flows))
    origins = origins_of(model)
    months = range(max(forecast.last - MONTHS + 1, model.fit_from), forecast.last + 1)
    steps = np.isin(model.grid.month_of_step, list(months))
    n_samples = shares.shape[0]
    shape = (n_samples, len(origins), int(steps.sum()))
    zeros = [np.zeros(shape) for _ in model.places]
    chance, days, money = list(zeros), list(zeros), list(zeros)
    for i in reversed(range(len(model.places))):
        place = model.places[i]
        forward = [k for k in place.legs_out if model.legs[k].head >= 0]
        if not forward:
            chance[i] = settle[:, i][:, :, steps]
            continue
        reach = {k: shares[:, k][:, :, steps] * chance[model.legs[k].head] for k in forward}
        chance[i] = sum(reach.values(), np.zeros(shape))
        total = np.maximum(chance[i], 1e-300)
        heads = [(k, model.legs[k]) for k in forward]
        days[i] = (
            place.stay_days + sum((reach[k] * (leg.duration_days + days[leg.head]) for k, leg in heads), np.zeros(shape)) / total
        )
        money[i] = sum((reach[k] * (leg.price_usd + money[leg.head]) for k, leg in heads), np.zeros(shape)) / total
    weight = np.stack([flows[:, g][:, steps] * chance[o][:, g] for g, o in enumerate(origins)], axis=1)
    weight = weight / np.maximum(weight.sum(axis=(1, 2), keepdims=True), 1e-300)
    mean_days = np.stack([days[o][:, g] for g, o in enumerate(origins)], axis=1)
    mean_money = np.stack([money[o][:, g] for g, o in enumerate(origins)], axis=1)
    return (weight * mean_days).sum(axis=(1, 2)), (weight * mean_money).sum(axis=(1, 2))
