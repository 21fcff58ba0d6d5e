"""The block `scenarios`: what would follow if something changed; a partial corridor, dated shocks, or both."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from isthmus.spec.primitives import Block, Confidence, Day, GroupId, Id, Quantity, Requirement


class Dated(Block):
    """What all shocks say: when, and how it is known."""

    from_: Annotated[Day, Field(alias="from")]
    """First day on which it is in force."""
    to: Day | None = None
    """First day on which it is over; absent: it lasts."""
    source: str
    """Where the event, and the prior of its strength, come from."""
    confidence: Confidence = "B"
    note: str | None = None


class Gradual(Dated):
    """A shock that may build up and fade."""

    ramp_days: Annotated[float, Field(ge=0, le=730)] = 0
    """Days from `from` on over which it builds up linearly."""
    fade_days: Annotated[float, Field(ge=0, le=730)] = 0
    """Days from `to` on over which it fades linearly."""


class EntryRuleShock(Dated):
    """A nationality meets another entry rule at a place."""

    kind: Literal["entry_rule"]
    group: GroupId
    place: Id
    requirement: Requirement
    """Its friction is the corridor's, with the uncertainty that the fit left."""
    announced: Day | None = None
    """Day on which it was announced; absent: the day it begins."""
    brought_forward: Quantity = 0.0
    """Share of those who would leave within `forward_days` of the beginning who leave between announcement and beginning."""
    forward_days: Annotated[float, Field(gt=0, le=365)] = 30.0
    """Days of departures from which people come forward."""


class CloseShock(Gradual):
    """A border or a leg is closed, wholly or in part, to those who choose their way from then on."""

    kind: Literal["close"]
    legs: Annotated[tuple[Id, ...], Field(min_length=1)]
    share: Quantity = 1.0
    """Share of the ways along the leg that are closed, 0 to 1; its value falls by -log(1 - share)."""


class CapShock(Dated):
    """No more than so many people a day are carried on from a place; the others wait."""

    kind: Literal["cap"]
    place: Id
    legs: tuple[Id, ...] = ()
    """Legs held back; empty: all forward legs from the place. At a queue of the corridor: the queue's."""
    per_day: Quantity
    """Persons a day. At a queue of the corridor people of other nationalities count too, elsewhere the groups alone."""
    give_up: Quantity = 0.015
    """Rate at which a waiting person stops waiting, per day, where the corridor has no queue."""
    other_way: Quantity = 0.0
    """Share of those who go on outside the capacity, where the corridor has no queue."""


class StopShock(Dated):
    """Boats or buses stop: nobody is carried on from a place; all wait."""

    kind: Literal["stop"]
    place: Id
    legs: tuple[Id, ...] = ()
    """Legs held back; empty: all forward legs from the place."""
    give_up: Quantity = 0.015
    """Rate at which a waiting person stops waiting, per day, where the corridor has no queue."""
    other_way: Quantity = 0.0
    """Share of those who go on all the same, where the corridor has no queue."""


class RemovalsShock(Gradual):
    """A share of those who reach a place is sent back from there."""

    kind: Literal["removals"]
    place: Id
    group: GroupId | None = None
    """Absent: all groups."""
    share: Quantity
    """Share of those who reach the place, 0 to 1."""
    deterrence: Quantity = 0.0
    """Value that legs to the place lose beside the chance of being sent back."""


class AsylumShock(Gradual):
    """Access to asylum at a destination is narrowed or widened."""

    kind: Literal["asylum"]
    place: Id
    group: GroupId | None = None
    """Absent: all groups."""
    direction: Literal["narrowed", "widened"]
    size: Quantity
    """Value that reaching the place loses or gains when fully in force, above 0."""
    claims: Quantity = 1.0
    """Factor on the share of arrivals who can claim."""


class PathwayShock(Dated):
    """A safe pathway: places a month for people to travel to a destination with permission."""

    kind: Literal["pathway"]
    group: GroupId
    place: Id
    """Destination, which they reach outside the corridor."""
    per_month: Quantity
    """Places a month, persons."""
    replacing: Quantity
    """Share of the places that go to people who would otherwise have set out along the corridor, 0 to 1."""


class InformationShock(Gradual):
    """Official information about the risk of some legs."""

    kind: Literal["information"]
    legs: tuple[Id, ...] = ()
    """Empty: all legs of the block `information`."""
    group: GroupId | None = None
    """Absent: all groups."""
    per_month: Quantity
    """Rate at which belief moves to the truth, per month; 0.7 closes half of the gap in a month."""


class AdvertisingShock(Gradual):
    """Facilitators advertise more or less, or are heard more or less."""

    kind: Literal["advertising"]
    factor: Quantity
    """Attention in force over attention before; 0: none."""


class DriverShock(Gradual):
    """A driver of the corridor stands elsewhere than expected."""

    kind: Literal["driver"]
    driver: Id
    change: Quantity
    """Change of the driver, in its unit (of the logarithm where the driver is transformed so)."""


class FlightsShock(Gradual):
    """Flights to a hub are cut."""

    kind: Literal["flights"]
    place: Id
    share: Quantity
    """Share of the seats that are lost, 0 to 1; the value of air legs to the hub falls by -log(1 - share)."""


class StormsShock(Dated):
    """A season of storms: less is carried on, and the way is more dangerous."""

    kind: Literal["storms"]
    legs: Annotated[tuple[Id, ...], Field(min_length=1)]
    capacity: Quantity = 1.0
    """Factor on the capacity of queues that hold these legs back, 0 to 1."""
    harm: Quantity = 1.0
    """Factor on the hazards of these legs."""
    deterrence: Quantity = 0.0
    """Value that these legs lose."""


Shock = Annotated[
    EntryRuleShock | CloseShock | CapShock | StopShock | RemovalsShock | AsylumShock | PathwayShock | InformationShock
    | AdvertisingShock | DriverShock | FlightsShock | StormsShock,
    Field(discriminator="kind"),
]  # fmt: skip
"""A dated change; strengths that are not known are priors."""


class Scenario(Block):
    """A named change: a partial corridor laid over the file, dated shocks, shocks of other scenarios."""

    label: str
    note: str | None = None
    set: Annotated[dict[str, Any], Field(default_factory=dict)]
    """The parts of the document that differ."""
    shocks: Annotated[dict[Id, Shock], Field(default_factory=dict)]
    """Dated changes; their order does not matter."""
    includes: tuple[Id, ...] = ()
    """Scenarios whose shocks are in force too, with the same strengths."""
    likelihood: Annotated[float, Field(ge=0, le=1)] | None = None
    """Probability that it comes about, as judged; with it the scenario enters the sheets of most likely, best and worst."""
    likelihood_source: str | None = None
    """Who judged, and from what."""
