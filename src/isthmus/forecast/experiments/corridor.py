"""The small corridor of one group: Ecuador, the Darien, Honduras, Mexico and the US border, and ways round, as far as counted."""

from __future__ import annotations

from typing import Any

import numpy as np

from isthmus.data.figures import Figures
from isthmus.errors import FiguresError
from isthmus.forecast.experiments.registry import Experiment
from isthmus.spec.schema import Corridor
from isthmus.timegrid import shift_month

FIRST = "2021-01"
"""Months before are not used: other rules, a pandemic."""
BEFORE = 3
"""Months that the corridor runs before its first figure."""
LEAST_MONTHS = 8
"""Months of figures before an event that a fit asks for."""

CHAIN = ("ecuador_entries", "darien_transits", "honduras_entries", "mexico_events", "us_encounters")
PLACES = {
    "home": ("Country of origin", "origin", "XX", 0.0, 0.0, None),
    "ecuador": ("Ecuador", "transit", "EC", -0.2, -78.5, 12),
    "darien": ("Darién", "transit", "PA", 8.2, -77.3, 3),
    "honduras": ("Honduras", "transit", "HN", 14.1, -86.6, 3),
    "mexico": ("Mexico", "transit", "MX", 14.9, -92.3, 12),
    "us_border": ("US southwest border", "destination", "US", 32.6, -116.8, None),
}
WATCHED = dict(zip(CHAIN, ("ecuador", "darien", "honduras", "mexico", "us_border"), strict=True))
DETECTION: dict[str, Any] = {
    "ecuador_entries": 1.0,
    "darien_transits": 1.0,
    "honduras_entries": {"dist": "lognormal", "median": 0.7, "sd_log": 0.4, "source": "registrations; weak prior"},
    "mexico_events": {"dist": "lognormal", "median": 0.5, "sd_log": 0.5, "source": "events; weak prior"},
    "us_encounters": {"dist": "lognormal", "median": 1.0, "sd_log": 0.3, "source": "events against persons; weak prior"},
}
LEGS = {
    "home_ecuador": ("home", "ecuador", 3, 0.0),
    "home_darien": ("home", "darien", 10, 0.0),
    "ecuador_darien": ("ecuador", "darien", 10, 0.0),
    "darien_honduras": ("darien", "honduras", 6, None),
    "home_honduras": ("home", "honduras", 4, -1.0),
    "honduras_mexico": ("honduras", "mexico", 5, None),
    "home_mexico": ("home", "mexico", 4, -1.0),
    "mexico_us_border": ("mexico", "us_border", 6, None),
}
"""Leg: from, to, days, prior mean of its constant; absent: the only way on."""
DRIFTING = ("home_honduras", "home_mexico", "ecuador_darien")
"""Legs whose share changes from month to month: ways round, and who goes on from Ecuador rather than stay or leave by air."""


def months_of(figures: Figures, series: str, group: str) -> dict[str, float]:
    """Figures of a series and group by month, as known last; empty where there are none."""
    if group not in figures.groups(series):
        return {}
    rows = figures.series(series, group=group).figures
    return {row.period: row.value for row in rows if row.value is not None}


def counted(figures: Figures, experiment: Experiment, before: str) -> dict[str, dict[str, float]]:
    """Series of the chain that count the group for long enough before the event."""
    out = {}
    for name in CHAIN:
        months = months_of(figures, name, experiment.group) if name in figures.names else {}
        if sum((experiment.first or FIRST) <= month < before for month in months) >= LEAST_MONTHS:
            out[name] = months
    return out


