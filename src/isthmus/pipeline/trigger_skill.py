"""How well triggers would have spoken in the past: their statements at the origins of the backtest, held against what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from isthmus.impacts.triggers import brier
from isthmus.pipeline.folder import RunFolder, digest
from isthmus.timegrid import DAYS_A_MONTH

if TYPE_CHECKING:
    from isthmus.pipeline.job import Task

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
    found = backtesting.forecasts_of(task, made, "backtest", Workplace(storage=folder.units), lambda _: None)
    work = compiled(task.text, task.last_month)
    latest = vintages_of(work, task.figures).latest
    series = [sight.id for sight in work.model.sights]
    out = {}
    for name, trigger in told.items():
        above = trigger.figure_above or np.inf
        s, months = series.index(str(trigger.series)), int(np.ceil(7 * trigger.weeks / DAYS_A_MONTH))
        said, came = [], []
        for one in found:
            positions = [work.model.grid.position(origin) for origin in one.origins]
            observed = observed_after(latest, positions, made[0].horizon)
            for o in range(len(one.origins)):
                figures = observed[o, s, :months]
                if np.isfinite(figures).all() and len(figures) == months:
                    said.append(float((one.tracks[TRACK].draws[o, :, s, :months] > above).any(axis=1).mean()))
                    came.append(float((figures > above).any()))
        if len(said) >= LEAST:
            out[name] = {"series": trigger.series, "above": above, "months": months,
                         **brier(np.array(said), np.array(came))}  # fmt: skip
    return out
