"""Fits to data sets of known truth: ranks, coverage, recovery, and coverage of the months ahead.

Ranks: the truth is one more draw from its own posterior, so its rank among draws is uniform (Talts et al. 2018,
arXiv 1804.06788).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from isthmus.compute import Arrays, Unit
from isthmus.data.figures import Figures
from isthmus.forecast.backtest.blocks import evidence_at, vintages_of
from isthmus.forecast.compiled import Compiled, compiled
from isthmus.forecast.predict import thin
from isthmus.forecast.validation.synthetic import Sets, Variant, synthetic
from isthmus.inference.fit import Effort, Posterior, fit_batch
from isthmus.inference.posterior import Evidence, Paths
from isthmus.model.network import Model
from isthmus.streams import stream_seed

Floats = NDArray[np.float64]

FULL = Effort(chains=2, warmup=600, draws=1600, search=500)
QUICK = Effort(chains=2, warmup=200, draws=100, search=300)
RANKS = 49
"""Thinned draws that the truth is ranked among."""
BINS = 10
N_AHEAD = 200
LEVEL = 0.01
"""Of the chi-squared test, before Bonferroni."""


@dataclass(frozen=True)
class Batch:
    """Data sets fitted together.

    Attributes:
        corridor: As text, see `forecast.compiled`.
        figures: The real ones, whose gaps the synthetic ones share.
        last_month: End of the compiled grid.
        last_fitted: Last month that the fits see.
        first: Number of the first set.
    """

    corridor: str
    figures: Figures
    last_month: str
    last_fitted: str
    variant: Variant
    first: int
    count: int
    seed: int
    effort: Effort = FULL


class Recovered(NamedTuple):
    """What came of a batch.

    Attributes:
        names: Quantities.
        truth: Standardised for scalars, as they are for paths, ``(set, quantity)``.
        ranks: 0 to `RANKS`, ``(set, quantity)``.
        quantiles: 5, 25, 50, 75, 95 %, ``(set, quantity, 5)``.
        sd: Of the posterior, ``(set, quantity)``.
        ahead: PIT of the months ahead, ``(set, series, month)``.
        rhat: Largest, ``(set,)``.
        divergences: ``(set,)``.
    """

    names: Any
    truth: Any
    ranks: Any
    quantiles: Any
    sd: Any
    ahead: Any
    rhat: Any
    divergences: Any


def recover_unit(unit: Unit) -> Arrays:
    """`recover` as work for any place."""
    return recover(unit.arguments["batch"])._asdict()


def recover(batch: Batch) -> Recovered:
    """Make the sets of a batch and fit them."""
    work = compiled(batch.corridor, batch.last_month)
    model, last = work.model, work.model.grid.position(batch.last_fitted)
    known = ~np.isnan(vintages_of(work, batch.figures).latest)
    middle = (model.fit_from + last + 1) // 2
    sets = synthetic(work.predictor, batch.variant, first=batch.first, count=batch.count, middle=middle, seed=batch.seed)
    evidence = [evidence_at(np.where(known, rows, np.nan), last, model.knowledge) for rows in sets.figures]
    seeds = [stream_seed(batch.seed, "recover", batch.variant, batch.first + n) for n in range(batch.count)]
    fits = fit_batch(model, evidence, seeds=seeds, effort=batch.effort)
    names, truth = _quantities(model, sets.scalars, sets.paths, last)
    rows = [_drawn(work, fit, seen) for fit, seen in zip(fits, evidence, strict=True)]
    draws = np.stack([_quantities(model, scalars, paths, last)[1] for scalars, paths in rows])
    few = draws[:, np.linspace(0, draws.shape[1] - 1, RANKS).astype(int)]
    return Recovered(
        names=np.array(names),
        truth=truth,
        ranks=(few < truth[:, None]).sum(axis=1),
        quantiles=np.quantile(draws, [0.05, 0.25, 0.5, 0.75, 0.95], axis=1).transpose(1, 2, 0),
        sd=draws.std(axis=1),
        ahead=np.stack([_ahead(work, batch, n, fits[n], evidence[n], sets, last) for n in range(batch.count)]),
        rhat=np.array([fit.diagnostics.rhat.max() for fit in fits]),
        divergences=np.array([fit.diagnostics.divergences for fit in fits]),
    )


def _drawn(work: Compiled, fit: Posterior, seen: Evidence) -> tuple[Floats, Paths]:
    """Scalars and paths of a fit's draws."""
    vectors = thin(fit.vectors, fit.vectors.shape[0] * fit.vectors.shape[1])
    scalars, paths = work.predictor.seen_paths(jnp.asarray(vectors), seen)
    return np.asarray(scalars), jax.tree.map(np.asarray, paths)


