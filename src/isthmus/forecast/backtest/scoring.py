"""Forecasts against what came: every score of every model, track, origin, series and horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from isthmus.forecast import scores
from isthmus.forecast.backtest.blocks import N_SAMPLES, Ahead, Forecasts
from isthmus.forecast.backtest.rivalry import Said
from isthmus.forecast.rivals import Outlook, step_walk

Floats = NDArray[np.float64]

MEASURES = ("crps_log", "wis", "covered50", "covered90")
"""Measures of ``scores.csv``."""
ALL_MEASURES = (*MEASURES, "crps", "log_score", "pit")

OURS = "isthmus"
WALK = "random_walk"
STEP_WALK = "random_walk_step"
STACK = "stack"
MECHANISM = "mechanism"
"""Ours alone, where our forecast is a pool."""
POOLED = "pooled_regression"
NO_TRACK = "any"
"""The track of rivals that know of no policy: they say the same under each."""

LEAST_LOG_MASS = -20.0
"""Floor of a log probability: one forecast that ruled out what came would otherwise be all there is to a mean."""


class Entry(NamedTuple):
    """A model under a track."""

    model: str
    track: str


EVERY = Entry("every_model", NO_TRACK)
"""Stands for all where no forecast can be held against anything."""
NOTHING_CAME = "no figure came in the months ahead"


class Told(NamedTuple):
    """One model's forecast of one origin and series.

    Attributes:
        draws: ``(draw, horizon)``.
        log_mass: Log probability of what came, ``(horizon,)``.
    """

    draws: Floats
    log_mass: Floats


@dataclass
class Scored:
    """Scores by measure and entry.

    Attributes:
        scores: ``(origin, series, horizon)`` by measure, then entry; NaN where nothing could be scored.
        missing: Why an entry has no score, by (entry, series, reason): origins.
    """

    origins: tuple[str, ...]
    series: tuple[str, ...]
    horizon: int
    scores: dict[str, dict[Entry, Floats]] = field(default_factory=dict)
    missing: dict[tuple[Entry, str, str], list[str]] = field(default_factory=dict)

    def put(self, entry: Entry, n: int, k: int, found: Mapping[str, Floats]) -> None:
        """Keep the measures ``(horizon,)`` of one origin and series."""
        for measure, values in found.items():
            tables = self.scores.setdefault(measure, {})
            if entry not in tables:
                tables[entry] = np.full((len(self.origins), len(self.series), self.horizon), np.nan)
            tables[entry][n, k] = values

    def take(self, first: int, rows: Sequence[Sequence[Stand]]) -> None:
        """Score the forecasts of some origins, from the one in place ``first`` on."""
        for n, row in enumerate(rows, start=first):
            for k, stand in enumerate(row):
                for entry, told in stand.told.items():
                    self.put(entry, n, k, measures(told, stand.observed))
                silent = {EVERY: NOTHING_CAME} if np.isnan(stand.observed).all() else stand.silent
                for entry, reason in silent.items():
                    self.miss(entry, k, reason, self.origins[n])

    def miss(self, entry: Entry, k: int, reason: str, origin: str) -> None:
        """Note why there is no forecast."""
        self.missing.setdefault((entry, self.series[k], reason), []).append(origin)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Entries that have scores."""
        return tuple(self.scores.get("crps_log", {}))


def score_draws(draws: Floats, observed: Floats) -> dict[str, Floats]:
    """Measures of draws ``(draw, ...)`` against figures ``(...)``, NaN where there is no figure."""
    unknown = np.isnan(observed) | np.isnan(draws).any(axis=0)
    known, safe = np.where(unknown, 0.0, observed), np.where(unknown, 0.0, draws)
    raw = {
        "crps_log": scores.crps_log(safe, known),
        "wis": scores.weighted_interval_score(safe, known),
        "covered50": scores.covered(safe, known, 0.5).astype(float),
        "covered90": scores.covered(safe, known, 0.9).astype(float),
        "crps": scores.crps(safe, known),
        "pit": scores.pit(safe, known),
    }
    return {name: np.where(unknown, np.nan, score) for name, score in raw.items()}


def told_by_outlook(outlook: Outlook, observed: Floats) -> Told:
    """A rival's forecast."""
    return Told(outlook.draws(N_SAMPLES), outlook.log_mass(np.nan_to_num(observed)))


def told_by_model(ahead: Ahead, n: int, k: int, observed: Floats) -> Told:
    """The mechanism's forecast of one origin and series: the mixture over draws of negative binomials."""
    mass = negative_binomial(np.nan_to_num(observed), ahead.mean[n, :, k], ahead.phi[n, :, k, None])
    draws = ahead.alone[n, :, k] if ahead.alone.shape[1] else ahead.draws[n, :, k]
    return Told(draws, np.asarray(logsumexp(mass, axis=0) - np.log(len(mass))))


