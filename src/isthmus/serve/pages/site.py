"""What all pages share: templates in the reader's language, who is looking, the page of a refusal."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from isthmus import __version__
from isthmus.report.language import say as spoken
from isthmus.serve.accounts.rights import Visitor
from isthmus.serve.database import opened
from isthmus.serve.pages.spoken import finding_words, nation, period_words, series_words
from isthmus.serve.pages.static import address
from isthmus.serve.web import answers
from isthmus.serve.web.details import translated
from isthmus.serve.web.guard import language_in, settings_of, visitor_of
from isthmus.serve.web.language import LANGUAGES, NAMES, Language, say, speaking

HTML = "text/html; charset=utf-8"


COLOURS = "colours"
"""Name of the cookie that keeps light or dark where the reader has chosen."""
NEXT_COLOURS = {"system": "dark", "dark": "light", "light": "system"}


@cache
def environment(language: Language) -> Environment:
    """Templates that speak a language."""
    made = Environment(
        loader=PackageLoader("isthmus.serve.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined] # added by the extension
        gettext=lambda sentence: say(language, sentence),
        ngettext=lambda one, many, n: say(language, one if n == 1 else many),
        newstyle=False,
    )
    made.filters["day"] = lambda moment: format_date(_when(moment), "medium", locale=language)
    made.filters["moment"] = lambda moment: format_datetime(_when(moment), "medium", locale=language)
    made.filters["whole"] = lambda number: format_decimal(round(number), locale=language)
    made.filters["percent"] = lambda share: format_percent(share, locale=language)
    made.filters["said"] = spoken
    made.filters["series"] = lambda name: series_words(language, name)
    made.filters["first_capital"] = lambda text: text[:1].upper() + text[1:]
    made.filters["nation"] = lambda code: nation(language, code)
    made.filters["period"] = period_words
    made.filters["finding"] = lambda text: finding_words(language, text)
    made.filters["detail"] = lambda text: translated(language, text)
    made.filters["unstyled"] = unstyled
    made.filters["safe_json"] = lambda text: Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no tag can begin in it
    made.globals.update(static=address, languages=NAMES, language=language, version=__version__)
    return made


def render(request: Request, template: str, visitor: Visitor | None, **values: Any) -> str:
    """A template as text."""
    language = language_in(request)
    colours = request.cookies.get(COLOURS, "")
    colours = colours if colours in NEXT_COLOURS else "system"
    shown: dict[str, Any] = {"colours": colours, "next_colours": NEXT_COLOURS[colours]}
    shown |= {"visitor": visitor, "here": request.url.path, "fragment": "hx-request" in request.headers, **values}
    corridors = [values["entry"].name] if "entry" in values else values.get("corridors", ())
    with speaking(language, *corridors):
        return environment(language).get_template(f"{template}.html.j2").render(shown)


def page(request: Request, template: str, visitor: Visitor | None, *, status: int = 200, **values: Any) -> Response:
    """A page as an answer, with an entity tag where it went well."""
    text = render(request, template, visitor, **values)
    if status == 200 and request.method == "GET":
        return answers.tagged(request, text.encode(), HTML)
    return HTMLResponse(text, status)


def problem_page(request: Request, response: Response) -> Response:
    """A refusal as a page that says the same as its problem document; a part of a page gets only the words."""
    content: Mapping[str, Any] = json.loads(bytes(response.body))
    with opened(settings_of(request).database) as connection:
        visitor = visitor_of(request, connection)
    template = "refusal" if "hx-request" in request.headers else "problem"
    text = render(request, template, visitor, problem=content)
    headers = {name: value for name, value in response.headers.items() if name in {"www-authenticate", "allow", "retry-after"}}
    return HTMLResponse(text, response.status_code, headers=headers)


_STYLE = re.compile(r' style="[^"<>]*"')


def unstyled(picture: str) -> Markup:
    """A picture without style attributes, which the Content-Security-Policy refuses; our own style sheet has the widths."""
    return Markup(_STYLE.sub("", picture, count=1))  # noqa: S704 - made and escaped by the report


def in_language(language: str) -> Language:
    """One of our languages."""
    return next((known for known in LANGUAGES if known == language), "en")


def _when(moment: float | str | dt.date) -> dt.datetime:
    if isinstance(moment, (int, float)):
        return dt.datetime.fromtimestamp(moment, dt.UTC)
    if isinstance(moment, str):
        return dt.datetime.fromisoformat(moment)
    return dt.datetime(moment.year, moment.month, moment.day, tzinfo=dt.UTC)
