"""Publishers on this machine: a server that plays them, with the faults that real ones have."""

from __future__ import annotations

import gzip
import io
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from isthmus.data.web import Client, Limits, Policy

HERE = Policy(allow_http=True, allow_private=True)
QUICK = Limits(max_bytes=50_000_000, connect_seconds=2, read_seconds=1.0, total_seconds=5)


@dataclass
class Reply:
    """What the server answers to one request."""

    body: bytes | Callable[[], Iterator[bytes]] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    """Content-Length to claim; absent: that of the body, none where it is made on the way."""
    before: Callable[[], object] = lambda: None
    """Done before the answer, such as waiting."""


@dataclass
class Publisher:
    """Routes of the server and what was asked of it."""

    port: int = 0
    routes: dict[str, list[Reply] | Callable[[dict[str, str]], Reply]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    _served: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def say(self, path: str, *replies: Reply | bytes) -> str:
        """Answer requests for a path with these replies in turn, the last one for ever."""
        self.routes[path] = [reply if isinstance(reply, Reply) else Reply(reply) for reply in replies]
        self._served.pop(path, None)
        return self.url(path)

    def reply_to(self, path: str) -> Reply:
        parts = urlsplit(path)
        route = self.routes.get(path) or self.routes.get(parts.path)
        if route is None:
            return Reply(b"not here", 404)
        if callable(route):
            return route({key: values[0] for key, values in parse_qs(parts.query).items()})
        count = self._served[parts.path]
        self._served[parts.path] += 1
        return route[min(count, len(route) - 1)]


@contextmanager
def publisher() -> Iterator[Publisher]:
    """Run a server on a free port of this machine."""
    state = Publisher()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            state.asked.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
            reply = state.reply_to(self.path)
            reply.before()
            self.close_connection = True
            body, headers = reply.body if isinstance(reply.body, bytes) else reply.body(), dict(reply.headers)
            if self.headers.get("If-None-Match") and self.headers["If-None-Match"] == headers.get("ETag"):
                reply, body = Reply(status=304), b""
            try:
                self.send_response(reply.status)
                if isinstance(body, bytes) or reply.length is not None:
                    headers["Content-Length"] = str(len(body) if reply.length is None else reply.length)
                for key, value in {"Connection": "close", **headers}.items():
                    self.send_header(key, value)
                self.end_headers()
                for block in (body,) if isinstance(body, bytes) else body:
                    self.wfile.write(block)
            except (BrokenPipeError, ConnectionResetError):
                return

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class LocalClient(Client):
    """A client for which ``https://host/path`` is ``/host/path`` on the local server; it never sleeps."""

    port: int = 0
    slept: list[float] = field(default_factory=list)

    def __post_init__(self):
        self.policy, self.sleep, self.seconds_between = HERE, self.slept.append, 0.0

    def get(self, url, **settings):
        if url.startswith("https://"):
            url = f"http://127.0.0.1:{self.port}/{url.removeprefix('https://')}"
        return super().get(url, **settings)


def opening(state: Publisher, limits: Limits = QUICK):
    """Make sessions of `isthmus.data.update.update` that ask the local server."""
    return lambda about, reader: LocalClient(about.name, limits, validators=reader.validators, port=state.port)


def workbook(sheets):
    """Return an XLSX workbook with these rows by sheet."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def zeros(size: int, block: int = 1 << 20) -> Iterator[bytes]:
    """Yield so many zero bytes."""
    piece = bytes(block)
    for _ in range(size // block):
        yield piece


def gzip_bomb(unpacked: int) -> bytes:
    """Return a small gzip file that unpacks to so many zero bytes."""
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=9) as packed:
        for piece in zeros(unpacked):
            packed.write(piece)
    return file.getvalue()
