"""A stack of models by log score on past origins, members capped, weights held near equal until enough has resolved.

Weights maximise the summed log probability of what came (Yao et al. 2018, Bayesian Analysis 13:917) over forecasts whose target
month lay at or before the origin; the one being made is never among them. Few origins make such weights unstable, so they are
drawn towards equal ones by the share of `RESOLVED` that has resolved.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.backtest.scoring import LEAST_LOG_MASS, OURS, STACK, STEP_WALK, WALK, Entry, Stand, Told, mixed
from isthmus.timegrid import month_index

Floats = NDArray[np.float64]

RESOLVED = 50
"""Forecasts (origin and target month) from which the weights stand on their own."""
ROUNDS = 200
MEMBERS = ("ets", "arima", "theta")
REACH = 30.0
"""Cap of a member: no draw beyond so many times the highest draw of the member whose highest is the lowest."""


def weights_of(rows: Sequence[Sequence[Stand]], origins: Sequence[str], members: Sequence[Entry]) -> Floats:
    """Weights of the members by origin, ``(origin, member)``; no draws are needed."""
    found = [resolved(rows, origins, members, origin) for origin in origins]
    return np.array([shrunk(log_score_weights(past), count) for past, count in found]).reshape(len(origins), len(members))


def members_of(rows: Sequence[Sequence[Stand]], track: str) -> tuple[Entry, ...]:
    """Entries that the stack is made of: ours, the random walks and the statistical rivals that spoke at all."""
    wanted = (Entry(OURS, track), Entry(WALK, "any"), Entry(STEP_WALK, track), *(Entry(name, "any") for name in MEMBERS))
    spoke = {entry for row in rows for stand in row for entry in stand.told}
    return tuple(entry for entry in wanted if entry in spoke)


def resolved(
    rows: Sequence[Sequence[Stand]], origins: Sequence[str], members: Sequence[Entry], origin: str
) -> tuple[Floats, int]:
    """Log probabilities ``(forecast, member)`` of targets that had come by ``origin``, and of how many origins and months."""
    found, pairs = [], set()
    for n, made in enumerate(origins):
        for stand in rows[n]:
            for h, figure in enumerate(stand.observed):
                if month_index(made) + h + 1 > month_index(origin) or np.isnan(figure):
                    continue
                masses = [stand.told[m].log_mass[h] if m in stand.told else np.nan for m in members]
                if np.isfinite(masses).all():
                    found.append(np.maximum(masses, LEAST_LOG_MASS))
                    pairs.add((made, h))
    return (np.array(found) if found else np.zeros((0, len(members)))), len(pairs)


def log_score_weights(masses: Floats) -> Floats:
    """Weights on the simplex that maximise the summed log of the mixture, by expectation and maximisation, ``(member,)``."""
    n, members = masses.shape
    weights = np.full(members, 1 / max(members, 1))
    if n == 0:
        return weights
    relative = np.exp(masses - masses.max(axis=1, keepdims=True))
    for _ in range(ROUNDS):
        shares = weights * relative
        weights = (shares / shares.sum(axis=1, keepdims=True)).mean(axis=0)
    return weights


def shrunk(weights: Floats, count: int) -> Floats:
    """Weights drawn towards equal ones by what has not resolved yet."""
    trust = min(count / RESOLVED, 1.0)
    return trust * weights + (1 - trust) / max(len(weights), 1)


def stacked(stand: Stand, members: Sequence[Entry], weights: Floats) -> Told | None:
    """The mixture of the members that spoke; None where the random walk did not."""
    walk = stand.told.get(Entry(WALK, "any"))
    here = [k for k, member in enumerate(members) if member in stand.told]
    if walk is None or not here:
        return None
    parts = [stand.told[members[k]] for k in here]
    top = REACH * (1 + min(part.draws.max() for part in (walk, *parts)))
    capped = [part._replace(draws=np.minimum(part.draws, top)) for part in parts]
    share = weights[here] / weights[here].sum()
    return mixed(capped, share)


def entry_of(track: str) -> Entry:
    """The stack under a track."""
    return Entry(STACK, track)
