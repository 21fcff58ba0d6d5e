"""A run is seen and stopped from any terminal, and planned from what its like has cost."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pieces
import pytest

from isthmus import pipeline
from isthmus.cli import main
from isthmus.compute import Folder, run
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


def kept_costs(out, stage, n, usual):
    """Units of a stage done for the tiny corridor; a job of ``usual`` units was the last."""
    units = [replace(unit, stage=stage, kind="tiny") for unit in pieces.units(pieces.squares, n)]
    list(run(units, storage=Folder(out)))
    list(run([*units, *(replace(u, inputs="more") for u in units)][:usual], storage=Folder(out)))


def test_a_plan_multiplies_what_was_measured(tmp_path, capsys):
    kept_costs(tmp_path, "backtest", 4, usual=6)
    kept_costs(tmp_path, "scenarios", 2, usual=3)
    kept_costs(tmp_path, "fit", 1, usual=2)
    out = ["--out", str(tmp_path), "--json"]
    size = sum(path.stat().st_size for path in tmp_path.rglob("*.parquet"))

    def planned(*words):
        assert main(["plan", str(TINY), *out, *words]) == 0
        made = json.loads(capsys.readouterr().out)
        return made, {line["stage"]: line["units"] for line in made["work"]}

    made, units = planned()
    assert units == {"backtest": 6, "scenarios": 3, "fit": 2}, "as many as the last job had"
    assert made["storage_mb"] == pytest.approx(size / 1e6)
    made, units = planned("--corridors", "10", "--groups", "26", "--origins", "40", "--scenarios", "50", "--blocks", "10")
    assert units == {"backtest": 260 * 7, "scenarios": 260 * 51 * 10, "fit": 260 * 2}
    assert made["units"] == sum(units.values())
    assert made["hours"] >= made["cpu_hours"] / 2 - 0.01
    assert main(["plan", str(TINY), *out[:2]]) == 0
    assert "together: 11 units" in capsys.readouterr().out


def test_a_plan_without_costs_says_how_to_get_them(tmp_path, capsys):
    kept_costs(tmp_path, "backtest", 1, usual=1)
    assert main(["plan", str(TINY), "--out", str(tmp_path), "--quick"]) == 2
    assert "expected costs of units of tiny-quick" in capsys.readouterr().err


def test_costs_of_another_version_are_not_added_to(tmp_path):
    kept_costs(tmp_path, "backtest", 2, usual=2)
    (file,) = (tmp_path / "costs" / "tiny").iterdir()
    file.write_text(file.read_text().replace('"version": "', '"version": "0.0.0-'))
    kept_costs(tmp_path, "backtest", 3, usual=3)
    assert json.loads(file.read_text())["units"] == 1, "two of the three were there"
