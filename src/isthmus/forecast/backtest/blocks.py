"""A block of origins: fitted together, forecast under each policy track, with the rivals beside; one unit of work, one file.

Tracks: *real time* knows at an origin what was announced by then. *Policy date given* has the same fit and hands over the later
dates, not the strengths. *Ex post* takes strengths and paths from the fit to all figures: attribution only, never skill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.compute import Arrays, Unit
from isthmus.data.figures import Figures
from isthmus.forecast.backtest.vintages import Vintages
from isthmus.forecast.compiled import Compiled, compiled
from isthmus.forecast.combine import beside, combined, highest
from isthmus.forecast.predict import Forecast, thin
from isthmus.forecast.rivals.outlook import Outlook
from isthmus.forecast.rivals.pooled import COMPONENTS
from isthmus.forecast.rivals.step import differs, prior_step, without_changes
from isthmus.inference.fit import Effort, fit_batch
from isthmus.inference.posterior import Evidence
from isthmus.model.network import Knowledge, knowledge_of
from isthmus.streams import stream_seed
from isthmus.timegrid import month_end, month_start

Floats = NDArray[np.float64]
Track = Literal["real_time", "date_given", "ex_post"]
TRACKS: tuple[Track, ...] = ("real_time", "date_given", "ex_post")

EFFORT = Effort(chains=2, warmup=200, draws=300, search=300)
QUICK = Effort(chains=2, warmup=200, draws=100, search=300)
N_SAMPLES = 400
SIZE = 6
"""Origins fitted together; a shorter block is filled up with its last origin, so that one program serves all."""

NO_STEP = np.zeros((1, 1, 1))


@dataclass(frozen=True)
class Block:
    """What a unit of work needs; its result depends on nothing else.

    Attributes:
        corridor: As text, see `forecast.compiled`.
        last_month: End of the compiled grid.
        horizon: Months ahead.
        posterior: Vectors of the fit to all figures, ``(sample, size)``; absent: the origins are fitted.
    """

    corridor: str
    figures: Figures
    last_month: str
    origins: tuple[str, ...]
    horizon: int
    seed: int
    effort: Effort = EFFORT
    size: int = SIZE
    posterior: Floats | None = None


class Ahead(NamedTuple):
    """Forecasts of a block under one track.

    Attributes:
        draws: Figures, ``(origin, sample, series, horizon)``, NaN beyond the grid.
        mean: Expected figures, same shape.
        phi: Dispersion, ``(origin, sample, series)``.
        step: Prior policy steps of the rival, ``(origin, draw, series, horizon)``.
        alone: The mechanism's own draws where ``draws`` are a pool; no samples where they are its own.
        beside: Location and spread of what it is pooled with, ``(origin, 2, component, series, horizon)``, NaN without.
    """

    draws: Floats
    mean: Floats
    phi: Floats
    step: Floats
    alone: Floats
    beside: Floats


@dataclass(frozen=True)
class Forecasts:
    """What a block says.

    Attributes:
        origins: Last month of each.
        tracks: Forecasts by track.
        rhat: Largest of each origin's fit, ``(origin,)``; NaN where nothing was fitted.
    """

    origins: tuple[str, ...]
    tracks: dict[str, Ahead]
    rhat: Floats

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The block as the result of a unit of work."""
        parts = {f"{track}.{name}": part for track, ahead in self.tracks.items() for name, part in ahead._asdict().items()}
        return {"origins": np.array(self.origins), "rhat": self.rhat, **parts}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Forecasts:
        """The block of a unit's result."""
        tracks = dict.fromkeys(name.split(".")[0] for name in arrays if "." in name)
        made = {track: Ahead(*(np.asarray(arrays[f"{track}.{part}"], float) for part in Ahead._fields)) for track in tracks}
        return cls(tuple(str(origin) for origin in arrays["origins"]), made, np.asarray(arrays["rhat"]))


def evidence_at(values: Floats, last: int, knowledge: Knowledge) -> Evidence:
    """Evidence that ends in month ``last``; later figures are blanked before anything sees them."""
    seen = values.copy()
    seen[:, last + 1 :] = np.nan
    return Evidence(np.nan_to_num(seen), ~np.isnan(seen), last, knowledge)


def vintages_of(work: Compiled, figures: Figures) -> Vintages:
    """The figures on the grid of a compiled corridor."""
    return Vintages(figures, work.corridor, work.model.grid.months, work.corridor.time.fit_from)


def known(work: Compiled, origin: str) -> Knowledge:
    """Rules and policies announced by the end of a month."""
    return knowledge_of(work.corridor, [place.id for place in work.model.places], work.model.grid, month_end(origin))


def forecast_unit(unit: Unit) -> Arrays:
    """`forecast_block` as work for any place."""
    return forecast_block(unit.arguments["block"]).arrays()


def forecast_block(block: Block) -> Forecasts:
    """Fit and forecast each origin; with a posterior of all figures, only attribute."""
    work = compiled(block.corridor, block.last_month)
    seen = vintages_of(work, block.figures)
    values = [seen.known_at(origin) for origin in block.origins]
    lasts = [work.model.grid.position(origin) for origin in block.origins]
    if block.posterior is not None:
        return _attributed(block, work, values, lasts)
    evidence = [evidence_at(v, last, known(work, o)) for v, last, o in zip(values, lasts, block.origins, strict=True)]
    vectors, rhat = _fitted(block, work, evidence)
    full, log_means = work.model.knowledge, _LogMeans(work, block)
    ahead: dict[str, list[Ahead]] = {"real_time": [], "date_given": []}
    for origin, drawn, one in zip(block.origins, vectors, evidence, strict=True):
        given = without_changes(one.knowledge, full)
        ahead["real_time"].append(_ahead(block, work, origin, drawn, one, one.knowledge, log_means))
        same = not differs(given, one.knowledge)
        later = ahead["real_time"][-1] if same else _ahead(block, work, origin, drawn, one, given, log_means)
        ahead["date_given"].append(later)
    return Forecasts(block.origins, {track: _stacked(rows) for track, rows in ahead.items()}, rhat)


