"""A whole backtest, validation and experiments on the tiny corridor: leakage, resumption, places, pages, bad input."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import toy
from isthmus.compute import Folder, run
from isthmus.data.figures import Figures, read_figures
from isthmus.errors import FiguresError, InputError
from isthmus.forecast.backtest.blocks import Block, Forecasts, forecast_block, hindsight, vintages_of
from isthmus.forecast.backtest.leaderboard import Frame, leaderboard, unpooled
from isthmus.forecast.backtest.rivalry import naive_block, rivals_unit
from isthmus.forecast.compiled import compiled, text_of
from isthmus.inference.fit import Effort
from isthmus.pipeline import backtest
from isthmus.pipeline.backtesting import last_figures, missing_rows, nothing_scored, stands_of, unit_of

EFFORT = Effort(chains=2, warmup=100, draws=100, search=60)
ORIGINS = ("2022-09", "2022-11")
SHARED = Path(__file__).parents[3] / "shared" / "data" / "corridor_monthly.csv"

pytestmark = pytest.mark.slow


def block(figures, origins=ORIGINS):
    return Block(text_of(toy.corridor()), figures, "2023-06", origins, 2, 1, EFFORT, size=2)


@pytest.fixture(scope="module")
def figures():
    return read_figures(toy.TINY / "figures.csv")


@pytest.fixture(scope="module")
def forecasts(figures):
    return forecast_block(block(figures))


def test_a_block_does_not_change_when_every_later_figure_is_noise(figures, forecasts):
    """Bit for bit, ours under both tracks; what is known at an origin is cut before anything is computed."""
    generator = np.random.default_rng(5)
    noisy = [replace(row, value=float(generator.integers(0, 10**6))) if row.period > ORIGINS[0] else row for row in figures.rows]
    again = forecast_block(block(Figures(tuple(noisy)), ORIGINS))
    for track in ("real_time", "date_given"):
        for one, other in zip(forecasts.tracks[track], again.tracks[track], strict=True):
            assert np.array_equal(one[0], other[0], equal_nan=True), track
        assert not np.array_equal(forecasts.tracks[track].draws[1], again.tracks[track].draws[1])


def test_real_time_knows_what_was_announced_and_the_other_track_the_later_dates_too(figures):
    """The visa of October was announced on 20 September: at the end of August nobody knew."""
    early = forecast_block(block(figures, ("2022-08", "2022-09")))
    real, given = early.tracks["real_time"], early.tracks["date_given"]
    town = 0
    assert given.mean[0, :, town, 1].mean() < 0.9 * real.mean[0, :, town, 1].mean()
    assert np.array_equal(given.mean[1], real.mean[1])
    assert given.step[0, :, town, 1].mean() < -0.05
    assert np.abs(real.step[0]).max() == 0


def test_a_block_is_the_same_from_its_file_and_in_another_process(figures, forecasts, tmp_path):
    from isthmus.forecast.backtest.blocks import forecast_unit

    units = [unit_of(block(figures, (o,)), forecast_unit, "backtest") for o in ORIGINS]
    here = [Forecasts.of(arrays) for _, arrays in run(units, on="local", storage=Folder(tmp_path / "here"))]
    there = [Forecasts.of(arrays) for _, arrays in run(units, on="processes:2", storage=Folder(tmp_path / "there"))]
    files = [sorted((tmp_path / where).rglob("*.parquet")) for where in ("here", "there")]
    assert [f.read_bytes() for f in files[0]] == [f.read_bytes() for f in files[1]]
    assert len(files[0]) == 2
    assert np.array_equal(here[0].tracks["real_time"].draws, there[0].tracks["real_time"].draws)
    files[0][0].unlink()
    list(run(units, on="local", storage=Folder(tmp_path / "here")))
    assert files[0][0].read_bytes() == files[1][0].read_bytes()


def test_attribution_takes_all_figures_and_no_fit(figures, forecasts):
    work = compiled(text_of(toy.corridor()), "2023-06")
    from isthmus.inference.posterior import Layout

    vectors = np.random.default_rng(1).normal(0, 0.1, (20, Layout.of(work.model).size))
    found = forecast_block(hindsight(block(figures), vectors))
    assert set(found.tracks) == {"ex_post"}
    assert found.tracks["ex_post"].draws.shape == (2, 20, 3, 2)
    assert np.isnan(found.rhat).all()


def test_rivals_as_a_unit_speak_for_every_series(figures):
    pytest.importorskip("statsforecast")
    arrays = rivals_unit(unit_of(block(figures), rivals_unit, "rivals"))
    assert arrays["ets.location"].shape[:2] == (2, 3)
    assert (arrays["random_walk.reason"] == "").all()
    assert (arrays["seasonal_naive.reason"] != "").all()


def odd(figures):
    """Exits all zero, events that stop in October, one month of entries revised in January."""
    rows = []
    for row in figures.rows:
        if row.series == "end_events" and row.period > "2022-10":
            continue
        rows.append(replace(row, value=0.0) if row.series == "town_exits" else row)
        if (row.series, row.period) == ("town_entries", "2022-09"):
            rows.append(replace(row, value=3 * row.value, published_or_seen="2023-01-20"))
    return Figures(tuple(rows))


def test_zeros_a_series_that_stops_and_a_revised_month_go_on_and_are_named(figures):
    made = block(odd(figures), ("2022-10", "2022-11"))
    work = compiled(made.corridor, made.last_month)
    found = forecast_block(made)
    assert np.isfinite(found.tracks["real_time"].draws).all()
    scored = nothing_scored(work, [made])
    scored.take(0, stands_of(work, made, found, naive_block(made)))
    rows = {(row["model"], row["series"]): row for row in missing_rows(scored, last_figures(work, made.figures))}
    stopped = rows["every_model", "end_events"]
    assert stopped["reason"] == "no figure came in the months ahead: the last is of 2022-10"
    assert stopped["origins"] == ["2022-10", "2022-11"]
    assert ("every_model", "town_exits") not in rows
    latest = vintages_of(work, made.figures).latest
    assert unpooled(latest, ["CHN"] * 3, scored.series) == {"town_exits": "all figures are zero"}
    september, entries = work.model.grid.position("2022-09"), scored.series.index("town_entries")
    as_known = vintages_of(work, made.figures).known_at("2022-11")
    assert latest[entries, september] == pytest.approx(3 * as_known[entries, september])


def test_a_group_of_zeros_is_fitted_and_scored_and_left_out_by_name(figures):
    made = block(Figures(tuple(replace(row, value=0.0) for row in figures.rows)))
    work = compiled(made.corridor, made.last_month)
    scored = nothing_scored(work, [made])
    scored.take(0, stands_of(work, made, forecast_block(made), naive_block(made)))
    assert all(np.isfinite(table[~np.isnan(table)]).all() for table in scored.scores["crps_log"].values())
    left = unpooled(vintages_of(work, made.figures).latest, ["CHN"] * 3, scored.series)
    assert set(left.values()) == {"all figures are zero"}
    frame = Frame(np.full((2, 3), "before"), ("CHN",) * 3, (False,) * 3)
    assert not [row for row in leaderboard(scored, frame, seed=1) if row.scope == "all"]


def test_a_month_that_stands_twice_is_refused_with_both_lines(tmp_path):
    lines = (toy.TINY / "figures.csv").read_text("utf-8").splitlines()
    path = tmp_path / "figures.csv"
    path.write_text("\n".join([*lines, lines[4]]) + "\n", "utf-8")
    with pytest.raises(FiguresError, match="2022-04 again, first in line 5; delete one of the two; a revision has its own"):
        backtest(toy.TINY, out=tmp_path / "runs", quick=True, figures=path)


def test_too_few_months_are_refused_before_any_work(tmp_path):
    lines = (toy.TINY / "figures.csv").read_text("utf-8").splitlines()
    path = tmp_path / "figures.csv"
    path.write_text("\n".join([lines[0], *(line for line in lines[1:] if line.split(",")[3] <= "2022-05")]) + "\n", "utf-8")
    with pytest.raises(InputError, match=r"at least 6 months of figures.*found figures from 2022-01 to 2022-05"):
        backtest(toy.TINY, out=tmp_path / "runs", quick=True, figures=path)
    assert not (tmp_path / "runs").exists()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The command twice: the second does nothing again."""
    out = tmp_path_factory.mktemp("runs")
    folder = backtest(toy.TINY, out=out, quick=True, origins=4)
    before = {path: path.stat().st_mtime_ns for path in folder.path.rglob("*") if path.is_file() and path.name != "progress.json"}
    again = backtest(toy.TINY, out=out, quick=True, origins=4)
    after = {path: path.stat().st_mtime_ns for path in again.path.rglob("*") if path.is_file() and path.name != "progress.json"}
    assert before == after
    return folder.path


