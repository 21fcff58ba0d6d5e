"""The pages: server-rendered, a little script for what a page cannot do by itself, nothing from elsewhere."""

from __future__ import annotations

from fastapi import FastAPI

from isthmus.serve.pages import (
    account,
    card,
    claims,
    corridor,
    door,
    figures,
    index,
    jobs,
    needs,
    sharing,
    static,
    upload,
    workshop,
)
from isthmus.serve.pages.content import warm
from isthmus.serve.pages.site import problem_page

__all__ = ["add", "problem_page", "warm"]


def add(app: FastAPI) -> None:
    """Add the routes; they are not part of the API's description."""
    for part in (static, door, index, upload, corridor, workshop, needs, jobs, figures, claims, card, account, sharing):
        app.include_router(part.router, include_in_schema=False)
