"""The statistical rivals, by statsforecast: ETS, ARIMA, Theta, and their equal mix; on log(1 + y) and capped.

On short series a log-scale ARIMA may explode, so every outlook is held within a factor `REACH` of the lowest and the highest
figure seen and its standard deviation below `WIDEST`; the caps were set before any score was computed.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from isthmus.forecast.rivals.naive import too_few
from isthmus.forecast.rivals.outlook import Outlook

Floats = NDArray[np.float64]

STATISTICAL = ("ets", "arima", "theta", "equal_mix")

REACH = 10.0
"""Largest factor above the highest, or below the lowest, figure plus one seen."""
WIDEST = 2.0
"""Largest standard deviation on the log scale."""
LEVEL = 90
SEASONAL_FROM = 36
"""Months of history from which a season of twelve months is tried."""
LEAST_HISTORY = 6

ABSENT = "statsforecast is not installed: install isthmus with its extra `benchmark`"


def statistical(history: Floats, horizon: int) -> dict[str, Outlook | str]:
    """Outlooks of ETS, ARIMA, Theta and their equal mix; of each that has none, the reason."""
    try:
        from statsforecast import models  # noqa: PLC0415  an optional part, and slow to load
    except ImportError:
        return dict.fromkeys(STATISTICAL, ABSENT)
    if (silent := too_few(history)) is not None:
        return dict.fromkeys(STATISTICAL, silent)
    logs = filled(history)
    if len(logs) < LEAST_HISTORY:
        return dict.fromkeys(STATISTICAL, f"fewer than {LEAST_HISTORY} months of history")
    season = 12 if len(logs) >= SEASONAL_FROM else 1
    steps = horizon + len(history) - 1 - int(np.flatnonzero(~np.isnan(history))[-1])
    chosen: dict[str, Any] = {
        "ets": models.AutoETS(season_length=season, model="ZZZ" if season > 1 else "ZZN"),
        "arima": models.AutoARIMA(season_length=season),
        "theta": models.AutoTheta(season_length=season),
    }
    out: dict[str, Outlook | str] = {name: _outlook(model, logs, steps, horizon) for name, model in chosen.items()}
    mixed = [one for one in out.values() if isinstance(one, Outlook)]
    out["equal_mix"] = (
        Outlook(np.concatenate([one.location for one in mixed]), np.concatenate([one.sd for one in mixed]))
        if mixed
        else "none of ETS, ARIMA and Theta could be fitted"
    )
    return out


def filled(history: Floats) -> Floats:
    """Log figures from the first to the last one seen, gaps bridged by a straight line, ``(month,)``."""
    seen = np.flatnonzero(~np.isnan(history))
    months = np.arange(seen[0], seen[-1] + 1)
    return np.interp(months, seen, np.log1p(history[seen]))


def _outlook(model: Any, logs: Floats, steps: int, horizon: int) -> Outlook | str:
    """One model's outlook; whatever goes wrong inside the library is a reason, not an end."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = model.forecast(y=logs, h=steps, level=[LEVEL])
        mean = np.asarray(found["mean"], float)[-horizon:]
        upper = np.asarray(found[f"hi-{LEVEL}"], float)[-horizon:]
    except Exception as error:  # noqa: BLE001  the library raises what it likes; the table names it
        return f"could not be fitted ({type(error).__name__}: {error})"
    sd = (upper - mean) / ndtri(0.5 + LEVEL / 200)
    if not (np.isfinite(mean).all() and np.isfinite(sd).all()):
        return "gave no finite numbers"
    reach = np.log(REACH)
    return Outlook.single(np.clip(mean, logs.min() - reach, logs.max() + reach), np.clip(sd, 0, WIDEST))
