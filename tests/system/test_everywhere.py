"""Commands of a corridor wherever their units are done: the same bytes, found again by other runs, and said where."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from isthmus.cli import main
from isthmus.errors import InputError
from isthmus.pipeline.job import carry, read

TINY = str(Path(__file__).parents[1] / "tiny" / "corridor.yaml")


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """Folder of runs in which the corridor was fitted here."""
    out = tmp_path_factory.mktemp("runs")
    assert main(["fit", TINY, "--quick", "--quiet", "--out", str(out)]) == 0
    return out


def units(out):
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in (out / "units").rglob("*.parquet")}


def test_a_fit_is_a_unit_that_other_runs_find(fitted, capsys):
    (run,) = fitted.glob("tiny-*")
    kept, draws = units(fitted), (run / "posterior.nc").read_bytes()
    shutil.rmtree(run)
    assert main(["fit", TINY, "--quick", "--out", str(fitted), "--on", "processes:2"]) == 0
    assert "fit" in capsys.readouterr().err
    assert (run / "posterior.nc").read_bytes() == draws
    assert units(fitted) == kept
    assert len(kept) == 1
    (costs,) = (fitted / "costs" / "tiny-quick").glob("*.json")
    assert json.loads(costs.read_text())["units"] == 1, "it was done once"


@pytest.mark.slow
def test_a_fit_on_a_cluster_has_the_same_bytes_though_the_corridor_file_is_gone(fitted, tmp_path):
    """Rationale: a corridor file need not be on the workers; here it is nowhere any more when the units are handed out."""
    distributed = pytest.importorskip("distributed", reason="the packages for clusters are not installed")
    source = Path(shutil.copytree(Path(TINY).parent, tmp_path / "tiny"))
    task = read(source, sets=(), scenario=None, seed=0, quick=True, figures=None)
    shutil.rmtree(source)
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        carry(task, out=tmp_path / "runs", until="fit", on=f"dask:{cluster.scheduler_address}")
    assert units(tmp_path / "runs") == units(fitted)


def test_a_cluster_that_does_not_answer_is_said_before_anything_is_read(tmp_path, capsys, monkeypatch):
    cluster = pytest.importorskip(
        "isthmus.compute.cluster", reason="the packages for clusters are not installed", exc_type=InputError
    )
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    missing = str(tmp_path / "no such corridor.yaml")
    for command in ("run", "fit", "forecast", "backtest", "validate", "stress"):
        assert main([command, missing, "--quiet", "--out", str(tmp_path / "runs"), "--on", "dask:tcp://127.0.0.1:9"]) == 2
        assert "expected a Dask scheduler that answers there" in capsys.readouterr().err
    assert main(["flee", str(tmp_path), "--out", str(tmp_path / "runs"), "--on", "dask:tcp://127.0.0.1:9"]) == 2
    assert not (tmp_path / "runs").exists()


def test_where_little_work_is_done_is_said(fitted, capsys):
    words = ["backtest", TINY, "--quick", "--origins", "1", "--out", str(fitted), "--on", "processes:2"]
    assert main(words) == 0
    assert "backtest: a single unit of work, done here, which is sooner than on processes:2\n" in capsys.readouterr().err
    assert main([*words[:3], "--origins", "2", "--out", str(fitted), "--quiet"]) == 0
    assert "done here" not in capsys.readouterr().err