def _quantities(model: Model, scalars: Floats, paths: Paths, last: int) -> tuple[list[str], Floats]:
    """Scalar unknowns and ends of paths, ``(draw, quantity)``, with their names."""
    names, columns = list(model.table.names), [scalars]
    for name, column in _ends(model, paths, last):
        names.append(name)
        columns.append(np.asarray(column)[:, None])
    return names, np.concatenate(columns, axis=1)


def _ends(model: Model, paths: Paths, last: int) -> Iterator[tuple[str, Floats]]:
    for g, group in enumerate(model.groups):
        yield f"departures of {group}, last deviation", paths.departures[:, g, last]
        for n, k in enumerate(model.drifting_legs):
            yield f"{model.legs[k].id}, first constant of {group}", paths.legs[:, n, g, model.fit_from]
            yield f"{model.legs[k].id}, last constant of {group}", paths.legs[:, n, g, last]
    for n, k in enumerate(model.drifting_sights):
        yield f"{model.sights[k].id}, last log detection", paths.detection[:, n, last]


def _ahead(work: Compiled, batch: Batch, n: int, fit: Posterior, seen: Evidence, sets: Sets, last: int) -> Floats:
    """PIT of the figures after the last fitted month, ``(series, month)``."""
    number = batch.first + n
    forecast = work.predictor.predict(thin(fit.vectors, N_AHEAD), seen, seed=batch.seed, names=(batch.variant, number))
    draws, came = forecast.predicted[:, :, last + 1 :], sets.figures[n][:, last + 1 :]
    return np.asarray((draws < came).mean(axis=0) + 0.5 * (draws == came).mean(axis=0))


def joined(parts: Sequence[Mapping[str, Any]]) -> Recovered:
    """Batches of one variant as one."""
    return Recovered(
        parts[0]["names"],
        *(np.concatenate([part[field] for part in parts]) for field in Recovered._fields if field != "names"),
    )


@dataclass(frozen=True)
class Verdict:
    """What ranks and intervals of one quantity come to.

    Attributes:
        p: Of the chi-squared test of uniform ranks.
        uniform: Whether it passes after Bonferroni over quantities.
        inside90: Share of truths in 90 % intervals.
        error: Mean of (median - truth) over the standard deviation of the truths.
        contraction: 1 - mean posterior variance over the variance of the truths.
    """

    name: str
    p: float
    uniform: bool
    inside50: float
    inside90: float
    error: float
    contraction: float
    correlation: float


def verdicts(found: Recovered) -> list[Verdict]:
    """Ranks, coverage and recovery of every quantity that the corridor leaves unknown."""
    out = []
    n = found.truth.shape[1]
    for k, name in enumerate(found.names):
        truth, quantiles = found.truth[:, k], found.quantiles[:, k]
        counts = np.bincount(found.ranks[:, k] * BINS // (RANKS + 1), minlength=BINS)
        p = float(stats.chisquare(counts).pvalue)
        spread = float(truth.std()) or 1.0
        medians = quantiles[:, 2]
        out.append(
            Verdict(
                name=str(name),
                p=p,
                uniform=p > LEVEL / n,
                inside50=float(((quantiles[:, 1] <= truth) & (truth <= quantiles[:, 3])).mean()),
                inside90=float(((quantiles[:, 0] <= truth) & (truth <= quantiles[:, 4])).mean()),
                error=float((medians - truth).mean() / spread),
                contraction=float(1 - (found.sd[:, k] ** 2).mean() / spread**2),
                correlation=float(np.corrcoef(medians, truth)[0, 1]) if medians.std() > 0 else 0.0,
            )
        )
    return out


def coverage(found: Recovered, sets: int) -> dict[str, float]:
    """Coverage of 90 % and 50 % intervals over the first ``sets`` data sets: of unknowns, and of the months ahead."""
    truth, quantiles = found.truth[:sets], found.quantiles[:sets]
    ahead = np.abs(found.ahead[:sets] - 0.5) * 2
    return {
        "unknowns90": float(((quantiles[:, :, 0] <= truth) & (truth <= quantiles[:, :, 4])).mean()),
        "unknowns50": float(((quantiles[:, :, 1] <= truth) & (truth <= quantiles[:, :, 3])).mean()),
        "ahead90": float((ahead <= 0.9).mean()),
        "ahead50": float((ahead <= 0.5).mean()),
        "sets": float(len(truth)),
    }
