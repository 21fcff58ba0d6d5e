"""The claims checker: a sentence with a number, held against the figures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from isthmus.data.claims import judge, read_sentence
from isthmus.data.claims.verdict import Evidence
from isthmus.disclosure import refuse_request
from isthmus.errors import IsthmusError
from isthmus.report.charts import Chart
from isthmus.report.language import say as spoken
from isthmus.serve.library import figures as library
from isthmus.serve.pages.figures import bars
from isthmus.serve.pages.site import page
from isthmus.serve.pages.spoken import in_words
from isthmus.serve.web import problems
from isthmus.serve.web.guard import Configured, Database, Reader, Spoken
from isthmus.serve.web.language import Language, speaking

router = APIRouter()

TONES = {"supported": "good", "roughly supported": "good", "not supported": "bad", "a stock summed over years": "bad"}
EXAMPLES: dict[Language, tuple[str, ...]] = {
    "en": (
        "More than 600,000 Chinese nationals have sought asylum since 2012",
        "25,000 Chinese nationals crossed the Darién in 2023",
        "In 2023, 48,000 Chinese nationals entered Ecuador",
    ),
    "es": (
        "Más de 600.000 ciudadanos chinos han pedido asilo desde 2012",
        "25.000 ciudadanos chinos cruzaron el Darién en 2023",
        "En 2023 entraron a Ecuador 48.000 ciudadanos chinos",
    ),
}


@router.get("/claims")
def claims(
    request: Request,
    visitor: Reader,
    connection: Database,
    settings: Configured,
    language: Spoken,
    claim: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """The form, and the verdict on a claim."""
    verdict, refused, charts, reason, found_in = None, None, [], "", []
    if claim.strip():
        refuse_request(claim, where="claim")
        try:
            verdict = judge(read_sentence(claim), library.figures(connection, settings, visitor.team))
            with speaking(language):
                reason = in_words(language, verdict.reason)
                found_in = [(in_words(language, found.what), found) for found in verdict.evidence]
                charts = [_evidence(k, words, found, language) for k, (words, found) in enumerate(found_in) if found.points]
        except IsthmusError as error:
            refused = problems.document(language, 422, "invalid", error.problems)
    tone = TONES.get(verdict.answer, "unknown") if verdict else ""
    return page(
        request, "claims", visitor, claim=claim, verdict=verdict, tone=tone, problem=refused, charts=charts,
        examples=EXAMPLES[language], reason=reason, found_in=found_in,
    )  # fmt: skip


def _evidence(k: int, words: str, found: Evidence, language: Language) -> Chart:
    unit = f"{spoken(found.unit)}, {spoken(found.kind)}"
    return bars(f"evidence-{k}", found.points, words, language, None, unit=unit, source=found.source)
