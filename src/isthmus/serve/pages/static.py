"""Style, scripts and pictures that come with the package, kept by the browser for as long as they do not change."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib import resources

from fastapi import APIRouter, Response

from isthmus.serve.web.problems import Refused

router = APIRouter()

MEDIA = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
FILES = ("app.css", "app.js", "htmx.min.js", "htmx.LICENSE.txt", "icon.svg")
REPORT_CSS = "report.css"
"""The style of the report, so that its charts look the same here."""


@cache
def content(name: str) -> bytes:
    """The bytes of a file."""
    if name == REPORT_CSS:
        style = (resources.files("isthmus.report") / "templates" / "style.css").read_text("utf-8")
        return _chosen(style).encode()
    return (resources.files("isthmus.serve") / "pages" / "static" / name).read_bytes()


_DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}\s*\}", re.DOTALL)


def _chosen(style: str) -> str:
    """The report's style, with its dark colours also for readers who chose them, and not for those who chose light ones."""
    return _DARK.sub(
        r"@media screen and (prefers-color-scheme: dark) { :root:not([data-colours=light]) {\1} }\n"
        r"@media screen { :root[data-colours=dark] {\1} }",
        style,
        count=1,
    )


@cache
def address(name: str) -> str:
    """Address of a file, another one when its bytes are others."""
    return f"/static/{name}?v={hashlib.sha256(content(name)).hexdigest()[:12]}"


@router.get("/static/{name}")
def static(name: str) -> Response:
    """One of the files."""
    if name not in {*FILES, REPORT_CSS}:
        raise Refused(404, "missing")
    media = MEDIA[name[name.rindex(".") :]]
    return Response(content(name), media_type=media, headers={"cache-control": "public, max-age=31536000, immutable"})


@router.get("/favicon.ico")
def icon() -> Response:
    """The picture that browsers ask for unasked."""
    return static("icon.svg")
