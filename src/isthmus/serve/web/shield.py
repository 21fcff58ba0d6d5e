"""Around the whole application: known host names, bodies of bounded size, and headers that tell a browser what not to do."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isthmus.serve.settings import Settings
from isthmus.serve.web.problems import refusal

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy: nothing from elsewhere, nothing inline."""

REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
"""For report.html, which carries its style within and no script."""

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=(), payment=(), usb=()",
}


class Shield:
    """ASGI middleware; the application inside sees only requests that pass."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what does not pass, and dress what goes out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        limit = self._settings.limits.upload_bytes
        length = headers.get("content-length", "0")
        dressed = self._dressed(send)
        if host_of(headers.get("host", "")) not in self._settings.hosts:
            await refusal(421, "host", headers)(scope, receive, dressed)
        elif not length.isdigit() or int(length) > limit:
            await refusal(413, "large", headers, limit=megabytes(limit))(scope, receive, dressed)
        else:
            await self._app(scope, self._counted(receive), dressed)

    def _counted(self, receive: Receive) -> Receive:
        """Hand on a body of unknown length until it is too long."""
        limit, seen = self._settings.limits.upload_bytes, 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413)
            return message

        return counting

    def _dressed(self, send: Send) -> Send:
        async def dressing(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                wanted = {**HEADERS, "content-security-policy": POLICY, "cache-control": "private, no-cache"}
                if self._settings.secure:
                    wanted["strict-transport-security"] = "max-age=31536000"
                added = [(k.encode(), v.encode()) for k, v in wanted.items() if k.encode() not in there]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        return dressing


def megabytes(size: int) -> str:
    """A size in words."""
    return f"{size / 1e6:g} MB"


def host_of(header: str) -> str:
    """Name in a Host header, without port, in small letters."""
    name = header.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0]
