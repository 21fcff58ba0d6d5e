"""Problems without folders of this machine: what a person or a program is told, and what is kept to be told later."""

from __future__ import annotations

import re

from isthmus.disclosure import clean
from isthmus.errors import Problem

_PATH = re.compile(r"(?<![\w.:/])(?:/[^\s/:'\"`,;]+)+/([^\s/:'\"`,;]+)")


def cleaned(problem: Problem) -> Problem:
    """A problem without what looks like a person, and of each path its last part only."""
    parts = (getattr(problem, name) for name in ("where", "expected", "found", "remedy"))
    return Problem(*(_PATH.sub(r"\1", clean(part)) for part in parts))
