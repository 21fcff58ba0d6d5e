"""``isthmus run --update``: new months come in, the fit goes on from the last one, and the news are said."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from isthmus import pipeline
from isthmus.cli import main
from isthmus.data.figures import Figures, read_figures
from isthmus.inference.warm import carried_over
from isthmus.pipeline import stages
from isthmus.pipeline.renewal import Earlier
from isthmus.pipeline.stages import earlier_fit

TINY = Path(__file__).parents[1] / "tiny"
LAST = "2023-04"
DRIFT = "legs.home_end.drift=0.1"
"""A leg whose constant drifts, as in the shipped corridor: what is learned is then more than the scalars of a draw."""


@pytest.fixture(scope="module", autouse=True)
def enough_draws():
    """A quick fit of a leg that drifts leaves fewer effective draws than the next can go on from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages, "QUICK", replace(stages.QUICK, draws=900))
        yield


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder with a run of the tiny corridor that has not seen its last month."""
    out = tmp_path_factory.mktemp("runs")
    figures = read_figures(TINY / "figures.csv")
    before = Figures(tuple(row for row in figures.rows if row.period != LAST), figures.path)
    first = pipeline.run(TINY / "corridor.yaml", out=out, sets=[DRIFT], figures=before, quick=True, seed=3, until="forecast")
    return out, first, before


def say(folder, figures):
    """What a ministry sends: the last month of one series."""
    row = next(row for row in figures.rows if row.period == LAST and row.series == "town_entries")
    (folder / "april.csv").write_text(f"Month,Country,People\n{LAST},China,{row.value:.0f}\n", "utf-8")
    (folder / "april.yaml").write_text(
        "name: ministry\npublisher: Made-up Office\nlicence: CC0\nfile: april.csv\nplace: town\n"
        "columns: {period: Month, group: Country}\npublished: '2023-05-15'\n"
        "series: [{name: town_entries, kind: flow, unit: persons, value: People, counts: entries}]\n",
        "utf-8",
    )
    return row.value


@pytest.mark.slow
def test_a_new_month_is_fitted_from_the_last_run_and_said(runs, tmp_path, capsys):
    out, first, before = runs
    came = say(tmp_path, read_figures(TINY / "figures.csv"))
    store = str(tmp_path / "store")
    table = tmp_path / "before.csv"
    table.write_text(before.to_csv(), "utf-8")
    assert main(["data", "update", str(tmp_path / "april.yaml"), "--store", store]) == 0
    command = ["run", str(TINY / "corridor.yaml"), "--set", DRIFT, "--quick", "--seed", "3", "--figures", str(table)]
    command += ["--out", str(out)]
    assert main([*command, "--update", "--store", store, "--from", str(tmp_path), "--json"]) == 0
    said = capsys.readouterr()
    assert f"1 figures more than the corridor's own; the last is of {LAST}." in said.err
    run = json.loads(said.out[said.out.index("\n{") :])
    assert run["manifest"]["last_fitted"] == LAST
    assert run["manifest"]["fit"]["went_on_from"] == first.manifest["hash"]
    assert run["manifest"]["fit"]["message"].startswith("The fit goes on from the last one: ")
    news = run["news"]["news"]
    assert [(item["checkpoint"], item["month"], item["came"]) for item in news] == [("town_entries", LAST, came)]
    with (first.path / "forecast.csv").open(encoding="utf-8") as rows:
        told = next(
            r for r in csv.DictReader(rows) if (r["series"], r["period"], r["model"]) == ("town_entries", LAST, "isthmus")
        )
    assert news[0]["expected"]["median"] == float(told["median"])
    assert main(["show", run["run"]]) == 0
    assert f"town_entries (CHN), {LAST}: {came:,.0f} persons came" in capsys.readouterr().out
    # The same command finds the same run, and has nothing to do.
    stages = run["manifest"]["stages"]
    assert main([*command, "--update", "--store", store, "--from", str(tmp_path), "--json"]) == 0
    again = capsys.readouterr().out
    assert json.loads(again[again.index("{") :])["manifest"]["stages"] == stages


def test_draws_of_another_model_are_not_gone_on_from(runs):
    _, first, _ = runs
    task = pipeline.job.read(TINY / "corridor.yaml", sets=[DRIFT], scenario=None, seed=3, quick=True, figures=None)
    earlier = Earlier(first.path, first.manifest["hash"], first.manifest["last_fitted"], 1.0, 900.0)
    names, vectors = earlier.vectors()
    assert names == tuple(task.model.table.names)
    rng = np.random.default_rng(1)
    last = task.model.grid.position(LAST)
    carried = carried_over(task.model, vectors, earlier_last=last - 1, rng=rng)
    n = len(names)
    np.testing.assert_array_equal(carried[..., :n], vectors[..., :n])
    np.testing.assert_array_equal(carried[..., n : n + last], vectors[..., n : n + last])
    assert carried[..., -1].std() == pytest.approx(1.0, abs=0.1)  # the month that the earlier run did not have
    assert earlier_fit(replace(task, earlier=earlier)).last == last - 1
    assert carried.shape[-1] == vectors.shape[-1] + 2  # two paths, one month more
    assert carried_over(task.model, vectors[..., : n + last - 1], earlier_last=last - 1, rng=rng) is None


def test_without_an_earlier_run_the_fit_starts_from_nothing(tmp_path):
    task = pipeline.job.read(TINY / "corridor.yaml", sets=(), scenario=None, seed=3, quick=True, figures=None)
    assert pipeline.job.going_on(tmp_path, task) == task
