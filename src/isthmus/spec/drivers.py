"""Drivers of the corridor file: dated series that push people to leave or pull them to a place."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from isthmus.spec.primitives import Block, Confidence, GroupId, Id, Month, Quantity


class Driver(Block):
    """A dated series that shifts departures or a destination's pull."""

    label: str
    target: Literal["departures", "settle"] = "departures"
    """What moves: log departures, or the value of ending the journey at `place`."""
    group: GroupId | None = None
    """The group moved; absent: all."""
    place: Id | None = None
    """The place whose pull moves, for `target: settle`."""
    values: dict[Month, float]
    """One value a month. Months without a value are unknown: learned with an AR(1) prior, never interpolated."""
    unit: str
    transform: Literal["none", "log", "standardise"] = "standardise"
    """Taken of the values known; `standardise` subtracts their mean and divides by their standard deviation."""
    lag_months: Annotated[float, Field(ge=0, le=24)] = 0.0
    """Mean time until a value is felt, months."""
    lag_sd_months: Annotated[float, Field(ge=0, le=12)] = 0.0
    """Spread of that time (gamma), months; 0: all at the mean, rounded to a month."""
    persistence: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Month-to-month autocorrelation of the AR(1) prior of unknown values."""
    coefficient: Quantity
    """Shift of log departures, or of value, per unit of the transformed series."""
    after_end: Literal["hold", "zero", "path"]
    """What is assumed after the last value: it holds, the driver says nothing more, or its AR(1) goes on and is drawn."""
    delay_months: Annotated[int, Field(ge=0, le=24)] = 0
    """Months between the end of a month and the publication of its value; past forecasts see no more than that."""
    in_fit: bool = True
    """Whether the fit and the forecast use it; otherwise it is kept and shown, with the reason in `note`."""
    note: str | None = None
    source: str
    confidence: Confidence = "B"
