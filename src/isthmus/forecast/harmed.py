"""Harm by draw: for people of all nationalities by year, and for the corridor's groups without sexual violence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.data.series import FlowSeries
from isthmus.forecast.predict import Forecast
from isthmus.forecast.years import AHEAD, Periods
from isthmus.inference.harm import HARMS, HarmFit
from isthmus.model.hazards import met, outcomes
from isthmus.model.network import Model
from isthmus.streams import stream

Floats = NDArray[np.float64]

OPEN_BY_GROUP = ("death", "robbery", "injury")
"""Harm that may be shown by nationality; sexual violence is not."""

OTHER = HARMS[1:]


@dataclass(frozen=True, eq=False)
class Harmed:
    """People harmed; deaths include people who went missing.

    Attributes:
        years: Calendar years in which all months of all nationalities are counted, the last perhaps in part.
        people: Of all nationalities who passed, ``(year,)``.
        everyone: Harmed at least once, by kind as in `HARMS`, ``(sample, leg, kind, year)``.
        first: Shares by outcome of a passage in a mean year, ``(sample, leg, outcome)``.
        periods: Periods of the groups: years of the fit, then the months ahead.
        groups: Harmed at least once, by kind as in `OPEN_BY_GROUP`, ``(sample, leg, kind, group, period)``.
        recorded: Deaths of the groups that each record of deaths would show, ``(sample, record, group, period)``.
        records: Names of the records of deaths.
    """

    legs: tuple[str, ...]
    years: tuple[str, ...]
    people: Floats
    everyone: Floats
    first: Floats
    periods: tuple[str, ...]
    groups: Floats
    recorded: Floats
    records: tuple[str, ...]


def harmed(model: Model, forecast: Forecast, fit: HarmFit, everyone: FlowSeries, *, seed: int) -> Harmed:
    """Carry the hazards to people.

    Args:
        model: The compiled corridor.
        forecast: Draws of its flows.
        fit: Draws of the hazards.
        everyone: People of all nationalities by month.
        seed: Root seed.
    """
    legs = tuple(fit.block.legs)
    counts = dict(everyone.points())
    years = tuple(dict.fromkeys(month[:4] for month in counts if month <= model.grid.months[forecast.last]))
    people = np.array([sum(v for month, v in counts.items() if month[:4] == year) for year in years])
    periods = Periods.of(model, forecast.last)
    named = tuple(dict.fromkeys((*years, *periods.names)))
    intensity = {
        (leg, kind, year): fit.hazard(leg, kind, year, stream(seed, "harm", leg, kind, year))
        for leg in legs for kind in HARMS for year in named
    }  # fmt: skip
    of_all = np.stack([[[people[y] * _share(intensity, leg, kind, year) for y, year in enumerate(years)]
                        for kind in HARMS] for leg in legs])  # fmt: skip
    _at_least_recorded(of_all, legs, years, fit)
    arcs = [leg.id for leg in model.legs]
    flows = periods.sums(forecast.simulated.trajectories.leg_flow @ model.grid.month_sum.T)
    own = np.stack([
        np.stack([flows[:, arcs.index(leg)] * np.stack([_share(intensity, leg, kind, p) for p in periods.names], axis=1)[:, None]
                  for kind in OPEN_BY_GROUP], axis=1)
        for leg in legs
    ], axis=1)  # fmt: skip
    records = tuple(name for name, record in fit.block.records.items() if record.harm == "death")
    seen = [
        own[:, legs.index(fit.block.records[r].leg), 0] * fit.natural(f"harm.records.{r}.reporting")[:, None, None]
        for r in records
    ]
    return Harmed(
        legs, years, people, of_all.transpose(3, 0, 1, 2), first_shares(fit), periods.names, own,
        np.stack(seen, axis=1) if seen else np.zeros((len(own), 0, *own.shape[3:])), records,
    )  # fmt: skip


def _share(intensity: dict[tuple[str, str, str], Floats], leg: str, kind: str, year: str) -> Floats:
    """Share of those who set out who meet a kind of harm at least once; what is not death is met alive."""
    share = met(intensity[leg, kind, year])
    return share if kind == "death" else share * np.exp(-intensity[leg, "death", year])


def _at_least_recorded(of_all: Floats, legs: tuple[str, ...], years: tuple[str, ...], fit: HarmFit) -> None:
    """No year has fewer cases than were recorded in windows that lie within the counted months."""
    for window in fit.windows:
        record = fit.block.records[window.record]
        if window.period[0][:4] in years and record.counts and not _outside(fit, window.period, years):
            row = of_all[legs.index(record.leg), HARMS.index(record.harm), years.index(window.period[0][:4])]
            np.maximum(row, window.count, out=row)


def _outside(fit: HarmFit, period: tuple[str, str], years: tuple[str, ...]) -> bool:
    """Whether a window reaches beyond the counted months, so that its people were given in the file."""
    return period[1][:4] not in years or any(
        count.people is not None and count.period == period for record in fit.block.records.values() for count in record.counts
    )


def first_shares(fit: HarmFit) -> Floats:
    """One multinomial a leg: dead, first harmed by each other kind, unharmed, ``(sample, leg, outcome)``."""
    return np.stack([
        outcomes(
            fit.natural(f"harm.legs.{leg}.death"), np.stack([fit.natural(f"harm.legs.{leg}.{kind}") for kind in OTHER], axis=-1)
        )
        for leg in fit.block.legs
    ], axis=1)  # fmt: skip


__all__ = ["AHEAD", "OPEN_BY_GROUP", "Harmed", "first_shares", "harmed"]
