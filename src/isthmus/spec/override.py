"""Partial documents laid over a corridor: ``--set a.b.c=VALUE`` and named scenarios."""

from __future__ import annotations

from collections.abc import Sequence

from isthmus.errors import InputError, Problem, SpecError
from isthmus.spec.document import Node, Path, branch, did_you_mean, show
from isthmus.spec.yaml_text import parse

MAX_SCENARIOS = 100
"""Most named scenarios in one file."""


def overlay(under: Node, over: Node) -> Node:
    """Return one document laid over another: mappings merge, lists and scalars replace."""
    if not (isinstance(under.value, dict) and isinstance(over.value, dict)):
        return over
    merged = dict(under.value)
    for key, node in over.value.items():
        below = merged.get(key)
        merged[key] = node if below is None else overlay(below, node)
    marks = {**(under.key_marks or {}), **(over.key_marks or {})}
    return branch(merged, over.mark if not under.value else under.mark, marks)


def apply_sets(document: Node, sets: Sequence[str]) -> Node:
    """Return the document with ``a.b.c=VALUE`` overrides applied in order, VALUE read as YAML.

    Raises:
        InputError: an override is not of that form, or its path leads nowhere; all of them at once.
    """
    problems: list[Problem] = []
    for text in sets:
        try:
            path, value = _parse_set(text)
            document = _put(document, path, value, f"--set {text.partition('=')[0]}")
        except (InputError, SpecError) as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return document


def _parse_set(text: str) -> tuple[list[str], Node]:
    name, equals, value = text.partition("=")
    parts = name.strip().split(".")
    if not equals or not all(parts):
        raise InputError.one(
            where=f"--set {text[:80]}",
            expected="a.b.c=VALUE",
            found=show(text),
            remedy="write the path of the field, an equals sign and the value: time.horizon_months=12",
        )
    problems: list[Problem] = []
    node = parse(value, f"--set {name}", problems, line=False)
    if problems:
        raise InputError(problems)
    return parts, node


def _put(document: Node, path: list[str], value: Node, where: str) -> Node:
    """Return the document with a value at a path; every step but the last must exist."""
    step, rest = path[0], path[1:]
    key = _key(document, step, where)
    below = document.child(key)
    if not rest:
        new = value
    elif below is None:
        raise InputError.one(
            where=where,
            expected="a path that is in the corridor",
            found=f"no `{step}` there",
            remedy=did_you_mean(step, document.value, otherwise=f"give it whole: {step}={{{rest[0]}: ...}}"),
        )
    else:
        new = _put(below, rest, value, where)
    if isinstance(document.value, list):
        items = list(document.value)
        items[int(key)] = new
        return branch(items, document.mark)
    entries = {**document.value, key: new}
    return branch(entries, document.mark, {**(document.key_marks or {}), str(key): new.mark})


def _key(node: Node, step: str, where: str) -> str | int:
    if isinstance(node.value, dict):
        return step
    if isinstance(node.value, list):
        if step.isascii() and step.isdigit() and len(step) < 7 and int(step) < len(node.value):
            return int(step)
        raise InputError.one(
            where=where,
            expected=f"an index below {len(node.value)}, counted from 0",
            found=show(step),
            remedy="name an item of the list by its number, or replace the list",
        )
    raise InputError.one(
        where=where,
        expected="a mapping or list to go into",
        found=f"the value {show(node.value)} before `{step}`",
        remedy="set the value above it as a whole, in YAML: name={key: value}",
    )


def scenario_names(document: Node) -> list[str]:
    """Return the names of the scenarios in a document."""
    block = document.child("scenarios")
    return list(block.value) if block is not None and isinstance(block.value, dict) else []


def lay_scenario(document: Node, name: str) -> Node:
    """Return the document with a named scenario laid over it.

    Raises:
        InputError: no scenario has that name.
    """
    names = scenario_names(document)
    if name not in names:
        raise InputError.one(
            where=f"--scenario {name[:80]}",
            expected="the name of a scenario in the file",
            found=show(name),
            remedy=did_you_mean(name, names, otherwise="the file has no scenarios" if not names else ""),
        )
    return _laid(document, name)


def lay_whole_scenario(document: Node, name: str) -> Node:
    """Return the document with a named scenario laid over it, where the scenario is nothing but a partial document.

    Raises:
        InputError: no scenario has that name, or it holds shocks, which are no part of a document.
    """
    laid = lay_scenario(document, name)
    scenario = document.get(("scenarios", name))
    for key in ("shocks", "includes"):
        if scenario is not None and scenario.child(key) is not None:
            raise InputError.one(
                where=f"--scenario {name[:80]}",
                expected="a scenario that is a partial document alone",
                found=f"one with `{key}`",
                remedy=f"compare it with the baseline: isthmus stress CORRIDOR {name}",
            )
    return laid


def _laid(document: Node, name: str) -> Node:
    part = document.get(("scenarios", name, "set"))
    return overlay(document, part) if part is not None and part.is_mapping else document


def scenario_problems(document: Node) -> list[Problem]:
    """Return what is wrong with the scenarios as partial documents, before they are laid over."""
    problems = []
    for name in scenario_names(document):
        for key in ("scenarios", "import", "isthmus", "name"):
            path: Path = ("scenarios", name, "set", key)
            if document.get(path) is not None:
                expected = "what differs in the scenario"
                remedy = "take the key out; a scenario changes the corridor, not the file"
                problems.append(Problem(document.locate(path), expected, f"`{key}`", remedy))
    if len(scenario_names(document)) > MAX_SCENARIOS:
        where = document.locate(("scenarios",))
        found = str(len(scenario_names(document)))
        problems.append(Problem(where, f"at most {MAX_SCENARIOS} scenarios", found, "split the file"))
    return problems
