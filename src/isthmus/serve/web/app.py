"""The application: shield, routes of API and pages, errors as answers, workers while it runs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse

from isthmus import __version__
from isthmus.disclosure import LogFilter
from isthmus.errors import IsthmusError
from isthmus.serve import api, pages
from isthmus.serve.accounts import sessions
from isthmus.serve.database import opened
from isthmus.serve.jobs.supervisor import Supervisor
from isthmus.serve.settings import Settings
from isthmus.serve.start import prepare
from isthmus.serve.web import problems
from isthmus.serve.web.guard import language_in
from isthmus.serve.web.problems import Refused
from isthmus.serve.web.shield import Shield, megabytes

LOG = logging.getLogger("isthmus.serve")

ABOUT = """Corridors, runs, scenarios and figures of one Isthmus server. Numbers are aggregates with interval, kind, unit and
source. Lists come in parts (`limit`, `cursor`), answers carry an entity tag, errors are problem documents (RFC 9457), progress is
streamed as server-sent events."""


def create_app(settings: Settings, *, workers: bool = True) -> FastAPI:
    """The application for these settings; ``workers`` are started and stopped with it."""
    prepare(settings)
    supervisor = Supervisor(settings) if workers else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with opened(settings.database) as connection:
            sessions.clear(connection, settings.limits)
        if supervisor is not None:
            supervisor.start()
        pages.warm(settings)
        yield
        if supervisor is not None:
            supervisor.stop()

    app = FastAPI(
        title="Isthmus",
        version=__version__,
        description=ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
    )
    app.state.settings, app.state.supervisor = settings, supervisor
    api.add(app)
    pages.add(app)
    _add_errors(app, settings)
    LOG.addFilter(LogFilter())
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Shield, settings=settings)
    return app


def _add_errors(app: FastAPI, settings: Settings) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        if error.status == 401 and problems.wants_page(request) and request.method == "GET":
            return RedirectResponse(f"/login?next={request.url.path}", 303)
        return _answer(request, error.status, error.reason, headers=error.headers, values=error.values)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        reason = {404: "missing", 405: "method", 413: "large"}.get(error.status_code, "invalid")
        values = {"limit": megabytes(settings.limits.upload_bytes)} if reason == "large" else {}
        return _answer(request, error.status_code, reason, headers=dict(error.headers or {}), values=values)

    @app.exception_handler(RequestValidationError)
    async def validation(request: Request, error: RequestValidationError) -> Response:
        return _shown(request, problems.of_validation(language_in(request), error.errors(), person=problems.wants_page(request)))

    @app.exception_handler(IsthmusError)
    async def ours(request: Request, error: IsthmusError) -> Response:
        return _shown(request, problems.of_error(language_in(request), error))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        LOG.error("%s %s", request.method, request.url.path, exc_info=error)
        return _answer(request, 500, "broken")


def _answer(
    request: Request, status: int, reason: str, *, headers: dict[str, str] | None = None, values: dict[str, Any] | None = None
) -> Response:
    response = problems.respond(language_in(request), status, reason, **(values or {}))
    response.headers.update(headers or {})
    return _shown(request, response)


def _shown(request: Request, response: Response) -> Response:
    """For the API the problem document; for a person a page that says the same."""
    return pages.problem_page(request, response) if problems.wants_page(request) else response
