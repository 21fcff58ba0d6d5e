"""The block `information`: what people believe of the risk of a leg, apart from what it is."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from isthmus.spec.primitives import Block, Confidence, Day, GroupId, Id, Month, Quantity


class Risk(Block):
    """Truth and belief about a leg."""

    truth: Quantity
    """Probability of serious harm on the leg, 0 to 1."""
    start: Quantity
    """Probability believed by people who have heard nothing yet, 0 to 1; forgetting leads back to it."""
    source: str
    confidence: Confidence = "B"


class Campaign(Block):
    """Official information about the risks of some legs, for a time."""

    label: str
    from_: Annotated[Day, Field(alias="from")]
    to: Day | None = None
    """First day on which it no longer runs; absent: open."""
    per_month: Annotated[float, Field(ge=0, le=10)]
    """Rate at which belief moves to the truth, per month; 0.7 closes half of the gap in a month."""
    groups: tuple[GroupId, ...] = ()
    """Groups reached; empty: all."""
    legs: tuple[Id, ...] = ()
    """Legs it is about; empty: all with a risk in this block."""
    announced: Day | None = None
    source: str
    confidence: Confidence = "B"


class Information(Block):
    """d belief/dt = (contact + official) (truth - belief) + advertising (advertised - belief) + forgetting (start - belief)."""

    legs: Annotated[dict[Id, Risk], Field(min_length=1)]
    """Legs whose risk people may be wrong about; elsewhere belief is the leg's `risk`."""
    contact: Quantity
    """Rate at which word from those who went before moves belief to the truth where many went, per month."""
    contact_half: Annotated[float, Field(gt=0)]
    """Persons of the group on the leg a month at which contact works at half its rate."""
    contact_lag_days: Annotated[float, Field(ge=1, le=365)] = 30.0
    """Days until word comes back."""
    advertising: Quantity
    """Rate at which facilitators' promises move belief to `advertised`, at attention 1, per month."""
    advertised: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Risk that facilitators promise."""
    attention: Annotated[dict[Month, float], Field(default_factory=dict)]
    """Published attention index, 1 at its usual level; a month without a value takes the last one before it. Empty: 1
    throughout, and the page says that advertising rests on a prior alone."""
    attention_source: str | None = None
    campaigns: Annotated[dict[Id, Campaign], Field(default_factory=dict)]
    """Official information."""
    forgetting: Quantity
    """Rate at which belief goes back to `start`, per month."""
    passes: Annotated[int, Field(ge=1, le=6)] = 1
    """Times that flows are solved anew with the beliefs that the flows before gave rise to."""
    confidence: Confidence = "B"
    in_fit: bool = True
    """Whether the fit knows of beliefs; if not, they are applied to the fitted draws only."""
