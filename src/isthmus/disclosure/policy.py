"""The policy of the gate: thresholds, resolution, rounding and noise, read from a YAML file and held to floors."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from isthmus.errors import PolicyError, Problem
from isthmus.spec.document import Node, capped
from isthmus.spec.files import read_document
from isthmus.spec.manual import Manual
from isthmus.spec.translate import faults

PERIODS = ("day", "week", "dekad", "month", "quarter", "year")
"""From the finest to the coarsest."""
AREAS = ("point", "second_level_area", "checkpoint", "first_level_area", "country")

Period = Literal["week", "dekad", "month", "quarter", "year"]
Area = Literal["second_level_area", "checkpoint", "first_level_area", "country"]
Whole = Annotated[int, Field(gt=0, le=100_000)]
Share = Annotated[float, Field(gt=0, le=1_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Finest(_Part):
    """The finest period and area at which counts leave."""

    period: Period
    area: Area


class Noise(_Part):
    """Noise of differential privacy by OpenDP (extra ``privacy``), and what it may spend."""

    epsilon_a_release: Share
    """Privacy loss of one release; one person changes any count by one at most."""
    epsilon_in_all: Share
    """Budget of a corridor over all its releases; the ledger counts it."""


class Policy(_Part):
    """What the gate demands of everything that leaves."""

    smallest_count: Whole = 10
    """Counts of people below this are withheld."""
    rounding: Whole = 5
    """Modelled counts are rounded to this."""
    protection_width: Whole = 10
    """Width, in people, that what can be worked out of a withheld count from all that is published keeps at least."""
    nationality: Finest = Finest(period="month", area="checkpoint")
    """Finest for counts of one nationality."""
    total: Finest = Finest(period="week", area="second_level_area")
    """Finest for counts of all nationalities together."""
    smallest_change: Whole = 10
    """A count released before is released anew only where it changed by this much."""
    noise: Noise | None = None
    """Absent: none."""
    refused_terms: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Terms refused as keys and labels beside those that always are."""

    @property
    def hash(self) -> str:
        """SHA-256 of the policy, 64 hex digits."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


FLOORS = {
    "smallest_count": (10, "counts of fewer than ten people can single someone out"),
    "rounding": (5, "finer counts let two releases be subtracted from each other"),
    "protection_width": (10, "what can be worked out of a withheld count must stay as vague as the count itself"),
    "smallest_change": (10, "a change of fewer than ten people shows the few who make it"),
}
CEILINGS = {
    ("noise", "epsilon_a_release"): (1.0, "more than 1 hides nobody"),
    ("noise", "epsilon_in_all"): (10.0, "a budget of more than 10 hides nobody"),
}
FINEST = {
    "nationality": (Finest(period="month", area="checkpoint"), "finer counts of a nationality follow groups on the way"),
    "total": (Finest(period="week", area="second_level_area"), "finer counts show when and where people pass"),
}


def load_policy(path: Path | None = None) -> Policy:
    """Read a policy file; without one, the floors are the policy.

    Raises:
        PolicyError: The file is wrong or loosens a floor; all problems at once.
    """
    if path is None:
        return default_policy()
    problems: list[Problem] = []
    document = read_document(path, problems)
    policy = None
    try:
        policy = Policy.model_validate_json(json.dumps(document.plain()), strict=True)
    except ValidationError as error:
        found = faults(error.errors(include_url=False), document, _manual())
        problems += [fault.problem for fault in found if fault.problem is not None]
    problems += _loosened(document)
    if problems or policy is None:
        raise PolicyError(capped(problems))
    return policy


@cache
def default_policy() -> Policy:
    """The floors themselves."""
    return Policy()


@cache
def _manual() -> Manual:
    return Manual(Policy.model_json_schema())


def _loosened(document: Node) -> list[Problem]:
    """Every floor that the document goes under, whatever else is wrong with it."""
    plain: Any = document.plain()
    if not isinstance(plain, dict):
        return []
    problems = []
    for key, (floor, why) in FLOORS.items():
        given = plain.get(key)
        if isinstance(given, int | float) and given < floor:
            problems.append(_floor(document, (key,), f"at least {floor}", given, why))
    for path, (ceiling, why) in CEILINGS.items():
        block = plain.get(path[0])
        value = block.get(path[1]) if isinstance(block, dict) else None
        if isinstance(value, int | float) and value > ceiling:
            problems.append(_floor(document, path, f"at most {ceiling:g}", value, why))
    for block_name, (finest, why) in FINEST.items():
        block = plain.get(block_name)
        for field, order in (("period", PERIODS), ("area", AREAS)):
            value = block.get(field) if isinstance(block, dict) else None
            least = getattr(finest, field)
            if value in order and order.index(value) < order.index(least):
                problems.append(_floor(document, (block_name, field), f"{least} or coarser", value, why))
    return problems


def _floor(document: Node, path: tuple[str, ...], expected: str, value: object, why: str) -> Problem:
    return Problem(
        document.locate(path),
        f"{expected}: a floor, which a policy may raise but not loosen",
        str(value),
        f"{why}; write a stricter value or take the line out",
    )
