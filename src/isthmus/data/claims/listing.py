"""Lists of statements in YAML: sentences, or fields where a sentence would not be understood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from isthmus.data.claims.sentence import Statement, read_sentence
from isthmus.errors import InputError, Problem, SpecError
from isthmus.spec.document import Node
from isthmus.spec.files import read_text
from isthmus.spec.yaml_text import parse

_FIELDS = {"text", "number", "bound", "group", "series", "stock", "place", "from", "to", "kind"}


def read_statements(path: Path) -> list[Statement]:
    """Read a YAML list of sentences, or of mappings with ``text, number, group, series`` and the like.

    Raises:
        SpecError: With everything that is wrong with the list.
    """
    problems: list[Problem] = []
    node = parse(read_text(path, str(path)), str(path), problems)
    items = node.child("claims") if node.is_mapping else node
    if items is None or not items.is_list:
        raise SpecError.one(
            where=str(path), expected="a list of claims", found="something else", remedy="begin each claim with '- '"
        )
    statements: list[Statement] = []
    for number in range(len(items.value)):
        item = items.child(number)
        if item is None:
            continue
        try:
            statements.append(_statement(item, problems))
        except InputError as error:
            problems += [Problem(f"{item.mark}: {p.where}", p.expected, p.found, p.remedy) for p in error.problems]
    if problems:
        raise SpecError(problems)
    return statements


def _statement(item: Node, problems: list[Problem]) -> Statement:
    content: Any = item.plain()
    if isinstance(content, str):
        return read_sentence(content)
    if isinstance(content, dict) and set(content) == {"text"}:
        return read_sentence(str(content["text"]))
    if not isinstance(content, dict) or not {"number", "group"} <= set(content) or not {"series", "stock"} & set(content):
        raise InputError.one(
            where="claim",
            expected="a sentence, or number, group and series (or stock)",
            found=", ".join(content) if isinstance(content, dict) else repr(content)[:60],
            remedy="see docs/data.md",
        )
    known = f"one of {', '.join(sorted(_FIELDS))}"
    unknown = sorted(set(content) - _FIELDS)
    problems += [Problem(f"{item.mark}: {key}", known, key, "delete or correct it") for key in unknown]
    if not isinstance(content["number"], (int, float)) or content.get("bound", "about") not in {"at least", "about", "at most"}:
        raise InputError.one(
            where="claim",
            expected="a number, and 'at least', 'about' or 'at most' as bound",
            found=f"{content['number']!r}, {content.get('bound')!r}",
            remedy="correct them",
        )
    series, stock = content.get("series"), content.get("stock")
    text = str(content.get("text", f"{content['number']:,} {content['group']}"))
    return Statement(
        text=text,
        number=float(content["number"]),
        bound=content.get("bound", "about"),
        group=str(content["group"]),
        label=str(series or stock),
        flows=(str(series),) if series else (),
        stocks=(str(stock),) if stock else (),
        place=content.get("place"),
        first=str(content["from"]) if "from" in content else None,
        last=str(content["to"]) if "to" in content else None,
        kind="stock" if content.get("kind") == "stock" or not series else "flow",
    )
