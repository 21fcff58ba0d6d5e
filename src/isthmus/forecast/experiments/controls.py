"""What came without the event, by groups that it did not touch: a synthetic control and a difference in differences.

Both work on log(1 + y) less its mean before the event, so that groups of any size compare (demeaned synthetic control: Ferman
and Pinto 2021, Quantitative Economics 12:1197). Weights of the control lie on the simplex and are fitted by least squares to the
months before (Abadie, Diamond and Hainmueller 2010, JASA 105:493); the difference in differences weighs all donors the same. How
far such an estimate strays by chance is what the same method finds for each donor in turn, which the event did not touch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]

LEAST_DONORS = 3
LEAST_MEAN = 20.0
"""Mean monthly figure before the event that a donor must have: below, the log is mostly chance."""


@dataclass(frozen=True)
class Control:
    """An estimate of the effect, as a mean log ratio after the event.

    Attributes:
        path: Figures without the event, by month after it, ``(month,)``.
        effect: Observed less control, mean over the months after, log scale.
        lo: 90 % interval by placebos.
        p: Share of placebos at least as large.
        weights: Of each donor.
        before: Root mean squared error before the event, log scale.
    """

    method: str
    effect: float
    lo: float
    hi: float
    p: float
    weights: dict[str, float]
    before: float
    path: tuple[float, ...]


def simplex_weights(target: Floats, donors: Floats) -> Floats:
    """Weights ``(donor,)`` on the simplex that bring ``donors (month, donor)`` closest to ``target (month,)``."""
    n = donors.shape[1]
    gram, cross = donors.T @ donors, donors.T @ target
    found = minimize(
        lambda w: 0.5 * w @ gram @ w - w @ cross,
        np.full(n, 1 / n),
        jac=lambda w: gram @ w - cross,
        bounds=[(0.0, 1.0)] * n,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": np.ones_like},
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    weights = np.clip(np.asarray(found.x), 0.0, None)
    return np.asarray(weights / weights.sum())


def controls(
    target: Mapping[str, float], donors: Mapping[str, Mapping[str, float]], before: list[str], after: list[str]
) -> list[Control] | str:
    """Both estimates, or why there is none.

    Args:
        target: Figures of the touched group by month.
        donors: Figures of the others.
        before: Months before the event that are compared.
        after: Months after it.
    """
    seen = [m for m in before if m in target]
    later = [m for m in after if m in target]
    usable = {
        name: row
        for name, row in donors.items()
        if all(m in row for m in (*seen, *later)) and seen and np.mean([row[m] for m in seen]) >= LEAST_MEAN
    }
    if not later or len(seen) < 6:
        return "too few figures of the group itself"
    if len(usable) < LEAST_DONORS:
        return f"{len(usable)} groups that the event did not touch have figures throughout, fewer than {LEAST_DONORS}"
    logs = {name: np.log1p([row[m] for m in (*seen, *later)]) for name, row in {"": target, **usable}.items()}
    level = float(logs[""][: len(seen)].mean())
    moved = {name: row - row[: len(seen)].mean() for name, row in logs.items()}
    return [_control(method, moved, len(seen), level) for method in ("synthetic control", "difference in differences")]


def _weights(method: str, target: Floats, donors: Floats) -> Floats:
    if method == "synthetic control":
        return simplex_weights(target, donors)
    return np.full(donors.shape[1], 1 / donors.shape[1])


def _gap(method: str, moved: Mapping[str, Floats], name: str, n_before: int) -> tuple[Floats, Floats, list[str]]:
    """Target less control over all months, the weights, and whose they are."""
    others = [other for other in moved if other not in {name, ""}]
    table = np.stack([moved[other] for other in others], axis=1)
    weights = _weights(method, moved[name][:n_before], table[:n_before])
    return moved[name] - table @ weights, weights, others


def _control(method: str, moved: Mapping[str, Floats], n_before: int, level: float) -> Control:
    gap, weights, names = _gap(method, moved, "", n_before)
    placebos = np.array([_gap(method, moved, name, n_before)[0][n_before:].mean() for name in names])
    effect = float(gap[n_before:].mean())
    low, high = np.quantile(placebos, [0.05, 0.95])
    path = np.expm1(np.maximum(level + moved[""][n_before:] - gap[n_before:], 0.0))
    return Control(
        method=method,
        effect=effect,
        lo=float(effect - high),
        hi=float(effect - low),
        p=float((np.abs(placebos) >= abs(effect)).mean()),
        weights={name: round(float(w), 3) for name, w in zip(names, weights, strict=True) if w >= 0.005},
        before=float(np.sqrt((gap[:n_before] ** 2).mean())),
        path=tuple(float(v) for v in path),
    )
