"""What a check finds, before it is placed in a file."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.spec.document import Path


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a field."""

    path: Path
    expected: str
    found: str
    remedy: str
