"""Plain data to YAML 1.2 text that reads back as the same data."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from isthmus.spec.yaml_text import scalar

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./ -]{0,78}[A-Za-z0-9]|[A-Za-z]")
_WIDTH = 100


AFTER_FIT = ("scenarios", "impacts")
"""Blocks of a corridor file that are read after the fit: another scenario is tried on the draws that are there."""


def dump_document(document: dict[str, Any]) -> str:
    """Return a document as YAML: blocks outside, short mappings and lists in one line."""
    return "\n".join(_block(document, 0)) + "\n"


def document_hash(document: dict[str, Any]) -> str:
    """Return the SHA-256 of a document as canonical JSON (keys sorted, 1.0 written as 1), 64 hex digits."""
    text = json.dumps(_canonical(document), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _block(value: Any, indent: int) -> list[str]:
    pad = "  " * indent
    lines: list[str] = []
    if isinstance(value, dict):
        for key, below in value.items():
            lines += _entry(f"{pad}{_scalar(key)}:", below, indent)
    else:
        for item in value:
            lines += _entry(f"{pad}-", item, indent)
    return lines


def _entry(head: str, value: Any, indent: int) -> list[str]:
    nested = isinstance(value, dict | list) and any(isinstance(v, dict | list) for v in _children(value))
    if not nested or not isinstance(value, dict):
        line = f"{head} {_flow(value)}"
        if len(line) <= _WIDTH or not isinstance(value, dict | list) or not value:
            return [line]
    return [head, *_block(value, indent + 1)]


def _children(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else list(value)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and scalar(value) == value else _quoted(value)
    return repr(value)


def _quoted(text: str) -> str:
    return "".join(char if char.isprintable() else _escape(char) for char in json.dumps(text, ensure_ascii=False))


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
