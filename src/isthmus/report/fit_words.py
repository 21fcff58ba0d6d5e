"""The verdict on a fit in the language spoken: its diagnostics write it in English, with their numbers filled in."""

from __future__ import annotations

import re

from isthmus.report.language import say, spoken_number

FORMS = (
    "largest R-hat {a}, smallest effective sample size {b} (bulk) and {c} (tail), {d} divergences",
    "joint Gaussian, independent draws; {a} posterior standard deviations left to the mode",
    (
        "its draws moved and weighted by what is new, smallest effective sample size {a}, Pareto shape of the weights {b}, "
        "largest R-hat of the last fit {c}"
    ),
)
HEADS = (
    "The fit converged",
    "THE FIT DID NOT CONVERGE; do not use its numbers",
    "The fit found its mode",
    "THE FIT DID NOT FIND ITS MODE; do not use its numbers",
    "The fit goes on from the last one",
    "THE WEIGHTS CANNOT BE BELIEVED",
)
"""What `inference.diagnostics` says, before the colon and after it."""
_GAP = re.compile(r"\\{([a-d])\\}")
_PATTERNS = tuple((re.compile(_GAP.sub(r"(?P<\1>[-+.\\de]+|inf|nan)", re.escape(form))), form) for form in FORMS)


def fit_words(message: str) -> str:
    """A verdict in the language spoken; other words as they are."""
    head, colon, numbers = message.strip().rstrip(".").partition(": ")
    if not colon or head not in HEADS:
        return say(message)
    for pattern, form in _PATTERNS:
        if found := pattern.fullmatch(numbers):
            return f"{say(head)}: {say(form, **{name: spoken_number(value) for name, value in found.groupdict().items()})}"
    return f"{say(head)}: {say(numbers)}"
