"""What groups share: populations that their quantities come from, and movements they make together."""

from __future__ import annotations

from typing import Literal

from isthmus.spec.primitives import Block, GroupId, Id, LognormalPrior, Prior, Quantity


class Pool(Block):
    """A population over groups or series; a quantity of it is written ``{dist: pooled, pool: NAME}``."""

    centre: Prior
    """The middle of the population; its family (normal, lognormal, logitnormal) is that of the members."""
    spread: LognormalPrior
    """Standard deviation between members on the scale of the family: of the value, its logarithm or its logit."""


class SharedWalk(Block):
    """A monthly movement that several groups, or several series of a checkpoint, make together, added to their own."""

    label: str
    on: Literal["departures", "detection"]
    """What moves: log departures of groups, or log detection of the series of a checkpoint."""
    checkpoint: Id | None = None
    """The checkpoint whose series move; needed with `on: detection`."""
    groups: tuple[GroupId, ...] = ()
    """The groups that move; empty: all."""
    innovation: Quantity
    """Standard deviation of a month's new movement on the log scale."""
    persistence: Quantity = 1.0
    """Month-to-month autocorrelation, 0 to 1; 1: a random walk."""
    source: str | None = None
