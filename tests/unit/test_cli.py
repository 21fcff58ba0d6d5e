"""The command line: what it prints, what it refuses, and with which exit code."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import isthmus
from isthmus.cli import main
from isthmus.cli.progress import Progress, time_left
from isthmus.errors import FitError

CORRIDOR = "china-ecuador-us"


def run_isthmus(*words, **settings):
    """Run the program as a shell would."""
    command = [sys.executable, "-c", "import sys; from isthmus.cli import main; sys.exit(main())", *map(str, words)]
    return subprocess.run(command, text=True, check=False, timeout=120, **settings)


@dataclass
class Folder:
    path: Path

    @property
    def address(self):
        return str(self.path)


@dataclass
class Event:
    stage: str
    done: float
    note: str = ""
    said: str = ""


@pytest.fixture
def pipeline(monkeypatch):
    """A pipeline that only remembers what it was asked."""
    module = ModuleType("isthmus.pipeline")
    module.calls = []

    def run(source, **settings):
        module.calls.append((source, settings))
        settings["report"](Event("fit", 0.0))
        settings["report"](Event("fit", 0.5, "half of the draws"))
        settings["report"](Event("report", 1.0))
        folder = settings["out"] / "toy-0123456789ab"
        write_run(folder)
        return Folder(folder)

    module.run = run
    monkeypatch.setitem(sys.modules, "isthmus.pipeline", module)
    monkeypatch.setattr(isthmus, "pipeline", module, raising=False)
    return module


def write_run(folder, **changes):
    manifest = {
        "isthmus": "0.1.0",
        "corridor": "toy",
        "hash": "0123456789abcdef",
        "seed": 7,
        "quick": False,
        "created": "2026-11-24T10:00:00+00:00",
        "stages": {"fit": {"seconds": 12.34, "cpu_seconds": 20.0}},
        "fit": {
            "converged": True,
            "max_rhat": 1.004,
            "min_ess_bulk": 812.4,
            "divergences": 0,
            "chains": 4,
            "draws": 1000,
            "message": "",
        },
    }
    summary = {
        "headline": "We expect about 120 transits in June.",
        "relative_skill": {"value": 0.8, "lo": 0.7, "hi": 0.95},
        "coverage50": 0.48,
        "coverage90": 0.91,
        "by_horizon": [{"horizon": 1, "relative_skill": 0.75, "lo": 0.6, "hi": 0.9}],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest | changes))
    (folder / "summary.json").write_text(json.dumps(summary))
    return folder


def test_help_names_every_command_and_exit_code(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    out = capsys.readouterr().out
    for word in ("run", "fit", "forecast", "backtest", "check", "show", "new", "list", "schema", "130", "--version"):
        assert f"  {word}" in out


def test_version_is_the_installed_one(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"isthmus {isthmus.__version__}\n"


def test_importing_the_command_line_imports_nothing_heavy():
    code = (
        "import sys, isthmus.cli, isthmus.cli.arguments; isthmus.cli.arguments.help_text();"
        "print([m for m in ('jax', 'numpy', 'pydantic', 'xarray', 'rich', 'ruamel.yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("origins", "said"),
    [
        ("0", "--origins 0: expected 1 to 24 origins (2022-05 to 2024-04); found 0; ask for at least one"),
        ("-1", "found -1; ask for at least one"),
        ("1000", "found 1000; ask for fewer, or add figures"),
        ("2019-01,2023-06", "--origins 2019-01: expected a month from 2022-05 to 2024-04; found outside the figures"),
        ("abc", "'abc' is neither a number nor months such as 2023-06,2023-09"),
        ("2023-13", "'2023-13' is neither a number nor months"),
        ("", "'' is neither a number nor months"),
    ],
)
def test_origins_that_cannot_be_had_are_said_before_anything_that_computes_is_loaded(origins, said, tmp_path):
    code = (
        "import sys; from isthmus.cli import main;"
        f"code = main(['backtest', 'china-ecuador-us', '--out', {str(tmp_path)!r}, '--origins={origins}']);"
        "print(code, [m for m in ('jax', 'numba', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert said in done.stderr
    assert done.stdout in ("2 []\n", "")  # the parser of arguments leaves by itself
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rum"], "unknown command 'rum'; did you mean 'run'?"),
        (["run", CORRIDOR, "--sed", "3"], "unknown argument '--sed'; did you mean '--seed'?"),
        (["run", CORRIDOR, "--scenari=x"], "did you mean '--scenario'?"),
        (["run", CORRIDOR, "extra"], "unknown argument 'extra'"),
        (["run"], "NAME|FILE"),
        (["run", CORRIDOR, "--seed", "-1"], "'-1' is not a whole number from 0"),
        (["run", CORRIDOR, "--seed", "1e3"], "'1e3' is not a whole number from 0"),
        (["new"], "DIR"),
    ],
)
def test_a_wrong_command_line_is_said_in_words(words, said, capsys):
    assert main(words) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_no_command_prints_the_help_and_fails(capsys):
    assert main([]) == 2
    assert "commands:" in capsys.readouterr().err


def test_errors_are_json_when_asked(capsys):
    assert main(["run", "--json"]) == 2
    captured = capsys.readouterr()
    error = json.loads(captured.out)["error"]
    assert error["kind"] == "InputError"
    assert error["exit_code"] == 2
    assert set(error["problems"][0]) == {"where", "expected", "found", "remedy"}
    assert captured.err == ""


@pytest.mark.parametrize(("command", "until"), [("run", "report"), ("fit", "fit"), ("forecast", "forecast")])
def test_commands_pass_their_options_to_the_pipeline(command, until, pipeline, tmp_path, capsys):
    words = [command, "toy", "--out", str(tmp_path), "--set", "a.b=1", "--set", "c=x=y", "--scenario", "closed"]
    assert main([*words, "--seed", "7", "--quick", "--figures", "other.csv"]) == 0
    ((source, settings),) = pipeline.calls
    assert source == "toy"
    assert callable(settings.pop("report"))
    assert (settings.pop("renew"), settings.pop("on"), settings.pop("spare")) == (False, "local", True)
    assert settings == {
        "out": tmp_path,
        "sets": ["a.b=1", "c=x=y"],
        "scenario": "closed",
        "seed": 7,
        "quick": True,
        "figures": Path("other.csv"),
        "partial": None,
        "until": until,
    }
    assert "We expect about 120 transits in June." in capsys.readouterr().out


def test_the_backtest_passes_its_options_and_prints_the_leaderboard(pipeline, tmp_path, capsys):
    rows = [
        {"scope": "all", "part": "all", "against": "random_walk", "model": "isthmus", "track": "real_time"},
        {"scope": "horizon", "part": "1", "against": "random_walk", "model": "isthmus", "track": "real_time"},
    ]
    numbers = {"relative_skill": 0.81, "lo": 0.7, "hi": 0.93, "covered90": 0.91, "verdict": "beats"}

    def backtest(source, **settings):
        pipeline.calls.append((source, settings))
        pq.write_table(pa.Table.from_pylist([row | numbers for row in rows]), tmp_path / "leaderboard.parquet")
        facts = {
            "origins": ["2023-01"],
            "not_pooled": {"exits": "all figures are zero"},
            "missing": [
                {"model": "ets", "series": name, "reason": "could not be fitted (X: y)", "origins": ["2023-01"]} for name in "ab"
            ],
        }
        (tmp_path / "leaderboard.json").write_text(json.dumps(facts))
        return Folder(tmp_path)

    pipeline.backtest = backtest
    words = ["backtest", "toy", "--out", str(tmp_path), "--origins", "2023-06,2023-09", "--on", "processes:2"]
    assert main(words) == 0
    ((source, settings),) = pipeline.calls
    assert (source, settings["origins"], settings["on"]) == ("toy", ("2023-06", "2023-09"), "processes:2")
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["isthmus,", "real", "time", "0.81", "(0.70", "to", "0.93)", "91%", "beats"]
    assert lines[3:5] == [
        "left out   exits: all figures are zero",
        "missing    ets, 2 series, 1 origin: could not be fitted (X: y)",
    ]
    assert len(lines) == 7
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["origins"] == ["2023-01"]
    assert main(["backtest", "toy", "--origins", "24"]) == 0
    assert pipeline.calls[-1][1]["origins"] == 24


@pytest.mark.parametrize("wrong", ["2023-13", "soon", "2023-06;2023-07"])
def test_origins_that_are_neither_a_number_nor_months_are_refused(wrong, capsys):
    assert main(["backtest", "toy", "--origins", wrong]) == 2
    assert "neither a number nor months such as 2023-06,2023-09" in capsys.readouterr().err


def test_progress_goes_to_stderr_once_a_stage_and_tenth(pipeline, tmp_path, capsys):
    assert main(["run", "toy", "--out", str(tmp_path)]) == 0
    lines = [line.partition(" (about")[0] for line in capsys.readouterr().err.splitlines()]
    assert lines == ["[  0%] fit", "[ 50%] fit half of the draws", "[100%] report"]


@pytest.mark.parametrize("option", ["--quiet", "--json"])
def test_progress_can_be_silenced(option, pipeline, tmp_path, capsys):
    assert main(["run", "toy", "--out", str(tmp_path), option]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("done", "elapsed", "words"),
    [(0.0, 5.0, ""), (0.5, 40.0, "about 40 s left"), (0.1, 60.0, "about 9 min left"), (1.0, 9.0, "")],
)
def test_time_left(done, elapsed, words):
    assert time_left(done, elapsed) == words


def test_a_long_stage_is_told_of_every_tenth_and_time_left_is_counted_from_what_was_not_there():
    told = io.StringIO()
    with Progress(told, quiet=False) as progress:
        for event in (Event("fit", 0.0), Event("fit", 0.5, "unchanged"), Event("validate", 0.5), Event("validate", 0.55)):
            progress(event)
        began = progress._begun
        progress._begun = (began[0], began[1] - 30.0)
        progress(Event("validate", 0.61))
    lines = told.getvalue().splitlines()
    assert lines == ["[  0%] fit", "[ 50%] fit unchanged", "[ 50%] validate", "[ 61%] validate (about 2 min left)"]


def test_a_terminal_shows_a_bar_that_never_goes_back(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    with Progress(terminal, quiet=False) as progress:
        for event in (Event("fit", 0.5, "sampling"), Event("fit", 0.25), Event("report", 0.75)):
            progress(event)
            progress._bar.refresh()
    shown = re.findall(r"(\d+)%", terminal.getvalue())
    assert shown == sorted(shown, key=int)
    assert "50" in shown
    assert "75" in shown
    assert "25" not in shown
    assert "fit: sampling" in terminal.getvalue()


def raising(error):
    def run(*_, **__):
        raise error

    return run


def test_an_error_of_ours_is_its_text_and_its_code(pipeline, tmp_path, capsys):
    pipeline.run = raising(FitError.one(where="fit", expected="a mode", found="none", remedy="look at the priors"))
    assert main(["fit", "toy", "--out", str(tmp_path)]) == 5
    assert capsys.readouterr().err == "isthmus: fit: expected a mode; found none; look at the priors\n"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT])
def test_a_full_or_forbidden_disk_is_an_output_error(number, pipeline, tmp_path, capsys):
    pipeline.run = raising(OSError(number, os.strerror(number), "posterior.nc"))
    assert main(["run", "toy", "--out", str(tmp_path), "--json"]) == 6
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == "OutputError"
    assert error["problems"][0]["where"] == "posterior.nc"
    assert error["problems"][0]["found"] == os.strerror(number)


def test_other_system_errors_keep_their_traceback(pipeline, tmp_path, capsys):
    pipeline.run = raising(OSError(errno.ECHILD, "no child"))
    assert main(["run", "toy", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "ChildProcessError" in said


def test_an_interrupted_run_says_that_it_can_go_on(pipeline, tmp_path, capsys):
    pipeline.run = raising(KeyboardInterrupt())
    assert main(["run", "toy", "--out", str(tmp_path)]) == 130
    assert "the same command goes on from there" in capsys.readouterr().err


def test_output_below_a_file_is_refused_before_the_work(pipeline, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["run", "toy", "--out", str(tmp_path / "file" / "deeper")]) == 6
    assert "expected a folder to write to; found a file" in capsys.readouterr().err
    assert pipeline.calls == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_standard_output_that_is_full_is_an_output_error(tmp_path):
    write_run(tmp_path / "run")
    with Path("/dev/full").open("w") as full:
        done = run_isthmus("show", tmp_path / "run", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 6
    assert os.strerror(errno.ENOSPC) in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_is_no_traceback(tmp_path):
    write_run(tmp_path / "run")
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        done = run_isthmus("show", tmp_path / "run", stdout=pipe, stderr=subprocess.PIPE)
    assert done.returncode == 141
    assert done.stderr == ""


def test_show_prints_what_a_planner_asks_first(tmp_path, capsys):
    folder = write_run(tmp_path / "toy-0123456789ab")
    (folder / "report.html").write_text("<!doctype html>")
    assert main(["show", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "We expect about 120 transits in June."
    assert "corridor   toy (0123456789ab)" in lines
    assert "fit        R-hat up to 1.004, bulk ESS from 812, 0 divergences, 4 chains of 1000 draws" in lines
    assert "skill      0.80 (0.70 to 0.95) against the random walk (below 1 is better)" in lines
    assert "           1   0.75 (0.60 to 0.90)" in lines
    assert f"report     {folder / 'report.html'}" in lines


def test_show_puts_a_failed_fit_first(tmp_path, capsys):
    folder = write_run(tmp_path / "run", fit={"converged": False, "message": "R-hat 1.2 for choice.cost"})
    assert main(["show", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("NOT CONVERGED: R-hat 1.2 for choice.cost\n")


def test_show_as_json_is_the_two_files(tmp_path, capsys):
    folder = write_run(tmp_path / "run")
    assert main(["show", str(folder), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["manifest"]["seed"] == 7
    assert content["summary"]["coverage90"] == 0.91
    assert content["files"] == ["manifest.json", "summary.json"]


def test_show_of_a_folder_of_runs_names_them(tmp_path, capsys):
    folder = write_run(tmp_path / "run")
    assert main(["show", str(tmp_path)]) == 2
    assert f"name one of them: {folder}" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "{", "[1]", "\xff"])
def test_show_of_a_broken_manifest_says_so(content, tmp_path, capsys):
    (tmp_path / "manifest.json").write_text(content, encoding="latin-1")
    assert main(["show", str(tmp_path)]) == 2
    assert "expected a JSON object" in capsys.readouterr().err


def test_show_of_nothing_says_so(tmp_path, capsys):
    assert main(["show", str(tmp_path / "none")]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_list_names_the_shipped_corridor(capsys):
    assert main(["list"]) == 0
    assert CORRIDOR in capsys.readouterr().out
    assert main(["list", "--json"]) == 0
    assert CORRIDOR in [entry["name"] for entry in json.loads(capsys.readouterr().out)["corridors"]]


def test_schema_describes_the_corridor_file(capsys):
    assert main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert {"groups", "places", "legs", "series"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False


def test_the_shipped_corridor_is_fine(capsys):
    assert main(["check", CORRIDOR]) == 0
    assert "are fine" in capsys.readouterr().out


def test_new_makes_a_copy_that_checks(tmp_path, capsys):
    folder = tmp_path / "deep" / "mine"
    assert main(["new", str(folder)]) == 0
    assert f"isthmus check {folder / 'corridor.yaml'}" in capsys.readouterr().out
    assert sorted(path.name for path in folder.parent.iterdir()) == ["mine"]
    assert main(["check", str(folder / "corridor.yaml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["problems"] == []


def test_new_never_overwrites(tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    assert main(["new", str(tmp_path / "mine")]) == 2
    assert "it exists" in capsys.readouterr().err
    assert list((tmp_path / "mine").iterdir()) == []


def test_new_from_an_unknown_example_names_the_known(tmp_path, capsys):
    assert main(["new", str(tmp_path / "mine"), "--from", "atlantis"]) == 2
    assert f"expected one of {CORRIDOR}" in capsys.readouterr().err
    assert not (tmp_path / "mine").exists()


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped corridor to break."""
    assert main(["new", str(tmp_path / "mine"), "--json"]) == 0
    return tmp_path / "mine"


