"""Standards that come with Isthmus, each with its edition and page, and those of the corridor file laid over them."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from isthmus.errors import ModelError, Problem
from isthmus.spec.impacts import Impacts, Standard

FIELDS = ("id", "item", "sector", "basis", "amount", "unit", "edition", "page", "source", "confidence")


@cache
def shipped() -> dict[str, Standard]:
    """The standards of the package, by name."""
    return read(resources.files("isthmus.impacts").joinpath("standards.csv").read_text(encoding="utf-8"), "standards.csv")


def read(text: str, where: str) -> dict[str, Standard]:
    """Read a table of standards.

    Raises:
        ModelError: A standard lacks its edition, page, source or another field, or its amount; all are named.
    """
    rows = list(csv.DictReader(text.splitlines()))
    problems = [
        Problem(
            f"{where}:{n}: {row['id'] or 'a standard'}.{field}",
            "a value: a standard says which edition and page it is from",
            "nothing",
            f"write the {field}",
        )
        for n, row in enumerate(rows, start=2)
        for field in FIELDS
        if not (row.get(field) or "").strip()
    ]
    if problems:
        raise ModelError(problems)
    return {
        row["id"]: Standard.model_validate({**{f: row[f] for f in FIELDS[1:]}, "amount": float(row["amount"])}) for row in rows
    }


def standards(block: Impacts) -> dict[str, Standard]:
    """All standards in use."""
    return {**shipped(), **block.standards}
