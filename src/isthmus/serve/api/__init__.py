"""Version 1 of the HTTP API; its description is at ``/api/v1/openapi.json``."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from isthmus.serve.api import account, corridors, figures, jobs, runs, scenarios
from isthmus.serve.web.problems import MEDIA, ProblemDocument

PREFIX = "/api/v1"
PROBLEM = {"model": ProblemDocument, "content": {MEDIA: {}}}
REFUSALS = {
    400: "The request cannot be read",
    401: "Not logged in",
    403: "Not allowed",
    404: "Not there, or not for you",
    413: "Too large",
    422: "Something in the request is wrong",
    503: "Cannot be done now",
}


def add(app: FastAPI) -> None:
    """Add the routes."""
    responses = {status: {**_problem(), "description": words} for status, words in REFUSALS.items()}
    router = APIRouter(prefix=PREFIX, responses=responses)  # type: ignore[arg-type]
    for part in (corridors, runs, jobs, scenarios, figures, account):
        router.include_router(part.router)
    app.include_router(router)


def _problem() -> dict[str, object]:
    return {"content": {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}}
