"""One request and its answer's body, into a temporary file that vanishes with the process."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import tempfile
import threading
import urllib.request
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import IO
from urllib.parse import urlsplit

from isthmus.data.web.addresses import Policy, Target, is_public, resolve
from isthmus.errors import SourceError

_BLOCK = 1 << 16


class Passing(Exception):  # noqa: N818  it may come to nothing
    """A fault that may pass: a time-out, a broken connection, a busy server."""

    def __init__(self, found: str, *, wait: float | None = None) -> None:
        self.found = found
        self.wait = wait
        """Seconds that the server asks to wait."""
        super().__init__(found)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost."""

    max_bytes: int = 200_000_000
    """Of the body, after decompression."""
    connect_seconds: float = 15.0
    read_seconds: float = 60.0
    """Longest silence."""
    total_seconds: float = 900.0
    """From connecting to the last byte."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Status, headers (lower case) and body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: IO[bytes]
    """At its beginning; a file without a name."""
    size: int
    sha256: str


def exchange(at: Target, headers: Mapping[str, str], *, limits: Limits, policy: Policy, source: str) -> Exchange:
    """Send one GET request and keep the answer's body in a temporary file.

    Raises:
        Passing: The fault may pass.
        SourceError: The address is not allowed, or the answer is larger than it may be.
    """
    got: Exchange | None = None
    try:
        with _connection(at, limits, policy, source) as connection:
            got = _ask(connection, at, headers, limits, f"{source}: {at.url}")
    except BaseException:
        if got is not None:
            got.body.close()
        raise
    return got


def _ask(connection: http.client.HTTPConnection, at: Target, headers: Mapping[str, str], limits: Limits, where: str) -> Exchange:
    try:
        connection.request("GET", at.path, headers={"Accept-Encoding": "gzip", "Connection": "close", **headers})
        with connection.getresponse() as answer:
            named = {name.lower(): value for name, value in answer.getheaders()}
            if answer.status == http.HTTPStatus.OK:
                return _received(answer, named, limits, where)
            return Exchange(answer.status, named, io.BytesIO(), 0, sha256().hexdigest())
    except TimeoutError as error:
        found = f"no answer for {limits.read_seconds:g} seconds"
        raise Passing(found) from error
    except (http.client.HTTPException, ConnectionError, ssl.SSLError) as error:
        found = f"a broken answer ({type(error).__name__})"
        raise Passing(found) from error
    except OSError as error:
        found = f"a broken connection ({error.strerror or error})"
        raise Passing(found) from error


def _received(answer: http.client.HTTPResponse, headers: Mapping[str, str], limits: Limits, where: str) -> Exchange:
    length = headers.get("content-length", "")
    encoded = headers.get("content-encoding", "identity").lower()
    if encoded not in {"identity", "", "gzip", "x-gzip"}:
        raise SourceError.one(
            where=where, expected="an answer as it is or in gzip", found=encoded, remedy="report it to the publisher"
        )
    if length.isdigit() and int(length) > limits.max_bytes:
        raise _too_large(where, limits, f"{int(length) / 1e6:,.0f} MB")
    digest, body, size = sha256(), tempfile.TemporaryFile(), 0  # noqa: SIM115  the caller reads it
    try:
        blocks = _raw(answer, int(length) if length.isdigit() else None)
        for block in _unpacked(blocks) if encoded in {"gzip", "x-gzip"} else blocks:
            size += len(block)
            if size > limits.max_bytes:
                raise _too_large(where, limits, f"more, after {size / 1e6:,.0f} MB")  # noqa: TRY301  the body is closed below
            digest.update(block)
            body.write(block)
        body.seek(0)
    except BaseException:
        body.close()
        raise
    return Exchange(answer.status, headers, body, size, digest.hexdigest())


def _raw(answer: http.client.HTTPResponse, length: int | None) -> Iterator[bytes]:
    received = 0
    while block := answer.read(_BLOCK):
        received += len(block)
        yield block
    if length is not None and received < length:
        found = f"an answer cut off after {received:,} of {length:,} bytes"
        raise Passing(found)


def _unpacked(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress in steps of bounded size, so that a small answer cannot become a large one in memory."""
    unpack = zlib.decompressobj(wbits=31)
    try:
        for block in blocks:
            rest = block
            while rest:
                yield unpack.decompress(rest, _BLOCK * 4)
                rest = unpack.unconsumed_tail
                if unpack.eof:
                    # Several gzip members may follow one another.
                    rest, unpack = unpack.unused_data, zlib.decompressobj(wbits=31) if unpack.unused_data else unpack
    except zlib.error as error:
        found = f"damaged gzip ({error})"
        raise Passing(found) from error
    if not unpack.eof:
        found = "gzip that ends too early"
        raise Passing(found)