def _fitted(block: Block, work: Compiled, evidence: Sequence[Evidence]) -> tuple[list[Floats], Floats]:
    """Thinned posterior vectors and largest R-hat of each origin."""
    short = 0 if work.model.gaussian else -len(block.origins) % block.size  # a joint Gaussian fits one origin after the other
    fill = [block.origins[-1]] * short
    seeds = [stream_seed(block.seed, "backtest", origin) for origin in (*block.origins, *fill)]
    fits = fit_batch(work.model, [*evidence, *[evidence[-1]] * len(fill)], seeds=seeds, effort=block.effort)[: len(evidence)]
    return [thin(fit.vectors, N_SAMPLES) for fit in fits], np.array([fit.diagnostics.rhat.max() for fit in fits])


class _LogMeans:
    """Prior log means, with rules and policies as before the first fitted month, and as known."""

    def __init__(self, work: Compiled, block: Block) -> None:
        self._work, self._seed = work, block.seed
        first = month_start(work.corridor.time.fit_from)
        self._before = knowledge_of(work.corridor, [place.id for place in work.model.places], work.model.grid, first)

    def step(self, knowledge: Knowledge, last: int, horizon: int) -> Floats:
        """Prior steps from month ``last``."""
        return prior_step(self._work.predictor, knowledge, self._before, last, horizon, seed=self._seed)


def _ahead(
    block: Block, work: Compiled, origin: str, vectors: Floats, seen: Evidence, future: Knowledge, log_means: _LogMeans | None
) -> Ahead:
    """Forecast of one origin; the leading axis of length one is the origin."""
    predictor, last = work.predictor, int(seen.last)
    forecast = predictor.predict(vectors, seen, seed=block.seed, names=("backtest", origin), future=future)
    natural = predictor.natural(forecast.scalars)
    phi = np.stack([natural[s.dispersion] for s in work.model.sights], axis=1)
    step = NO_STEP if log_means is None else log_means.step(future, last, block.horizon)
    draws, mean = _windows(forecast, last, block.horizon)
    if log_means is None or not work.model.combined:
        parts = (draws, mean, phi, step, draws[:0], np.full((2, 1, *draws.shape[1:]), np.nan))
    else:
        history = np.where(np.asarray(seen.mask), np.asarray(seen.values), np.nan)[:, work.model.fit_from : last + 1]
        said = beside(work.model, history, block.horizon, step)
        most = highest(work.model, history)
        alone = np.minimum(draws, most[:, None])
        parts = (combined(draws, said, most), mean, phi, step, alone, _laid_out(said, block.horizon))
    return Ahead(*(part[None] for part in parts))


def _laid_out(said: Sequence[Outlook | str], horizon: int) -> Floats:
    """Location and spread of outlooks, ``(2, component, series, horizon)``, NaN where there is none."""
    out = np.full((2, COMPONENTS, len(said), horizon), np.nan)
    for k, one in enumerate(said):
        if not isinstance(one, str):
            out[:, :, k] = one.location, one.sd
    return out


def _windows(forecast: Forecast, last: int, horizon: int) -> tuple[Floats, Floats]:
    """Drawn and expected figures of the months ahead, NaN beyond the grid."""
    out = []
    for whole in (forecast.predicted, forecast.simulated.mean):
        part = np.full((*whole.shape[:2], horizon), np.nan)
        ahead = whole[:, :, last + 1 : last + 1 + horizon]
        part[:, :, : ahead.shape[2]] = ahead
        out.append(part)
    return out[0], out[1]


def _stacked(rows: Sequence[Ahead]) -> Ahead:
    """One array an attribute, origins first; steps of fewer draws are repeated."""
    most = max(row.step.shape[1] for row in rows)
    even = [row._replace(step=np.repeat(row.step, most // row.step.shape[1], axis=1)) for row in rows]
    return Ahead(*(np.concatenate(parts).astype(np.float32 if n else float) for n, parts in enumerate(zip(*even, strict=True))))


def _attributed(block: Block, work: Compiled, values: Sequence[Floats], lasts: Sequence[int]) -> Forecasts:
    """Ex post: strengths and paths as learned from all figures, innovations after the origin drawn anew."""
    if block.posterior is None:
        return Forecasts((), {}, np.zeros(0))
    full = work.model.knowledge
    evidence = [evidence_at(v, last, full) for v, last in zip(values, lasts, strict=True)]
    rows = [_ahead(block, work, o, block.posterior, one, full, None) for o, one in zip(block.origins, evidence, strict=True)]
    return Forecasts(block.origins, {"ex_post": _stacked(rows)}, np.full(len(rows), np.nan))


def hindsight(block: Block, posterior: Floats) -> Block:
    """The block that attributes ex post with the vectors ``(sample, size)`` of the fit to all figures."""
    return replace(block, posterior=posterior)
