"""YAML 1.2 text to marked nodes, in bounded time and memory.

ruamel.yaml turns the text into events; the tree is built here, so that depth, the number of values and the
expansion of aliases are counted while reading, and so that scalars follow the core schema of YAML 1.2 exactly:
``NO`` and ``2024-07-01`` are text, only ``true`` and ``false`` are truth values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from isthmus.errors import Problem, SpecError
from isthmus.spec.document import MAX_DEPTH, MAX_NODES, Mark, Node, branch

MAX_LINE = 20_000
"""Longest line, characters: keeps the scanner's look-ahead short."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_NON_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_CORE = "tag:yaml.org,2002:"
_READ_AS_PLAIN = {_CORE + name for name in ("int", "float", "bool", "null")}
_TAGS = {_CORE + name for name in ("str", "map", "seq")} | _READ_AS_PLAIN | {"!"}


def parse(text: str, file: str, problems: list[Problem], *, line: bool = True) -> Node:
    """Return the tree of a YAML text.

    Args:
        text: the YAML.
        file: name shown in messages.
        problems: faults that do not stop the reading (duplicate keys, tags) are added here.
        line: whether line numbers mean anything to the reader of a message.

    Raises:
        SpecError: the text is not YAML, or is too deep or too large.
    """
    _refuse_control_characters(text, file)
    return _Builder(file, problems, numbered=line).build(text)


def scalar(text: str) -> Any:
    """Return the value of a plain (unquoted) scalar under the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > 60:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    special = _NON_FINITE.fullmatch(text)
    return float(text.replace(".", "").lower()) if special else text


def _refuse_control_characters(text: str, file: str) -> None:
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise SpecError.one(
            where=f"{file}:{line}",
            expected="plain text in UTF-8",
            found=f"the control character U+{ord(found[0]):04X}",
            remedy="save the file as plain UTF-8 text",
        )
    for number, content in enumerate(text.split("\n"), start=1):
        if len(content) > MAX_LINE:
            raise SpecError.one(
                where=f"{file}:{number}",
                expected=f"lines of at most {MAX_LINE} characters",
                found=f"a line of {len(content)} characters",
                remedy="break the line",
            )


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been read."""

    mark: Mark
    mapping: bool
    anchor: str | None
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    key_marks: dict[str, Mark] = field(default_factory=dict)
    key: tuple[str, Mark] | None = None


