"""Words on their way out: error messages and log lines, with what looks like a person taken out."""

from __future__ import annotations

import logging
import re
from typing import TypeVar

from isthmus.disclosure.shapes import SHAPES
from isthmus.errors import DisclosureError, IsthmusError, Problem

_TAGS = re.compile(r"<[^>]*>")
_UNSEEN = re.compile(r"(?s)<(style|script)\b.*?</\1>|<a [^>]*>")
Raised = TypeVar("Raised", bound=IsthmusError)


def clean(text: str) -> str:
    """The text with addresses, numbers, accounts and positions of people replaced by what they were."""
    for what, shape in SHAPES.items():
        text = shape.sub(f"[{what}, withheld]", text)
    return text


def clean_problem(problem: Problem) -> Problem:
    """The problem with each of its parts cleaned."""
    return Problem(clean(problem.where), clean(problem.expected), clean(problem.found), clean(problem.remedy))


def clean_error(error: Raised) -> Raised:
    """An error of the same kind with clean problems."""
    return type(error)(clean_problem(problem) for problem in error.problems)


def refuse_persons(page: str, *, where: str) -> None:
    """Pass a page whose words, tags left out, show nobody.

    Raises:
        DisclosureError: Some words look like a person; they are not repeated.
    """
    words = "\n".join(text for text in _TAGS.split(_UNSEEN.sub(" ", page)) if text.strip())
    found = [what for what, shape in SHAPES.items() if shape.search(words)]
    if found:
        raise DisclosureError(
            Problem(where, "aggregates only", f"words that look like {what}", "take it out of the corridor file or the figures")
            for what in found
        )


class LogFilter(logging.Filter):
    """Cleans every record of the handler or logger it is added to."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace message and arguments by the clean text; an exception by its clean trace."""
        record.msg, record.args = clean(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = clean(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True
