"""`isthmus stress` end to end on the tiny corridor: files, the run's own draws, predictions that stay, partial documents."""

import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
import xarray as xr

import toy
from isthmus import pipeline
from isthmus.cli import main
from isthmus.errors import InputError
from isthmus.pipeline.stress import stress
from isthmus.scenarios import predictions

SCENARIOS = """
impacts:
  places: [town]
  prices:
    water: {amount: 0.01, currency: USD, per: litres, source: made up}
  needs:
    wash: {share: 0.4, source: made up}
  triggers:
    high: {label: High, place: town, above: 10, weeks: 8, series: town_entries, figure_above: 100, source: made up}
scenarios:
  none: {label: Nothing changes, likelihood: 0.3, likelihood_source: made up}
  closed:
    label: Town closes
    likelihood: 0.7
    likelihood_source: made up
    shocks:
      rule:
        kind: entry_rule
        group: CHN
        place: town
        requirement: closed
        from: 2023-06-01
        announced: 2023-05-11
        brought_forward: {dist: logitnormal, median: 0.2, sd_logit: 0.5}
        source: made up
      way:
        kind: close
        legs: [home_end]
        share: {dist: logitnormal, median: 0.2, sd_logit: 0.5}
        from: 2023-06-01
        source: made up
  dear:
    label: The way by Town costs more
    set: {legs: {home_town: {price_usd: [2500, 3500]}}}
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stress")
    shutil.copytree(toy.TINY, folder / "tiny")
    with (folder / "tiny" / "corridor.yaml").open("a", encoding="utf-8") as file:
        file.write(SCENARIOS)
    source = folder / "tiny" / "corridor.yaml"
    made = pipeline.run(source, out=folder / "runs", seed=1, quick=True, until="forecast")
    with pytest.raises(InputError, match="did you mean `closed`"):
        stress(source, scenarios=["closd"], out=folder / "runs", seed=1, quick=True)
    return source, folder / "runs", made, stress(source, out=folder / "runs", seed=1, quick=True, draws=400, months=6)


def test_it_runs_on_the_draws_and_streams_of_the_forecast(run):
    _, _, made, found = run
    assert found.path == made.path
    with xr.open_dataset(found.path / "scenarios.nc") as ours, xr.open_dataset(found.path / "posterior.nc") as theirs:
        months = list(theirs["month"].values[-2:])
        forecast = theirs["arrivals"].sel(month=months).sum("group").transpose("sample", "place", "month").values
        baseline = ours["arrivals"].sel(scenario="baseline", month=months).transpose("sample", "place", "month").values
        assert np.allclose(baseline, forecast, rtol=1e-4, atol=1e-3)
        assert np.array_equal(ours["arrivals"].sel(scenario="none"), ours["arrivals"].sel(scenario="baseline"))


def test_a_partial_document_changes_numbers_on_the_same_draws(run):
    table = pq.read_table(run[3].path / "scenarios.parquet").to_pylist()
    changes = [row for row in table if row["scenario"] == "dear" and row["measure"] == "leg_flow_change"]
    moved = {row["leg"]: row for row in changes if "/" in row["period"]}
    assert moved["home_town"]["hi90"] < 0
    assert moved["home_end"]["lo90"] > 0


def test_the_prediction_is_named_by_its_content_and_stays(run):
    source, out, _, found = run
    (path,) = (found.path / "predictions").iterdir()
    content = predictions.read(path)
    assert set(content["figures"]) == {"baseline", "none", "closed", "dear"}
    assert content["scenarios"]["closed"]["shocks"]["rule"]["requirement"] == "closed"
    before = path.stat().st_mtime_ns
    stress(source, scenarios=["closed"], out=out, seed=1, quick=True, draws=50, months=4)
    assert path.stat().st_mtime_ns == before
    assert len(list((found.path / "predictions").iterdir())) == 2


def test_what_is_said_beside_it(run, capsys):
    source, out, _, found = run
    stress(source, out=out, seed=1, quick=True, draws=400, months=6)
    said = json.loads((found.path / "stress.json").read_text("utf-8"))
    sheets = {sheet["sheet"]: sheet["scenario"] for sheet in said["sheets"]}
    assert sheets == {"most likely": "closed", "best": "closed", "worst": "none"}
    assert said["tornado"]["scenario"] == "closed"
    assert len(said["tornado"]["rows"]) == 2
    assert np.shape(said["surface"]["response"]) == (5, 5)
    assert said["impacts"]["baseline"]["triggers"][0]["met"]
    table = pq.read_table(found.path / "scenarios.parquet").to_pylist()
    exact = {row["place"]: row["median"] for row in table if row["scenario"] == "closed" and row["measure"] == "arrivals_change"
             and "/" in row["period"]}  # fmt: skip
    told = {line["item"]: line["median"] for line in said["scenarios"][1]["changes"] if line["measure"] == "arrivals"}
    assert told
    assert all(median % 5 == 0 and abs(median - exact[place]) <= 2.5 for place, median in told.items() if abs(exact[place]) >= 10)
    assert said["trigger_skill"] == {}, "there is no backtest yet"
    options = ["--out", str(out), "--seed", "1", "--quick", "--quiet", "--draws", "400", "--months", "6"]
    assert main(["stress", str(source), *options]) == 0
    printed = capsys.readouterr().out
    assert "none: Nothing changes\n  nothing changes" in printed
    assert "going by Home to Town" in printed


def test_it_is_the_same_on_workers_and_one_scenario_at_a_time(run, tmp_path, monkeypatch):
    from isthmus.scenarios import compare

    source, out, _, made = run
    shutil.copytree(out, tmp_path / "runs")
    shutil.rmtree(tmp_path / "runs" / "units")
    shutil.rmtree(tmp_path / "runs" / "costs")
    manifest = tmp_path / "runs" / made.path.name / "manifest.json"
    facts = json.loads(manifest.read_text("utf-8"))
    del facts["stages"]["stress"]
    manifest.write_text(json.dumps(facts), "utf-8")
    monkeypatch.setattr(compare, "OF_RESULTS", 1e12)  # nothing but the baseline and one scenario fits into memory
    again = stress(source, out=tmp_path / "runs", seed=1, quick=True, draws=400, months=6, on="processes:2")
    for name in ("scenarios.parquet", "impacts.parquet", "stress.json"):
        assert (again.path / name).read_bytes() == (made.path / name).read_bytes(), name
    with xr.open_dataset(again.path / "scenarios.nc") as one, xr.open_dataset(made.path / "scenarios.nc") as other:
        assert one.identical(other)
    done = {path.name for path in (tmp_path / "runs" / "units").rglob("*.parquet")}
    assert done <= {path.name for path in (out / "units").rglob("*.parquet")}, "units have the same names wherever they are done"


def test_another_scenario_does_not_do_the_others_again(run):
    source, out, *_ = run
    before = {path: path.stat().st_mtime_ns for path in (out / "units").rglob("*.parquet")}
    stress(source, scenarios=["closed"], out=out, seed=1, quick=True, draws=400, months=6)
    after = {path: path.stat().st_mtime_ns for path in (out / "units").rglob("*.parquet")}
    assert after == before
