"""The corridor as written: frozen models, one per block of the corridor file.

The schema is the manual: every field's docstring states its meaning and unit, and becomes the
description in the JSON Schema that ``isthmus schema`` prints. Unknown keys are refused. Checks that
need more than one block (an unknown place in a leg, a cycle) live in ``spec/check.py``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from isthmus.spec.asylum import Asylum
from isthmus.spec.drivers import Driver
from isthmus.spec.engines import Engines
from isthmus.spec.facilitators import Facilitators
from isthmus.spec.harm import Harm
from isthmus.spec.impacts import Impacts
from isthmus.spec.information import Information
from isthmus.spec.money import Money
from isthmus.spec.pooling import Pool, SharedWalk
from isthmus.spec.primitives import (
    Block,
    Confidence,
    CountryCode,
    Day,
    Duration,
    GroupId,
    Id,
    LognormalPrior,
    Month,
    PooledQuantity,
    Quantity,
    Requirement,
)
from isthmus.spec.queues import Queue
from isthmus.spec.reverse import Reverse
from isthmus.spec.scenarios import Scenario


class Source(Block):
    """A publication that the file leans on."""

    title: str
    url: str | None = None
    date: Day | None = None


class TimeSettings(Block):
    """The grid on which the model runs and what is fitted."""

    step: Literal["day", "dekad", "month"] = "dekad"
    """Length of a step. Dekads are days 1-10, 11-20 and 21 to the end of a month."""
    start: Month
    """First month simulated; some months before the first figure, so that the corridor fills."""
    fit_from: Month
    """First month whose figures are used."""
    fit_to: Month | None = None
    """Last month whose figures are used; absent: the last month with a figure."""
    reference: Month
    """Month against which accessibility is measured in the departures equation."""
    horizon_months: Annotated[int, Field(ge=1, le=36)] = 6
    """Months forecast after the last fitted month."""


class Group(Block):
    """A nationality travelling along the corridor."""

    label: str
    origin: Id
    """Place where the group starts."""
    departures: Departures
    budget_usd: LognormalPrior | None = None
    """Money a person can spend on the whole journey, US$."""
    sensitivity: PooledQuantity = 1.0
    """How strongly entry rules and policies move this group, as a multiple of their sizes."""
    pull: dict[Id, Quantity] = Field(default_factory=dict)
    """Added value of a destination for this group, by place."""
    total: bool = False
    """Whether the group is people of all nationalities, the other groups among them: left out of every sum over groups."""


class Trend(Block):
    """What of a month's surprise in departures goes on in the months after."""

    gain: PooledQuantity
    """Share of a month's surprise that is taken for trend, 0 to 1."""
    damping: Annotated[float, Field(gt=0, lt=1)] = 0.9
    """Share of a month's trend that is left in the next."""


class Departures(Block):
    """log departures = log level + season + drivers + feedback x (accessibility - reference) + AR(1), with or without a trend."""

    level: PooledQuantity
    """Departures a month at the reference accessibility, persons."""
    persistence: PooledQuantity = 0.95
    """Month-to-month autocorrelation of the deviation, 0 to 1."""
    innovation: PooledQuantity = 0.2
    """Standard deviation of a month's new deviation on the log scale; with `tails`, the scale of Student's t."""
    feedback: PooledQuantity = 0.0
    """kappa: log departures gained per unit of accessibility."""
    tails: Annotated[float, Field(ge=2.1, le=1000)] | None = None
    """Degrees of freedom of Student-t innovations; absent: normal."""
    trend: Trend | None = None
    """Damped trend of the deviation; absent: a surprise stays, and does not go on."""
    season_sd: Annotated[float, Field(ge=0, le=2)] = 0.0
    """Prior standard deviation of each of two yearly harmonics on the log scale; 0: no season."""


