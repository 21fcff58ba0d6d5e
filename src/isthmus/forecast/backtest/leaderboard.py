"""The leaderboard: relative skill of every model and track with its interval, overall and by horizon, regime, half and series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.forecast.backtest.origins import LEAST_ORIGINS, REGIMES
from isthmus.forecast.backtest.scoring import NO_TRACK, OURS, STEP_WALK, WALK, Entry, Scored
from isthmus.forecast.scores import relative_skill, skill_interval
from isthmus.streams import stream

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SHORT, LONG = (1, 3), (4, 6)
"""First and last month ahead of the two spans of horizons that are pooled."""

LEAST_GROUP = 50.0
"""A month's count that a group must reach somewhere for its series to be pooled."""


@dataclass(frozen=True)
class Row:
    """One line of the leaderboard.

    Attributes:
        scope: What is pooled: ``all``, ``horizons``, ``horizon``, ``regime``, ``half``, ``series``, ``group``.
        part: Which of them.
        against: The rival in the denominator of the relative skill.
    """

    model: str
    track: str
    scope: str
    part: str
    against: str
    relative_skill: float
    lo: float
    hi: float
    verdict: str
    crps_log: float
    crps: float
    wis: float
    log_score: float
    covered50: float
    covered90: float
    forecasts: int
    origins: int


@dataclass(frozen=True)
class Frame:
    """Which forecasts belong to which scope.

    Attributes:
        regimes: By origin and series, ``(origin, series)``.
        groups: Group of each series.
        pooled: Series that count in pooled scopes.
    """

    regimes: NDArray[np.str_]
    groups: tuple[str, ...]
    pooled: tuple[bool, ...]

    def scopes(self, scored: Scored) -> Iterator[tuple[str, str, Mask]]:
        """Scope, part and mask ``(origin, series, horizon)`` of each."""
        shape = (len(scored.origins), len(scored.series), scored.horizon)
        pooled = np.broadcast_to(np.array(self.pooled)[None, :, None], shape)
        months = np.arange(1, scored.horizon + 1)[None, None, :]
        yield "all", "all", pooled
        for first, last in (SHORT, LONG):
            if scored.horizon >= first:
                yield "horizons", f"{first}-{last}", pooled & (months >= first) & (months <= last)
        for h in range(1, scored.horizon + 1):
            yield "horizon", str(h), pooled & (months == h)
        for name in REGIMES:
            yield "regime", name, pooled & (self.regimes == name)[:, :, None]
        late = (np.arange(shape[0]) >= shape[0] // 2)[:, None, None]
        yield "half", "first", pooled & ~late
        yield "half", "second", pooled & late
        for group in dict.fromkeys(self.groups):
            yield "group", group, np.broadcast_to((np.array(self.groups) == group)[None, :, None], shape)
        for k, series in enumerate(scored.series):
            yield "series", series, np.broadcast_to((np.arange(shape[1]) == k)[None, :, None], shape)


def leaderboard(scored: Scored, frame: Frame, *, seed: int) -> list[Row]:
    """All rows against the random walk; over all forecasts, ours against every rival too."""
    rows = []
    base = Entry(WALK, NO_TRACK)
    for scope, part, mask in frame.scopes(scored):
        for entry in scored.entries:
            rows += _row(scored, entry, base, scope, part, mask, seed)
        if scope in {"all", "horizons", "regime"}:
            for entry, rival in _duels(scored.entries):
                rows += _row(scored, entry, rival, scope, part, mask, seed)
    return rows


def _duels(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """Our forecasts against each rival but the random walk, the step under the same track."""
    for entry in entries:
        if entry.model == OURS and entry.track != "ex_post":
            yield from ((entry, other) for other in entries if _rival_of(entry, other))


def _rival_of(entry: Entry, other: Entry) -> bool:
    return other.model not in {OURS, WALK} and other.track in {NO_TRACK, entry.track}


def _row(scored: Scored, entry: Entry, base: Entry, scope: str, part: str, mask: Mask, seed: int) -> list[Row]:
    """The row, or none where the two share no forecast."""
    tables = {measure: np.where(mask, found[entry], np.nan) for measure, found in scored.scores.items()}
    if base not in scored.scores["crps_log"]:
        return []
    theirs = np.where(mask, scored.scores["crps_log"][base], np.nan)
    ours = tables["crps_log"]
    both = ~np.isnan(ours) & ~np.isnan(theirs)
    if not both.any():
        return []
    with_any = both.any(axis=(1, 2))
    value = relative_skill(ours, theirs)
    n = int(with_any.sum())
    low, high = (1.0, 1.0) if entry == base else skill_interval(ours, theirs, stream(seed, "bootstrap"), block=min(3, len(ours)))
    means = {m: _mean(tables[m][both]) for m in ("crps_log", "crps", "wis", "log_score", "covered50", "covered90")}
    return [
        Row(entry.model, entry.track, scope, part, base.model, value, low, high, verdict(entry, base, high, low, n), **means,
            forecasts=int(both.sum()), origins=n)
    ]  # fmt: skip


def _mean(values: Floats) -> float:
    return float(np.nanmean(values)) if (~np.isnan(values)).any() else float("nan")


def verdict(entry: Entry, base: Entry, high: float, low: float, n_origins: int) -> str:
    """*beats* only where the whole 95 % interval lies below 1; attribution has no verdict, nor have few origins."""
    if entry == base:
        return "is the measure"
    if entry.track == "ex_post":
        return "attribution, not skill"
    if n_origins < LEAST_ORIGINS:
        return f"too few origins ({n_origins} of {LEAST_ORIGINS})"
    if not np.isfinite(high):
        return "cannot be said"
    return "beats" if high < 1 else "loses" if low > 1 else "not told apart"


def unpooled(latest: Floats, groups: Sequence[str], series: Sequence[str]) -> dict[str, str]:
    """Series that pooled scopes leave out, with the reason.

    Args:
        latest: Figures as known last, ``(series, month)``, NaN where there is none.
        groups: Group of each series.
        series: Ids.
    """
    out = {}
    most = {g: _most(latest[[k for k, other in enumerate(groups) if other == g]]) for g in dict.fromkeys(groups)}
    for k, name in enumerate(series):
        if np.isnan(latest[k]).all():
            out[name] = "no figure in the fitted months"
        elif _most(latest[k : k + 1]) == 0:
            out[name] = "all figures are zero"
        elif most[groups[k]] < LEAST_GROUP:
            out[name] = f"the group never reaches {LEAST_GROUP:.0f} a month"
    return out


def _most(values: Floats) -> float:
    return float(np.nanmax(values)) if (~np.isnan(values)).any() else 0.0


def coverage_curve(pit: Floats, widths: Sequence[float]) -> list[float]:
    """Share of figures inside central intervals of each width, from the PIT."""
    known = pit[~np.isnan(pit)]
    return [float((np.abs(known - 0.5) * 2 <= width).mean()) if known.size else float("nan") for width in widths]


def pit_histogram(pit: Floats, bins: int = 10) -> list[float]:
    """Share of figures by tenth of the predictive distribution."""
    known = pit[~np.isnan(pit)]
    counts = np.histogram(known, bins=bins, range=(0.0, 1.0))[0]
    return [float(c) for c in counts / max(known.size, 1)]


def mechanism_worth(rows: Sequence[Row]) -> Mapping[str, Row]:
    """Ours against the random walk with the same prior step, by track: what the mechanism adds to knowing the date."""
    return {row.track: row for row in rows if row.scope == "all" and row.model == OURS and row.against == STEP_WALK}
