"""One exception tree: where something is wrong, what was expected, what was found, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in words a planner can act on."""

    where: str
    """File, line and field: ``corridor.yaml:12: legs.a_b.to``."""
    expected: str
    """What should stand there."""
    found: str
    """What stands there."""
    remedy: str
    """What to do about it."""

    def __str__(self) -> str:
        """Return the problem on one line, empty parts left out."""
        parts = [
            f"expected {self.expected}" if self.expected else "",
            f"found {self.found}" if self.found else "",
            self.remedy,
        ]
        said = "; ".join(" ".join(part.split()) for part in parts if part)
        return f"{self.where}: {said}" if self.where else said


class IsthmusError(Exception):
    """Root of all errors that Isthmus raises on purpose; carries every problem found, not the first."""

    exit_code: ClassVar[int] = 1
    """What the command line returns."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems, in the order given."""
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    @classmethod
    def one(cls, *, where: str, expected: str, found: str, remedy: str) -> Self:
        """Return an error with a single problem."""
        return cls((Problem(where=where, expected=expected, found=found, remedy=remedy),))

    def __str__(self) -> str:
        """Return all problems, one per line, numbered when there are several."""
        if len(self.problems) == 1:
            return str(self.problems[0])
        return "\n".join(f"{n}. {problem}" for n, problem in enumerate(self.problems, start=1))


class SpecError(IsthmusError):
    """The corridor file is wrong."""

    exit_code = 2


class InputError(IsthmusError):
    """A command-line argument or a name is wrong."""

    exit_code = 2


class FiguresError(IsthmusError):
    """The table of official figures is wrong, or is used in a way its kind does not allow."""

    exit_code = 3


class StockSumError(FiguresError):
    """A stock was added up over time."""


class ModelError(IsthmusError):
    """The corridor cannot be turned into a model, or the model left its domain."""

    exit_code = 4


class FitError(IsthmusError):
    """The fit could not be made."""

    exit_code = 5


class OutputError(IsthmusError):
    """Results could not be written: no permission, a full disk."""

    exit_code = 6


class SourceError(IsthmusError):
    """A publisher's answer could not be had, or is not what the publisher used to send."""

    exit_code = 7


class StoreError(IsthmusError):
    """The store of figures is damaged, in use, or written by a later version."""

    exit_code = 8


class DisclosureError(IsthmusError):
    """Something was asked for, or was about to leave, that could harm people."""

    exit_code = 9


class PolicyError(DisclosureError):
    """The policy file of the gate is wrong, or loosens a floor."""


class StoppedError(IsthmusError):
    """Somebody asked a run to stop."""

    exit_code = 130
