"""The mechanism's forecast and the pooled regression's, half and half: a linear pool whose draws keep the mechanism's order.

Weights are equal and not learned: with a few dozen origins learned ones are unstable (``docs/validation/README.md``). The
regression knows no policy, so it is moved by the same prior step as the random walk. A draw that was the mechanism's third
smallest figure of a series and month becomes the pool's third smallest: months and series go together as the mechanism has them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.rivals.outlook import Outlook
from isthmus.forecast.rivals.pooled import pooled_regression
from isthmus.model.network import Model, Sight

Floats = NDArray[np.float64]

REACH = 30.0
"""No draw lies beyond so many times the highest figure that the group has shown anywhere: scores on counts, unlike those on logs,
are else made by one draw in a thousand of a series with three figures."""


def highest(model: Model, history: Floats) -> Floats:
    """Bound of drawn figures by series, ``(series,)``; that of all series for a group without figures.

    Args:
        model: The compiled corridor.
        history: Figures to the origin, NaN where missing, ``(series, month)``.
    """
    tops = np.max(np.nan_to_num(history, nan=-1.0), axis=1, initial=-1.0)
    groups = np.array([sight.group for sight in model.sights])
    of_group = np.array([tops[groups == group].max() for group in groups])
    return REACH * (1 + np.where(of_group > 0, of_group, max(tops.max(), 0.0)))


def beside(model: Model, history: Floats, horizon: int, step: Floats | None = None) -> list[Outlook | str]:
    """The regression's outlooks by series; none of any where the corridor does not ask for them.

    Args:
        model: The compiled corridor.
        history: Figures to the origin, NaN where missing, ``(series, month)``.
        horizon: Months ahead.
        step: Log change owed to rules and policies known, ``(draw, series, horizon)``.
    """
    if not model.combined:
        return ["the corridor does not ask for it"] * len(model.sights)
    places = [sight.checkpoint or sight.id for sight in model.sights]
    groups = [sight.group for sight in model.sights]
    said = pooled_regression(history, groups, places, horizon, upstream(model))
    return said if step is None else [moved(one, step[:, k]) for k, one in enumerate(said)]


def upstream(model: Model) -> list[int]:
    """Position of the group's series that counts next before each one on the way, -1 where there is none."""
    stands = [_stands(model, sight) for sight in model.sights]
    out = []
    for sight, at in zip(model.sights, stands, strict=True):
        before = [k for k, other in enumerate(model.sights) if other.group == sight.group and stands[k] < at]
        out.append(max(before, key=stands.__getitem__, default=-1))
    return out


def _stands(model: Model, sight: Sight) -> int:
    """Where a series counts, in the order of places."""
    into = [*sight.arrivals_at, *(model.legs[k].head for k in sight.arrivals_on)]
    return min([*into, *(model.legs[k].tail for k in sight.departures_on)], default=0)


def moved(outlook: Outlook | str, step: Floats) -> Outlook | str:
    """An outlook with each component moved by a draw of a step, ``(draw, horizon)``, taken in turn."""
    if isinstance(outlook, str):
        return outlook
    taken = np.nan_to_num(step)[np.arange(len(outlook.location)) % len(step)]
    return Outlook(np.maximum(outlook.location + taken, 0.0), outlook.sd)


def combined(draws: Floats, said: Sequence[Outlook | str], most: Floats) -> Floats:
    """The pool of drawn figures and outlooks.

    Args:
        draws: The mechanism's, ``(sample, series, horizon)``, NaN beyond the grid.
        said: The regression's by series; a series without is left to the mechanism.
        most: Bound of drawn figures, ``(series,)``, see `highest`.
    """
    out = np.array(draws)
    for k, outlook in enumerate(said):
        if not isinstance(outlook, str):
            out[:, k] = pool(draws[:, k], outlook.draws(len(draws)))
    return np.minimum(out, most[:, None])


def pool(draws: Floats, others: Floats) -> Floats:
    """Equal shares of two forecasts ``(sample, horizon)`` of as many draws, in the order of the first; whole figures."""
    both = np.sort(np.concatenate([draws, others]), axis=0)
    merged = np.round(0.5 * (both[::2] + both[1::2]))
    ranks = np.argsort(np.argsort(draws, axis=0, kind="stable"), axis=0, kind="stable")
    return np.asarray(np.where(np.isnan(draws), np.nan, np.take_along_axis(merged, ranks, axis=0)))
