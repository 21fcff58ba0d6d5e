"""Who is asking, and whether they may: sessions, tokens, the demo on this machine, and forms that others cannot send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, cast
from urllib.parse import unquote

from fastapi import Depends, Request

from isthmus.disclosure import refuse_request

from isthmus.serve.accounts import sessions, tokens
from isthmus.serve.accounts.rights import DEMO, Right, Visitor
from isthmus.serve.database import Connection, opened
from isthmus.serve.settings import Settings, is_loopback
from isthmus.serve.web.language import COOKIE, Language, language_of
from isthmus.serve.web.problems import Refused
from isthmus.serve.web.shield import host_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER, CSRF_FIELD = "x-csrf-token", "csrf"
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via", "x-forwarded-host")
READER = Visitor("reader", DEMO, frozenset({"read"}), "demo")


def settings_of(request: Request) -> Settings:
    """The settings of the application."""
    return cast("Settings", request.app.state.settings)


def database_of(request: Request) -> Iterator[Connection]:
    """A connection for one request."""
    with opened(settings_of(request).database) as connection:
        yield connection


def language_in(request: Request) -> Language:
    """The language of the reader."""
    return language_of(request.cookies.get(COOKIE), request.headers.get("accept-language", ""))


def cookie_name(settings: Settings) -> str:
    """Name of the session's cookie; the prefix ties it to this host and to https."""
    return "__Host-isthmus" if settings.secure else "isthmus"


def visitor_of(request: Request, connection: Connection) -> Visitor | None:
    """Who is asking, if they have shown it in a way that holds."""
    settings = settings_of(request)
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme:
        return tokens.visitor(connection, text.strip()) if scheme.lower() == "bearer" else None
    if cookie := request.cookies.get(cookie_name(settings)):
        found = sessions.visitor(connection, cookie, settings.limits)
        if found is not None:
            return found
    return READER if settings.demo and from_this_machine(request) else None


def from_this_machine(request: Request) -> bool:
    """Whether the request came straight from this machine, and not by way of a proxy on it."""
    client = request.client.host if request.client else ""
    straight = not any(name in request.headers for name in FORWARDED)
    return straight and is_loopback(client) and is_loopback(host_of(request.headers.get("host", "")))


def may(right: Right) -> Callable[..., Visitor]:
    """The dependency of a route that needs a right."""

    async def check(request: Request, connection: Database) -> Visitor:
        visitor = visitor_of(request, connection)
        if visitor is None:
            raise Refused(401, "login", headers={"WWW-Authenticate": "Bearer"})
        if not visitor.may(right):
            raise Refused(403, "right", right=right)
        refuse_request(unquote(request.url.query), where="address")
        if visitor.by == "session" and request.method not in SAFE:
            await check_form(request, visitor.csrf)
        return visitor

    check.right = right  # type: ignore[attr-defined] # read by the test of every route against every role
    return check  # type: ignore[return-value] # FastAPI awaits it


async def check_form(request: Request, expected: str) -> None:
    """A request that a cookie speaks for must come from our own page and carry its secret.

    Raises:
        Refused: It does not.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Refused(403, "csrf")
    origin = request.headers.get("origin")
    if origin is not None and host_of(origin.partition("://")[2]) != host_of(request.headers.get("host", "")):
        raise Refused(403, "csrf")
    sent = request.headers.get(CSRF_HEADER) or await _field(request)
    if not sessions.same(sent, expected):
        raise Refused(403, "csrf")


async def _field(request: Request) -> str:
    kind = request.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return ""
    form = await request.form(max_files=4, max_fields=400)
    value = form.get(CSRF_FIELD, "")
    return value if isinstance(value, str) else ""


Database = Annotated[Connection, Depends(database_of)]
Spoken = Annotated[Language, Depends(language_in)]
Reader = Annotated[Visitor, Depends(may("read"))]
Analyst = Annotated[Visitor, Depends(may("compute"))]
Publisher = Annotated[Visitor, Depends(may("publish"))]
Configured = Annotated[Settings, Depends(settings_of)]
