"""The block `money`: what people have, what the journey takes, and what happens when it runs out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from isthmus.spec.primitives import Block, Confidence, Day, Duration, GroupId, Id, Quantity

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z]{2}$")]
"""ISO 4217 code of a currency."""


class Rate(Block):
    """What a unit of a currency was worth on a day."""

    currency: Currency
    date: Day
    usd: Annotated[float, Field(gt=0)]
    """US$ for one unit."""
    source: str
    confidence: Confidence = "B"


class Budget(Block):
    """Money that people of a group can spend on the whole journey, lognormal."""

    median: Annotated[float, Field(gt=0)]
    """Median of the group, in `currency`."""
    sd_log: Annotated[float, Field(gt=0, le=3)]
    """Spread among people on the log scale."""
    currency: Currency = "USD"
    date: Day | None = None
    """Day whose rate of exchange is used: the last one known by then; absent: the latest."""
    source: str
    confidence: Confidence = "B"


class Short(Block):
    """What people do who cannot pay for the next leg; who does none of this stays stranded. Shares of those who run short."""

    borrow: Quantity = 0.0
    """Get money from family or lenders and go on at once."""
    work: Quantity = 0.0
    """Stay and work until they can pay."""
    turn_back: Quantity = 0.0
    """Give up the journey."""
    work_days: Duration
    """Time it takes to earn the next leg."""


class Money(Block):
    """Budgets in classes, costs of legs, of living and of extortion, and running out of money."""

    classes: Annotated[int, Field(ge=1, le=9)] = 3
    """Classes of equal size into which the people of a group are divided by budget."""
    budgets: Annotated[dict[GroupId, Budget], Field(default_factory=dict)]
    """By group; a group left out has the `budget_usd` of its own block."""
    rates: tuple[Rate, ...] = ()
    """Rates of exchange of currencies other than US$."""
    living_usd: Quantity
    """Food and lodging under way, waiting included, US$ a person and day."""
    extortion_usd: Annotated[dict[Id, Quantity], Field(default_factory=dict)]
    """Tolls and extortion by leg beside its price, US$ a person, mean over all who pass."""
    short: Short
    source: str | None = None
    """Where `living_usd`, `extortion_usd` and `short` come from."""
    confidence: Confidence = "B"
    in_fit: bool = True
    """Whether the fit knows of money; if not, it is applied to the fitted draws only."""
