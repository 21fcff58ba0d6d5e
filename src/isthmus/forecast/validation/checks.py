"""The fit to real figures, held against these figures, against other priors, and against each series left out.

Prior sensitivity raises the prior of one unknown to a power a little below and above 1 by importance weights on the draws at hand
(power-scaling: Kallioinen et al. 2024, Statistics and Computing 34:57) and says how far the forecast moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.compute import Arrays, Unit
from isthmus.data.figures import Figures
from isthmus.forecast import scores
from isthmus.forecast.backtest.blocks import evidence_at, vintages_of
from isthmus.forecast.compiled import Compiled, compiled
from isthmus.forecast.predict import Forecast, thin
from isthmus.inference.fit import Effort, fit_batch
from isthmus.streams import stream_seed

Floats = NDArray[np.float64]

N_DRAWS = 400
POWERS = (0.8, 1.25)
"""Exponents of the prior."""
SENSITIVE = 0.3
"""Shift of a median, in posterior standard deviations, from which a forecast is called sensitive to a prior."""
LEAST_EFFECTIVE = 0.3
"""Share of the draws that must still count under the weights for the shift to be believed."""


class Check(NamedTuple):
    """One statistic of one series: observed, and where it lies among replicated series."""

    series: str
    statistic: str
    observed: float
    lo: float
    median: float
    hi: float
    p: float


def _changes(rows: Floats) -> Floats:
    return np.diff(np.log1p(rows), axis=-1)


def _memory(rows: Floats) -> Floats:
    """Correlation of neighbouring log changes."""
    changes = _changes(rows)
    a, b = changes[..., 1:], changes[..., :-1]
    a, b = a - a.mean(-1, keepdims=True), b - b.mean(-1, keepdims=True)
    return np.asarray((a * b).sum(-1) / np.maximum(np.sqrt((a**2).sum(-1) * (b**2).sum(-1)), 1e-12))


STATISTICS: dict[str, Callable[[Floats], Floats]] = {
    "mean": lambda rows: np.asarray(rows.mean(-1)),
    "largest month": lambda rows: np.asarray(rows.max(-1)),
    "spread of monthly log changes": lambda rows: np.asarray(_changes(rows).std(-1)),
    "largest monthly log change": lambda rows: np.asarray(np.abs(_changes(rows)).max(-1)),
    "correlation of neighbouring log changes": _memory,
    "months of zero": lambda rows: np.asarray((rows == 0).sum(-1).astype(float)),
}


def predictive_checks(work: Compiled, forecast: Forecast, values: Floats, *, least: int = 8) -> list[Check]:
    """Statistics of each series against those of figures drawn from the fit, over the months that were reported.

    Args:
        work: The compiled corridor.
        forecast: Of the fit; its figures are drawn over the fitted months too.
        values: Published figures, NaN where missing, ``(series, month)``.
        least: Months that a series must have.
    """
    out = []
    for k, sight in enumerate(work.model.sights):
        there = np.flatnonzero(~np.isnan(values[k]))
        if len(there) < least:
            continue
        replicated, observed = forecast.predicted[:, k][:, there], values[k, there]
        for name, statistic in STATISTICS.items():
            drawn, seen = statistic(replicated), float(statistic(observed))
            p = float((drawn < seen).mean() + 0.5 * (drawn == seen).mean())
            low, middle, high = (float(q) for q in np.quantile(drawn, [0.05, 0.5, 0.95]))
            out.append(Check(sight.id, name, seen, low, middle, high, p))
    return out


class Sensitivity(NamedTuple):
    """How much the prior of one unknown matters.

    Attributes:
        own: Largest shift of its own posterior mean, in posterior standard deviations.
        ahead: Largest shift of a series' expected figures ahead (log of their sum), in posterior standard deviations.
        series: Which series.
        effective: Smallest share of draws that count under the weights.
    """

    name: str
    own: float
    ahead: float
    series: str
    effective: float


def prior_sensitivity(work: Compiled, forecast: Forecast) -> list[Sensitivity]:
    """Every scalar unknown, the most influential first."""
    model, last = work.model, forecast.last
    totals = np.log1p(np.asarray(forecast.simulated.mean)[:, :, last + 1 :].sum(axis=2))
    out = []
    for k, name in enumerate(model.table.names):
        z = forecast.scalars[:, k]
        shifts = [_weighted(z, totals, power) for power in POWERS]
        ahead = np.max([np.abs(one[1]) for one in shifts], axis=0)
        at = int(np.argmax(ahead))
        own = max(abs(one[0]) for one in shifts)
        out.append(Sensitivity(name, own, float(ahead[at]), model.sights[at].id, min(one[2] for one in shifts)))
    return sorted(out, key=lambda row: -row.ahead)


def _weighted(z: Floats, totals: Floats, power: float) -> tuple[float, Floats, float]:
    """Shift of own mean and of each total, in standard deviations, and the share of draws that count."""
    log_weights = -(power - 1) * 0.5 * z**2
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    own = float((weights @ z - z.mean()) / max(z.std(), 1e-12))
    ahead = (weights @ totals - totals.mean(axis=0)) / np.maximum(totals.std(axis=0), 1e-12)
    return own, np.asarray(ahead), float(1 / (weights**2).sum() / len(z))


@dataclass(frozen=True)
class LeftOut:
    """A batch of fits, each without one series.

    Attributes:
        series: Positions of the series left out.
        size: Fits in a batch; a shorter one is filled up.
    """

    corridor: str
    figures: Figures
    last_month: str
    last_fitted: str
    series: tuple[int, ...]
    seed: int
    effort: Effort
    size: int = 6


def left_out_unit(unit: Unit) -> Arrays:
    """Fit without each series of a batch, and say its figures; what is said, by series: `HELD_OUT`."""
    batch: LeftOut = unit.arguments["batch"]
    work = compiled(batch.corridor, batch.last_month)
    model, last = work.model, work.model.grid.position(batch.last_fitted)
    values = vintages_of(work, batch.figures).latest
    evidence = []
    for k in (*batch.series, *[batch.series[-1]] * (batch.size - len(batch.series))):
        others = values.copy()
        others[k] = np.nan
        evidence.append(evidence_at(others, last, model.knowledge))
    seeds = [stream_seed(batch.seed, "left out", n) for n in range(len(evidence))]
    fits = fit_batch(model, evidence, seeds=seeds, effort=batch.effort)
    rows = []
    for k, fit, seen in zip(batch.series, fits, evidence, strict=False):
        forecast = work.predictor.predict(thin(fit.vectors, N_DRAWS), seen, seed=batch.seed, names=("left out", k))
        expected = np.asarray(forecast.simulated.mean)[:, k, model.fit_from : last + 1].sum(axis=1)
        decisive = _decisive(forecast.scalars, expected)
        rows.append([*_held_out(forecast.predicted[:, k], values[k], last), *decisive, fit.diagnostics.rhat.max()])
    return {"series": np.array(batch.series), "held_out": np.array(rows, float)}


HELD_OUT = (
    "figures", "ratio", "crps_log", "covered50", "covered90", "below", "course90", "decisive", "correlation", "rhat",
)  # fmt: skip
"""Columns of what is said of a series left out: the sum of the median over the published sum, scores and coverage by month, the
share of draws whose sum is below the published one, coverage by month of draws scaled to the published sum, the unknown that the
logarithm of the sum goes with most closely (its position) and how closely, the largest R-hat."""


LEAST_SPREAD = 1e-9
"""Below it a quantity does not vary, whatever rounding makes of it."""


def _held_out(draws: Floats, values: Floats, last: int) -> Sequence[float]:
    there = np.flatnonzero(~np.isnan(values[: last + 1]))
    if not len(there):
        return [0.0, *[np.nan] * 6]
    drawn, seen = draws[:, there], values[there]
    sums = drawn.sum(axis=1)
    ratio = float(np.median(sums) / max(seen.sum(), 1.0))
    inside = [float(scores.covered(drawn, seen, width).mean()) for width in (0.5, 0.9)]
    below = float((sums < seen.sum()).mean() + 0.5 * (sums == seen.sum()).mean())
    scaled = drawn * (seen.sum() / np.maximum(sums, 1.0))[:, None]
    course = float(scores.covered(scaled, seen, 0.9).mean())
    return [float(len(there)), ratio, float(scores.crps_log(drawn, seen).mean()), *inside, below, course]


def _decisive(scalars: Floats, sums: Floats) -> tuple[float, float]:
    """Position of the scalar unknown that log sums go with most closely, and their correlation; NaN where nothing varies."""
    logs = np.log1p(sums)
    spread = scalars.std(axis=0)
    if not scalars.shape[1] or np.ptp(logs) < LEAST_SPREAD or spread.max() < LEAST_SPREAD:
        return np.nan, np.nan
    together = ((scalars - scalars.mean(axis=0)) * (logs - logs.mean())[:, None]).mean(axis=0)
    close = np.where(spread < LEAST_SPREAD, 0.0, together / (np.maximum(spread, LEAST_SPREAD) * logs.std()))
    at = int(np.argmax(np.abs(close)))
    return float(at), float(close[at])
