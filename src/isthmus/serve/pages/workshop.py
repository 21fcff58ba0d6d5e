"""The scenario workshop: changes on a timeline, kept, tried, compared, sent on as a link or a workbook."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from isthmus.disclosure import clean_error
from isthmus.errors import DisclosureError, IsthmusError, Problem
from isthmus.report.language import say as spoken
from isthmus.serve.accounts import audit
from isthmus.serve.library import results, saved
from isthmus.serve.library.corridors import check_scenario
from isthmus.serve.library.trials import Chosen, Trial, chosen, state
from isthmus.serve.library.workbook import workbook
from isthmus.serve.pages.corridor import Here, There
from isthmus.serve.pages.differences import MOST, answers, differences
from isthmus.serve.pages.shocks import KINDS, SURE, Filled, asked, document_of, filled, kinds_for, options, where_words
from isthmus.serve.web.guard import Analyst
from isthmus.serve.web.language import say, speaking
from isthmus.serve.web.problems import Refused
from isthmus.serve.web.problems import document as problem_document
from isthmus.timegrid import shift_month

if TYPE_CHECKING:
    from isthmus.serve.library.results import Result
    from isthmus.spec.schema import Corridor

router = APIRouter(prefix="/corridors/{name}")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
INTERVAL = "Of a hundred draws, 50 or 90 lie inside; differences are paired by draw with the baseline."
Picked = Annotated[list[str], Query(max_length=MOST, default_factory=list)]


async def filled_form(request: Request) -> dict[str, list[str]]:
    """The fields of the form, each with all its values."""
    form = await request.form(max_files=1, max_fields=400)
    found: dict[str, list[str]] = {}
    for key, value in form.multi_items():
        if isinstance(value, str):
            found.setdefault(key, []).append(value)
    return found


Form = Annotated[dict[str, list[str]], Depends(filled_form)]


@router.get("/scenarios")
def workshop(at: There, undo: str = "") -> Response:
    """The scenarios of the file and those that the team keeps."""
    own = saved.listing(at.connection, at.visitor.team, at.entry.name)
    gone = saved.find(at.connection, at.visitor.team, undo) if undo else None
    gone = gone if gone and gone.deleted else None
    return at.page("workshop", "scenarios", own=own, gone=gone, corridor=at.corridor, most=MOST)


@router.get("/scenarios/new")
def new(at: There, _: Analyst, start: str = "") -> Response:
    """An empty scenario, or a copy of one of the file's."""
    known = at.corridor.scenarios.get(start)
    return _editor(at, known.model_dump(mode="json", by_alias=True, exclude_none=True) if known else None, None)


@router.get("/scenarios/{number}")
def one(at: There, number: str) -> Response:
    """A scenario that the team keeps, with what came of it."""
    kept = _kept(at, number)
    return _editor(at, kept.document, kept)


@router.post("/scenarios")
def add(at: There, _: Analyst, form: Form) -> Response:
    """Keep a new scenario and try it."""
    document = _document(at, form)
    if isinstance(document, list):
        return _again(at, form, document, None)
    kept = saved.add(at.connection, at.visitor, at.entry.name, document)
    return _done(at, "scenario kept", kept.id)


@router.post("/scenarios/{number}")
def change(at: There, _: Analyst, number: str, form: Form) -> Response:
    """Keep a changed scenario and try it."""
    kept, document = _kept(at, number), _document(at, form)
    if isinstance(document, list):
        return _again(at, form, document, kept)
    saved.change(at.connection, at.visitor.team, number, document)
    return _done(at, "scenario changed", number)


@router.post("/scenarios/{number}/undo")
def undo(at: There, _: Analyst, number: str) -> Response:
    """Take back the last change, or the deletion."""
    if not saved.undo(at.connection, at.visitor.team, number):
        raise Refused(404, "missing")
    return _done(at, "scenario taken back", number)


@router.post("/scenarios/{number}/delete")
def delete(at: There, _: Analyst, number: str) -> Response:
    """Take a scenario away; the next page offers to bring it back."""
    if not saved.delete(at.connection, at.visitor.team, number):
        raise Refused(404, "missing")
    return _done(at, "scenario deleted", number, f"?undo={number}")


@router.get("/change")
def fields(at: There, kind: str) -> Response:
    """The fields of one more change."""
    if kind not in KINDS:
        raise Refused(404, "missing")
    item = Filled(1000 + secrets.randbelow(9000), kind, {}, "exact")
    return at.page("change", "scenarios", item=item, **_choices(at))


@router.get("/compare")
def compare(at: There, s: Picked) -> Response:
    """Up to four scenarios side by side; the address is the link to send on."""
    picked = chosen(at.connection, at.visitor, at.entry.name, at.run, s) if at.run else []
    return at.page("compare", "scenarios", picked=picked, query=_query(picked, at))


@router.get("/answer")
def answer(at: There, s: Picked, show: str = "") -> Response:
    """What came of scenarios so far: nothing yet, a first answer, or the one on many draws."""
    picked, trials = _trials(at, s)
    corridor = at.corridor
    measure, _, item = (show or _first(corridor)).partition(" ")
    ready = _ready(at, picked, trials)
    shown: dict[str, Any] = {"answers": [], "chart": None}
    if ready and len(ready) == len(picked):
        with speaking(at.language, at.entry.name):
            shown["answers"] = answers(corridor, [result for _, result in ready], at.language)
            shown["chart"] = differences(corridor, ready, measure, item, at.language)
    return at.page(
        "answer", "scenarios", picked=picked, trials=trials, labels=[label for label, _ in ready], query=_query(picked, at),
        places=corridor.places, show=f"{measure} {item}", waiting=any(t.waiting for t in trials), many=results.MANY, **shown,
    )  # fmt: skip


