"""How the backtest came out: relative skill with an interval, and coverage.

Relative skill is the geometric mean over (checkpoint, horizon) of the ratio of mean CRPS on log(1+y) to the
random walk's on the same origins; below 1 is better. Its interval is a block bootstrap over origins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from isthmus.forecast import scores as scores_of
from isthmus.report.language import spoken_number
from isthmus.report.view import RunView, Score
from isthmus.streams import stream

MODEL = "isthmus"
RIVAL = "random_walk"
BLOCK = 3

Label = Literal["forecast", "scenario"]


@dataclass(frozen=True)
class Skill:
    """Relative skill against the random walk with its 95 % interval; coverage of our own intervals."""

    value: float
    lo: float
    hi: float
    coverage50: float = float("nan")
    coverage90: float = float("nan")
    forecasts: int = 0

    @property
    def shown(self) -> bool:
        """Whether the gain is shown: the whole interval lies below 1."""
        return self.hi < 1

    @property
    def words(self) -> str:
        """``0.85 [0.75, 0.96]``, the interval on one line."""
        value, lo, hi = (spoken_number(f"{x:.2f}") for x in (self.value, self.lo, self.hi))
        return f"{value} [{lo}{';' if ',' in lo else ','}\N{NO-BREAK SPACE}{hi}]"

    @property
    def verdict(self) -> str:
        """The verdict in words."""
        if self.shown:
            return "beats the random walk"
        if self.value < 1:
            return "ahead of the random walk, not shown beyond chance"
        if self.lo <= 1:
            return "no better than the random walk"
        return "loses to the random walk"


def relative_skill(scores: Sequence[Score], *, seed: int) -> Skill | None:
    """Skill of the forecasts in ``scores``; ``None`` without pairs of model and random walk."""
    ours = {_key(s): s for s in scores if s.model == MODEL}
    rivals = {_key(s): s for s in scores if s.model == RIVAL}
    pairs = sorted(ours.keys() & rivals.keys())
    if not pairs:
        return None
    origins = sorted({key[0] for key in pairs})
    cells = sorted({key[1:] for key in pairs})
    table = np.full((2, len(origins), len(cells)), np.nan)
    for key in pairs:
        where = origins.index(key[0]), cells.index(key[1:])
        table[(0, *where)] = ours[key].crps_log
        table[(1, *where)] = rivals[key].crps_log
    scored = table[:, :, :, None]
    low, high = scores_of.skill_interval(scored[0], scored[1], stream(seed, "bootstrap"), block=min(BLOCK, len(origins)))
    mine = [ours[key] for key in pairs]
    return Skill(
        value=scores_of.relative_skill(scored[0], scored[1]),
        lo=low,
        hi=high,
        coverage50=float(np.mean([s.covered50 for s in mine])),
        coverage90=float(np.mean([s.covered90 for s in mine])),
        forecasts=len(pairs),
    )


def _key(score: Score) -> tuple[str, str, str, int]:
    return (score.origin, score.checkpoint, score.group, score.horizon)


@dataclass(frozen=True)
class Backtest:
    """The whole verdict.

    Attributes:
        cells: Skill by (checkpoint, horizon).
        origins: Last fitted month of each past forecast.
        sound: Whether the fit behind the present forecast passed its diagnostics.
    """

    overall: Skill | None
    by_horizon: Mapping[int, Skill]
    by_checkpoint: Mapping[str, Skill]
    cells: Mapping[tuple[str, int], Skill]
    origins: tuple[str, ...]
    sound: bool

    def label(self, horizon: int) -> Label:
        """``forecast`` where the fit is sound and skill is shown for the horizon, else ``scenario``."""
        skill = self.by_horizon.get(horizon)
        return "forecast" if self.sound and skill is not None and skill.shown else "scenario"

    def label_of(self, horizons: int) -> str:
        """The label of a sum over the first so many horizons; both words where they differ."""
        labels = {self.label(h) for h in range(1, horizons + 1)}
        return labels.pop() if len(labels) == 1 else "forecast and scenario"


def backtest(view: RunView) -> Backtest:
    """Summarise the scores of a run; figures in ``summary.json`` stand before our own."""
    seed = int(view.manifest.get("seed", 0))
    scores = view.scores

    def skill(**fixed: object) -> Skill | None:
        chosen = [s for s in scores if all(getattr(s, k) == v for k, v in fixed.items())]
        return relative_skill(chosen, seed=seed)

    horizons = sorted({s.horizon for s in scores})
    checkpoints = [c for c in view.series if any(s.checkpoint == c for s in scores)]
    by_horizon = {h: skill(horizon=h) for h in horizons}
    by_checkpoint = {c: skill(checkpoint=c) for c in checkpoints}
    cells = {(c, h): skill(checkpoint=c, horizon=h) for c in checkpoints for h in horizons}
    stated = {int(row["horizon"]): row for row in view.summary.get("by_horizon", [])}
    return Backtest(
        overall=_stated(skill(), view.summary.get("relative_skill")),
        by_horizon={h: s for h, found in by_horizon.items() if (s := _stated(found, stated.get(h))) is not None},
        by_checkpoint={c: s for c, s in by_checkpoint.items() if s is not None},
        cells={key: s for key, s in cells.items() if s is not None},
        origins=tuple(sorted({s.origin for s in scores})),
        sound=view.converged,
    )


def _stated(found: Skill | None, row: Mapping[str, Any] | None) -> Skill | None:
    """Our figure with value and interval replaced by the pipeline's, where it gives them."""
    if row is None:
        return found
    value = row.get("value", row.get("relative_skill"))
    if value is None or row.get("lo") is None or row.get("hi") is None:
        return found
    rest = found or Skill(0, 0, 0)
    return Skill(
        float(value),
        float(row["lo"]),
        float(row["hi"]),
        rest.coverage50,
        rest.coverage90,
        rest.forecasts,
    )