class Place(Block):
    """A point of the corridor, never finer than a town or a border."""

    label: str
    role: Literal["origin", "hub", "transit", "bottleneck", "destination"]
    country: CountryCode
    area: Literal["second_level_area", "checkpoint", "first_level_area", "country"] = "checkpoint"
    """How large an area the place stands for; a policy of the gate may withhold what is finer than it allows."""
    lat: Annotated[float, Field(ge=-90, le=90)]
    """Degrees north, at most two decimals (town or region)."""
    lon: Annotated[float, Field(ge=-180, le=180)]
    """Degrees east, at most two decimals (town or region)."""
    stay: Duration | None = None
    """Time spent before moving on; absent: none."""
    settle: Quantity | None = None
    """Value of ending the journey here; absent: nobody does. Needed at destinations."""
    note: str | None = None


class Leg(Block):
    """A directed connection between two places. Aggregate: no path, vendor or schedule."""

    from_: Annotated[Id, Field(alias="from")]
    """Place where the leg starts."""
    to: Id
    """Place where the leg ends."""
    mode: Literal["air", "road", "sea", "walk", "mixed"]
    kind: Literal["forward", "reverse"] = "forward"
    """Forward legs form a graph without cycles. A reverse leg ends the journey as a return."""
    duration: Duration
    price_usd: tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]]
    """Low and high of what the leg costs a person, US$."""
    price_source: str | None = None
    price_confidence: Confidence = "B"
    risk: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Believed probability of serious harm on the leg."""
    constant: Quantity = 0.0
    """Value of the leg beyond price, time and risk."""
    drift: Quantity = 0.0
    """Standard deviation of the monthly random walk of the constant; 0: constant in time."""
    capacity_per_day: Annotated[float, Field(ge=0)] | None = None
    """Persons a day the leg can carry, where known."""
    note: str | None = None


class EntryRule(Block):
    """What a nationality needs to enter a place, from a date."""

    group: GroupId
    place: Id
    requirement: Requirement
    from_: Annotated[Day, Field(alias="from")]
    to: Day | None = None
    """First day on which the rule no longer holds; absent: open."""
    announced: Day | None = None
    """Day on which the rule was announced; absent: the day it begins."""
    source: str
    confidence: Confidence = "B"


class Effect(Block):
    """A shift caused by a policy, from its date on."""

    on: Literal["departures", "leg", "settle", "detection"]
    """What shifts: log departures, the value of a leg or of settling, log detection."""
    id: Id | None = None
    """The leg, place or series that shifts; absent for departures."""
    group: GroupId | None = None
    """The group concerned; absent: all."""
    size: Quantity
    """Shift on the log or value scale when fully in force."""
    ramp_days: Annotated[float, Field(ge=0, le=730)] = 0
    """Days over which the shift builds up linearly."""
    half_life_days: Annotated[float, Field(gt=0)] | None = None
    """Days after which half the shift has faded; absent: lasting."""


class Policy(Block):
    """A dated decision or event that may move flows."""

    label: str
    date: Day
    until: Day | None = None
    announced: Day | None = None
    place: Id | None = None
    effects: tuple[Effect, ...] = ()
    """Empty: only marked on the charts."""
    source: str
    confidence: Confidence = "B"


class Watch(Block):
    """What a series counts: arrivals at a place, or departures or arrivals on legs."""

    arrivals_at: Id | None = None
    departures_on: tuple[Id, ...] = ()
    arrivals_on: tuple[Id, ...] = ()


class Series(Block):
    """An official series and how it sees the flow: y ~ NegBinomial(detection x flow + baseline, dispersion)."""

    label: str
    figures: Id
    """Name of the series in the table of figures."""
    group: GroupId
    watches: Watch
    kind: Literal["flow", "stock"] = "flow"
    counts: Literal["persons", "events"] = "persons"
    detection: PooledQuantity = 1.0
    """Expected count per person passing; above 1 where events are counted."""
    detection_drift: PooledQuantity = 0.0
    """Standard deviation of a month's movement of log detection; 0: constant."""
    detection_persistence: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Month-to-month autocorrelation of drifting log detection around its level; 1: a random walk."""
    detection_tails: Annotated[float, Field(ge=2.1, le=1000)] | None = None
    """Degrees of freedom of Student-t movements of detection; absent: normal."""
    checkpoint: Id | None = None
    """Name that series of different groups at one checkpoint have in common; absent: the series stands alone."""
    baseline: PooledQuantity = 0.0
    """Counted a month beside the corridor's flow (ordinary travellers), persons."""
    baseline_moves: bool = False
    """Whether the baseline moves with the drift of detection, as the number of ordinary travellers does."""
    dispersion: PooledQuantity = 30.0
    """phi of the negative binomial: variance = mean + mean^2/phi."""
    delay_months: Annotated[int, Field(ge=0, le=24)] = 0
    """Months between the end of a month and the publication of its figure."""
    exclude: tuple[Month, ...] = ()
    """Months known to be wrong and not used, with the reason in the note."""
    note: str | None = None


