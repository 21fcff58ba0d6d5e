"""What a store keeps besides figures: sources, receipts, findings, entry rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

GOOD, HELD, ACCEPTED, REJECTED = 0, 1, 2, 3
"""States of a figure; series are made of good and accepted ones."""

Key = tuple[str, str, str]
"""Series, place, group."""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What a source says of itself."""

    source: str
    title: str
    publisher: str
    licence: str
    licence_url: str
    home: str
    release_days: int | None = None
    """Days from the end of a period to the publication of its figure."""
    cadence: str = "month"
    """``month`` or ``year``: how often a period ends."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One answer of a publisher: from where, when, what exactly."""

    source: str
    url: str
    seen: dt.datetime
    sha256: str
    """Of the bytes as the publisher sent them, after decompression."""
    size: int
    """In bytes."""
    published: dt.date | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check on arrival found."""

    check: str
    text: str
    held: bool = False
    """Whether the figure is held back until somebody accepts it."""
    key: Key | None = None
    period: str | None = None


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding as the store keeps it."""

    number: int
    source: str
    finding: Finding
    found: dt.datetime
    value: float | None = None
    """The figure held back."""
    decision: str | None = None
    decided: dt.datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a place asks of a nationality at its border, as known on a day."""

    nationality: str
    place: str
    requirement: str
    """``visa_free``, ``visa_on_arrival``, ``e_visa``, ``visa_required`` or ``closed``."""
    days: int | None
    known: dt.date


@dataclass(frozen=True, slots=True)
class SourceState:
    """How old a source's figures are."""

    record: SourceRecord
    n_series: int
    n_figures: int
    n_open: int
    """Findings that nobody has decided on."""
    n_held: int
    last_period: str | None
    last_known: dt.date | None
    last_seen: dt.datetime | None
    last_attempt: dt.datetime | None
    last_outcome: str | None
    last_message: str | None