def _too_large(where: str, limits: Limits, found: str) -> SourceError:
    return SourceError.one(
        where=where,
        expected=f"at most {limits.max_bytes / 1e6:,.0f} MB",
        found=found,
        remedy="nothing was kept; if the publisher's file has really grown, raise the source's limit",
    )


@contextmanager
def _connection(at: Target, limits: Limits, policy: Policy, source: str) -> Iterator[http.client.HTTPConnection]:
    proxy = _proxy(at)
    context = ssl.create_default_context(cafile=policy.ca_file) if at.secure else None
    address = at.host if proxy else resolve(at, policy, source=source)
    if proxy and not policy.allow_private and _is_literal(at.host) and not is_public(at.host):
        raise SourceError.one(where=f"{source}: {at.url}", expected="a public host", found=at.host, remedy="correct the address")
    connection = _Connection(at, address, proxy, context, limits)
    # Silence is bounded per read; this bounds a server that sends a byte now and then.
    alarm = threading.Timer(limits.total_seconds, connection.cut)
    alarm.daemon = True
    alarm.start()
    too_slow = f"an answer that took more than {limits.total_seconds:.0f} seconds"
    try:
        yield connection
        if connection.was_cut:
            # The end of a body without a length looks the same whoever ended it.
            raise Passing(too_slow)  # noqa: TRY301  said the same way below
    except Passing as fault:
        if connection.was_cut:
            raise Passing(too_slow) from fault
        raise
    finally:
        alarm.cancel()
        connection.close()


class _Connection(http.client.HTTPConnection):
    """A connection to an address already checked, with the certificate checked against the host's name."""

    def __init__(
        self, at: Target, address: str, proxy: tuple[str, int] | None, context: ssl.SSLContext | None, limits: Limits
    ) -> None:
        super().__init__(at.host, at.port, timeout=limits.read_seconds)
        self.was_cut = False
        # http.client lets go of the socket once the headers are read; it is still needed to cut the body short.
        self._open: socket.socket | None = None
        self._at, self._address, self._proxy, self._context, self._limits = at, address, proxy, context, limits

    def connect(self) -> None:
        """Open the socket."""
        try:
            to = self._proxy or (self._address, self._at.port)
            self.sock = socket.create_connection(to, self._limits.connect_seconds)
            if self._proxy:
                self._ask_proxy()
            self.sock.settimeout(self._limits.read_seconds)
            if self._context is not None:
                self.sock = self._context.wrap_socket(self.sock, server_hostname=self._at.host)
            self._open = self.sock
        except ssl.SSLCertVerificationError as error:
            raise SourceError.one(
                where=self._at.url,
                expected="a certificate that this machine trusts",
                found=error.verify_message or str(error),
                remedy="check the machine's clock and certificates; a proxy that reads along needs its certificate installed",
            ) from error
        except TimeoutError as error:
            found = f"no connection within {self._limits.connect_seconds:.0f} seconds"
            raise Passing(found) from error

    def cut(self) -> None:
        """End the connection from another thread."""
        self.was_cut = True
        if self._open is not None:
            try:
                self._open.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    def _ask_proxy(self) -> None:
        name = f"{self._at.host}:{self._at.port}"
        self.sock.sendall(f"CONNECT {name} HTTP/1.1\r\nHost: {name}\r\n\r\n".encode("ascii"))
        said = b""
        while b"\r\n\r\n" not in said:
            block = self.sock.recv(1)
            said += block
            if not block or len(said) > _BLOCK:
                break
        first = said.split(b"\r\n")[0].decode("latin-1")
        if " 200" not in first:
            found = f"a proxy that says {first[:80]!r}"
            raise Passing(found)


def _proxy(at: Target) -> tuple[str, int] | None:
    """Return host and port of the proxy that the environment names for this address."""
    named = urllib.request.getproxies().get("https" if at.secure else "http")
    if not named or not at.secure or urllib.request.proxy_bypass(at.host):
        return None
    parts = urlsplit(named if "://" in named else f"http://{named}")
    return (parts.hostname, parts.port or 3128) if parts.hostname else None


def _is_literal(host: str) -> bool:
    return host.replace(".", "").isdigit() or ":" in host