class Choice(Block):
    """Parameters of the recursive logit."""

    cost: Quantity
    """theta_c: value lost per budget spent."""
    time: Quantity
    """theta_t: value lost per 30 days of travel and stay."""
    risk: Quantity
    """theta_r: value lost per unit of believed risk."""
    friction: dict[Requirement, Quantity]
    """Value lost at a place under each entry requirement."""


class Claim(Block):
    """A public statement to be held against figures and model."""

    text: str
    source: str
    check: Literal["sum_of_series", "ratio_of_series", "journey", "stock_summed"]
    series: tuple[Id, ...] = ()
    """Series of the table of figures that the claim is about."""
    period: tuple[str, str] | None = None
    """First and last period, ``YYYY`` or ``YYYY-MM``."""
    value: float | None = None
    """The figure claimed."""
    note: str | None = None


class Corridor(Block):
    """A corridor, whole."""

    isthmus: Literal[1]
    """Version of this file format."""
    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
    title: str
    summary: str
    time: TimeSettings
    figures: str = "figures.csv"
    """Table of official figures, relative to this file."""
    fit: Literal["sampled", "gaussian"] = "sampled"
    """How the corridor is learned: by Hamiltonian Monte Carlo, or, for many groups, by a joint Gaussian approximation."""
    combine: Literal["nothing", "pooled_regression"] = "nothing"
    """What figures ahead are pooled with, half and half: for many groups, a regression over all series."""
    groups: Annotated[dict[GroupId, Group], Field(min_length=1)]
    memory_months: Annotated[float, Field(gt=0, le=1200)] = 1200
    """With `fit: gaussian`: months after which a month says half as much about the size of steps."""
    pools: dict[Id, Pool] = Field(default_factory=dict)
    """Populations that quantities of groups and series come from."""
    shared: dict[Id, SharedWalk] = Field(default_factory=dict)
    """Movements that groups make together."""
    places: Annotated[dict[Id, Place], Field(min_length=2)]
    legs: Annotated[dict[Id, Leg], Field(min_length=1)]
    choice: Choice
    entry_rules: tuple[EntryRule, ...] = ()
    policies: dict[Id, Policy] = Field(default_factory=dict)
    drivers: dict[Id, Driver] = Field(default_factory=dict)
    queues: dict[Id, Queue] = Field(default_factory=dict)
    """Queues by place; empty: nobody waits for a capacity."""
    money: Money | None = None
    """Budgets and running out of money; absent: cost weighs in choices only."""
    information: Information | None = None
    """Beliefs about risk; absent: the `risk` of a leg is believed throughout."""
    facilitators: Facilitators | None = None
    """Who collects what; absent: no ledger."""
    harm: Harm | None = None
    """Harm on the way; absent: none is modelled, which does not say that there is none."""
    asylum: Asylum | None = None
    """Claims, pending stock and decisions; absent: the journey ends at arrival."""
    reverse: Reverse | None = None
    """Movement against the corridor, named and reported; absent: reverse legs are followed and not reported apart."""
    engines: Engines = Engines()
    """Which engine answers what."""
    impacts: Impacts | None = None
    """What flows mean on the ground; absent: no needs, costs or triggers."""
    series: Annotated[dict[Id, Series], Field(min_length=1)]
    claims: dict[Id, Claim] = Field(default_factory=dict)
    scenarios: dict[Id, Scenario] = Field(default_factory=dict)
    sources: dict[Id, Source] = Field(default_factory=dict)


Group.model_rebuild()
