"""The mapping file: says how a ministry's table is to be read. Unknown keys are refused, with line numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from isthmus.errors import Problem, SpecError
from isthmus.spec.document import Node
from isthmus.spec.files import read_text
from isthmus.spec.primitives import Confidence
from isthmus.spec.yaml_text import parse

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Group = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class MappedSeries(_Block):
    """One series of the table."""

    name: Identifier
    kind: Literal["flow", "stock"]
    unit: Annotated[str, StringConstraints(min_length=1)]
    counts: str = ""
    """How the publisher defines it."""
    value: str | None = None
    """Column, or HXL pattern such as ``#affected+f``. Absent: the table's only column of values, found by hashtag."""


class Columns(_Block):
    """Columns by name, or by HXL pattern."""

    period: str | None = None
    year: str | None = None
    """Where the year stands in a column of its own."""
    group: str | None = None
    place: str | None = None


class Numbers(_Block):
    """How numbers are written."""

    thousands: str = ""
    """Marks between thousands, such as ``.``; absent: a mark that stands at all thousands is understood."""
    decimal: Annotated[str, StringConstraints(min_length=1, max_length=1)] = "."


class MappingFile(_Block):
    """A table and how to read it."""

    name: Identifier
    """Of the source."""
    publisher: Annotated[str, StringConstraints(min_length=1)]
    licence: Annotated[str, StringConstraints(min_length=1)]
    file: str | None = None
    """Beside the mapping file."""
    url: str | None = None
    series: Annotated[tuple[MappedSeries, ...], Field(min_length=1, strict=False)]
    layout: Literal["rows", "months"] = "rows"
    """``months``: a country in each line and a month in each column."""
    columns: Columns = Columns()
    place: Identifier | None = None
    """Where the whole table is of one place."""
    group: Group | None = None
    """Where the whole table is of one nationality, or ``ALL``."""
    year: int | None = None
    """Of a table of months that does not say it."""
    sheet: str | None = None
    numbers: Numbers | None = None
    missing: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Words that stand where nothing is reported, beside the usual ones."""
    add_up: bool = False
    """Whether rows of the same series, place, nationality and period are parts to be added."""
    published: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None = None
    release_days: int = 30
    cadence: Literal["month", "year"] = "month"
    confidence: Confidence = "S"

    @model_validator(mode="after")
    def _one_place_to_read_from(self) -> MappingFile:
        if (self.file is None) == (self.url is None):
            message = "name either a file or a url"
            raise ValueError(message)
        if self.layout == "months" and len(self.series) != 1:
            message = "a table of months holds one series"
            raise ValueError(message)
        return self


def read_mapping(path: Path) -> MappingFile:
    """Read a mapping file.

    Raises:
        SpecError: With everything that is wrong with it.
    """
    problems: list[Problem] = []
    node = parse(read_text(path, str(path)), str(path), problems)
    try:
        made = MappingFile.model_validate(node.plain())
    except ValidationError as error:
        problems += [_problem(fault, node) for fault in error.errors()]
        raise SpecError(problems) from None
    if problems:
        raise SpecError(problems)
    return made


def _problem(fault: Mapping[str, Any], node: Node) -> Problem:
    where = tuple(fault["loc"])
    remedy = "delete the key or correct its spelling" if fault["type"] == "extra_forbidden" else "see docs/data.md"
    expected = {"extra_forbidden": "only the keys of a mapping file", "missing": "this key"}.get(fault["type"], fault["msg"])
    found = "nothing" if fault["type"] == "missing" else repr(fault["input"])[:80]
    at = where[:-1] if fault["type"] == "missing" else where
    return Problem(f"{node.locate(at)}{f': {where[-1]}' if fault['type'] == 'missing' else ''}", expected, found, remedy)
