"""Answers with an entity tag, and lists in parts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Query, Request, Response
from pydantic import BaseModel

from isthmus.errors import InputError

Item = TypeVar("Item")
Limit = Annotated[int, Query(ge=1, le=200, description="most items in one answer")]
Cursor = Annotated[str, Query(max_length=200, description="`next` of the answer before")]


def tagged(request: Request, body: bytes, media: str, *, headers: dict[str, str] | None = None) -> Response:
    """An answer with an entity tag; 304 where the asker has it already."""
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    return with_tag(request, tag, lambda: Response(body, media_type=media), headers=headers)


def with_tag(request: Request, tag: str, make: object, *, headers: dict[str, str] | None = None) -> Response:
    """The answer that ``make`` gives, under a known tag; it is not made where the asker has it already."""
    known = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
    fresh = tag in known or "*" in known
    response = Response(status_code=304) if fresh else make()  # type: ignore[operator]
    response.headers.update({**(headers or {}), "etag": tag, "vary": "Accept-Language, Cookie, Authorization, Accept-Encoding"})
    found: Response = response
    return found


def model(request: Request, content: BaseModel) -> Response:
    """A model as JSON with an entity tag."""
    headers = {}
    if following := getattr(content, "next", None):
        url = request.url.include_query_params(cursor=following)
        headers["link"] = f'<{url.path}?{url.query}>; rel="next"'
    return tagged(request, content.model_dump_json(by_alias=True).encode(), "application/json", headers=headers)


def part(items: Sequence[Item], limit: int, cursor: str) -> tuple[list[Item], str | None]:
    """One part of a list that is at hand whole, and the cursor of the next."""
    start = int(position(cursor, "0"))
    following = write_position(str(start + limit)) if start + limit < len(items) else None
    return list(items[start : start + limit]), following


def write_position(text: str) -> str:
    """A position in a list as a cursor."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position(cursor: str, start: str) -> str:
    """The position that a cursor stands for; ``start`` where it is empty.

    Raises:
        InputError: It is not one of ours.
    """
    if not cursor:
        return start
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        number = float(text)
    except ValueError:
        number = -1.0
        text = ""
    if not 0 <= number < 1e15 or not (text.isdigit() or start != "0"):
        raise InputError.one(where="cursor", expected="`next` of an earlier answer", found=cursor[:40], remedy="leave it out")
    return text
