"""Published figures with their vintages, and claims held against them."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import StringConstraints

from isthmus.disclosure import refuse_request
from isthmus.serve.api.models import Answer, Asked, Part
from isthmus.serve.library import figures as library
from isthmus.serve.web import answers
from isthmus.serve.web.guard import Configured, Database, Reader

router = APIRouter(tags=["figures"])


class FigureAnswer(Answer):
    """A figure in one vintage."""

    series: str
    place: str
    group: str
    period: str
    kind: str
    unit: str
    value: float | None
    publisher: str
    published_or_seen: str
    confidence: str
    note: str


class ClaimRequest(Asked):
    """A claim to check."""

    claim: Annotated[str, StringConstraints(min_length=5, max_length=500)]


class ClaimAnswer(Answer):
    """What the figures say about a claim."""

    claim: str
    answer: str
    reason: str
    evidence: list[dict[str, Any]]


@router.get("/series", response_model=Part[library.Listed])
def list_series(
    request: Request,
    visitor: Reader,
    connection: Database,
    settings: Configured,
    limit: answers.Limit = 50,
    cursor: answers.Cursor = "",
) -> Response:
    """List the series of published figures that you may see."""
    found = library.listed(library.figures(connection, settings, visitor.team))
    part, following = answers.part(found, limit, cursor)
    return answers.model(request, Part[library.Listed](items=list(part), next=following))


@router.get("/figures", response_model=Part[FigureAnswer])
def list_figures(
    request: Request,
    visitor: Reader,
    connection: Database,
    settings: Configured,
    series: Annotated[str, Query(max_length=80)],
    as_of: Annotated[dt.date | None, Query(description="only what was published or seen up to this day")] = None,
    limit: answers.Limit = 50,
    cursor: answers.Cursor = "",
) -> Response:
    """List the figures of a series in every vintage."""
    rows = [row for row in library.figures(connection, settings, visitor.team).rows if row.series == series]
    known = sorted(
        (row for row in rows if as_of is None or row.seen <= as_of), key=lambda row: (row.group, row.place, row.period, row.seen)
    )
    part, following = answers.part(known, limit, cursor)
    return answers.model(request, Part[FigureAnswer](items=[FigureAnswer(**_plain(row)) for row in part], next=following))


@router.post("/claims", response_model=ClaimAnswer)
def check(asked: ClaimRequest, visitor: Reader, connection: Database, settings: Configured) -> ClaimAnswer:
    """Hold a sentence with a number against the figures."""
    from isthmus.data.claims import judge, read_sentence  # noqa: PLC0415

    refuse_request(asked.claim, where="claim")
    found = judge(read_sentence(asked.claim), library.figures(connection, settings, visitor.team))
    evidence = [asdict(one) for one in found.evidence]
    return ClaimAnswer(claim=asked.claim, answer=found.answer, reason=found.reason, evidence=evidence)


def _plain(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FigureAnswer.model_fields}
