"""Asylum of the corridor file: arrivals to claims to a pending stock, decisions and recognition."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from isthmus.spec.primitives import Block, Confidence, Duration, GroupId, Id, Quantity


class AsylumFigures(Block):
    """Yearly series of the table of figures, all countries of asylum together."""

    applications: Id
    """New applications in a year, a flow."""
    pending: Id
    """Claims pending at a year's end, a stock."""
    decisions: Id | None = None
    """Decisions and closures in a year, all instances, a flow."""
    recognised: Id | None = None
    """Decisions that recognise, a flow."""
    rejected: Id | None = None
    """Decisions that reject, a flow."""


class LevelBreak(Block):
    """A year from which a series counts otherwise."""

    year: Annotated[int, Field(ge=1950, le=2100)]
    """First year counted in the new way."""
    factor: Quantity
    """Applications published per claim made, from then on."""
    reason: str
    source: str
    confidence: Confidence = "B"


class Outcomes(Block):
    """How claims end; shares of all that end, closures without a decision being the rest."""

    recognised: Quantity
    rejected: Quantity


class Asylum(Block):
    """Arrivals -> claims -> pending stock -> decisions."""

    group: GroupId
    arrivals_at: Id
    """Place whose arrivals may claim asylum."""
    figures: AsylumFigures
    claim_share: Quantity
    """Share of arrivals who claim."""
    claim_delay: Duration
    """Time from arrival to claim."""
    counted: Quantity
    """Applications published per claim made before any level break; cases hold several people."""
    level_breaks: tuple[LevelBreak, ...] = ()
    ending_share: Quantity
    """Share of claims pending or made in a year that end within it."""
    ending_variation: Annotated[float, Field(gt=0, le=2)] = 0.3
    """Standard deviation of a year's ending share about its mean, on the logit scale."""
    decisions_per_ending: Quantity = 1.0
    """Published decisions per claim ended; above 1 where appeals are counted again."""
    outcomes: Outcomes
    variation: Annotated[float, Field(gt=0, le=2)] = 0.25
    """Standard deviation of a year's change of log claims made beside the corridor."""
    noise: Annotated[float, Field(gt=0, le=1)] = 0.1
    """Standard deviation of the log of a published figure about the model."""
