"""Stand-ins for faulty values, so that one misspelt key does not hide what else is wrong."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from isthmus.spec.document import Path
from isthmus.spec.manual import NOTHING, Manual
from isthmus.spec.translate import Fault


def mend(document: Any, faults: Sequence[Fault], manual: Manual, schemas: Sequence[Any], mended: set[Path]) -> Any:
    """Return a copy of the plain document with stand-ins where the faults are.

    Args:
        document: plain data.
        faults: what is wrong with it.
        manual: the schema.
        schemas: the schema of each fault's field, in the order of the faults.
        mended: paths touched so far; those touched now are added. A field found faulty a second time is
            taken out together with what holds it.
    """
    fixed = copy.deepcopy(document)
    removals: list[Path] = []
    before = set(mended)
    for fault, schema in zip(faults, schemas, strict=True):
        path = fault.path
        if fault.kind in {"extra", "key"}:
            removals.append(path)
            mended.add((*path[:-1], fault.meant) if fault.meant else path)
            continue
        value = manual.placeholder(schema) if path not in before else NOTHING
        if value is NOTHING or not _put(fixed, path, value):
            path = path[:-1]
            removals.append(path)
        mended.add(path)
    mended.update(path[:-1] for path in removals if path and isinstance(path[-1], int))
    for path in sorted(set(removals), key=_depth_first):
        _remove(fixed, path)
    return fixed


def _depth_first(path: Path) -> tuple[int, list[tuple[int, str]]]:
    """Order removals so that deep ones and late list items go first."""
    return -len(path), [(-part, "") if isinstance(part, int) else (0, part) for part in path]


def _holder(document: Any, path: Path) -> Any:
    for part in path[:-1]:
        if isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, list) and isinstance(part, int) and part < len(document):
            document = document[part]
        else:
            return None
    return document


def _put(document: Any, path: Path, value: Any) -> bool:
    if not path:
        return False
    holder, last = _holder(document, path), path[-1]
    if isinstance(holder, dict):
        holder[last] = value
        return True
    if isinstance(holder, list) and isinstance(last, int):
        holder[last : last + 1] = [value]
        return True
    return False


def _remove(document: Any, path: Path) -> None:
    if not path:
        return
    holder, last = _holder(document, path), path[-1]
    if isinstance(holder, dict):
        holder.pop(last, None)
    elif isinstance(holder, list) and isinstance(last, int) and last < len(holder):
        del holder[last]
