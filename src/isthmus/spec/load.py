"""Reading a corridor: file, imports, overrides, schema, checks; everything wrong is said at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.errors import Problem, SpecError
from isthmus.spec.document import MAX_PROBLEMS, Node, capped
from isthmus.spec.dump import document_hash, dump_document
from isthmus.spec.files import find, read_document, shipped
from isthmus.spec.override import MAX_SCENARIOS, apply_sets, lay_scenario, lay_whole_scenario, scenario_names, scenario_problems
from isthmus.spec.protect import check_protection

if TYPE_CHECKING:
    from isthmus.spec.manual import Manual
    from isthmus.spec.schema import Corridor

__all__ = ["LoadedCorridor", "dump", "json_schema", "load", "shipped"]


@dataclass(frozen=True, slots=True)
class LoadedCorridor:
    """A corridor that passed all checks, with the document it was read from."""

    corridor: Corridor
    path: Path
    """The corridor file."""
    document: dict[str, Any]
    """Plain data after imports, scenario and overrides."""
    hash: str
    """SHA-256 of the document as canonical JSON, 64 hex digits."""
    source: Node = field(repr=False, compare=False)
    """The document with files and lines."""

    def dump(self) -> str:
        """Return the document as YAML that loads to an equal corridor."""
        return dump_document(self.document)

    def where(self, *path: str | int) -> str:
        """Return ``file:line: a.b.c`` of a field, for messages."""
        return self.source.locate(path)


def load(path_or_name: str | Path, *, sets: Sequence[str] = (), scenario: str | None = None) -> LoadedCorridor:
    """Return a corridor, read and checked.

    Args:
        path_or_name: a shipped name, a YAML file, or a folder that holds ``corridor.yaml``.
        sets: overrides ``a.b.c=VALUE``, VALUE read as YAML; they win over the scenario.
        scenario: name of a scenario in the file to lay over it.

    Raises:
        SpecError: something is wrong with the file; holds all problems.
        InputError: there is no such corridor or scenario, or an override leads nowhere.
    """
    path = find(path_or_name)
    problems: list[Problem] = []
    written = read_document(path, problems)
    base = apply_sets(written, sets)
    laid = base if scenario is None else apply_sets(lay_whole_scenario(base, scenario), sets)
    problems += check_protection(base) + scenario_problems(base)
    corridor, found = _validate(laid)
    said = {problem.where for problem in problems}
    problems += [problem for problem in found if problem.where not in said]
    problems += _in_scenarios(base, sets, problems)
    if problems or corridor is None:
        raise SpecError(capped(problems))
    document = laid.plain()
    return LoadedCorridor(corridor, path, document, document_hash(document), laid)


def dump(corridor: Corridor) -> str:
    """Return a corridor as YAML that loads to an equal corridor; fields left at their defaults are left out."""
    document = corridor.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return dump_document(document)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a corridor file, for editors."""
    from isthmus.spec.schema import Corridor  # noqa: PLC0415 - building the models costs 0.3 s

    schema = Corridor.model_json_schema(by_alias=True)
    listed = {"type": "array", "items": {"type": "string"}}
    schema["properties"]["import"] = {
        "description": "Files with further parts of the corridor, relative to this one; this file wins.",
        "anyOf": [listed, {"type": "string"}],
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Isthmus corridor"}


def _in_scenarios(base: Node, sets: Sequence[str], known: Sequence[Problem]) -> list[Problem]:
    """Return what is wrong with the file's scenarios once laid over it, and is not wrong without them."""
    said = {problem.where for problem in known}
    problems: list[Problem] = []
    for name in scenario_names(base)[:MAX_SCENARIOS]:
        if len(known) + len(problems) >= MAX_PROBLEMS:
            break
        for problem in _validate(apply_sets(lay_scenario(base, name), sets))[1]:
            if problem.where not in said:
                where = f"{problem.where} (in scenario {name})"
                problems.append(Problem(where, problem.expected, problem.found, problem.remedy))
    return problems


def _validate(document: Node) -> tuple[Corridor | None, list[Problem]]:
    """Return the corridor of a document, or None, and everything wrong with it."""
    from pydantic import ValidationError  # noqa: PLC0415 - heavy, and not needed to list corridors

    from isthmus.spec.check import findings, to_problems  # noqa: PLC0415
    from isthmus.spec.schema import Corridor  # noqa: PLC0415

    try:
        corridor = Corridor.model_validate_json(json.dumps(document.plain()), strict=True)
    except ValidationError as error:
        return None, _faulty(document, error.errors(include_url=False))
    return corridor, to_problems(findings(corridor), document.locate)


@cache
def _manual() -> Manual:
    from isthmus.spec.manual import Manual  # noqa: PLC0415
    from isthmus.spec.schema import Corridor  # noqa: PLC0415

    return Manual(Corridor.model_json_schema(by_alias=True))


def _faulty(document: Node, errors: Sequence[Any]) -> list[Problem]:
    """Return the faults that the models see, and what the checks say about the rest of the document."""
    from pydantic import ValidationError  # noqa: PLC0415

    from isthmus.spec.check import findings, to_problems  # noqa: PLC0415
    from isthmus.spec.repair import mend  # noqa: PLC0415
    from isthmus.spec.schema import Corridor  # noqa: PLC0415
    from isthmus.spec.translate import faults  # noqa: PLC0415

    manual = _manual()
    tree, plain = document, document.plain()
    mended: set[tuple[str | int, ...]] = set()
    problems: list[Problem] = []
    for attempt in range(6):
        found = faults(errors[:2000], tree, manual)
        if attempt == 0:
            problems = [fault.problem for fault in found if fault.problem is not None]
        plain = mend(plain, found, manual, [manual.at(fault.path, tree) for fault in found], mended)
        try:
            corridor = Corridor.model_validate_json(json.dumps(plain), strict=True)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            tree = _tree(plain, document)
            continue
        return problems + to_problems(findings(corridor, unsure=mended), document.locate)
    return problems


def _tree(plain: Any, document: Node) -> Node:
    """Return plain data as nodes; marks do not matter any more."""
    if isinstance(plain, dict):
        return Node({key: _tree(value, document) for key, value in plain.items()}, document.mark)
    if isinstance(plain, list):
        return Node([_tree(value, document) for value in plain], document.mark)
    return Node(plain, document.mark)