def ours_of(rows):
    """Our row over all forecasts, in real time, against the random walk."""
    wanted = {"model": "isthmus", "track": "real_time", "scope": "all", "against": "random_walk"}
    return next(row for row in rows if wanted.items() <= row.items())


def test_the_leaderboard_has_every_model_track_and_scope(whole):
    rows = pq.read_table(whole / "leaderboard.parquet").to_pylist()
    entries = {(r["model"], r["track"]) for r in rows}
    assert {("isthmus", "real_time"), ("isthmus", "date_given"), ("isthmus", "ex_post"), ("random_walk", "any")} <= entries
    assert {("random_walk_step", "real_time"), ("random_walk_step", "date_given"), ("stack", "real_time")} <= entries
    assert {r["verdict"] for r in rows if r["track"] == "ex_post"} == {"attribution, not skill"}
    assert (whole / "leaderboard.csv").read_text().count("\n") == len(rows) + 1
    assert ours_of(rows)["verdict"] == "too few origins (4 of 12)"


def test_the_leaderboard_sums_up_the_scores_it_ships(whole):
    rows = pq.read_table(whole / "backtest_scores.parquet").to_pylist()
    table = {(r["model"], r["track"], r["series"], r["origin"], r["horizon"]): r["crps_log"] for r in rows}
    cells = {(s, h) for m, t, s, o, h in table if m == "isthmus"}
    logs = []
    for series, horizon in cells:
        pairs = [
            (v, table["random_walk", "any", s, o, h])
            for (m, t, s, o, h), v in table.items()
            if (m, t, s, h) == ("isthmus", "real_time", series, horizon) and ("random_walk", "any", s, o, h) in table
        ]
        logs.append(np.log(sum(a for a, _ in pairs) / sum(b for _, b in pairs)))
    ours = ours_of(pq.read_table(whole / "leaderboard.parquet").to_pylist())
    assert ours["relative_skill"] == pytest.approx(np.exp(np.mean(logs)), rel=1e-9)


def test_what_is_missing_is_named_with_its_reason(whole):
    facts = json.loads((whole / "leaderboard.json").read_text())
    missing = {(m["model"], m["series"]): m["reason"] for m in facts["missing"]}
    assert "year before" in missing["seasonal_naive", "town_entries"]
    assert facts["vintages"] == dict.fromkeys(facts["series"], "published by then")


def test_the_page_needs_nothing_and_labels_its_tracks(whole):
    page = (whole / "leaderboard.html").read_text()
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")
    for words in ("real time", "policy date given", "ex post: attribution", "too few for a verdict", "knows no policy"):
        assert words in page, words


@pytest.mark.parametrize(("origins", "words"), [(("2019-01",), "outside the figures"), (40, "expected 1 to")])
def test_origins_that_cannot_be_had_stop_before_any_work(origins, words, tmp_path):
    with pytest.raises(InputError, match=words):
        backtest(toy.TINY, out=tmp_path, quick=True, origins=origins)
    assert not list(tmp_path.iterdir())
