"""A run is seen and stopped from any terminal, and planned from what its like has cost."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pieces
import pytest

from isthmus import pipeline
from isthmus.cli import main
from isthmus.compute import Folder, run
from isthmus.compute.plan import measured, plan
from isthmus.errors import InputError, StoppedError
from isthmus.pipeline import Event
from isthmus.pipeline.watching import Standing, ask_to_stop, follow, standing, watched

TINY = Path(__file__).parents[1] / "tiny" / "corridor.yaml"


def test_a_run_says_where_it_stands_and_that_it_has_ended(tmp_path, capsys):
    folder = pipeline.run(TINY, out=tmp_path, until="check")
    assert standing(folder.path).state == "finished"
    assert main(["watch", str(folder.path)]) == 0
    assert capsys.readouterr().out == "[100%] finished\n"


def test_what_is_heard_is_said_with_the_time_left(tmp_path, capsys):
    heard = []
    with watched(tmp_path, heard.append) as listener:
        listener(Event("fit", 0.25))
        found = standing(tmp_path)
        assert (found.stage, found.done, found.alive, found.process) == ("fit", 0.25, True, os.getpid())
        assert main(["watch", str(tmp_path), "--once"]) == 0
        assert capsys.readouterr().out.startswith("[ 25%] fit")
        assert main(["watch", str(tmp_path), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["seconds_left"] >= 0
    assert heard == [Event("fit", 0.25)]


def test_a_run_that_is_asked_to_stop_stops_and_can_go_on(tmp_path):
    def job():
        with watched(tmp_path, lambda _: None) as listener:
            listener(Event("fit", 0.1))
            assert main(["watch", str(tmp_path), "--stop", "--once"]) == 0
            listener(Event("fit", 0.2))

    with pytest.raises(StoppedError, match="the same command goes on"):
        job()
    assert standing(tmp_path).state == "stopped"
    with watched(tmp_path, lambda _: None) as listener:
        listener(Event("fit", 0.3))
    ask_to_stop(tmp_path)  # nobody is there to stop
    assert not (tmp_path / "stop").exists()


def test_a_run_that_fails_is_not_waited_for(tmp_path):
    with pytest.raises(ZeroDivisionError), watched(tmp_path, lambda _: None):
        raise ZeroDivisionError
    assert follow(tmp_path, lambda _: None).state == "failed"


def test_a_run_whose_process_is_gone_is_known_to_be(tmp_path):
    gone = Standing("fit", 0.5, "", 0.0, time.time(), os.uname().nodename, 2**22 + 1)
    assert not gone.alive
    elsewhere = Standing("fit", 0.5, "", 0.0, time.time(), "another host", 1)
    assert elsewhere.alive
    assert elsewhere.seconds_left == pytest.approx(time.time(), rel=0.01)


def test_what_is_no_run_is_said(tmp_path):
    with pytest.raises(InputError, match=r"no progress\.json"):
        standing(tmp_path)
    with pytest.raises(InputError, match="expected a run with measured costs"):
        measured(Folder(tmp_path), str(tmp_path))


def test_a_plan_multiplies_what_was_measured(tmp_path, capsys):
    list(run(pieces.units(pieces.squares, 8), storage=Folder(tmp_path)))
    (costs,) = measured(Folder(tmp_path), "")
    size = sum(path.stat().st_size for path in tmp_path.rglob("*.parquet"))
    assert (costs.units, costs.stage, costs.size) == (8, "test", size)
    made = plan([costs], times=100, origins=40, workers=16)
    assert made.units == 4000
    assert made.storage_mb == pytest.approx(500 * size / 1e6)
    assert made.hours >= 250 * costs.cpu_seconds_each / 3600
    assert main(["plan", str(tmp_path), "--scenarios", "50", "--origins", "40", "--workers", "10", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["units"] == 2000
    assert main(["plan", str(tmp_path), "--groups", "26"]) == 0
    assert "together: 208 units" in capsys.readouterr().out
    list(run(pieces.units(pieces.squares, 10), storage=Folder(tmp_path)))
    assert measured(Folder(tmp_path), "")[0].units == 10
