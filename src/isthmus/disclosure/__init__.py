"""The gate: nothing leaves except through it. Resolution, small cells, differencing, noise, and requests that are refused.

``release(table, policy, ledger)`` is the door for numbers, ``clean`` and ``refuse_request`` are the doors for words.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus.disclosure.ledger import Ledger
    from isthmus.disclosure.places import INTERNAL, PUBLIC, is_public
    from isthmus.disclosure.policy import Policy, default_policy, load_policy
    from isthmus.disclosure.gate import Released, release
    from isthmus.disclosure.requests import refuse_request
    from isthmus.disclosure.table import Table, Vocabulary
    from isthmus.disclosure.words import LogFilter, clean, clean_error

__all__ = [
    "INTERNAL", "PUBLIC", "Ledger", "LogFilter", "Policy", "Released", "Table", "Vocabulary", "clean", "clean_error",
    "default_policy", "is_public", "load_policy", "refuse_request", "release",
]  # fmt: skip

_HOMES = {
    "INTERNAL": "places", "PUBLIC": "places", "is_public": "places",
    "Ledger": "ledger",
    "Policy": "policy", "default_policy": "policy", "load_policy": "policy",
    "Released": "gate", "release": "gate",
    "refuse_request": "requests",
    "Table": "table", "Vocabulary": "table",
    "LogFilter": "words", "clean": "words", "clean_error": "words",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a part when it is asked for: words are cleaned on every command, numbers are not released on each."""
    if name in _HOMES:
        return getattr(import_module(f"isthmus.disclosure.{_HOMES[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
