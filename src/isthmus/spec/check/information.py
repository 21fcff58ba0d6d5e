"""Information: campaigns about legs that the block knows, in order of time."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.spec.check.finding import Finding
from isthmus.spec.document import Path, one_of
from isthmus.spec.schema import Corridor


def check_campaigns(corridor: Corridor) -> Iterator[Finding]:
    """A campaign is about legs with a risk in the block, and ends after it begins."""
    block = corridor.information
    if block is None:
        return
    for name, campaign in block.campaigns.items():
        path: Path = ("information", "campaigns", name)
        for index, leg in enumerate(campaign.legs):
            if leg in corridor.legs and leg not in block.legs:
                expected = f"a leg under `information.legs` ({one_of(list(block.legs))})"
                remedy = f"add `information.legs.{leg}`, or take it out of the campaign"
                yield Finding((*path, "legs", index), expected, f"`{leg}`", remedy)
        if campaign.to is not None and campaign.to <= campaign.from_:
            expected = f"a date after `from` ({campaign.from_})"
            yield Finding((*path, "to"), expected, str(campaign.to), "put the dates in order")
        if campaign.announced is not None and campaign.announced > campaign.from_:
            expected = f"a date no later than `from` ({campaign.from_})"
            yield Finding((*path, "announced"), expected, str(campaign.announced), "put the dates in order")


def check_believed_legs(corridor: Corridor) -> Iterator[Finding]:
    """Beliefs are about forward legs: a return is not weighed by its risk."""
    for leg in corridor.information.legs if corridor.information is not None else ():
        if leg in corridor.legs and corridor.legs[leg].kind == "reverse":
            yield Finding(("information", "legs", leg), "a forward leg", f"the return `{leg}`", "take it out")
