"""Units on Dask clusters: the same bytes as here, whatever happens to workers and scheduler."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
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

    def __init__(self, n_workers=2, host="127.0.0.1", within=(), **environment):
        self.host, self.within, self.environment = host, list(within), environment
        self.port = free_port()
        self.address = f"tcp://{host}:{self.port}"
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
        self.head = self.start("dask_scheduler", "--host", self.host, "--port", str(self.port), "--no-dashboard")
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
