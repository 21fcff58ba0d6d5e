"""One's own account: rights, API tokens, and for publishers the log of the team."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from isthmus.serve.accounts import audit, tokens
from isthmus.serve.pages.site import page
from isthmus.serve.web.guard import Configured, Database, Reader
from isthmus.serve.web.problems import Refused

router = APIRouter()


@router.get("/account")
def account(request: Request, visitor: Reader, connection: Database) -> Response:
    """Who one is, and one's tokens."""
    return _page(request, visitor, connection)


@router.post("/account/tokens")
def make(
    request: Request,
    visitor: Reader,
    connection: Database,
    settings: Configured,
    name: Annotated[str, Form(max_length=80)],
    scopes: Annotated[list[str], Form(max_length=3, default_factory=list)],
    days: Annotated[int, Form(ge=1, le=365)] = 90,
) -> Response:
    """Make a token and show it once."""
    if visitor.by != "session":
        raise Refused(403, "right", right="login")
    text, token = tokens.issue(connection, visitor, name, scopes, days=days, limits=settings.limits)
    audit.note(connection, "token made", f"{token.id} {' '.join(token.scopes)}", who=visitor.name, team=visitor.team)
    return _page(request, visitor, connection, text)


@router.post("/account/tokens/{token}/revoke")
def revoke(token: str, visitor: Reader, connection: Database) -> Response:
    """Revoke a token."""
    if visitor.user is None or not tokens.revoke(connection, visitor.user, token):
        raise Refused(404, "missing")
    audit.note(connection, "token revoked", token, who=visitor.name, team=visitor.team)
    return RedirectResponse("/account", 303)


def _page(request: Request, visitor: Reader, connection: Database, made: str = "") -> Response:
    own = tokens.tokens(connection, visitor.user) if visitor.user is not None else []
    log = audit.entries(connection, visitor.team, before=10**15, limit=50) if visitor.may("publish") else []
    return page(request, "account", visitor, tokens=own, made=made, log=log)
