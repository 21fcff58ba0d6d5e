"""Rounding, words, skill, labels, shapes and names: the parts of the page that have right answers."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from report_fixture import build, priors

from isthmus.forecast import scores
from isthmus.report import labels, outlines, svg
from isthmus.report.intervals import Interval, count, count_words, interval, number, official, plain, step_for
from isthmus.report.map import roles, thickness
from isthmus.report.outlines import Window
from isthmus.report.parameters import named, quantities
from isthmus.report.skill import backtest, relative_skill
from isthmus.report.page import render
from isthmus.report.tables import COLUMNS, forecast_rows
from isthmus.report.view import RunView, Score
from isthmus.report.words import change, listed, span


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    return RunView.load(build(tmp_path_factory.mktemp("run")))


@pytest.mark.parametrize(
    ("lo", "hi", "step"),
    [(1512, 6230, 100), (15_000, 30_500, 1000), (0.481, 0.575, 0.01), (36.4, 46.4, 1), (5, 5, 0.01)],
)
def test_step_keeps_the_digits_that_the_interval_allows(lo, hi, step):
    assert step_for(lo, hi) == pytest.approx(step)


def test_numbers_have_separators_and_true_minus():
    assert official(1234567) == "1,234,567"
    assert plain(-0.123, 0.01) == "\N{MINUS SIGN}0.12"
    assert plain(-0.001, 0.01) == "0.00"
    assert plain(math.nan) == "not known"
    assert number(0.5284, 0.481, 0.575) == "0.53"


def test_small_modelled_counts_are_withheld_and_others_rounded_to_five():
    assert count(9.9) == "under 10"
    assert count(12) == "10"
    assert count(18, 16, 20) == "20"
    words = count_words(Interval(1512, 2500, 3333, 4100, 6230)).replace("\N{NO-BREAK SPACE}", " ")
    assert words == "3,300 (90 % interval 1,500 to 6,200)"


def test_interval_is_the_quantiles_and_leaves_out_what_is_no_number():
    draws = np.append(np.arange(101.0), np.nan)
    assert interval(draws).values == (5, 25, 50, 75, 95)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2024-06", "2024-11", "Jun to Nov 2024"),
        ("2023-06", "2024-05", "Jun 2023 to May 2024"),
        ("2023-01", "2023-12", "2023"),
        ("2024-05", "2024-05", "May 2024"),
        ("2012", "2020", "2012 to 2020"),
    ],
)
def test_periods_in_words(first, last, words):
    assert span(first, last) == words


def test_changes_in_words():
    assert change(133, 100) == "33\N{NO-BREAK SPACE}% more than"
    assert change(75, 100) == "25\N{NO-BREAK SPACE}% fewer than"
    assert change(101, 100) == "about the same as"
    assert change(310, 100) == "3.1 times"
    assert listed(["a", "b", "c"]) == "a, b and c"


def score(model, crps, *, origin="2023-01", checkpoint="a", horizon=1):
    return Score(model, checkpoint, "CHN", origin, horizon, crps, crps, 1.0, 1.0)


def test_relative_skill_is_the_geometric_mean_of_ratios_of_means():
    rows = []
    for origin, factor in (("2023-01", 1.0), ("2023-02", 3.0)):
        rows += [score("isthmus", 0.5 * factor, origin=origin), score("random_walk", 1.0 * factor, origin=origin)]
        rows += [score("isthmus", 2.0, origin=origin, horizon=2), score("random_walk", 1.0, origin=origin, horizon=2)]
    skill = relative_skill(rows, seed=1)
    assert skill is not None
    assert skill.value == pytest.approx(math.sqrt(0.5 * 2.0))
    assert skill.forecasts == 4


def test_relative_skill_is_the_one_of_the_backtest(view):
    """The page and the pipeline must not disagree about the headline number."""
    checkpoints = list(view.series)
    origins = sorted({s.origin for s in view.scores})
    tables = {m: np.full((len(origins), len(checkpoints), 6), np.nan) for m in ("isthmus", "random_walk")}
    for s in view.scores:
        if s.model in tables:
            tables[s.model][origins.index(s.origin), checkpoints.index(s.checkpoint), s.horizon - 1] = s.crps_log
    expected = scores.relative_skill(tables["isthmus"], tables["random_walk"])
    assert relative_skill(view.scores, seed=1).value == pytest.approx(expected, rel=1e-12)


def test_rival_without_numbers_is_left_out(tmp_path):
    view = RunView.load(build(tmp_path / "run"))
    view.forecast["naive"][:, 0, 3] = np.nan
    assert view.rival("random_walk", "ecuador_entries") == []
    assert len(view.rival("random_walk", "ecuador_exits")) == 6
    assert "walk" in render(view)
    models = [(r["series"], r["model"]) for r in forecast_rows(view)]
    assert ("ecuador_entries", "random_walk") not in models


def test_only_origins_that_both_forecast_are_compared():
    rows = [score("isthmus", 1.0), score("random_walk", 2.0), score("isthmus", 99.0, origin="2023-02")]
    skill = relative_skill(rows, seed=1)
    assert skill is not None
    assert skill.value == pytest.approx(0.5)
    assert relative_skill(rows[:1], seed=1) is None


def test_bootstrap_interval_holds_the_value_and_depends_on_the_seed_only():
    generator = np.random.default_rng(3)
    rows = []
    for k in range(12):
        origin = f"2023-{k + 1:02d}"
        rows += [score("random_walk", 1.0, origin=origin), score("isthmus", generator.gamma(4, 0.25), origin=origin)]
    one, two = relative_skill(rows, seed=1), relative_skill(rows, seed=1)
    assert one == two
    assert one.lo < one.value < one.hi
    assert one.hi - one.lo > 0.1


def test_horizon_is_a_forecast_only_where_skill_is_shown(view):
    tested = backtest(view)
    for horizon, skill in tested.by_horizon.items():
        shorter = [tested.by_horizon[h].upper < 1 for h in range(1, horizon)]
        assert tested.label(horizon) == ("forecast" if skill.upper < 1 and all(shorter) else "scenario")
        # 80 % confidence, which is less than the 95 % of the interval shown
        assert skill.upper < skill.hi
    assert tested.label(99) == "scenario"


def test_forecast_rows_have_the_agreed_columns_and_order(view):
    rows = forecast_rows(view)
    assert len(rows) == 3 * 6 * len(view.series)
    for row in rows:
        assert tuple(row) == COLUMNS
        assert row["lo90"] <= row["lo50"] <= row["median"] <= row["hi50"] <= row["hi90"]
    first = rows[0]
    assert (first["series"], first["period"], first["model"], first["place"]) == (
        "ecuador_entries",
        "2024-06",
        "isthmus",
        "ecuador",
    )
    draws = view.predicted("ecuador_entries", ["2024-06"])[:, 0]
    assert first["median"] == pytest.approx(np.median(draws), abs=0.06)


def test_stocks_are_not_counted_over_time(view):
    total, reported = view.counted("ecuador_entries", view.last_year)
    assert (total, reported) == (49_894, 12)


def test_every_quantity_of_the_fit_has_words(view):
    """Blocks with a section of their own have their words there, and are not in the table of the fit."""
    own = {"scenarios", "facilitators", "harm", "asylum", "impacts"}
    for name, _ in priors(view.corridor.model_dump(by_alias=True, exclude=own)):
        label, unit = named(view.corridor, name)
        assert label != name
        assert unit
    assert named(view.corridor, "something.new") == ("something.new", "natural scale")


def test_prior_interval_is_on_the_natural_scale(view):
    level = next(q for q in quantities(view) if q.name == "groups.CHN.departures.level")
    assert level.prior.median == pytest.approx(2500)
    assert level.prior.hi90 == pytest.approx(2500 * math.exp(1.6449), rel=1e-6)
    persistence = next(q for q in quantities(view) if q.name.endswith("persistence"))
    assert persistence.prior.hi90 < 1


def test_best_learned_quantities_come_first(view):
    contractions = [q.contraction for q in quantities(view)]
    assert contractions == sorted(contractions, reverse=True)


def test_legs_round_the_bottleneck_are_told_apart(view):
    found = roles(view.corridor)
    assert {leg for leg, role in found.items() if role == "round"} == {"china_mexico", "china_central_america"}
    assert {leg for leg, role in found.items() if role == "reverse"} == {"ecuador_return"}


def test_arcs_are_as_thick_as_their_people():
    assert thickness(500, 1000) == pytest.approx(thickness(1000, 1000) / 2)
    assert thickness(0, 1000) == 1.0


def test_labels_keep_apart_and_inside():
    size = (350.0, 250.0)
    items = [(f"Place number {k}", (60.0 + 12 * k, 120.0 + 5 * (k % 3))) for k in range(7)]
    placed = labels.place(items, crossed=[], size=size, font=13.0)
    boxes = [labels._box(p.x, p.y, p.anchor, p.words, 13.0) for p in placed]
    for k, a in enumerate(boxes):
        assert a[0] >= 0
        assert a[2] <= size[0]
        for b in boxes[k + 1 :]:
            assert labels._overlap(a, b) == 0


def test_outlines_put_places_into_their_countries():
    """Quito lies in Ecuador's outline and not in Colombia's."""
    stored, steps, _ = outlines._stored()

    def inside(code, lon, lat):
        crossings = 0
        for text in stored[code]:
            ring = outlines._decoded(text, steps)
            for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
                if (y0 > lat) != (y1 > lat) and lon < x0 + (lat - y0) / (y1 - y0) * (x1 - x0):
                    crossings += 1
        return crossings % 2 == 1

    assert inside("EC", -78.5, -0.2)
    assert not inside("CO", -78.5, -0.2)
    assert inside("CN", 113.5, 31.2)


def test_land_is_cut_to_the_window():
    window = Window(-95, -70, -5, 20, 300)
    named_land, others = outlines.land(window, frozenset({"EC"}), 0.8)
    for data in (named_land, others):
        numbers = [float(x) for x in data.replace("M", " ").replace("L", " ").replace("Z", " ").replace(",", " ").split()]
        assert min(numbers) >= -7
        assert max(numbers[0::2]) <= 307


def test_shapes_file_is_small():
    assert (Path(outlines.__file__).parent / "shapes.json").stat().st_size < 150_000


def test_svg_escapes_words_and_attributes():
    assert svg.el("text", "<b>", x=-0.04, class_='a"b') == '<text x="0" class="a&#34;b">&lt;b&gt;</text>'


@pytest.mark.parametrize(("low", "high"), [(0, 5), (0, 9999), (0.3, 1.6), (0, 0.07)])
def test_ticks_are_round_and_inside(low, high):
    ticks = svg.round_ticks(low, high)
    assert 2 <= len(ticks) <= 7
    assert all(low - 1e-9 <= t <= high + 1e-9 for t in ticks)


def test_scores_are_read_with_words_or_numbers_for_coverage(tmp_path, view):
    folder = build(tmp_path / "run")
    path = folder / "scores.csv"
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows({**row, "covered90": str(row["covered90"] == "1")} for row in rows)
    assert RunView.load(folder).scores == view.scores
