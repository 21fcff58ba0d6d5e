"""A server's processes connect to nobody, or to the one cluster that whoever runs it has named."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.errors import InputError
from isthmus.serve.settings import Settings

SCRIPT = """
import socket, sys
from isthmus.serve.offline import refuse_connections
refuse_connections(but=sys.argv[1])
for port in sys.argv[2:]:
    try:
        socket.create_connection(("127.0.0.1", int(port)), timeout=5).close()
        print("connected")
    except PermissionError as error:
        print(error)
try:
    socket.getaddrinfo("example.org", 80)
except PermissionError as error:
    print(error)
"""


def said(named, *ports):
    command = [sys.executable, "-c", SCRIPT, named, *map(str, ports)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_only_the_named_cluster_may_be_connected_to():
    with socket.create_server(("127.0.0.1", 0)) as cluster, socket.create_server(("127.0.0.1", 0)) as other:
        ports = cluster.getsockname()[1], other.getsockname()[1]
        refused = ["isthmus serve opens no connections", "isthmus serve looks up no addresses"]
        assert said(f"tcp://127.0.0.1:{ports[0]}", *ports) == ["connected", *refused]
        assert said("", *ports) == [refused[0], *refused]


@pytest.mark.parametrize(
    ("on", "fine"), [("processes:2", True), ("dask:tcp://10.0.0.5:8786", True), ("dask:2", False), ("x", False)]
)
def test_where_jobs_may_run(on, fine):
    settings = Settings(home=Path("anywhere"), on=on)
    if fine:
        assert settings.checked() is settings
    else:
        with pytest.raises(InputError, match="--on"):
            settings.checked()
