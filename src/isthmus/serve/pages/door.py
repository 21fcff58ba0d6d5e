"""Coming in and going out, and the choice of language."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from isthmus.serve.accounts import audit, people, sessions, throttle
from isthmus.serve.pages.site import COLOURS, NEXT_COLOURS, in_language, page
from isthmus.serve.settings import Settings
from isthmus.serve.web import guard
from isthmus.serve.web.guard import Configured, Database, Reader
from isthmus.serve.web.language import COOKIE
from isthmus.serve.web.problems import SENTENCES, Refused
from isthmus.serve.web.language import say

router = APIRouter()

DOOR = "isthmus-door"
"""Cookie that the login form must repeat: nobody else can send it."""
YEAR = 31536000


@router.get("/login")
def login_form(request: Request, settings: Configured, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """The form."""
    return _form(request, settings, next)


@router.post("/login")
def login(
    request: Request,
    settings: Configured,
    connection: Database,
    name: Annotated[str, Form(max_length=80)],
    password: Annotated[str, Form(max_length=1000)],
    door: Annotated[str, Form(max_length=100)] = "",
    next: Annotated[str, Form(max_length=500)] = "/",  # noqa: A002
) -> Response:
    """Begin a session."""
    if not sessions.same(request.cookies.get(DOOR, ""), door):
        raise Refused(403, "csrf")
    keys = (f"name {name[:80].lower()}", f"from {request.client.host if request.client else ''}")
    pause = throttle.wait(connection, keys, settings.limits)
    if pause > 0:
        audit.note(connection, "login refused", name, who=name, team=None, outcome="too many attempts")
        raise Refused(429, "wait", headers={"retry-after": f"{pause:.0f}"}, seconds=round(pause) or 1)
    user = people.verify(connection, name, password)
    if user is None:
        throttle.failed(connection, keys, settings.limits)
        audit.note(connection, "login failed", name, who=name, team=None, outcome="refused")
        return _form(request, settings, next, wrong=True)
    throttle.succeeded(connection, keys[0])
    if old := request.cookies.get(guard.cookie_name(settings)):
        sessions.end(connection, old)
    cookie, _ = sessions.begin(connection, user)
    audit.note(connection, "logged in", user.name, who=user.name, team=user.team)
    response = RedirectResponse(local(next), 303)
    _set(response, settings, guard.cookie_name(settings), cookie, round(settings.limits.session_hours * 3600))
    return response


@router.post("/logout")
def logout(request: Request, visitor: Reader, settings: Configured, connection: Database) -> Response:
    """End the session."""
    name = guard.cookie_name(settings)
    if cookie := request.cookies.get(name):
        sessions.end(connection, cookie)
        audit.note(connection, "logged out", visitor.name, who=visitor.name, team=visitor.team)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(name, path="/", secure=settings.secure, httponly=True)
    return response


@router.get("/language/{language}")
def choose(request: Request, settings: Configured, language: str) -> Response:
    """Remember the language and go back."""
    response = _back(request)
    _set(response, settings, COOKIE, in_language(language), YEAR)
    return response


@router.get("/colours/{colours}")
def choose_colours(request: Request, settings: Configured, colours: str) -> Response:
    """Remember light, dark or as the system has it, and go back."""
    response = _back(request)
    _set(response, settings, COLOURS, colours if colours in NEXT_COLOURS else "system", YEAR)
    return response


def _back(request: Request) -> Response:
    """To the page that the reader came from."""
    back = urlsplit(request.headers.get("referer", "/"))
    return RedirectResponse(local(back.path + (f"?{back.query}" if back.query else "")), 303)


def local(address: str) -> str:
    """An address on this server, whatever was asked for."""
    parts = urlsplit(address)
    path = parts.path if parts.path.startswith("/") and not parts.path.startswith(("//", "/\\", "/login")) else "/"
    return path + (f"?{parts.query}" if parts.query else "")


def _form(request: Request, settings: Settings, following: str, *, wrong: bool = False) -> Response:
    door = request.cookies.get(DOOR) or secrets.token_urlsafe(32)
    said = say(guard.language_in(request), SENTENCES["password"][1]) if wrong else ""
    status = 401 if wrong else 200
    response = page(request, "login", None, status=status, door=door, following=local(following), said=said)
    _set(response, settings, DOOR, door, 3600)
    return response


def _set(response: Response, settings: Settings, name: str, value: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=settings.secure, httponly=True, samesite="lax")
