"""A real S3-compatible object store on this machine: OpenStack Swift with its S3 interface, in four processes of its own."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

KEY, SECRET = "test:tester", "testing"
READER, READER_SECRET = "test:reader", "reading"

PROXY = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {proxy}
workers = 0
user = {user}
swift_dir = {home}
[pipeline:main]
pipeline = catch_errors proxy-logging cache listing_formats s3api tempauth copy slo dlo proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{memcache}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
user_test_reader = reading
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
"""

SERVER = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {home}
devices = {home}/devices
mount_check = false
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""


def free_ports(n):
    taken = [socket.socket() for _ in range(n)]
    try:
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]
    finally:
        for one in taken:
            one.close()


def tool(name):
    return str(Path(sys.executable).parent / name)


def ring(home, kind, port):
    builder = str(home / f"{kind}.builder")
    for words in (["create", "4", "1", "1"], ["add", "--region", "1", "--zone", "1", "--ip", "127.0.0.1", "--port", str(port),
                  "--device", "d1", "--weight", "1"], ["rebalance"]):  # fmt: skip
        subprocess.run([tool("swift-ring-builder"), builder, *words], check=True, capture_output=True)


class ObjectStore:
    """Starts and stops the store; what it holds stays in between."""

    def __init__(self, home):
        self.home = home
        *ports, self.port, memcache = free_ports(5)
        (home / "devices" / "d1").mkdir(parents=True)
        (home / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = isthmus\n")
        self.configs, user = [], getpass.getuser()
        for kind, port in zip(("account", "container", "object"), ports, strict=True):
            ring(home, kind, port)
            self.configs.append((kind, SERVER.format(home=home, kind=kind, port=port, user=user)))
        self.configs.append(("proxy", PROXY.format(home=home, proxy=self.port, memcache=memcache, user=user)))
        self.processes = []
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        for kind, text in self.configs:
            config = self.home / f"{kind}-server.conf"
            config.write_text(text)
            with (self.home / f"{kind}.log").open("ab") as log:
                words = [tool(f"swift-{kind}-server"), str(config)]
                self.processes.append(subprocess.Popen(words, stdout=log, stderr=log, cwd=self.home))
        for _ in range(600):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError((self.home / "proxy.log").read_text()[-2000:])

    def stop(self):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
        self.processes.clear()


@contextmanager
def object_store(home):
    if shutil.which(tool("swift-proxy-server")) is None:
        yield None
        return
    store = ObjectStore(home)
    try:
        yield store
    finally:
        store.stop()
