"""Facilitators and armed groups of the corridor file: who collects what, for the corridor as a whole."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from isthmus.spec.primitives import Block, Confidence, CountryCode, Id, Month, Quantity


class Fee(Block):
    """What a person pays to one kind of collector on the way: price = base x excess demand ^ demand x exp(enforcement)."""

    label: str
    kind: Literal["fare", "fee", "toll", "extortion"]
    """A fare for transport, a fee for a service, a toll for passing, or money taken by force."""
    collector: Literal["carriers", "facilitators", "armed_groups", "officials", "hosts"]
    """A kind of collector, never a name."""
    country: CountryCode | None = None
    """Where it is collected; absent: in several countries."""
    legs: Annotated[tuple[Id, ...], Field(min_length=1)]
    """Legs on which it is paid, each time a person takes one."""
    per_person_usd: Quantity | None = None
    """Base price a person, US$; absent: log-uniform between the low and high price of each leg."""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of people on the legs who pay."""
    demand: Quantity = 0.0
    """Elasticity of the price to demand over capacity, where demand exceeds capacity."""
    capacity_per_day: Annotated[float, Field(gt=0)] | None = None
    """Persons a day of all nationalities that can be served, for `demand`."""
    enforcement: Quantity = 0.0
    """Log of the price gained while the policies under `enforced_by` are in force."""
    enforced_by: tuple[Id, ...] = ()
    """Policies that hinder the service."""
    everyone: bool = False
    """Whether all people counted by `facilitators.everyone` pay it; otherwise only the corridor's groups are in the ledger."""
    within: Id | None = None
    """The fee that contains this one, so that no total counts it twice."""
    source: str
    confidence: Confidence = "B"


class Total(Block):
    """A published total of what was collected."""

    label: str
    fee: Id | None = None
    """The fee it calibrates; absent: it is only shown beside the ledger, because what it covers differs."""
    usd: Annotated[float, Field(gt=0)]
    period: tuple[Month, Month]
    """First and last month."""
    spread: Annotated[float, Field(gt=0, le=2)] = 0.1
    """Standard deviation of the log of the published total."""
    covers: str | None = None
    """What is in it and what is not."""
    source: str
    confidence: Confidence = "B"


class Facilitators(Block):
    """Fees, tolls and a ledger of who collects what; totals for the corridor only, no vendor and no price of a service."""

    everyone: Id | None = None
    """Monthly series of the table of figures that counts people of all nationalities, group ALL."""
    fees: Annotated[dict[Id, Fee], Field(min_length=1)]
    totals: dict[Id, Total] = Field(default_factory=dict)
