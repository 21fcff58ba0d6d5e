"""How the backtest came out: relative skill with an interval, and coverage.

Relative skill is the geometric mean over (checkpoint, horizon) of the ratio of mean CRPS on log(1+y) to the
random walk's on the same origins; below 1 is better. Its interval is a block bootstrap over origins. *Beats* asks for 95 %
confidence and a year of origins; a month ahead is a *forecast* as far as 80 % confidence reaches unbroken, then a *scenario*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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

LEAST_ORIGINS = 12
"""Past forecasts below which nothing is said to beat the random walk."""
LEAST_LABELLED = 8
"""Past forecasts below which no month ahead is called a forecast."""
JUDGED = 0.95
"""Confidence with which a model is said to beat the random walk."""
LABELLED = 0.8
"""Confidence that a month ahead needs to be called a forecast."""

Label = Literal["forecast", "scenario"]


def bracketed(value: float, low: float, high: float) -> str:
    """``0.85 [0.75, 0.96]`` with the marks of the language, the interval on one line."""
    told, lo, hi = (spoken_number(f"{x:.2f}") for x in (value, low, high))
    return f"{told} [{lo}{';' if ',' in lo else ','}\N{NO-BREAK SPACE}{hi}]"


@dataclass(frozen=True)
class Skill:
    """Relative skill against the random walk with its 95 % interval; coverage of our own intervals.

    Attributes:
        upper: Upper end of the 80 % interval, by which a month ahead is called a forecast or a scenario.
        origins: Past forecasts behind it.
    """

    value: float
    lo: float
    hi: float
    coverage50: float = float("nan")
    coverage90: float = float("nan")
    forecasts: int = 0
    upper: float = float("nan")
    origins: int = 0

    @property
    def known(self) -> bool:
        """Whether there is a figure at all: the random walk may have said nothing."""
        return bool(np.isfinite([self.value, self.lo, self.hi]).all())

    @property
    def few(self) -> bool:
        """Whether there are too few past forecasts for a verdict."""
        return self.origins < LEAST_ORIGINS

    @property
    def shown(self) -> bool:
        """Whether the gain is shown: the whole 95 % interval lies below 1, over a year of origins at least."""
        return self.known and self.hi < 1 and not self.few

    @property
    def earned(self) -> bool:
        """Whether a month ahead earned to be called a forecast: the whole 80 % interval lies below 1."""
        return self.known and self.upper < 1 and self.origins >= LEAST_LABELLED

    @property
    def words(self) -> str:
        """``0.85 [0.75, 0.96]``, the interval on one line."""
        return bracketed(self.value, self.lo, self.hi)

    @property
    def verdict(self) -> str:
        """The verdict in words."""
        if not self.known:
            return "cannot be held against the random walk"
        if self.shown:
            return "beats the random walk"
        if self.few:
            return "too few past forecasts for a verdict"
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
    (low, high), (_, upper) = scores_of.skill_intervals(
        scored[0], scored[1], stream(seed, "bootstrap"), (JUDGED, LABELLED), block=min(BLOCK, len(origins))
    )
    mine = [ours[key] for key in pairs]
    return Skill(
        value=scores_of.relative_skill(scored[0], scored[1]),
        lo=low,
        hi=high,
        coverage50=float(np.mean([s.covered50 for s in mine])),
        coverage90=float(np.mean([s.covered90 for s in mine])),
        forecasts=len(pairs),
        upper=upper,
        origins=len(origins),
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
        """``forecast`` where the fit is sound and every horizon up to this one has earned it, else ``scenario``."""
        found = [self.by_horizon.get(h) for h in range(1, horizon + 1)]
        return "forecast" if self.sound and all(s is not None and s.earned for s in found) else "scenario"

    def label_of(self, horizons: int) -> str:
        """The label of a sum over the first so many horizons; both words where they differ."""
        labels = {self.label(h) for h in range(1, horizons + 1)}
        return labels.pop() if len(labels) == 1 else "forecast and scenario"


def backtest(view: RunView) -> Backtest:
    """Summarise the scores of a run; figures in ``summary.json`` stand before our own."""
    seed = int(view.manifest.get("seed", 0))
    scores = view.scores

    at: dict[tuple[str, int], list[Score]] = defaultdict(list)
    for score in scores:
        at[score.checkpoint, score.horizon].append(score)

    def skill(chosen: Iterable[tuple[str, int]]) -> Skill | None:
        return relative_skill([score for cell in chosen for score in at.get(cell, ())], seed=seed)

    horizons = sorted({horizon for _, horizon in at})
    known = {checkpoint for checkpoint, _ in at}
    checkpoints = [c for c in view.series if c in known]
    by_horizon = {h: skill((c, h) for c in known) for h in horizons}
    by_checkpoint = {c: skill((c, h) for h in horizons) for c in checkpoints}
    cells = {(c, h): skill([(c, h)]) for c in checkpoints for h in horizons}
    stated = {int(row["horizon"]): row for row in view.summary.get("by_horizon", [])}
    return Backtest(
        overall=_stated(skill(at), view.summary.get("relative_skill")),
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
        float(rest.upper if row.get("upper80") is None else row["upper80"]),
        int(row.get("origins", rest.origins)),
    )