def test_check_names_file_line_and_nearest_key(copy, capsys):
    file = copy / "corridor.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("  horizon_months:"))
    lines[at] = "  horizon_month: 6"
    file.write_text("\n".join(lines), encoding="utf-8")
    capsys.readouterr()
    assert main(["check", str(file)]) == 2
    said = capsys.readouterr().err
    assert f"corridor.yaml:{at + 1}" in said
    assert "horizon_months" in said


def test_check_says_what_is_wrong_with_the_figures(copy, capsys):
    figures = copy / "figures.csv"
    lines = figures.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    cells = lines[1].split(",")
    cells[header.index("kind")] = "flood"
    figures.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]), encoding="utf-8")
    capsys.readouterr()
    assert main(["check", str(copy / "corridor.yaml"), "--json"]) == 3
    problems = json.loads(capsys.readouterr().out)["error"]["problems"]
    assert any("figures.csv:2" in problem["where"] and "flood" in problem["found"] for problem in problems)


def test_check_of_an_unknown_name_names_the_shipped_ones(capsys):
    assert main(["check", "china-equador-us"]) == 2
    assert CORRIDOR in capsys.readouterr().err


def test_check_takes_overrides(capsys):
    assert main(["check", CORRIDOR, "--set", "time.horizon_months=0"]) == 2
    assert "horizon_months" in capsys.readouterr().err
