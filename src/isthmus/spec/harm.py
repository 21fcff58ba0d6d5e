"""Harm of the corridor file: competing risks on legs, and what records and surveys see of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from isthmus.spec.primitives import Block, Confidence, Day, Id, Month, Quantity

HarmKind = Literal["death", "robbery", "sexual_violence", "injury"]
"""Harm to a person; `death` includes people who went missing."""


class LegHarm(Block):
    """Hazards of one passage of a leg: events expected per person if nothing else happened. A kind left out cannot happen."""

    death: Quantity = 0.0
    robbery: Quantity = 0.0
    sexual_violence: Quantity = 0.0
    injury: Quantity = 0.0
    bodies: Quantity = 0.0
    """Bodies of others seen by a person on the passage; not a harm of its own, but what surveys ask about."""


class Count(Block):
    """One recorded number."""

    period: tuple[Month, Month]
    """First and last month of the window."""
    count: Annotated[int, Field(ge=0)]
    people: Annotated[float, Field(gt=0)] | None = None
    """People of all nationalities who passed in the window; absent: from the series under `harm.everyone`."""
    bound: Literal["exact", "at_least"] = "exact"
    """`at_least` where part of the window was not covered or the source says so."""
    note: str | None = None
    confidence: Confidence = "B"


class Record(Block):
    """A source that records harm: recorded ~ NegBinomial(reporting x true count, dispersion)."""

    label: str
    harm: HarmKind
    leg: Id
    reporting: Quantity
    """Share of true cases that the source records while it has access."""
    dispersion: Annotated[float, Field(gt=0)] = 20.0
    """phi: variance = mean + mean^2/phi."""
    counts: Annotated[tuple[Count, ...], Field(min_length=1)]
    suspended: Day | None = None
    """Day from which the source could not record. What follows is censored, which is not zero."""
    source: str


class Survey(Block):
    """A share of people surveyed: share ~ Beta around the model's prevalence, shifted by the instrument on the logit scale."""

    label: str
    about: Literal["robbery", "sexual_violence", "injury", "bodies"]
    leg: Id
    share: Annotated[float, Field(gt=0, lt=1)]
    people: Annotated[float, Field(gt=1)]
    """People asked; where the source does not say, an assumption."""
    overdispersion: Annotated[float, Field(ge=1)] = 4.0
    """How many times more the share varies than in a simple random sample."""
    instrument_sd: Annotated[float, Field(gt=0, le=3)] = 0.5
    """Standard deviation of the instrument's effect on the logit scale: wording, place, who is asked."""
    source: str
    confidence: Confidence = "B"


class Harm(Block):
    """Harm on the way. Deaths are minimums; sexual violence is shown for all people in transit only, never by nationality."""

    everyone: Id
    """Monthly series of the table of figures that counts people of all nationalities, group ALL."""
    legs: Annotated[dict[Id, LegHarm], Field(min_length=1)]
    variation: Annotated[float, Field(ge=0, le=2)] = 0.3
    """Standard deviation of a year's hazard about its mean, on the log scale."""
    records: dict[Id, Record] = Field(default_factory=dict)
    surveys: dict[Id, Survey] = Field(default_factory=dict)
