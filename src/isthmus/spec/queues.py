"""The block `queues`: where more people arrive than can be carried on, and what waiting does."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from isthmus.spec.primitives import Block, Confidence, Day, Id, Month, Quantity

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

EVERY_DAY: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Capacity(Block):
    """How many people a day can be carried on, from a date; a later entry takes the place of an earlier one."""

    from_: Annotated[Day, Field(alias="from")]
    to: Day | None = None
    """First day on which it no longer holds; absent: open. Then the entry before it holds again."""
    per_day: float
    """Places on a day of service, persons of any nationality; 0: a stoppage."""
    weekdays: tuple[Weekday, ...] = EVERY_DAY
    """Days of service in a week."""
    announced: Day | None = None
    """Day on which it was known; absent: the day it begins."""
    source: str
    confidence: Confidence = "B"


class Queue(Block):
    """People wait at a place for a dated capacity, first come first served; some give up."""

    capacity: tuple[Capacity, ...]
    """Days that no entry covers have no limit."""
    legs: tuple[Id, ...] = ()
    """Legs that the queue holds back; empty: all forward legs from the place."""
    others: Annotated[dict[Month, float], Field(default_factory=dict)]
    """People of nationalities outside `groups` who join the queue, persons a month; a month without a value takes the last
    one before it."""
    others_source: str | None = None
    """Where `others` comes from."""
    others_confidence: Confidence = "B"
    waiting_at_start: Annotated[float, Field(ge=0)] = 0.0
    """People of other nationalities already waiting on the first day, persons."""
    give_up: Quantity = 0.0
    """Rate at which a waiting person stops waiting, per day."""
    other_way: Quantity = 0.0
    """Share of those who stop waiting who go on outside the capacity; the rest turn back."""
    patience_days: Annotated[float, Field(gt=0, le=730)] = 120.0
    """Longest wait; who has waited so long stops waiting."""
    in_fit: bool = True
    """Whether the fit knows of the queue; if not, it is applied to the fitted draws only."""