class _Builder:
    """Builds the tree from events, without recursion."""

    def __init__(self, file: str, problems: list[Problem], *, numbered: bool) -> None:
        self.file = file
        self.problems = problems
        self.numbered = numbered
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node] = {}
        self.root: Node | None = None
        self.documents = 0
        self.size = 0

    def build(self, text: str) -> Node:
        for event in self._events(text):
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                self._document(event)
            elif kind == "AliasEvent":
                self._alias(event)
            elif kind == "ScalarEvent":
                self._scalar(event)
            elif kind in {"MappingStartEvent", "SequenceStartEvent"}:
                self._start(event, mapping=kind == "MappingStartEvent")
            elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
                self._end()
        return self.root if self.root is not None else Node(None, Mark(self.file, 1 if self.numbered else 0))

    def _events(self, text: str) -> Iterator[Any]:
        from ruamel.yaml import YAML  # noqa: PLC0415 - costs 0.1 s
        from ruamel.yaml.error import MarkedYAMLError  # noqa: PLC0415

        try:
            yield from YAML(typ="safe", pure=True).parse(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark is not None else 1
            said = " ".join(str(part) for part in (error.context, error.problem) if part)
            raise self._fatal(line, expected="YAML 1.2", found=said, remedy=_hint(said)) from None
        except SpecError:
            raise
        except Exception as error:  # noqa: BLE001 - the scanner fails in many ways on broken text
            said = " ".join(str(error).split())[:120] or type(error).__name__
            raise self._fatal(1, expected="YAML 1.2", found=f"text that cannot be read ({said})", remedy="") from None

    def _mark(self, event: Any) -> Mark:
        return Mark(self.file, event.start_mark.line + 1 if self.numbered else 0)

    def _fatal(self, line: int, *, expected: str, found: str, remedy: str) -> SpecError:
        where = str(Mark(self.file, line if self.numbered else 0))
        return SpecError.one(where=where, expected=expected, found=found, remedy=remedy)

    def _note(self, mark: Mark, *, expected: str, found: str, remedy: str) -> None:
        names = ".".join(part.key[0] for part in self.stack if part.key is not None)
        where = f"{mark}: {names}" if names else str(mark)
        self.problems.append(Problem(where, expected, found, remedy))

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self._fatal(
                event.start_mark.line + 1,
                expected="one YAML document",
                found="a second one after `---`",
                remedy="split the file, and name the parts under `import:`",
            )

    def _alias(self, event: Any) -> None:
        node = self.anchors.get(event.anchor)
        if node is None:
            raise self._fatal(
                event.start_mark.line + 1,
                expected="an alias of a value written above it",
                found=f"*{event.anchor}, which is not complete there",
                remedy=f"write &{event.anchor} before a value further up, or write the value out",
            )
        self._add(node, self._mark(event))

    def _scalar(self, event: Any) -> None:
        mark = self._mark(event)
        text = _joined(str(event.value))
        self._refuse_tag(event, mark)
        control = _CONTROL.search(text)
        if control:
            found = f"the control character U+{ord(control[0]):04X}"
            self._note(mark, expected="readable text", found=found, remedy="take the character out")
            text = _CONTROL.sub("", text)
        awaits_key = bool(self.stack) and self.stack[-1].mapping and self.stack[-1].key is None
        if awaits_key:
            self.stack[-1].key = (text, mark)
            self._keep(event.anchor, Node(text, mark))
            return
        plain = str(event.tag) in _READ_AS_PLAIN if event.tag else event.style is None
        node = Node(scalar(text) if plain else text, mark)
        self._keep(event.anchor, node)
        self._add(node, mark)

    def _refuse_tag(self, event: Any, mark: Mark) -> None:
        if event.tag and str(event.tag) not in _TAGS:
            self._note(
                mark,
                expected="a value without a tag",
                found=f"the tag {str(event.tag)[:60]}",
                remedy="take the tag out; corridor files hold only text, numbers, dates, lists and mappings",
            )

    def _start(self, event: Any, *, mapping: bool) -> None:
        mark = self._mark(event)
        self._refuse_tag(event, mark)
        if self.stack and self.stack[-1].mapping and self.stack[-1].key is None:
            raise self._fatal(
                event.start_mark.line + 1,
                expected="a name as the key of a mapping",
                found="a list or mapping as the key",
                remedy="write `name: value`",
            )
        if len(self.stack) >= MAX_DEPTH:
            raise self._too_deep(mark)
        self._count(1, mark)
        self.stack.append(_Open(mark, mapping, event.anchor))

    def _end(self) -> None:
        done = self.stack.pop()
        node = branch(done.entries if done.mapping else done.items, done.mark, done.key_marks if done.mapping else None)
        self._keep(done.anchor, node)
        self._add(node, done.mark, counted=True)

    def _keep(self, anchor: str | None, node: Node) -> None:
        if anchor is not None:
            self.anchors[anchor] = node

    def _add(self, node: Node, mark: Mark, *, counted: bool = False) -> None:
        if len(self.stack) + node.depth > MAX_DEPTH + 1:
            raise self._too_deep(mark)
        if not counted:
            self._count(node.size, mark)
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if not top.mapping:
            top.items.append(node)
            return
        if top.key is None:
            raise self._fatal(
                mark.line,
                expected="a name as the key of a mapping",
                found="an alias as the key",
                remedy="write the name",
            )
        key, key_mark = top.key
        if key in top.entries:
            self._note(
                key_mark,
                expected="each key once in a mapping",
                found=f"`{key}` a second time, first on line {top.key_marks[key].line}",
                remedy="take one of them out, or merge them",
            )
        else:
            top.entries[key] = node
            top.key_marks[key] = key_mark
        top.key = None

    def _count(self, size: int, mark: Mark) -> None:
        self.size += size
        if self.size > MAX_NODES:
            raise self._fatal(
                mark.line,
                expected=f"at most {MAX_NODES} values, aliases counted as often as they are used",
                found="more",
                remedy="split the corridor, keep data in the table of figures, and write fewer aliases",
            )

    def _too_deep(self, mark: Mark) -> SpecError:
        return self._fatal(
            mark.line,
            expected=f"at most {MAX_DEPTH} levels of nesting",
            found="more",
            remedy="check brackets and indentation",
        )


def _joined(text: str) -> str:
    """Return text with surrogate pairs, as JSON writes them, joined to the characters they stand for."""
    if not re.search("[\ud800-\udbff][\udc00-\udfff]", text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def _hint(said: str) -> str:
    """Return what to do about a complaint of the YAML scanner."""
    if "\\t" in said:
        return "indent with spaces, not with tabs"
    if "mapping values are not allowed" in said:
        return "check the indentation; put text that holds `: ` in quotes"
    if "alias" in said:
        return "write the anchor before it is used, or put text that begins with * in quotes"
    if "flow" in said or "expected ','" in said:
        return "close every [ and {, and separate items by commas"
    if "quoted scalar" in said:
        return "close the quotes"
    return "check the indentation and the brackets on this line and the one above"