def corridor_of(figures: Figures, experiment: Experiment, before: str) -> Corridor:
    """The corridor of an experiment, fitted to months before ``before``.

    Raises:
        FiguresError: No series counts the group for long enough before the event.
    """
    found = counted(figures, experiment, before)
    if not found:
        raise FiguresError.one(
            where=f"experiment {experiment.name}",
            expected=f"at least {LEAST_MONTHS} monthly figures of {experiment.group} before {before}",
            found=_too_few(figures, experiment.group),
            remedy="add the figures to the table, or leave the experiment out",
        )
    begin = experiment.first or FIRST
    first = max(min(month for months in found.values() for month in months if month >= begin), begin)
    places = [p for p in PLACES if p != "ecuador" or "ecuador_entries" in found]
    level = max(float(np.median([v for months in found.values() for m, v in months.items() if FIRST <= m < before])), 10.0)
    return Corridor.model_validate(
        {
            "isthmus": 1,
            "name": experiment.name,
            "title": experiment.label,
            "summary": "One group's corridor, made for a natural experiment.",
            "time": {
                "step": "dekad",
                "start": shift_month(first, -BEFORE),
                "fit_from": first,
                "reference": first,
                "horizon_months": experiment.months,
            },
            "groups": {experiment.group: {"label": experiment.group, "origin": "home", "departures": _departures(level)}},
            "places": {name: _place(name) for name in places},
            "legs": {name: _leg(name) for name, leg in LEGS.items() if leg[0] in places and leg[1] in places},
            "choice": {"cost": 0.0, "time": 0.0, "risk": 0.0, "friction": {"visa_free": 0.0}},
            "policies": {"event": _policy(experiment, places)},
            "series": {name: _series(name, experiment.group) for name in found},
        }
    )


def _too_few(figures: Figures, group: str) -> str:
    """What there is of a group instead: nothing at all, or too little."""
    names = [name for name in CHAIN if name in figures.names and months_of(figures, name, group)]
    return f"too few in any of {', '.join(names)}" if names else f"no figures of {group} at all in this table"


def _departures(level: float) -> dict[str, Any]:
    weak = "weak prior"
    return {
        "level": {"dist": "lognormal", "median": 2 * level, "sd_log": 1.0, "source": "twice the median figure before; weak"},
        "persistence": {"dist": "logitnormal", "median": 0.95, "sd_logit": 0.7, "source": weak},
        "innovation": {"dist": "lognormal", "median": 0.25, "sd_log": 0.4, "source": weak},
    }


def _place(name: str) -> dict[str, Any]:
    label, role, country, lat, lon, days = PLACES[name]
    place: dict[str, Any] = {"label": label, "role": role, "country": country, "lat": lat, "lon": lon}
    if days:
        place["stay"] = {"mean_days": days, "sd_days": days}
    if role == "destination" or name == "ecuador":
        place["settle"] = 0.0  # not all who enter Ecuador go on
    return place


def _leg(name: str) -> dict[str, Any]:
    tail, head, days, mean = LEGS[name]
    leg: dict[str, Any] = {"from": tail, "to": head, "mode": "mixed", "price_usd": [100, 100]}
    leg["duration"] = {"mean_days": days, "sd_days": max(days / 2, 1)}
    if mean is not None:
        leg["constant"] = {"dist": "normal", "mean": mean, "sd": 1.5, "source": "weak prior"}
    if name in DRIFTING:
        leg["drift"] = 0.15
    return leg


def _policy(experiment: Experiment, places: list[str]) -> dict[str, Any]:
    mean, sd = experiment.size
    effect: dict[str, Any] = {"size": {"dist": "normal", "mean": mean, "sd": sd, "source": experiment.size_source}}
    effect["ramp_days"] = experiment.ramp_days
    effects = [{**effect, "on": "departures", "group": experiment.group}]
    if experiment.on == "crossing":
        crossing = [name for name, leg in LEGS.items() if leg[1] == "darien" and leg[0] in places]
        effects = [{**effect, "on": "leg", "id": name} for name in crossing]
    policy: dict[str, Any] = {"label": experiment.label, "date": experiment.date, "effects": effects, "source": experiment.source}
    if experiment.until:
        policy["until"] = experiment.until
    if experiment.announced:
        policy["announced"] = experiment.announced
    return policy


def _series(name: str, group: str) -> dict[str, Any]:
    series: dict[str, Any] = {"label": name.replace("_", " "), "figures": name, "group": group}
    series["watches"] = {"arrivals_at": WATCHED[name]}
    series["detection"] = DETECTION[name]
    series["dispersion"] = {"dist": "lognormal", "median": 30, "sd_log": 0.5, "source": "weak prior"}
    if name in {"honduras_entries", "mexico_events"}:
        series["detection_drift"] = 0.1
    return series
