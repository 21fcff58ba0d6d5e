"""Units on Dask clusters: the same bytes as here, whatever happens to workers and scheduler."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pieces
import pytest

from isthmus.compute import Folder, run
from isthmus.errors import InputError

pytest.importorskip("distributed", reason="the packages for clusters are not installed")

TESTS = Path(__file__).parents[1]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*.parquet")}


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Cluster:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, n_workers=2, host="127.0.0.1", within=(), protocol="tcp", **environment):
        self.host, self.within, self.environment = host, list(within), environment
        self.port, self.protocol = free_port(), protocol
        self.address = f"{protocol}://{host}:{self.port}"
        self.started = []
        handle, name = tempfile.mkstemp(suffix=".log")
        os.close(handle)
        self.log = Path(name)
        self.scheduler()
        self.workers = [self.worker() for _ in range(n_workers)]

    def start(self, *words, within=None):
        code = f"import sys; sys.path[:0] = [{str(TESTS)!r}]; from distributed.cli.{words[0]} import main; main()"
        command = [*(self.within if within is None else within), sys.executable, "-c", code, *words[1:]]
        with self.log.open("wb" if words[0] == "dask_scheduler" else "ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **self.environment})
        self.started.append(process)
        return process

    def scheduler(self):
        self.head = self.start("dask_scheduler", "--host", self.host, "--port", str(self.port), "--no-dashboard",
                               "--protocol", self.protocol)  # fmt: skip
        for _ in range(600):
            if b"Scheduler at" in self.log.read_bytes():
                return
            time.sleep(0.1)
        pytest.fail("the scheduler did not start within a minute: " + self.log.read_text()[-500:])

    def worker(self, within=None):
        return self.start(
            "dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60", within=within
        )

    def close(self):
        for process in self.started:
            process.kill()
        for process in self.started:
            process.wait()
        self.log.unlink()


@pytest.fixture
def cluster():
    made = Cluster()
    yield made
    made.close()


@pytest.fixture
def calm(tmp_path):
    """The bytes of an undisturbed run here."""
    list(run(pieces.units(pieces.slowly, 24, seconds=0.0), storage=Folder(tmp_path / "calm")))
    return contents(tmp_path / "calm")


@pytest.mark.slow
def test_a_cluster_gives_the_bytes_of_one_process_and_survives_its_workers(cluster, calm, tmp_path):
    results = run(pieces.units(pieces.slowly, 24, seconds=0.1), on=f"dask:{cluster.address}", storage=Folder(tmp_path / "d"))
    for n, (unit, result) in enumerate(results):
        assert unit.draws == (2 * n, 2 * n + 2)
        assert result["square"][0] == (2 * n) ** 2
        if n in {3, 9}:
            cluster.workers[n == 9].send_signal(signal.SIGKILL)
            cluster.workers.append(cluster.worker())
    assert contents(tmp_path / "d") == calm


@pytest.mark.slow
def test_a_scheduler_that_comes_back_is_gone_on_with(cluster, calm, tmp_path):
    results = run(pieces.units(pieces.slowly, 24, seconds=0.1), on=f"dask:{cluster.address}", storage=Folder(tmp_path / "d"))
    for n, _ in enumerate(results):
        if n == 4:
            cluster.head.kill()
            cluster.head.wait()
            time.sleep(1)
            cluster.scheduler()
            cluster.workers.append(cluster.worker())
    assert contents(tmp_path / "d") == calm


@pytest.mark.slow
def test_what_is_wrong_with_a_cluster_is_said_before_any_work(cluster, tmp_path, monkeypatch):
    from isthmus.compute import cluster as ours

    monkeypatch.setattr(ours, "CONNECT_SECONDS", 1)
    units = pieces.units(pieces.squares, 2)
    with pytest.raises(InputError, match="a Dask scheduler that answers there"):
        list(run(units, on=f"dask:tcp://127.0.0.1:{free_port()}", storage=Folder(tmp_path / "a")))
    monkeypatch.setattr(ours, "SAME", ("isthmus", "pyarrow"))
    monkeypatch.setattr(ours, "version", lambda name: "0.0.1")
    with pytest.raises(InputError) as caught:
        list(run(units, on=f"dask:{cluster.address}", storage=Folder(tmp_path / "b")))
    assert "expected isthmus 0.0.1, as here" in str(caught.value)
    assert not list((tmp_path / "b").rglob("*.parquet"))


@pytest.mark.slow
def test_a_cluster_of_this_machine_is_started_and_ended(calm, tmp_path):
    list(run(pieces.units(pieces.slowly, 24, seconds=0.0), on="dask:2", storage=Folder(tmp_path / "d"), worth_seconds=0))
    assert contents(tmp_path / "d") == calm


@contextmanager
def two_hosts():
    """Two network namespaces with a cable between them; yields how to run a command in each, and how to cut the cable."""

    def ip(*words):
        return subprocess.run(["ip", *words], check=True, capture_output=True)

    names = [f"isthmus{os.getpid()}{letter}" for letter in "ab"]
    made = []
    try:
        try:
            for name in names:
                ip("netns", "add", name)
                made.append(name)
            ip("link", "add", "ve0", "netns", names[0], "type", "veth", "peer", "name", "ve0", "netns", names[1])
            for n, name in enumerate(names, start=1):
                ip("-n", name, "addr", "add", f"10.99.7.{n}/24", "dev", "ve0")
                for device in ("lo", "ve0"):
                    ip("-n", name, "link", "set", device, "up")
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("network namespaces cannot be made here")
        yield [["ip", "netns", "exec", name] for name in names], lambda state: ip("-n", names[0], "link", "set", "ve0", state)
    finally:
        for name in made:
            ip("netns", "del", name)


DRIVER = """
import sys
sys.path.insert(0, sys.argv[1])
import pieces
from pathlib import Path
from isthmus.compute import Folder, run
if __name__ == "__main__":
    for n, _ in enumerate(run(pieces.units(pieces.slowly, 24, seconds=0.3), on=sys.argv[2], storage=Folder(Path(sys.argv[3])))):
        print(n, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ip") is None, reason="network namespaces are made with 'ip'")
def test_a_network_that_is_cut_between_hosts_costs_time_only(calm, tmp_path):
    with two_hosts() as (hosts, cable):
        cluster = Cluster(1, host="10.99.7.1", within=hosts[0])
        try:
            cluster.worker(within=hosts[1])
            words = [*hosts[0], sys.executable, "-c", DRIVER, str(TESTS), f"dask:{cluster.address}", str(tmp_path / "d")]
            with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as driver:
                for line in driver.stdout:
                    if line.strip() == "5":
                        cable("down")
                        time.sleep(6)
                        cable("up")
                assert driver.wait(120) == 0, cluster.log.read_text()[-2000:]
        finally:
            cluster.close()
    assert contents(tmp_path / "d") == calm


@pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made with 'openssl'")
@pytest.mark.slow
def test_a_cluster_with_certificates_is_for_those_who_have_one(tmp_path):
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=tmp_path)

    key = ["-newkey", "rsa:2048", "-nodes", "-days", "2"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=isthmus-test-authority")
    openssl("req", *key[:-2], "-keyout", "own.key", "-out", "own.csr", "-subj", "/CN=isthmus-test")
    openssl(
        "x509", "-req", "-in", "own.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "own.pem", "-days", "2"
    )
    comm = "DASK_DISTRIBUTED__COMM__"
    with_tls = {f"{comm}REQUIRE_ENCRYPTION": "true", f"{comm}TLS__CA_FILE": str(tmp_path / "ca.pem")}
    for role in ("CLIENT", "SCHEDULER", "WORKER"):
        with_tls |= {f"{comm}TLS__{role}__CERT": str(tmp_path / "own.pem"), f"{comm}TLS__{role}__KEY": str(tmp_path / "own.key")}
    cluster = Cluster(1, protocol="tls", **with_tls)
    try:
        assert cluster.address.startswith("tls://")

        def drive(folder, environment):
            words = [sys.executable, "-c", DRIVER, str(TESTS), f"dask:{cluster.address}", str(tmp_path / folder)]
            return subprocess.run(words, env={**os.environ, **environment}, capture_output=True, text=True, check=False)

        inside = drive("inside", with_tls)
        assert inside.returncode == 0, inside.stderr[-2000:]
        assert len(contents(tmp_path / "inside")) == 24
        outside = drive("outside", {})
        assert outside.returncode != 0
        assert "its TLS settings" in outside.stderr
        assert not contents(tmp_path / "outside")
    finally:
        cluster.close()
