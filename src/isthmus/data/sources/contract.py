"""What a source is: what it says of itself, and how it turns a publisher's answers into figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from isthmus.data.series import Kind
from isthmus.data.store.records import Finding, Rule, SourceRecord
from isthmus.data.web import Limits, Web
from isthmus.spec.primitives import Confidence


@dataclass(frozen=True, slots=True)
class SeriesAbout:
    """One series of a source."""

    name: str
    kind: Kind
    unit: str
    counts: str
    """How the publisher defines it, in a sentence: what one unit is, what is left out."""
    closed: bool = False
    """Whether the groups must add up to ``ALL``."""
    total_of: str | None = None
    """The monthly series that this yearly one is the total of."""
    distinct_from: tuple[str, ...] = ()
    """Series of this source that may not have the same numbers, such as exits beside entries."""


@dataclass(frozen=True, slots=True)
class About:
    """What a source says of itself."""

    name: str
    title: str
    publisher: str
    licence: str
    home: str
    """Address at which a person finds the figures."""
    series: tuple[SeriesAbout, ...]
    licence_url: str = ""
    release_days: int = 30
    """Days from the end of a period to the publication of its figure."""
    cadence: Literal["month", "year"] = "month"
    confidence: Confidence = "S"
    limits: Limits = field(default_factory=Limits)
    seconds_between: float = 1.0
    """Least time between two requests."""

    def record(self) -> SourceRecord:
        """Return what the store keeps of it."""
        return SourceRecord(
            self.name, self.title, self.publisher, self.licence, self.licence_url, self.home, self.release_days, self.cadence
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an update asks for; sources that deliver everything at once may leave it aside."""

    groups: tuple[str, ...] = ("CHN",)
    """Nationalities, ISO 3166-1 alpha-3."""
    since: int = 2012
    """First year."""
    today: dt.date = dt.date.max


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure as delivered."""

    series: str
    place: str
    group: str
    """ISO 3166-1 alpha-3, ``ALL`` for everybody, ``OTH`` for those the publisher does not name."""
    period: str
    """``YYYY-MM`` or ``YYYY``."""
    value: float | None
    """None where the publisher reports nothing."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """A sum that the publisher states itself, to hold the readings against."""

    series: str
    place: str
    group: str
    first: str
    last: str
    value: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one update of a source brings."""

    readings: Iterable[Reading] = ()
    stated: tuple[Stated, ...] = ()
    rules: tuple[Rule, ...] = ()
    remarks: tuple[Finding, ...] = ()
    """What was odd in the publisher's files, such as a name that is no country."""
    published: dt.date | None = None
    """When the publisher published it. Absent: when it was seen."""


class Source(Protocol):
    """A source; adapters are objects with these two members."""

    @property
    def about(self) -> About:
        """What the source says of itself."""
        ...

    def fetch(self, web: Web, wanted: Wanted) -> Delivery:
        """Ask the publisher and return its figures, aggregated.

        Raises:
            SourceError: The publisher's answer cannot be had or read.
        """
        ...
