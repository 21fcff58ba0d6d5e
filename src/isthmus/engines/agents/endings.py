"""How a journey stands: the endings that are told, and two states of one that goes on."""

from __future__ import annotations

ENDINGS = ("arrived", "settled", "returned", "turned back", "stranded", "under way")
"""How a journey stands at the end: at a destination; elsewhere for good; by a return; given up; out of money; not ended."""

ARRIVED, SETTLED, RETURNED, TURNED_BACK, STRANDED, UNDER_WAY = range(len(ENDINGS))

ON_THE_WAY = -1
"""A journey that has not ended."""
JOINS = -2
"""A queue must be joined first."""
