"""Nothing that a user asks for makes this program call somebody else."""

from __future__ import annotations

import sys
from typing import Any


def refuse_connections() -> None:
    """From here on this process opens no connection but to a local socket file; it cannot be taken back."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        message = "isthmus serve opens no connections"
        raise PermissionError(message)
    if event == "socket.getaddrinfo" and arguments[0] not in {None, "127.0.0.1", "::1", "localhost"}:
        message = "isthmus serve looks up no addresses"
        raise PermissionError(message)
