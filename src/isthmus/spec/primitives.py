"""The small words of the corridor file: names, dates, priors, durations.

Blocks are made of these; `schema` puts the blocks together and passes these on.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from isthmus.spec import past_changes

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Lower-case identifier of a place, leg, series, driver, policy or scenario."""

GroupId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 3166-1 alpha-3 code of a nationality; groups are nationalities and nothing finer."""

CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2 code of a country."""

Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
"""A calendar month, ``YYYY-MM``."""


def _day(value: object) -> dt.date:
    """Read a written-out day; a number would be read as seconds since 1970."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return dt.date.fromisoformat(value)
    message = "a date is written YYYY-MM-DD"
    raise ValueError(message)


Day = Annotated[dt.date, BeforeValidator(_day)]
"""A calendar day, ``YYYY-MM-DD``."""

Confidence = Literal["S", "S2", "D", "C", "B"]
"""S seen in the named source, S2 seen in a copy, D derived, C computed from published data, B background."""

Requirement = Literal["visa_free", "visa_on_arrival", "e_visa", "visa_required", "transit_visa", "closed"]


class Block(BaseModel):
    """Settings shared by all blocks: frozen, unknown keys refused, finite numbers only."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class NormalPrior(Block):
    """A real quantity with a normal prior."""

    dist: Literal["normal"]
    mean: float
    sd: Annotated[float, Field(gt=0)]
    source: str | None = None
    """Where the prior comes from."""
    confidence: Confidence = "B"


class LognormalPrior(Block):
    """A positive quantity whose logarithm is normal."""

    dist: Literal["lognormal"]
    median: Annotated[float, Field(gt=0)]
    sd_log: Annotated[float, Field(gt=0)]
    source: str | None = None
    confidence: Confidence = "B"


class LogitNormalPrior(Block):
    """A share between 0 and 1 whose logit is normal."""

    dist: Literal["logitnormal"]
    median: Annotated[float, Field(gt=0, lt=1)]
    sd_logit: Annotated[float, Field(gt=0)]
    source: str | None = None
    confidence: Confidence = "B"


class PastChangesPrior(Block):
    """How strongly a change of entry rules takes people away, as past changes of the shipped registry did."""

    dist: Literal["past_changes"]
    before: Requirement
    """What was required before."""
    after: Requirement
    """What has been required since."""
    known_by: Day
    """Only changes whose size was known by this day inform; a backtest begins no earlier."""
    source: str | None = None
    confidence: Confidence = "C"

    @property
    def median(self) -> float:
        """Of the lognormal prior that the changes give."""
        return past_changes.strength(past_changes.informing(self.before, self.after, self.known_by))[0]

    @property
    def sd_log(self) -> float:
        """Standard deviation of its logarithm."""
        return past_changes.strength(past_changes.informing(self.before, self.after, self.known_by))[1]

    @property
    def rests_on(self) -> str:
        """The changes that inform, in words."""
        return self.source or past_changes.words(self.before, self.after, self.known_by)


class PooledPrior(Block):
    """A quantity that comes from a population of the file's `pools`, learned with the other members."""

    dist: Literal["pooled"]
    pool: Id
    """Name of the population."""
    source: str | None = None
    confidence: Confidence = "B"


Prior = Annotated[NormalPrior | LognormalPrior | LogitNormalPrior | PastChangesPrior, Field(discriminator="dist")]
"""A quantity to be learned. Every prior is normal on the natural, log or logit scale."""

AnyPrior = Annotated[
    NormalPrior | LognormalPrior | LogitNormalPrior | PastChangesPrior | PooledPrior, Field(discriminator="dist")
]
"""A prior of its own, or a population's."""

PooledQuantity = float | AnyPrior
"""A number, a prior, or a member of a population."""

Quantity = float | Prior
"""A number (assumed, fixed) or a prior (learned as far as the figures can see it)."""


class Duration(Block):
    """A gamma-distributed time."""

    mean_days: Annotated[float, Field(gt=0, le=3650)]
    sd_days: Annotated[float, Field(gt=0, le=3650)]
    source: str | None = None
    confidence: Confidence = "B"
