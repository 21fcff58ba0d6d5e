"""A document as a tree of marked nodes: plain values that know the file and line they come from."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from isthmus.errors import Problem

Path = tuple[str | int, ...]
"""Field path inside a document: mapping keys and list indices."""

Locate = Callable[[Path], str]
"""Turns a field path into ``file:line: a.b.c``."""

MAX_NODES = 50_000
"""Most values a document may hold, aliases counted as often as they are used."""

MAX_DEPTH = 24
"""Deepest nesting of a document."""

MAX_PROBLEMS = 200
"""Most problems listed at once."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a value was written."""

    file: str
    """File name relative to the corridor's folder, or ``--set``."""
    line: int
    """Line counted from 1; 0 where lines mean nothing."""

    def __str__(self) -> str:
        """Return ``file:line``."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document: a mapping or list of nodes, or a scalar."""

    value: Any
    mark: Mark
    key_marks: dict[str, Mark] | None = None
    """For a mapping, where each key was written."""
    size: int = 1
    """Number of values in the tree below, this one included."""
    depth: int = 1
    """Levels of the tree below, this one included."""

    @property
    def is_mapping(self) -> bool:
        """Whether the value is a mapping."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether the value is a list."""
        return isinstance(self.value, list)

    def plain(self) -> Any:
        """Return the tree as dictionaries, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def child(self, key: str | int) -> Node | None:
        """Return the value under a key or index, or None."""
        if isinstance(self.value, dict):
            found = self.value.get(key)
            return found if isinstance(found, Node) else None
        if isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            item = self.value[key]
            return item if isinstance(item, Node) else None
        return None

    def get(self, path: Path) -> Node | None:
        """Return the value at a path, or None."""
        node: Node | None = self
        for key in path:
            if node is None:
                return None
            node = node.child(key)
        return node

    def mark_of(self, path: Path) -> Mark:
        """Return where a field was written, or where the nearest thing around it was."""
        node, mark = self, self.mark
        for key in path:
            found = node.child(key)
            if found is None:
                return mark
            mark = (node.key_marks or {}).get(str(key), found.mark)
            node = found
        return mark

    def locate(self, path: Path) -> str:
        """Return ``file:line: a.b.c`` of a field."""
        mark = self.mark_of(path)
        return f"{mark}: {dotted(path)}" if path else str(mark)


def branch(value: dict[str, Node] | list[Node], mark: Mark, key_marks: dict[str, Mark] | None = None) -> Node:
    """Return a mapping or list node with its size and depth counted."""
    children = list(value.values()) if isinstance(value, dict) else value
    return Node(
        value,
        mark,
        key_marks,
        size=1 + sum(child.size for child in children),
        depth=1 + max((child.depth for child in children), default=0),
    )


def dotted(path: Sequence[str | int]) -> str:
    """Return a path as it is written in ``--set``: ``entry_rules.0.to``."""
    return ".".join(str(part) for part in path)


def show(value: Any) -> str:
    """Return a short, readable rendering of a value for a message."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"a mapping of {len(value)} keys" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    end = '..."' if isinstance(value, str) else "..."
    return text if len(text) <= 60 else text[:56] + end


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is spelt most like a name, or None."""
    if len(name) > 80:
        return None
    candidates = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), candidates, n=1, cutoff=0.6)
    return candidates[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return ``did you mean `x`?`` or, when nothing is near, what is known or another remedy."""
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean `{near}`?"
    if otherwise:
        return otherwise
    return f"known: {one_of(names)}" if names else ""


def one_of(names: Iterable[str], *, limit: int = 16) -> str:
    """Return names as a list in words, the long tail left out."""
    listed = list(names)
    more = f" and {len(listed) - limit} more" if len(listed) > limit else ""
    return ", ".join(listed[:limit]) + more


def capped(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems without repeats, at most MAX_PROBLEMS of them and a count of the rest."""
    unique = list(dict.fromkeys(problems))
    if len(unique) <= MAX_PROBLEMS:
        return unique
    rest = len(unique) - MAX_PROBLEMS
    return [*unique[:MAX_PROBLEMS], Problem("", "", "", f"and {rest} more problems; mend these first")]
