"""What each role may do, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Right = Literal["read", "compute", "publish"]
Role = Literal["viewer", "analyst", "publisher"]

RIGHTS: tuple[Right, ...] = get_args(Right)
ROLES: dict[Role, frozenset[Right]] = {
    "viewer": frozenset({"read"}),
    "analyst": frozenset({"read", "compute"}),
    "publisher": frozenset({"read", "compute", "publish"}),
}
"""A viewer sees; an analyst also computes and uploads; a publisher also decides what others may see and which figures count."""

DEMO = "demo"
"""Team of those who read without login: it has nothing of its own."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is asking.

    Attributes:
        by: How they showed who they are.
        csrf: What a form of theirs must carry; empty where no cookie speaks for them.
    """

    name: str
    team: str
    rights: frozenset[Right]
    by: Literal["session", "token", "demo"]
    user: int | None = None
    role: str = ""
    csrf: str = ""

    def may(self, right: Right) -> bool:
        """Whether they hold a right."""
        return right in self.rights
