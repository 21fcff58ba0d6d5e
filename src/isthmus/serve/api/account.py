"""The asker's own account: who they are, their tokens, the log of their team."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Request, Response

from isthmus.serve.accounts import audit, tokens
from isthmus.serve.accounts.rights import Visitor
from isthmus.serve.api.models import AuditAnswer, MeAnswer, NewTokenAnswer, Part, TokenAnswer, TokenRequest
from isthmus.serve.web import answers
from isthmus.serve.web.guard import Configured, Database, Publisher, Reader
from isthmus.serve.web.problems import Refused

router = APIRouter(tags=["account"])


@router.get("/me", response_model=MeAnswer)
def me(request: Request, visitor: Reader) -> Response:
    """Say who is asking, and what they may do."""
    content = MeAnswer(name=visitor.name, team=visitor.team, role=visitor.role, rights=sorted(visitor.rights), by=visitor.by)
    return answers.model(request, content)


@router.get("/tokens", response_model=Part[TokenAnswer])
def list_tokens(request: Request, visitor: Reader, connection: Database) -> Response:
    """List your API tokens, without their secrets."""
    found = tokens.tokens(connection, _account(visitor))
    return answers.model(request, Part[TokenAnswer](items=[TokenAnswer.model_validate(asdict(token)) for token in found]))


@router.post("/tokens", response_model=NewTokenAnswer, status_code=201)
def make_token(asked: TokenRequest, visitor: Reader, connection: Database, settings: Configured) -> NewTokenAnswer:
    """Make an API token; its text is shown this once. A token cannot make tokens."""
    _account(visitor)
    if visitor.by != "session":
        raise Refused(403, "right", right="login")
    text, token = tokens.issue(connection, visitor, asked.name, asked.scopes, days=asked.days, limits=settings.limits)
    audit.note(connection, "token made", f"{token.id} {' '.join(token.scopes)}", who=visitor.name, team=visitor.team)
    return NewTokenAnswer(token=text, **asdict(token))


@router.delete("/tokens/{token}", status_code=204, response_class=Response)
def revoke_token(token: str, visitor: Reader, connection: Database) -> Response:
    """Revoke one of your tokens; it ends at once."""
    if not tokens.revoke(connection, _account(visitor), token):
        raise Refused(404, "missing")
    audit.note(connection, "token revoked", token, who=visitor.name, team=visitor.team)
    return Response(status_code=204)


@router.get("/audit", response_model=Part[AuditAnswer])
def list_audit(
    request: Request, visitor: Publisher, connection: Database, limit: answers.Limit = 50, cursor: answers.Cursor = ""
) -> Response:
    """List what was done in your team, the latest first."""
    before = int(float(answers.position(cursor, "1e14")))
    found = audit.entries(connection, visitor.team, before=before, limit=limit)
    following = answers.write_position(str(found[-1].n)) if len(found) == limit else None
    return answers.model(request, Part[AuditAnswer](items=[AuditAnswer.model_validate(asdict(e)) for e in found], next=following))


def _account(visitor: Visitor) -> int:
    if visitor.user is None:
        raise Refused(403, "right", right="login")
    return visitor.user