def told_by_us(ahead: Ahead, n: int, k: int, observed: Floats) -> dict[str, Told]:
    """Our forecast by name; where it is a pool, its members too."""
    own = told_by_model(ahead, n, k, observed)
    location, sd = ahead.beside[n, :, :, k]
    if not ahead.alone.shape[1]:
        return {OURS: own}
    if np.isnan(location).any():
        return {OURS: own, MECHANISM: own}
    other = told_by_outlook(Outlook(location, sd), observed)
    mass = np.logaddexp(own.log_mass, other.log_mass) - np.log(2)
    return {OURS: Told(ahead.draws[n, :, k], mass), MECHANISM: own, POOLED: other}


def negative_binomial(figures: Floats, mean: Floats, phi: Floats) -> Floats:
    """Log probability under mean and dispersion, variance ``mean + mean^2 / phi``; arrays broadcast."""
    m = np.maximum(mean, 1e-12)
    choose = gammaln(figures + phi) - gammaln(phi) - gammaln(figures + 1)
    return np.asarray(choose - phi * np.log1p(m / phi) + figures * (np.log(m) - np.log(phi + m)))


def mixed(parts: Sequence[Told], weights: Floats) -> Told:
    """A mixture: draws dealt by weight, probabilities averaged."""
    counts = np.floor(weights * N_SAMPLES + 1e-9).astype(int)
    counts[np.argsort(counts - weights * N_SAMPLES, kind="stable")[: N_SAMPLES - counts.sum()]] += 1
    chosen = [part.draws[_spread(len(part.draws), c)] for part, c in zip(parts, counts, strict=True) if c]
    mass = logsumexp(np.stack([p.log_mass for p in parts]), axis=0, b=weights[:, None])
    return Told(np.concatenate(chosen), np.asarray(mass))


def _spread(n: int, count: int) -> NDArray[np.intp]:
    """Evenly spaced positions."""
    return np.asarray(((np.arange(count) + 0.5) * n / count).astype(np.intp))


def measures(told: Told, observed: Floats) -> dict[str, Floats]:
    """All measures of one forecast, ``(horizon,)``."""
    found = score_draws(told.draws, observed)
    log_score = np.where(np.isnan(found["crps"]), np.nan, -np.maximum(told.log_mass, LEAST_LOG_MASS))
    return {**found, "log_score": log_score}


class Stand(NamedTuple):
    """Forecasts of one origin and series by entry, with what came."""

    told: dict[Entry, Told]
    silent: dict[Entry, str]
    observed: Floats


def stands(forecasts: Forecasts, said: Sequence[Said], observed: Floats) -> list[list[Stand]]:
    """All forecasts of a block, by origin and series.

    Args:
        forecasts: Ours.
        said: The rivals' of the same origins.
        observed: What came, ``(origin, series, horizon)``.
    """
    return [
        [_stand(forecasts, said[n], n, k, observed[n, k]) for k in range(observed.shape[1])]
        for n in range(len(forecasts.origins))
    ]


def _stand(forecasts: Forecasts, said: Said, n: int, k: int, observed: Floats) -> Stand:
    told: dict[Entry, Told] = {}
    silent: dict[Entry, str] = {}
    for track, ahead in forecasts.tracks.items():
        told |= {Entry(name, track): one for name, one in told_by_us(ahead, n, k, observed).items()}
    for name, outlooks in said.outlooks.items():
        outlook = outlooks[k]
        if isinstance(outlook, str):
            silent[Entry(name, NO_TRACK)] = outlook
        else:
            told[Entry(name, NO_TRACK)] = told_by_outlook(outlook, observed)
    walk = said.outlooks[WALK][k]
    for track in ("real_time", "date_given"):
        if track in forecasts.tracks:
            if isinstance(walk, str):
                silent[Entry(STEP_WALK, track)] = walk
            else:
                moved = step_walk(walk, forecasts.tracks[track].step[n, :, k])
                told[Entry(STEP_WALK, track)] = told_by_outlook(moved, observed)
    return Stand(told, silent, observed)


def without_draws(stand: Stand) -> Stand:
    """What weights need of a forecast: log probabilities of what came."""
    return stand._replace(told={entry: told._replace(draws=told.draws[:0]) for entry, told in stand.told.items()})


def observed_after(latest: Floats, lasts: Sequence[int], horizon: int) -> Floats:
    """Figures that came, ``(origin, series, horizon)``, NaN where none did.

    Args:
        latest: Figures as known last, ``(series, month)``.
        lasts: Position of each origin.
        horizon: Months ahead.
    """
    padded = np.concatenate([latest, np.full((len(latest), horizon), np.nan)], axis=1)
    return np.stack([padded[:, last + 1 : last + 1 + horizon] for last in lasts])
