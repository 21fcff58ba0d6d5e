"""Public statements held against the figures: what was said, which series it is about, whether it holds.

``sentence`` reads a sentence, ``subjects`` knows what may be counted, ``verdict`` compares, ``listing`` reads lists.
"""

from __future__ import annotations

from isthmus.data.claims.listing import read_statements
from isthmus.data.claims.sentence import Statement, read_sentence
from isthmus.data.claims.verdict import Verdict, judge

__all__ = ["Statement", "Verdict", "judge", "read_sentence", "read_statements"]
