"""Whether draws can be believed: split R-hat and effective sizes on ranks (Vehtari et al. 2021, Bayesian Analysis 16:667)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

Floats = NDArray[np.float64]

MAX_RHAT = 1.01
MIN_ESS = 400.0
HEAVY = 0.7
"""Shape of a Pareto tail from which weights cannot be believed (Vehtari et al. 2024, JMLR 25:72)."""
AT_REST = 0.05
"""Longest way that may be left to a mode that is found, in posterior standard deviations of all unknowns together."""


def _split(draws: Floats) -> Floats:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def _rank_normal(draws: Floats) -> Floats:
    ranks = rankdata(draws, method="average").reshape(draws.shape)
    return np.asarray(ndtri((ranks - 0.375) / (draws.size + 0.25)))


def _rhat(draws: Floats) -> float:
    n = draws.shape[1]
    within = draws.var(axis=1, ddof=1).mean()
    between = n * draws.mean(axis=1).var(ddof=1)
    if within <= 0:
        return float("inf") if between > 0 else 1.0
    return float(np.sqrt((between / within + n - 1) / n))


def rhat(draws: Floats) -> float:
    """Larger of bulk and tail split R-hat of ``(chain, draw)``."""
    split = _split(draws)
    folded = np.abs(split - np.median(split))
    return max(_rhat(_rank_normal(split)), _rhat(_rank_normal(folded)))


def _ess(draws: Floats) -> float:
    """Effective size of ``(chain, draw)`` by Geyer's initial monotone sequence."""
    m, n = draws.shape
    if np.ptp(draws) == 0:
        return float(m * n)
    centred = draws - draws.mean(axis=1, keepdims=True)
    size = 1 << (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(centred, size, axis=1)
    autocovariance = np.fft.irfft(np.abs(spectrum) ** 2, size, axis=1)[:, :n] / n
    within = autocovariance[:, 0].mean() * n / (n - 1)
    total = within * (n - 1) / n + (draws.mean(axis=1).var(ddof=1) if m > 1 else 0.0)
    rho = 1 - (within - autocovariance.mean(axis=0) * n / (n - 1)) / total
    rho[0] = 1.0
    pairs = rho[: n // 2 * 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs < 0)
    pairs = np.minimum.accumulate(pairs[: negative[0] if negative.size else len(pairs)])
    tau = max(-1 + 2 * pairs.sum(), 1 / np.log10(m * n))
    return float(m * n / tau)


def ess_bulk(draws: Floats) -> float:
    """Effective sample size for the centre of ``(chain, draw)``."""
    return _ess(_rank_normal(_split(draws)))


def ess_tail(draws: Floats) -> float:
    """Smaller effective sample size of the 5 % and 95 % quantiles of ``(chain, draw)``."""
    split = _split(draws)
    return min(_ess((split <= np.quantile(split, q)).astype(float)) for q in (0.05, 0.95))


@dataclass(frozen=True)
class Diagnostics:
    """Convergence of one fit; arrays by element of the vector, ``(size,)``."""

    rhat: Floats
    ess_bulk: Floats
    ess_tail: Floats
    divergences: int
    acceptance: float
    moved: float | None = None
    """Of a joint Gaussian: what is left to its mode, in posterior standard deviations; absent: the draws are a sampler's."""
    tail: float | None = None
    """Of weighted draws of an earlier fit: shape of the Pareto tail of their weights; absent: the draws are of this fit."""

    @property
    def converged(self) -> bool:
        """R-hat at most 1.01, bulk and tail effective sizes at least 400 and no divergence; a Gaussian's mode at rest."""
        if self.moved is not None:
            return self.moved <= AT_REST
        if self.tail is not None and self.tail > HEAVY:
            return False
        return bool(
            self.rhat.max() <= MAX_RHAT and min(self.ess_bulk.min(), self.ess_tail.min()) >= MIN_ESS and self.divergences == 0
        )

    @property
    def message(self) -> str:
        """The verdict in one sentence."""
        if self.moved is not None:
            words = f"joint Gaussian, independent draws; {self.moved:.2g} posterior standard deviations left to the mode"
            return (
                "The fit found its mode: " if self.converged else "THE FIT DID NOT FIND ITS MODE; do not use its numbers: "
            ) + words
        if self.tail is not None:
            words = (
                f"its draws moved and weighted by what is new, smallest effective sample size {self.ess_bulk.min():.0f}, Pareto "
                f"shape of the weights {self.tail:.2f}, largest R-hat of the last fit {self.rhat.max():.3f}"
            )
            return ("The fit goes on from the last one: " if self.converged else "THE WEIGHTS CANNOT BE BELIEVED: ") + words
        figures = (
            f"largest R-hat {self.rhat.max():.3f}, smallest effective sample size {self.ess_bulk.min():.0f} (bulk) and "
            f"{self.ess_tail.min():.0f} (tail), {self.divergences} divergences"
        )
        return ("The fit converged: " if self.converged else "THE FIT DID NOT CONVERGE; do not use its numbers: ") + figures


def diagnose(draws: Floats, divergences: int, acceptance: float) -> Diagnostics:
    """Diagnose draws ``(chain, draw, size)``."""
    columns = [np.ascontiguousarray(draws[:, :, k]) for k in range(draws.shape[2])]
    return Diagnostics(
        np.array([rhat(c) for c in columns]),
        np.array([ess_bulk(c) for c in columns]),
        np.array([ess_tail(c) for c in columns]),
        divergences,
        acceptance,
    )
