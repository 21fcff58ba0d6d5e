"""Reverse flow of the corridor file: who goes back, turns back or is sent back, and how it is known."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from isthmus.spec.primitives import Block, Confidence, Day, GroupId, Id, Quantity


class ReverseFlow(Block):
    """One kind of movement against the corridor: modelled on reverse legs, as a share of arrivals, or only published."""

    label: str
    kind: Literal["exit", "turning_back", "removal", "return"]
    legs: tuple[Id, ...] = ()
    """Reverse legs that carry it, followed in the model."""
    place: Id | None = None
    """Place where people turn back or are removed, with `share`."""
    share: Quantity | None = None
    """Share of arrivals at `place` to whom it happens. It is counted beside the flow, not taken out of it."""
    since: Day | None = None
    """First day of `share`; absent: always."""
    figures: Id | None = None
    """Series of the table of figures that publishes it."""
    group: GroupId | Literal["ALL"] = "ALL"
    """Whom the published series counts."""
    note: str | None = None
    source: str
    confidence: Confidence = "B"


class Reverse(Block):
    """Reverse flows, reported apart from the way forward and never subtracted from each other's counts."""

    flows: Annotated[dict[Id, ReverseFlow], Field(min_length=1)]
