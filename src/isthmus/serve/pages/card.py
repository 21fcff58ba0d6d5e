"""The model card: what the model is for, how good it was, what it cannot do; from the manual's own page."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from isthmus.serve.library.runs import runs
from isthmus.serve.pages.content import content_of
from isthmus.serve.pages.site import page
from isthmus.serve.web.guard import Configured, Reader, Spoken

router = APIRouter()


@router.get("/model-card")
def card(request: Request, visitor: Reader, settings: Configured, language: Spoken) -> Response:
    """The card, with the measured skill of each corridor's latest run."""
    latest = {run.corridor: run for run in reversed(runs(settings, visitor.team))}
    shown = [(run, content_of(run, language)) for run in latest.values()]
    return page(request, "card", visitor, shown=shown[:12], corridors=[run.corridor for run, _ in shown[:12]])
