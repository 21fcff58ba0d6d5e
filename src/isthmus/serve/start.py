"""Starting the server: settings handed to worker processes, the database made ready, uvicorn run."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from isthmus.serve import database
from isthmus.serve.settings import Limits, Settings

PATHS = ("home", "runs", "store", "policy")


def settings_to_json(settings: Settings) -> dict[str, Any]:
    """Settings as plain data."""
    plain = asdict(settings)
    return {**plain, **{name: str(plain[name]) if plain[name] is not None else None for name in PATHS}}


def settings_from_json(plain: dict[str, Any]) -> Settings:
    """Settings back from plain data."""
    paths = {name: Path(plain[name]) if plain[name] is not None else None for name in PATHS}
    return Settings(**{**plain, **paths, "limits": Limits(**plain["limits"])})


def prepare(settings: Settings) -> None:
    """Make the home folder and bring the database up to date."""
    settings.checked()
    database.prepare(settings.database)
    (settings.home / "compiled").mkdir(exist_ok=True)


def serve(settings: Settings) -> None:
    """Serve until interrupted."""
    import uvicorn  # noqa: PLC0415

    from isthmus.serve.offline import refuse_connections  # noqa: PLC0415
    from isthmus.serve.web.app import create_app  # noqa: PLC0415

    prepare(settings)
    refuse_connections()
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        proxy_headers=settings.public_url is not None,
        timeout_graceful_shutdown=5,
        # Longer than programs and proxies keep one (5 to 60 s): who opened it closes it, and no request meets one being closed.
        timeout_keep_alive=75,
        limit_concurrency=2000,
    )
