"""Figures: the series with their vintages, and the review of those that look wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from isthmus.data.ages import Age, age_of, shipped_ages
from isthmus.data.series import Figure
from isthmus.data.arrival.meaning import MEANING, NAMES
from isthmus.data.store import StoredFinding
from isthmus.data.store.review import around
from isthmus.report import svg
from isthmus.report.charts import Chart, Table
from isthmus.report.intervals import official, plain
from isthmus.report.language import say as spoken
from isthmus.report.words import capital as first_capital
from isthmus.report.words import period_name
from isthmus.serve.accounts import audit
from isthmus.serve.library import figures as library
from isthmus.serve.pages.site import page
from isthmus.serve.pages.spoken import CONFIDENCE, nation, series_words
from isthmus.serve.web.guard import Configured, Database, Publisher, Reader, Spoken
from isthmus.serve.web.language import Language, say, speaking
from isthmus.serve.web.problems import Refused

router = APIRouter()

PUBLISHED = "Unit: {unit}. Source: {source}. Published counts carry no interval of their own."


@router.get("/data")
def data(request: Request, visitor: Reader, connection: Database, settings: Configured) -> Response:
    """All series, how old they are, and how many figures wait for review."""
    table = library.figures(connection, settings, visitor.team)
    today = dt.datetime.now(dt.UTC).date()
    with library.reading(settings) as reader:
        ages = [*_shipped_ages(today), *(age_of(state, today) for state in reader.states())]
        waiting = len(reader.findings())
    return page(request, "data", visitor, series=library.listed(table), ages=ages, waiting=waiting)


@router.get("/data/series/{name}")
def series(
    request: Request,
    name: str,
    visitor: Reader,
    connection: Database,
    settings: Configured,
    language: Spoken,
    of: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """One series in every vintage; ``of`` is its group and place where there are several."""
    rows = [row for row in library.figures(connection, settings, visitor.team).rows if row.series == name]
    keys = sorted({f"{row.group} {row.place}" for row in rows})
    chosen = of if of in keys else (keys[0] if keys else "")
    shown = sorted((row for row in rows if f"{row.group} {row.place}" == chosen), key=lambda row: (row.period, row.seen))
    if not shown:
        raise Refused(404, "missing")
    with speaking(language):
        chart = history(shown, language)
    return page(
        request,
        "series",
        visitor,
        name=name,
        keys=keys,
        chosen=chosen,
        rows=shown[::-1],
        chart=chart,
        head=shown[-1],
        confidence=CONFIDENCE,
    )


@router.get("/data/review")
def review(request: Request, visitor: Reader, settings: Configured, language: Spoken) -> Response:
    """Findings that nobody has decided on, each with its series around it; and the latest decisions."""
    with library.reading(settings) as reader, speaking(language):
        findings = sorted(reader.findings(), key=lambda stored: not stored.finding.held)[:50]
        charts = {
            stored.number: bars(
                f"finding-{stored.number}", points, _about(stored, language), language, marked=stored.finding.period
            )
            for stored in findings
            if (points := around(reader, stored))
        }
        decided = reader.findings(decided=True)[-20:][::-1]
    return page(
        request, "review", visitor, findings=findings, charts=charts, decided=decided, names=NAMES, meaning=MEANING,
    )  # fmt: skip


def _about(stored: StoredFinding, language: Language) -> str:
    """The series that a finding is about, in words."""
    series, place, group = stored.finding.key or ("", "", "")
    where = first_capital(series_words(language, place))
    return f"{first_capital(series_words(language, series))}: {nation(language, group)}, {where}"


@router.post("/data/review/{number}")
def decide(
    number: int,
    visitor: Publisher,
    connection: Database,
    settings: Configured,
    accept: Annotated[bool, Form()],
    reason: Annotated[str, Form(min_length=3, max_length=300)],
) -> Response:
    """Accept or reject a figure that is held back; the decision is kept with its reason."""
    with library.store_of(settings).write() as writer:
        writer.decide([number], accept=accept, reason=f"{reason} ({visitor.name})")
    done = "figure accepted" if accept else "figure rejected"
    audit.note(connection, done, f"finding {number}", who=visitor.name, team=visitor.team)
    return RedirectResponse("/data/review", 303)


@lru_cache(maxsize=2)
def _shipped_ages(today: dt.date) -> tuple[Age, ...]:
    return shipped_ages(today)


def history(rows: Sequence[Figure], language: Language) -> Chart | None:
    """The latest vintage of each period."""
    latest = {row.period: row.value for row in rows if row.value is not None}
    head = rows[-1]
    words = first_capital(series_words(language, head.series))
    title = say(
        language, "{series}: {first} to {last}", series=words, first=period_name(min(latest)), last=period_name(max(latest))
    )
    unit = f"{spoken(head.unit)}, {spoken(head.kind)}"
    return bars("history", sorted(latest.items()), title, language, None, unit=unit, source=head.publisher)


def bars(
    key: str,
    points: Sequence[tuple[str, float]],
    title: str,
    language: Language,
    marked: str | None,
    *,
    unit: str = "",
    source: str = "",
) -> Chart:
    """Bars by period, one of them marked."""
    description = say(language, "The numbers are in the table below.")
    pictures = tuple(
        svg.document(f"{key}-{css}", title, description, (width, 214), *_bars(points, marked, width), css=css)
        for css, width in (("wide", 640.0), ("narrow", 350.0))
    )
    columns = tuple(say(language, head) for head in ("Period", "Figure"))
    table = Table(columns, tuple((period_name(period), official(value)) for period, value in points))
    about = say(
        language, "Unit: {unit}. Source: {source}. Published counts carry no interval of their own.", unit=unit, source=source
    )
    return Chart(key, title, about if unit else "", pictures, table)


def _bars(points: Sequence[tuple[str, float]], marked: str | None, width: float) -> list[Markup]:
    left, bottom, top = 64.0, 190.0, 14.0
    values = [value for _, value in points]
    y = svg.Scale(min([0.0, *values]) * 1.05, max([1.0, *values]) * 1.05, bottom, top)
    slot = min((width - left - 8) / max(len(points), 1), 90.0)
    parts: list[Markup] = []
    for tick in svg.round_ticks(y.low, y.high):
        parts.append(svg.line(left, y(tick), width - 8, y(tick), "grid"))
        parts.append(svg.text(left - 6, y(tick) + 4, plain(tick), "tick", "end"))
    for k, (period, value) in enumerate(points):
        css = "bar stock" if period == marked else "bar flow"
        # a number that is no count hangs below the line, and one of nothing can still be seen
        level, wide, tall = min(y(value), y(0) - 1), max(slot - 2, 1.0), max(abs(y(value) - y(0)), 1.0)
        level = y(0) if value < 0 else level
        words = svg.el("title", f"{period_name(period)}: {official(value)}")
        parts.append(svg.el("rect", words, class_=css, x=left + slot * k + 1, y=level, width=wide, height=tall))
        if k % max(1, round(len(points) * 80 / width)) == 0:
            at = left + slot * (k + 0.5)
            # a label that would not fit beside the one before is left out
            if k == 0 or at <= width - 34:
                parts.append(svg.text(at, bottom + 16, period_name(period), "tick", "middle"))
    return parts
