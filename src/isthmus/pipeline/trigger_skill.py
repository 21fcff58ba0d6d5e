"""How well triggers would have spoken in the past: their statements at the origins of the backtest, held against what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.impacts.triggers import brier
from isthmus.pipeline.folder import RunFolder, digest
from isthmus.timegrid import DAYS_A_MONTH

if TYPE_CHECKING:
    from isthmus.pipeline.job import Task

Floats = NDArray[np.float64]

TRACK = "real_time"
LEAST = 5
"""Origins below which no skill is told."""


def skill(folder: RunFolder, task: Task) -> dict[str, Any]:
    """Brier score and reliability of each trigger with a series; none before the backtest, whose forecasts are read again.

    The statement told apart is of the published figure: the series exceeds ``figure_above`` in one of the months that the weeks
    of the trigger reach into. The stock itself is not published.
    """
    block = task.loaded.corridor.impacts
    told = {name: one for name, one in block.triggers.items() if one.series is not None} if block is not None else {}
    if not told or not folder.finished("backtest", digest(task.hash, "backtest")):
        return {}
    from isthmus.compute import Workplace
    from isthmus.forecast.backtest.blocks import forecast_unit, vintages_of
    from isthmus.forecast.backtest.scoring import observed_after
    from isthmus.forecast.compiled import compiled
    from isthmus.pipeline import backtesting
    from isthmus.pipeline.origins import backtest_origins

    made = backtesting.blocks(task, backtest_origins(task))
    # only what the backtest kept: one made by another version is not made again for this
    made = [block for block in made if folder.units.has(backtesting.unit_of(block, forecast_unit, "backtest", task.kind).address)]
    if not made:
        return {}
    work = compiled(task.text, task.last_month)
    latest = vintages_of(work, task.figures).latest
    series = [sight.id for sight in work.model.sights]
    asked = {
        name: Asked(series.index(str(one.series)), one.figure_above or np.inf, months_of(one.weeks)) for name, one in told.items()
    }
    pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in told}
    for one in backtesting.forecasts_of(task, made, "backtest", Workplace(storage=folder.units)):
        observed = observed_after(latest, [work.model.grid.position(origin) for origin in one.origins], made[0].horizon)
        for name, question in asked.items():
            pairs[name] += question.pairs(one.tracks[TRACK].draws, observed)
    return {
        name: {"series": told[name].series, "above": asked[name].above, "months": asked[name].months,
               **brier(*np.array(found).T)}
        for name, found in pairs.items() if len(found) >= LEAST
    }  # fmt: skip


class Asked(NamedTuple):
    """Whether a series exceeds a figure in one of the next months."""

    series: int
    above: float
    months: int

    def pairs(self, draws: Floats, observed: Floats) -> list[tuple[float, float]]:
        """Share of draws that say so, and whether it came, of each origin whose figures have come.

        Args:
            draws: ``(origin, draw, series, month ahead)``.
            observed: ``(origin, series, month ahead)``.
        """
        out = []
        for said, came in zip(draws[:, :, self.series, : self.months], observed[:, self.series, : self.months], strict=True):
            if np.isfinite(came).all() and len(came) == self.months:
                out.append((float((said > self.above).any(axis=1).mean()), float((came > self.above).any())))
        return out


def months_of(weeks: float) -> int:
    """Months that weeks reach into."""
    return int(np.ceil(7 * weeks / DAYS_A_MONTH))
