"""Results in a real S3-compatible object store: the bytes of a local folder, whatever the store does in between."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import objectstore
import pieces
import pytest
from flee_folder import write

from isthmus.cli import main
from isthmus.compute import Folder, run, storage_at
from isthmus.errors import OutputError

pytest.importorskip("s3fs", reason="the packages for clusters are not installed")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with objectstore.object_store(tmp_path_factory.mktemp("objects")) as made:
        if made is None:
            pytest.skip("OpenStack Swift is not installed")
        yield made


@pytest.fixture
def bucket(store, monkeypatch):
    """Address of an empty folder in a bucket, and the environment that workers find it by."""
    import s3fs

    environment = {
        "AWS_ENDPOINT_URL": store.url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": objectstore.KEY,
        "AWS_SECRET_ACCESS_KEY": objectstore.SECRET,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem().mkdirs("isthmus", exist_ok=True)
    yield f"s3://isthmus/{time.monotonic_ns()}"
    s3fs.S3FileSystem.clear_instance_cache()


def contents(storage):
    return {name: storage.read(name) for name in storage.names("units")}


@pytest.fixture
def calm(tmp_path):
    list(run(pieces.units(pieces.squares, 12), storage=Folder(tmp_path / "calm")))
    return contents(Folder(tmp_path / "calm"))


@pytest.mark.slow
def test_results_are_those_of_a_folder_and_are_found_again(bucket, calm, tmp_path):
    storage = storage_at(bucket)
    list(run(pieces.units(pieces.squares, 12), on="processes:2", worth_seconds=0, storage=storage))
    assert contents(storage) == calm
    assert storage.names("probe") == set()
    marks = tmp_path / "marks"
    units = pieces.units(pieces.counted, 12, marks=str(marks))
    assert len(list(run(units[:5], storage=storage))) == 5
    assert len(list(run(units, storage=storage))) == 12
    assert len(marks.read_text().split()) == 12


@pytest.mark.slow
def test_a_store_that_fails_and_comes_back_is_waited_for(store, bucket, calm):
    def interrupt():
        store.stop()
        time.sleep(3)
        store.start()

    storage = storage_at(bucket)
    results = run(pieces.units(pieces.squares, 12), storage=storage)
    for n, _ in enumerate(results):
        if n == 3:
            thread = threading.Thread(target=interrupt)
            thread.start()
            time.sleep(0.5)
    thread.join()
    assert contents(storage) == calm


@pytest.mark.slow
def test_a_bucket_without_rights_is_said_before_any_work(bucket, monkeypatch, tmp_path):
    marks = tmp_path / "marks"
    units = pieces.units(pieces.counted, 2, marks=str(marks))
    with pytest.raises(OutputError, match="expected a bucket that exists"):
        list(run(units, storage=storage_at("s3://nowhere/x")))
    import s3fs

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", objectstore.READER)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", objectstore.READER_SECRET)
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(OutputError, match="may read, write and list; found refused"):
        list(run(units, storage=storage_at(bucket)))
    assert not marks.exists()


def test_a_store_that_stays_away_is_named(monkeypatch):
    from isthmus.compute.objects import Objects

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(OutputError, match="answers within 2 tries; found EndpointConnectionError"):
        Objects("s3://bucket/x", pauses=(0.1,), options={"config_kwargs": {"retries": {"max_attempts": 1}}}).read("y")
    s3fs.S3FileSystem.clear_instance_cache()


TINY = str(Path(__file__).parents[1] / "tiny" / "corridor.yaml")


@pytest.mark.slow
def test_a_run_lies_in_a_bucket_and_goes_on_from_another_machine(bucket, monkeypatch, tmp_path, capsys):
    def command(machine, *words):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / machine))
        assert main([*words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    made = command("one", "fit", TINY, "--quick", "--out", bucket)
    address = made["run"]
    assert address.startswith(f"{bucket}/tiny-")
    storage = storage_at(bucket)
    name = address.rpartition("/")[2]
    assert {f"{name}/{file}" for file in ("manifest.json", "posterior.nc", "corridor.yaml", "progress.json")} <= storage.names("")
    assert len(storage.names("units")) == 1
    assert command("another", "watch", address)["state"] == "finished"
    shown = command("another", "show", address)
    assert shown["manifest"] == made["manifest"]
    assert "posterior.nc" in shown["files"]
    further = command("another", "forecast", TINY, "--quick", "--out", bucket)
    assert further["manifest"]["stages"]["fit"] == made["manifest"]["stages"]["fit"], "it was not fitted again"
    assert "forecast.csv" in command("one", "show", address)["files"], "the first machine sees what the other did"
    assert [line["stage"] for line in command("one", "plan", address)["work"]] == ["fit"]


@pytest.mark.slow
def test_results_of_a_flee_instance_lie_in_a_bucket_with_the_bytes_of_a_folder(bucket, tmp_path, capsys):
    pytest.importorskip("llvmlite")
    instance = str(write(tmp_path / "tiny"))
    assert main(["flee", instance, "--quiet", "--seeds", "2", "--out", str(tmp_path / "runs")]) == 0
    assert main(["flee", instance, "--quiet", "--seeds", "2", "--out", bucket]) == 0
    assert f"report     {bucket}/flee-tiny-flee-compat/report.html" in capsys.readouterr().out
    away, here = storage_at(bucket), Folder(tmp_path / "runs")
    names = {name for name in here.names("") if name.startswith("flee-")}
    assert len(names) == 5
    assert {name: away.read(name) for name in names} == {name: here.read(name) for name in names}
    assert contents(away) == contents(here), "the seeds' units too"


@pytest.mark.slow
def test_a_run_in_a_bucket_without_rights_is_refused_before_any_work(bucket, monkeypatch, tmp_path, capsys):
    import s3fs

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", objectstore.READER)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", objectstore.READER_SECRET)
    s3fs.S3FileSystem.clear_instance_cache()
    for words in (["run", TINY, "--quick"], ["backtest", TINY, "--quick"], ["stress", TINY, "--quick"], ["flee", "nowhere"]):
        assert main([*words, "--quiet", "--out", bucket]) == 6
        assert "may read, write and list" in capsys.readouterr().err
    assert not list(tmp_path.rglob("*"))
