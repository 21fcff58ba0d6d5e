"""Errors as problem documents (RFC 9457): what is wrong, where, what was expected, what to do; in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from isthmus.disclosure import clean, clean_error
from isthmus.errors import DisclosureError, IsthmusError, OutputError, Problem, StoreError
from isthmus.serve.folders import cleaned
from isthmus.serve.web.details import in_language
from isthmus.serve.web.language import Language, language_of_headers, say

MEDIA = "application/problem+json"

SENTENCES = {
    "host": ("Unknown host", "This server does not answer to that name; whoever runs it can name it with --public-url."),
    "large": ("Too large", "A request may be at most {limit}."),
    "login": ("Not logged in", "Log in, or send an API token that still holds."),
    "right": ("Not allowed", "Your account or token may not do this; it needs the right '{right}'."),
    "csrf": ("Form too old", "The form did not come from this page, or its session has ended: load the page again."),
    "missing": ("Not found", "There is nothing here, or nothing that you may see."),
    "method": ("Method not allowed", "This address does not answer that method."),
    "protected": ("Refused to protect people", "This would give away or endanger people; each reason is listed."),
    "invalid": ("Request refused", "Something in the request is not as it should be; each thing is listed."),
    "wait": ("Too many attempts", "Too many failed logins: wait {seconds} seconds."),
    "password": ("Not logged in", "Name and password do not fit together."),
    "broken": ("Server error", "Something went wrong here; it has been logged for whoever runs the server."),
    "failed": ("Could not be done", "The server could not do this; each reason is listed."),
    "ended": ("Too late", "The job has ended already."),
}
"""Title and sentence of each refusal."""


class Fault(BaseModel):
    """One thing that is wrong."""

    where: str = Field(description="field, file or line")
    expected: str
    found: str
    remedy: str


class ProblemDocument(BaseModel):
    """Why a request was refused."""

    type: str = Field(description="kind of problem, the same in every language")
    title: str
    status: int
    detail: str
    problems: list[Fault] = Field(default_factory=list)


class Refused(Exception):  # noqa: N818 - an answer, not a fault of the program
    """A request is refused for a reason of ``SENTENCES``."""

    def __init__(self, status: int, reason: str, *, headers: dict[str, str] | None = None, **values: object) -> None:
        super().__init__(reason)
        self.status, self.reason, self.values, self.headers = status, reason, values, headers or {}


def document(language: Language, status: int, reason: str, problems: Sequence[Problem] = (), **values: object) -> dict[str, Any]:
    """The problem document of a refusal."""
    title, sentence = SENTENCES[reason]
    return {
        "type": f"urn:isthmus:problem:{reason}",
        "title": say(language, title),
        "status": status,
        "detail": say(language, sentence, **{name: _said(language, name, value) for name, value in values.items()}),
        "problems": [asdict(in_language(language, cleaned(problem))) for problem in problems],
    }


def _said(language: Language, name: str, value: object) -> object:
    """A value of a sentence; the names of rights are words."""
    return say(language, str(value)) if name == "right" else value


def respond(language: Language, status: int, reason: str, problems: Sequence[Problem] = (), **values: Any) -> Response:
    """The problem document as an answer."""
    content = json.dumps(document(language, status, reason, problems, **values), ensure_ascii=False)
    return Response(content, status, media_type=MEDIA)


def refusal(status: int, reason: str, headers: dict[str, str], **values: str) -> Response:
    """An answer for a request of which only the headers are known."""
    return respond(language_of_headers(headers), status, reason, (), **values)


def of_error(language: Language, error: IsthmusError) -> Response:
    """One of Isthmus's own errors as an answer."""
    error = clean_error(error)
    if isinstance(error, DisclosureError):
        return respond(language, 403, "protected", error.problems)
    ours = isinstance(error, (OutputError, StoreError))
    return respond(language, 503 if ours else 422, "failed" if ours else "invalid", error.problems)


ASKED_FOR: dict[str, str] = {
    "missing": "a value",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} characters",
    "string_type": "text",
    "string_pattern_mismatch": "text of the form {pattern}",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "bool_parsing": "yes or no",
    "bool_type": "yes or no",
    "date_parsing": "a date as YYYY-MM-DD",
    "date_from_datetime_parsing": "a date as YYYY-MM-DD",
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "too_long": "at most {max_length} of them",
    "literal_error": "one of {expected}",
    "list_type": "a list",
    "dict_type": "a JSON object",
    "model_attributes_type": "a JSON object",
    "extra_forbidden": "no such field",
}
"""What was expected, by the kind of error that the schema of a request finds."""


def of_validation(language: Language, errors: Sequence[Any], *, person: bool) -> Response:
    """What the schema of a request found, as an answer; a person is told what to do, a program where the schema is."""
    found = [
        Problem(
            where=".".join(str(part) for part in error.get("loc", ())[person:]) or "request",
            expected=_expected(error),
            found=_short(error.get("input")) if error.get("type") != "missing" else "nothing",
            remedy="go back, correct it and try again" if person else "see /api/v1/openapi.json",
        )
        for error in errors[:50]
    ]
    return respond(language, 422, "invalid", found)


def _expected(error: Mapping[str, Any]) -> str:
    form = ASKED_FOR.get(str(error.get("type")))
    try:
        return form.format(**error.get("ctx", {})) if form else str(error.get("msg", ""))
    except (KeyError, IndexError):
        return str(error.get("msg", ""))


def _short(value: object) -> str:
    text = clean(repr(value) if not isinstance(value, str) else value)
    return text if len(text) <= 80 else text[:77] + "..."


def wants_page(request: Request) -> bool:
    """Whether a person is looking: not under the API's address."""
    return not request.url.path.startswith("/api/")