@router.get("/scenarios.xlsx")
def download(at: There, s: Picked) -> Response:
    """The scenarios as a workbook."""
    picked, trials = _trials(at, s)
    ready = _ready(at, picked, trials)
    if at.run is None or not ready or len(ready) != len(picked):
        raise Refused(404, "missing")
    tried = zip(picked, ready, strict=True)
    with speaking(at.language, at.entry.name):
        title = spoken(at.entry.title)
    about = [
        ("Corridor", title),
        (
            "Run",
            say(
                at.language,
                "{run}, {made}, seed {seed}, figures to {until}",
                run=at.run.id,
                made=at.run.created,
                seed=at.run.seed,
                until=at.run.last_fitted,
            ),
        ),
        *(
            ("Scenario", say(at.language, "{label}: {words}, {n} draws", label=label, words=_words(at, one), n=result.draws))
            for one, (label, result) in tried
        ),
        (
            "Interval",
            say(at.language, "Of a hundred draws, 50 or 90 lie inside; differences are paired by draw with the baseline."),
        ),
    ]
    audit.note(at.connection, "workbook downloaded", f"{at.entry.name} {' '.join(s)}", who=at.visitor.name, team=at.visitor.team)
    headers = {"content-disposition": f'attachment; filename="{at.entry.name}-scenarios.xlsx"'}
    translated = [(say(at.language, name), value) for name, value in about]
    return Response(workbook(ready, translated, at.language), media_type=XLSX, headers=headers)


def _ready(at: Here, picked: list[Chosen], trials: list[Trial]) -> list[tuple[str, Result]]:
    """Scenarios that have a result, by their label in the reader's language."""
    with speaking(at.language, at.entry.name):
        return [(spoken(one.label), trial.result) for one, trial in zip(picked, trials, strict=True) if trial.result is not None]


def _words(at: Here, one: Chosen) -> str:
    """What a scenario changes, in short."""
    shocks = (one.document or {}).get("shocks", {}).values()
    told = [say(at.language, "{what} from {day}", what=_kind(at, shock["kind"]), day=shock["from"]) for shock in shocks]
    return "; ".join(told) or say(at.language, "as in the corridor's file")


def _kind(at: Here, kind: str) -> str:
    return say(at.language, KINDS[kind].words) if kind in KINDS else kind


def _trials(at: Here, keys: list[str]) -> tuple[list[Chosen], list[Trial]]:
    if at.run is None:
        return [], []
    picked = chosen(at.connection, at.visitor, at.entry.name, at.run, keys)
    return picked, [state(at.connection, at.settings, at.visitor, at.run, one) for one in picked]


def _query(picked: list[Chosen], at: Here) -> str:
    asked = at.request.query_params.get("run")
    return urlencode([*(("s", one.key) for one in picked), *((("run", asked),) if asked else ())])


def _first(corridor: Corridor) -> str:
    """Arrivals at the first destination."""
    return "arrivals " + next((key for key, place in corridor.places.items() if place.role == "destination"), "")


def _choices(at: Here) -> dict[str, Any]:
    corridor = at.corridor
    return {
        "corridor": corridor,
        "kinds": kinds_for(corridor),
        "options": options,
        "sure": SURE,
        "start": f"{at.run.last_fitted}-01" if at.run and at.run.last_fitted else "",
        "months": results.MONTHS,
        "ends": (at.run.last_fitted, shift_month(at.run.last_fitted, results.MONTHS)) if at.run and at.run.last_fitted else (),
    }


def _editor(at: Here, document: dict[str, Any] | None, kept: saved.Saved | None) -> Response:
    query = urlencode({"s": kept.id}) if kept else ""
    label, may_edit = (document or {}).get("label", ""), at.visitor.may("compute")
    return at.page(
        "editor",
        "scenarios",
        query=query,
        may_edit=may_edit,
        kept=kept,
        label=label,
        items=filled(document),
        refused=None,
        **_choices(at),
    )


def _document(at: Here, form: dict[str, list[str]]) -> dict[str, Any] | list[Problem]:
    """The document of a filled form, or what is wrong with it.

    Raises:
        DisclosureError: It asks for what nobody gets.
    """
    try:
        document = document_of(form, who=at.visitor.name)
        check_scenario(at.run.folder / "corridor.yaml" if at.run else at.entry.path, document)
    except DisclosureError:
        raise
    except IsthmusError as error:
        return list(clean_error(error).problems)
    return document


def _again(at: Here, form: dict[str, list[str]], found: list[Problem], kept: saved.Saved | None) -> Response:
    """The form as it was filled, with what is wrong at its top; nothing that was written is lost."""
    items = asked(form)
    told = [replace(problem, where=where_words(items, problem.where, at.language)) for problem in found]
    return at.page(
        "editor", "scenarios", status=422, query=urlencode({"s": kept.id}) if kept else "", may_edit=True, kept=kept,
        label=(form.get("label") or [""])[0][:120], items=items, refused=problem_document(at.language, 422, "invalid", told),
        **_choices(at),
    )  # fmt: skip


def _kept(at: Here, number: str) -> saved.Saved:
    found = saved.find(at.connection, at.visitor.team, number)
    if found is None or found.corridor != at.entry.name or found.deleted:
        raise Refused(404, "missing")
    return found


def _done(at: Here, action: str, number: str, where: str | None = None) -> Response:
    """Note what was done and go on to the scenario, or to the list with ``where``."""
    audit.note(at.connection, action, f"{number} {at.entry.name}", who=at.visitor.name, team=at.visitor.team)
    return RedirectResponse(f"/corridors/{at.entry.name}/scenarios{f'/{number}' if where is None else where}", 303)
