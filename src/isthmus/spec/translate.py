"""Complaints of the models, said in terms of the file: line, field, expected, found, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from isthmus.errors import Problem
from isthmus.spec.countries import code_like
from isthmus.spec.document import Node, Path, did_you_mean, nearest, show
from isthmus.spec.manual import Manual, Schema

_KEY = "[key]"
_THOUSANDS = re.compile(r"[-+]?\d{1,3}([,' _\u00a0\u202f]\d{3})+(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_REMEDIES = {
    r"^a list.* number": "write a list in brackets: [600, 1200]",
    r"^a list": "write a list in brackets: [one, two]",
    r"^a mapping": "write a mapping: one `key: value` a line, indented",
    "a date": "write year, month and day of a real date: 2024-07-01",
    "a month": 'write year and month in quotes: "2024-07"',
}
_UNIT = re.compile(r"(US\$|\$|€)?\s*[-+]?\d[\d.,]*\s*[A-Za-z%€$]*")


@dataclass(frozen=True, slots=True)
class Fault:
    """A complaint of the models, placed in the document."""

    path: Path
    kind: str
    """``extra``, ``key``, ``missing`` or ``value``."""
    problem: Problem | None
    """None: said already by another fault, but still to be mended before checks go on."""
    meant: str | None = None
    """For an unknown key, the known key it seems to stand for."""


def faults(errors: Iterable[Mapping[str, Any]], document: Node, manual: Manual) -> list[Fault]:
    """Return the errors of a validation as faults of the document, one for each field.

    Args:
        errors: what ``ValidationError.errors()`` returns.
        document: the document validated.
        manual: the schema it was validated against.
    """
    placed = _placed(errors, document)
    absent: dict[Path, list[str]] = {}
    for path, kind, _ in placed:
        if kind == "missing":
            absent.setdefault(path[:-1], []).append(str(path[-1]))
    extras = [_unknown_key(path, document, manual, absent) for path, kind, _ in placed if kind == "extra"]
    explained = {(*fault.path[:-1], fault.meant) for fault in extras}
    others = []
    for path, kind, error in placed:
        if kind == "missing":
            problem = None if path in explained else _missing(path, document, manual)
            others.append(Fault(path, kind, problem))
        elif kind == "key":
            others.append(Fault(path, kind, _bad_key(path, document, manual)))
        elif kind == "value":
            others.append(Fault(path, kind, _bad_value(path, error, document, manual)))
    return [*extras, *others]


def _placed(errors: Iterable[Mapping[str, Any]], document: Node) -> list[tuple[Path, str, Mapping[str, Any]]]:
    """Return path, kind and error, keeping one error where a field has several allowed forms."""
    kept: dict[tuple[Path, str], Mapping[str, Any]] = {}
    for error in errors:
        path, union = _path(error["loc"], document)
        kind = _kind(error)
        if kind == "missing":
            path = (*path, error["loc"][-1]) if path[-1:] != error["loc"][-1:] or document.get(path) else path
        node = document.get(path)
        tagged = error["type"].startswith("union_tag")
        if union == path and kind == "value" and not tagged and node is not None and node.is_mapping:
            continue
        kept.setdefault((path, kind), error)
    return [(path, kind, error) for (path, kind), error in kept.items()]


def _path(loc: tuple[str | int, ...], document: Node) -> tuple[Path, Path | None]:
    """Return a location without the labels of union members, and where the first union was."""
    node: Node | None = document
    path: list[str | int] = []
    union: Path | None = None
    for part in loc:
        below = node.child(part) if node is not None else None
        if below is not None:
            path.append(part)
            node = below
        elif part != _KEY and union is None:
            union = tuple(path)
    return tuple(path), union


def _kind(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "extra"
    if error["type"] == "missing":
        return "missing"
    return "key" if error["loc"][-1:] == (_KEY,) else "value"


def _unknown_key(path: Path, document: Node, manual: Manual, absent: Mapping[Path, list[str]]) -> Fault:
    parent, key = path[:-1], str(path[-1])
    node = document.get(parent)
    schema = manual.form(manual.at(parent, document), node)
    present = set(node.value) if node is not None and node.is_mapping else set()
    known = manual.keys(schema)
    lacking = absent.get(parent, [])
    free = [name for name in known if name not in present]
    meant = nearest(key, lacking) or nearest(key, free) or nearest(key, known)
    if meant is None and len(lacking) == 1 and lacking[0].startswith(key[:2]):
        meant = lacking[0]
    if key == "<<":
        remedy = "YAML 1.2 has no merge keys: write the fields out, or split the file with `import:`"
    elif key.isdigit():
        remedy = "is this a number with a thousands separator? write it without: 1000"
    elif meant:
        remedy = f"did you mean `{meant}`?"
    elif key == "import":
        remedy = "`import` stands at the top of a file only"
    else:
        remedy = did_you_mean(key, known)
    inside = f"`{parent[-1]}`" if parent else "the corridor file"
    problem = Problem(document.locate(path), f"a key that {inside} knows", f"`{key}`", remedy)
    return Fault(path, "extra", problem, meant)


def _missing(path: Path, document: Node, manual: Manual) -> Problem:
    schema = manual.at(path, document)
    meaning = manual.meaning(schema)
    expected = f"`{path[-1]}`: {manual.words(schema)}" + (f" ({meaning})" if meaning else "")
    if isinstance(path[-1], int):
        expected = manual.words(manual.at(path[:-1], document))
        return Problem(document.locate(path[:-1]), expected, f"{path[-1]} of them", "add what is missing")
    return Problem(document.locate(path[:-1]), expected, "nothing", f"add `{path[-1]}`")


def _bad_key(path: Path, document: Node, manual: Manual) -> Problem:
    parent, key = path[:-1], str(path[-1])
    schema = manual.form(manual.at(parent, document), document.get(parent))
    expected = manual.key_words(schema)
    known = manual.keys(schema)
    remedy = did_you_mean(key, known) if known else _renamed(key, expected)
    return Problem(document.locate(path), expected, f"the key {show(key)}", remedy)


def _bad_value(path: Path, error: Mapping[str, Any], document: Node, manual: Manual) -> Problem:
    schema = manual.at(path, document)
    node = document.get(path)
    value = node.plain() if node is not None else None
    kind = str(error["type"])
    if kind.startswith("union_tag"):
        tag = str(error["ctx"]["discriminator"]).strip("'")
        tags = manual.tags(schema)
        expected = f"`{tag}`: one of {', '.join(tags)}"
        if kind == "union_tag_not_found":
            return Problem(document.locate(path), expected, f"no `{tag}`", f"add `{tag}`")
        found = value.get(tag) if isinstance(value, dict) else value
        near = did_you_mean(str(found), tags)
        return Problem(document.locate((*path, tag)), expected, show(found), near)
    if kind in {"too_short", "too_long"} and not isinstance(value, str):
        return _wrong_length(path, error, document, manual.words(schema))
    expected = manual.words(schema)
    if path == ("isthmus",):
        remedy = f"write isthmus: {schema.get('const')}; this version of Isthmus reads no other"
        return Problem(document.locate(path), expected, show(value), remedy)
    return Problem(document.locate(path), expected, show(value), _remedy(kind, value, expected, schema))


def _wrong_length(path: Path, error: Mapping[str, Any], document: Node, words: str) -> Problem:
    context = error["ctx"]
    few = "min_length" in context
    words = words if few or ":" not in words else words.partition(":")[0]
    limit = context["min_length"] if few else context["max_length"]
    expected = f"{words}: at {'least' if few else 'most'} {limit}"
    found = f"{context['actual_length']}"
    return Problem(document.locate(path), expected, found, "add what is missing" if few else "take out what is too much")


def _remedy(kind: str, value: Any, expected: str, schema: Schema) -> str:
    """Return what to do about a value of the wrong type or outside its bounds."""
    if kind == "finite_number":
        return "write a finite number, or leave the field out"
    choices = [str(choice) for choice in schema.get("enum", [schema["const"]] if "const" in schema else [])]
    if choices:
        return did_you_mean(str(value), choices, otherwise="write one of them")
    for words, remedy in _REMEDIES.items():
        if re.search(words, expected):
            return remedy
    if isinstance(value, str):
        return _number_remedy(value) if "number" in expected else _renamed(value, expected)
    return _other_remedy(kind, value, expected)


def _other_remedy(kind: str, value: Any, expected: str) -> str:
    if value is None:
        return "write a value, or take the key out"
    if isinstance(value, bool | int | float) and re.search("text|name|code", expected):
        return f'put it in quotes: "{show(value)}"'
    if kind.startswith(("greater", "less")):
        return "write a number within these bounds; check the unit"
    return f"write {expected.partition(' (')[0]}"


def _number_remedy(value: str) -> str:
    text = value.strip()
    if _THOUSANDS.fullmatch(text):
        return f"write it without thousands separators: {re.sub(r'[^0-9.+-]', '', text)}"
    if _DECIMAL_COMMA.fullmatch(text):
        return f"write a decimal point: {text.replace(',', '.')}"
    if _NUMBER.fullmatch(text):
        return f"take the quotes away: {text}"
    if _UNIT.fullmatch(text):
        return "write the number alone, without currency or unit"
    return "write a plain number: 1000 or 0.5"


def _renamed(value: str, expected: str) -> str:
    """Return a remedy for a name of the wrong form."""
    if "lower-case name" in expected:
        slug = re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_")[:40]
        if slug and slug[0].isalpha() and slug != value:
            return f"write `{slug}`" if " and _" in expected else f"write `{slug.replace('_', '-')}`"
    if " code" in expected:
        meant = code_like(value, letters=3 if "alpha-3" in expected else 2)
        return f"did you mean `{meant}`?" if meant else "look the code up; names go into `label`"
    return f"write {expected}"
