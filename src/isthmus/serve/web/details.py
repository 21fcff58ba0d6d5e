"""The details of a refusal in the reader's language: sentences that the program writes in English, found by their form.

Problems are made where no reader is known, with their numbers and names filled in. The catalogue ``details.po`` has each
sentence with numbered gaps; a sentence that fits one is said in the other language with what stood in its gaps.
"""

from __future__ import annotations

import re
from functools import cache


from isthmus.errors import Problem
from isthmus.serve.web.language import Language, catalogue

GAP = re.compile(r"\{(\d)\}")


@cache
def details(language: Language) -> dict[str, str]:
    """English form to translated form; empty for English."""
    return catalogue(language, "details.po")


@cache
def _forms(language: Language) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Forms with gaps as patterns, the longest first."""
    forms = sorted(((form, said) for form, said in details(language).items() if GAP.search(form)), key=lambda pair: -len(pair[0]))
    return tuple((re.compile(_pattern(form), re.DOTALL), said) for form, said in forms)


def _pattern(form: str) -> str:
    parts = GAP.split(form)
    seen: set[str] = set()
    out = []
    for k, part in enumerate(parts):
        if k % 2 == 0:
            out.append(re.escape(part))
        else:
            out.append(f"(?P=g{part})" if part in seen else f"(?P<g{part}>.*?)")
            seen.add(part)
    return "".join(out)


def translated(language: Language, text: str) -> str:
    """A detail in a language, and so are sentences in its gaps; as it is where the catalogue has no such form."""
    known = details(language).get(text)
    if known is not None:
        return known
    for pattern, said in _forms(language):
        if found := pattern.fullmatch(text):
            gaps = {name: translated(language, value) if value != text else value for name, value in found.groupdict().items()}
            return GAP.sub(lambda gap, gaps=gaps: gaps[f"g{gap[1]}"], said)  # type: ignore[misc]
    return text


def in_language(language: Language, problem: Problem) -> Problem:
    """A problem with its details in a language; where it is stays as the file or form names it, unless that is a word of ours."""
    where = details(language).get(problem.where, problem.where)
    return Problem(where, *(translated(language, text) for text in (problem.expected, problem.found, problem.remedy)))
