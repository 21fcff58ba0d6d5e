"""Runs of corridors: what they are, the rows of their forecast, their files."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from fastapi import APIRouter, Request, Response

from isthmus.serve.api.models import Answer, Name, Part, RunAnswer
from isthmus.serve.library import released
from isthmus.serve.library.runs import Run, run_of, runs
from isthmus.serve.settings import Settings
from isthmus.serve.web import answers
from isthmus.serve.web.guard import Configured, Reader
from isthmus.serve.web.problems import Refused
from isthmus.serve.web.shield import REPORT_POLICY

router = APIRouter(tags=["runs"])


class ForecastRow(Answer):
    """A row of ``forecast.csv``: one series, month and model."""

    series: str
    label: str
    group: str
    place: str
    period: str
    kind: str
    unit: str
    model: str
    median: float | None
    lo50: float | None
    hi50: float | None
    lo90: float | None
    hi90: float | None
    label_horizon: str
    publisher: str


@router.get("/runs", response_model=Part[RunAnswer])
def list_runs(
    request: Request,
    visitor: Reader,
    settings: Configured,
    corridor: Name | None = None,
    limit: answers.Limit = 50,
    cursor: answers.Cursor = "",
) -> Response:
    """List the runs that you may see, the latest first."""
    found, following = answers.part(runs(settings, visitor.team, corridor), limit, cursor)
    return answers.model(request, Part[RunAnswer](items=[answer(settings, visitor.team, run) for run in found], next=following))


@router.get("/runs/{run}", response_model=RunAnswer)
def one_run(request: Request, run: str, visitor: Reader, settings: Configured) -> Response:
    """Show one run."""
    return answers.model(request, answer(settings, visitor.team, seen(settings, visitor.team, run)))


@router.get("/runs/{run}/forecast", response_model=Part[ForecastRow])
def forecast(
    request: Request, run: str, visitor: Reader, settings: Configured, limit: answers.Limit = 50, cursor: answers.Cursor = ""
) -> Response:
    """List the rows of the forecast table."""
    path = seen(settings, visitor.team, run).folder / "forecast.csv"
    if not path.is_file():
        raise Refused(404, "missing")
    rows, following = answers.part(list(csv.DictReader(io.StringIO(path.read_text("utf-8")))), limit, cursor)
    items = [
        ForecastRow.model_validate({key: value or None if key in NUMBERS else value for key, value in row.items()})
        for row in rows
    ]
    return answers.model(request, Part[ForecastRow](items=items, next=following))


NUMBERS = frozenset({"median", "lo50", "hi50", "lo90", "hi90"})


@router.get("/runs/{run}/files/{name}", response_class=Response, responses={200: {"content": {"*/*": {}}}})
def file(request: Request, run: str, name: str, visitor: Reader, settings: Configured) -> Response:
    """Download a file of the run: the same bytes that the command line writes."""
    path = released.files(seen(settings, visitor.team, run), settings.exports(visitor.team, run)).get(name)
    if path is None:
        raise Refused(404, "missing")
    media = released.MEDIA[path.suffix]
    headers = {"content-disposition": f'attachment; filename="{run}-{name}"'}
    if path.suffix == ".html":
        headers = {"content-security-policy": REPORT_POLICY}
    return answers.tagged(request, path.read_bytes(), media, headers=headers)


def seen(settings: Settings, team: str, number: str) -> Run:
    """The run, if the team may see it.

    Raises:
        Refused: There is none, or not for them.
    """
    run = run_of(settings, team, number)
    if run is None:
        raise Refused(404, "missing")
    return run


def answer(settings: Settings, team: str, run: Run) -> RunAnswer:
    """A run as the API shows it."""
    manifest = run.manifest
    return RunAnswer(
        id=run.id,
        corridor=run.corridor,
        created=run.created,
        seed=run.seed,
        quick=run.quick,
        converged=bool(manifest.get("fit", {}).get("converged", False)),
        last_fitted=run.last_fitted,
        last_month=str(manifest.get("last_month", "")),
        shared=run.shared,
        headline=str(_summary(run).get("headline", "")),
        files=list(released.files(run, settings.exports(team, run.id))),
    )


def _summary(run: Run) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((run.folder / "summary.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found
