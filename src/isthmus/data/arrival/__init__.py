"""Checks on figures as they arrive: what is odd is listed, what is suspicious is held back until somebody decides.

``checks`` runs them all; ``sums``, ``jumps`` and ``shape`` hold them, ``batch`` is what they look at.
"""

from __future__ import annotations

from isthmus.data.arrival.checks import Checked, check

__all__ = ["Checked", "check"]
