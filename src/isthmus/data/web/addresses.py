"""Which addresses may be connected to: public ones, over HTTPS."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from isthmus.errors import SourceError


_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?")


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be connected to."""

    allow_http: bool = False
    allow_private: bool = False
    """Both are for tests against a server on this machine; no command sets them."""
    ca_file: str | None = None
    """Certificates to trust instead of the system's."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart and found to be allowed."""

    url: str
    """Without fragment and credentials."""
    secure: bool
    host: str
    port: int
    path: str
    """Path and query, as sent."""


def target(url: str, policy: Policy, *, source: str) -> Target:
    """Take an address apart.

    Raises:
        SourceError: It is not HTTPS, names no host, or carries a user name.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused(source, url, "an address", str(error)) from None
    secure = parts.scheme == "https"
    if not secure and not (policy.allow_http and parts.scheme == "http"):
        raise _refused(source, url, "an https:// address", f"{parts.scheme or 'no scheme'}://")
    if not parts.hostname:
        raise _refused(source, url, "an address with a host", "none")
    if parts.username or parts.password:
        raise _refused(source, f"https://{parts.hostname}/…", "an address without user name and password", "one with them")
    try:
        host = parts.hostname.encode("idna").decode("ascii")
    except UnicodeError:
        host = parts.hostname if ":" in parts.hostname else ""
    if not _HOST.fullmatch(host):
        raise _refused(source, url, "a host name", repr(parts.hostname))
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    if any(ord(letter) <= 32 or ord(letter) > 126 for letter in path):
        raise _refused(source, url, "an address in percent-encoded ASCII", "blanks or other letters")
    clean = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, ""))
    return Target(clean, secure, host, port or (443 if secure else 80), path)


def resolve(at: Target, policy: Policy, *, source: str) -> str:
    """Return the one IP address to connect to; every address the name stands for must be allowed.

    The connection is made to this address and not to the name again, so that an answer that changes in between leads
    nowhere else.

    Raises:
        SourceError: The name is unknown, or stands for a private, local or reserved address.
    """
    try:
        found = socket.getaddrinfo(at.host, at.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SourceError.one(
            where=f"{source}: {at.url}",
            expected="the host's address",
            found=error.strerror or str(error),
            remedy="check the network; without one, everything runs on the figures already there",
        ) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not policy.allow_private:
        for address in addresses:
            if not is_public(address):
                raise _refused(source, at.url, "a host on the public internet", f"{at.host}, which is {address}")
    return addresses[0]


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ipaddress.IPv4Address(ip.packed[-4:]) if _NAT64 & _network(ip) else None)
        if inner is not None and not is_public(str(inner)):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


_NAT64 = {ipaddress.IPv6Network("64:ff9b::/96")}


def _network(ip: ipaddress.IPv6Address) -> set[ipaddress.IPv6Network]:
    return {ipaddress.IPv6Network((int(ip) >> 32 << 32, 96))}


def _refused(source: str, url: str, expected: str, found: str) -> SourceError:
    return SourceError.one(
        where=f"{source}: {url}",
        expected=expected,
        found=found,
        remedy="correct the address; other ones are refused, also when a publisher's server redirects to them",
    )
