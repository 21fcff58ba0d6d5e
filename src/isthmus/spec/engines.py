"""The block `engines`: which engine answers what."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from isthmus.spec.primitives import Block


class Engines(Block):
    """Means or people: what each question is answered by."""

    flows: Literal["cohort"] = "cohort"
    """Fit, forecast and scenarios: expectations by place, leg and step, which can be learned from figures."""
    journeys: Literal["agents", "cohort"] = "agents"
    """How long journeys take, what they cost, who runs out of money and who is harmed how often. `agents`: people one by one,
    as distributions; `cohort`: the mean length and cost only."""
    draws: Annotated[int, Field(ge=1, le=400)] = 20
    """Draws of the fit that agents live through, evenly spaced."""
    agents_per_person: Annotated[float, Field(gt=0, le=1000)] = 1.0
    """Agents for a person: below 1 for a quick look at large flows, above 1 for steadier quantiles of small ones."""
    purse: Literal["own", "class"] = "own"
    """Who cannot pay. `own`: everybody's budget against what that person has spent; `class`: the share of the budget class that
    the cohort engine finds, which makes both engines agree exactly in the mean. Without the block `money` nobody runs short."""
