"""The block `impacts`: what flows mean on the ground; needs, prices, services, the transit economy, protection, triggers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from isthmus.spec.money import Currency
from isthmus.spec.primitives import Block, Confidence, Id, Quantity

Basis = Literal["person_days", "peak", "arrivals"]

Sector = Literal["wash", "shelter", "food", "health", "protection", "education", "cash"]


class Standard(Block):
    """How much of something a person needs; takes the place of the standard of that name that comes with Isthmus."""

    item: str
    """What is needed, in words."""
    sector: Sector
    basis: Basis
    """What it is counted by: days that people are present (what is used up), the most people present at a time (space and
    facilities), or people who arrive (what is given once)."""
    amount: Quantity
    """Units per person-day, per person present or per person arriving."""
    unit: str
    edition: str
    """Publication and year that the standard is from."""
    page: str
    """Page or section."""
    source: str
    confidence: Confidence = "B"


class Price(Block):
    """What a unit of an item costs."""

    amount: Quantity
    """Price of a unit, in `currency`."""
    currency: Currency
    per: str
    """Unit that it is the price of; that of the standard."""
    source: str
    confidence: Confidence = "B"


class Service(Block):
    """Something that people need and that has a capacity."""

    label: str
    place: Id
    kind: Literal["beds", "consultations", "registration", "police", "school", "waste", "water"]
    basis: Literal["present", "arrivals_a_day"]
    """What demand grows with: people present, or people who arrive in a day."""
    demand: Quantity
    """Units of service per person present, or per person arriving in a day."""
    capacity: Annotated[float, Field(gt=0)]
    """Units that there are."""
    unit: str
    source: str
    confidence: Confidence = "B"


class Town(Block):
    """The economy of a place on the way."""

    spending_usd: Quantity
    """What a person spends there in a day, US$."""
    sectors: Annotated[dict[Id, float], Field(min_length=1)]
    """Shares of spending by sector, together 1."""
    local: Quantity
    """Share of spending that stays in the place before the multiplier, 0 to 1."""
    multiplier: Quantity
    """Local income made by a dollar that stays."""
    income_usd: Annotated[float, Field(gt=0)]
    """Income of a worker in a month before transit, US$; a job is that much income."""
    population: Annotated[float, Field(gt=0)]
    worker_share: Annotated[float, Field(gt=0, le=1)] = 0.4
    """Share of the population that works."""
    source: str
    confidence: Confidence = "B"


class Need(Block):
    """Share of people who are in need in a sector."""

    share: Quantity
    """0 to 1."""
    source: str
    confidence: Confidence = "B"


class Case(Block):
    """A kind of protection case among people who arrive at a place."""

    label: str
    place: Id
    share: Quantity
    """Share of those who arrive, 0 to 1."""
    reported: Quantity = 1.0
    """Share of cases that come to be known, 0 to 1; its interval is the reporting band."""
    source: str
    confidence: Confidence = "B"


class Trigger(Block):
    """A statement to act on ahead: the stock at a place exceeds a number within some weeks."""

    label: str
    place: Id
    above: Annotated[float, Field(gt=0)]
    """Persons present at a time."""
    weeks: Annotated[int, Field(ge=1, le=52)]
    probability: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Probability from which the trigger is met."""
    series: Id | None = None
    """Series of the corridor that sees the place, on which the skill of the statement is measured; absent: it is not."""
    figure_above: Annotated[float, Field(gt=0)] | None = None
    """Monthly figure of the series that stands for the stock; needed with `series`."""
    source: str
    """Who set it, and why so."""


class Others(Block):
    """People of other nationalities who pass a place: as many as join a queue of the corridor."""

    queue: Id
    """The queue whose `others` they are."""


class Impacts(Block):
    """What flows mean on the ground."""

    standards: Annotated[dict[Id, Standard], Field(default_factory=dict)]
    """Beside, or in place of, those that come with Isthmus."""
    prices: Annotated[dict[Id, Price], Field(default_factory=dict)]
    """By standard; the year and the place of a price stand in its source."""
    rates: Annotated[dict[Currency, float], Field(default_factory=dict)]
    """US$ for a unit of a currency other than USD."""
    places: tuple[Id, ...] = ()
    """Places to plan for; empty: all that are neither origin nor hub."""
    needs: Annotated[dict[Sector, Need], Field(default_factory=dict)]
    """Shares of people in need by sector."""
    services: Annotated[dict[Id, Service], Field(default_factory=dict)]
    towns: Annotated[dict[Id, Town], Field(default_factory=dict)]
    """Economies by place."""
    collapse: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Share of the volume whose loss an economy is held against."""
    cases: Annotated[dict[Id, Case], Field(default_factory=dict)]
    triggers: Annotated[dict[Id, Trigger], Field(default_factory=dict)]
    others: Annotated[dict[Id, Others], Field(default_factory=dict)]
    """By place: other nationalities, where the corridor's groups are a part of those who pass."""
