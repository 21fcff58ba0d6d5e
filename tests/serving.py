"""A real server on loopback for tests: accounts of two teams, a made-up run that all may see, clients that are logged in."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import uvicorn
from report_fixture import build

from isthmus.serve import database
from isthmus.serve.accounts import people
from isthmus.serve.settings import Settings
from isthmus.serve.web.app import create_app

PASSWORD = "correct horse battery staple"
USERS = {
    "vera": ("relief", "viewer"),
    "ana": ("relief", "analyst"),
    "paul": ("relief", "publisher"),
    "otto": ("other", "publisher"),
}
RUN = "china-ecuador-us-0123456789ab"
TINY = Path(__file__).parent / "tiny"


@dataclass
class Served:
    """A server that runs."""

    settings: Settings
    url: str
    server: uvicorn.Server
    thread: threading.Thread
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, user: str | None = None, **headers: str) -> httpx.Client:
        """A client, logged in if a user is named; its requests carry what forms must carry."""
        client = httpx.Client(base_url=self.url, headers=headers, timeout=60)
        self.clients.append(client)
        if user is not None:
            log_in(client, user)
        return client

    def stop(self) -> None:
        for client in self.clients:
            client.close()
        self.server.should_exit = True
        self.thread.join(30)


def log_in(client: httpx.Client, user: str, password: str = PASSWORD) -> httpx.Response:
    door = re.search(r'name="door" value="([^"]+)"', client.get("/login").text)
    assert door
    answer = client.post("/login", data={"name": user, "password": password, "door": door[1]})
    if answer.status_code == 303:
        csrf = re.search(r'"x-csrf-token": "([^"]+)"', client.get("/").text)
        assert csrf
        client.headers["x-csrf-token"] = csrf[1]
    return answer


def settings_for(folder: Path, **changes) -> Settings:
    """Settings with accounts; argon2 made light, for the tests' sake only."""
    settings = replace(Settings(home=folder / "home", store=folder / "store"), **changes)
    people._hasher.cache_clear()
    database.prepare(settings.database)
    with database.opened(settings.database) as connection:
        for name, (team, role) in USERS.items():
            people.add_user(connection, name, team=team, role=role, password=PASSWORD)
    return settings


def with_run(folder: Path) -> Path:
    """A folder of runs with a made-up one in it, that looks finished."""
    run = build(folder / "runs" / RUN)
    from isthmus.report import RunView, forecast_rows, render
    from isthmus.report.tables import COLUMNS

    view = RunView.load(run)
    (run / "report.html").write_text(render(view), "utf-8")
    rows = forecast_rows(view)
    lines = [",".join(COLUMNS), *(",".join(f'"{row[name]}"' for name in COLUMNS) for row in rows)]
    (run / "forecast.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return run.parent


def serve(settings: Settings, *, workers: bool = False) -> Served:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(create_app(settings, workers=workers), host="127.0.0.1", port=port, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(600):
        if server.started:
            return Served(settings, f"http://127.0.0.1:{port}", server, thread)
        time.sleep(0.05)
    message = "the server did not start"
    raise AssertionError(message)


def tiny_corridor(settings: Settings, team: str, name: str = "tiny") -> None:
    """Give a team the tiny corridor of the tests, as an upload would."""
    folder = settings.team_corridors(team) / name
    shutil.copytree(TINY, folder)
    text = (folder / "corridor.yaml").read_text("utf-8").replace("name: tiny", f"name: {name}")
    (folder / "corridor.yaml").write_text(text, "utf-8")
    with database.opened(settings.database) as connection:
        connection.execute("INSERT INTO corridors VALUES (?, ?, ?, 'ana', 0, NULL)", [team, name, name])
