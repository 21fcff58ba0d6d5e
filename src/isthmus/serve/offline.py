"""Nothing that a user asks for makes this program call somebody else."""

from __future__ import annotations

import socket
import sys
from functools import partial
from typing import Any
from urllib.parse import urlsplit

Peers = frozenset[tuple[str, int]]


def refuse_connections(but: str = "") -> None:
    """From here on this process opens no connection but to a local socket file; it cannot be taken back.

    Args:
        but: Address of the cluster that whoever runs the server has named, such as ``tcp://10.0.0.5:8786``; empty: none.
    """
    sys.addaudithook(partial(_refuse, *_peers(but)))


def _peers(address: str) -> tuple[str | None, Peers]:
    """Name of the only host that may be asked, and what it resolves to."""
    parts = urlsplit(address)
    if not parts.hostname or parts.port is None:
        return None, frozenset()
    found = socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)
    return parts.hostname, frozenset((str(one[4][0]), int(one[4][1])) for one in found)


def _refuse(host: str | None, peers: Peers, event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][:2] not in peers:
        message = "isthmus serve opens no connections"
        raise PermissionError(message)
    if event == "socket.getaddrinfo" and arguments[0] not in {None, "127.0.0.1", "::1", "localhost", host}:
        message = "isthmus serve looks up no addresses"
        raise PermissionError(message)
