"""Figures with their history: what each period's figure was, and from which day it was known.

``store`` opens a folder, ``write`` adds, ``read`` answers as of a day, ``transfer`` takes a whole store elsewhere;
``review`` shows what surrounds a figure held back; ``generations`` keeps files whole, ``tables`` the schema and its migrations.
"""

from __future__ import annotations

from isthmus.data.store.read import Reader
from isthmus.data.store.records import Finding, Key, Receipt, Rule, SourceRecord, SourceState, StoredFinding
from isthmus.data.store.store import Store, default_folder
from isthmus.data.store.tables import FIGURE_FIELDS
from isthmus.data.store.write import Loaded, Writer

__all__ = [
    "FIGURE_FIELDS",
    "Finding",
    "Key",
    "Loaded",
    "Reader",
    "Receipt",
    "Rule",
    "SourceRecord",
    "SourceState",
    "Store",
    "StoredFinding",
    "Writer",
    "default_folder",
]
