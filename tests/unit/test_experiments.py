"""Natural experiments: controls against closed forms, the small corridor, reasons for what cannot be made, pages."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from isthmus.cli import main
from isthmus.data.figures import Figures, read_figures
from isthmus.data.series import Figure
from isthmus.errors import FiguresError, InputError
from isthmus.forecast.experiments import EXPERIMENTS, Experiment, Job, experiment
from isthmus.forecast.experiments.controls import controls, simplex_weights
from isthmus.forecast.experiments.corridor import corridor_of
from isthmus.inference.fit import Effort
from isthmus.model.network import compile_model
from isthmus.pipeline import experiments
from isthmus.report.experiments import change_words, render_experiment
from isthmus.timegrid import month_range

SHARED = Path(__file__).parents[3] / "shared" / "data" / "corridor_monthly.csv"
BEFORE, AFTER = list(month_range("2022-01", "2022-12")), list(month_range("2023-01", "2023-06"))


def test_weights_are_those_of_the_mixture_that_the_target_is():
    generator = np.random.default_rng(1)
    donors = generator.normal(size=(40, 5))
    found = simplex_weights(donors @ np.array([0.5, 0.0, 0.3, 0.2, 0.0]), donors)
    assert np.allclose(found, [0.5, 0, 0.3, 0.2, 0], atol=1e-4)
    outside = simplex_weights(3 * donors[:, 0] - 2 * donors[:, 1], donors)
    assert outside.sum() == pytest.approx(1)
    assert (outside >= 0).all()


def series(factor_after, shape):
    rows = 500 * np.exp(shape)
    rows[12:] *= factor_after
    return dict(zip([*BEFORE, *AFTER], rows, strict=True))


def test_both_controls_find_an_effect_that_was_put_in():
    generator = np.random.default_rng(4)
    course = 0.3 * np.sin(np.arange(18) / 2)
    noise = [course * a + 0.05 * generator.standard_normal(18) for a in (0.5, 1.5, 0.8, 1.2, 1.0, 0.9)]
    donors = {f"D{n}": series(1.0, row) for n, row in enumerate(noise)}
    found = controls(series(0.25, course), donors, BEFORE, AFTER)
    assert [c.method for c in found] == ["synthetic control", "difference in differences"]
    for control in found:
        assert control.effect == pytest.approx(np.log(0.25), abs=0.15)
        assert control.lo < control.effect < control.hi < -0.5
        assert control.p == 0
        assert control.path[0] == pytest.approx(500 * np.exp(course[12]), rel=0.3)
    assert sum(found[0].weights.values()) == pytest.approx(1, abs=0.02)
    none = controls(series(1.0, course), donors, BEFORE, AFTER)
    assert all(abs(c.effect) < 0.1 for c in none)


def test_controls_say_why_they_cannot_be_made():
    flat = series(1.0, np.zeros(18))
    assert "1 groups" in controls(flat, {"A": flat}, BEFORE, AFTER)
    assert "group itself" in controls({}, {"A": flat}, BEFORE, AFTER)
    gappy = {m: v for m, v in flat.items() if m != "2022-05"}
    assert "2 groups" in controls(flat, {"A": flat, "B": flat, "C": gappy}, BEFORE, AFTER)


def made_up(group="AAA", first="2021-06", last="2023-06", level=400.0):
    months = month_range(first, last)
    rows = []
    for name, place in (("darien_transits", "darien"), ("us_encounters", "us_border")):
        for n, month in enumerate(months):
            value = level * (0.4 if month >= "2023-01" else 1.0) + 10 * (n % 3)
            rows.append(Figure(name, place, group, month, "flow", "persons", value, "Office", "2024-01-31", "S", ""))
    return rows


CLOSURE = Experiment(
    name="made-up",
    label="A closure, made up",
    group="AAA",
    date=dt.date(2023, 1, 1),
    source="made up",
    confidence="B",
    size=(-0.9, 0.2),
    size_source="made up",
    series=("darien_transits",),
    months=3,
)


def test_the_small_corridor_has_the_places_that_count_and_compiles():
    corridor = corridor_of(Figures(tuple(made_up())), CLOSURE, "2023-01")
    assert list(corridor.series) == ["darien_transits", "us_encounters"]
    assert "ecuador" not in corridor.places
    assert corridor.time.fit_from == "2021-06"
    model = compile_model(corridor, "2023-03")
    assert [shift.on for shift in model.shifts] == ["departures"]
    with pytest.raises(FiguresError, match="at least 8 monthly figures of AAA before 2021-09; found too few in any of darien"):
        corridor_of(Figures(tuple(made_up())), CLOSURE, "2021-09")
    with pytest.raises(FiguresError, match="found no figures of BBB at all in this table"):
        corridor_of(Figures(tuple(made_up())), replace(CLOSURE, group="BBB"), "2023-01")


def test_an_earlier_rule_cuts_the_figures_and_not_all_who_enter_ecuador_go_on():
    rows = [*made_up(), *(replace(row, series="ecuador_entries", place="ecuador") for row in made_up(level=4000.0)[:25])]
    corridor = corridor_of(Figures(tuple(rows)), replace(CLOSURE, first="2022-02"), "2023-01")
    assert corridor.time.fit_from == "2022-02"
    assert corridor.places["ecuador"].settle is not None
    assert corridor.legs["ecuador_darien"].drift
    early = replace(CLOSURE, first="2022-08")
    with pytest.raises(FiguresError, match="at least 8 monthly figures"):
        corridor_of(Figures(tuple(rows)), early, "2023-01")


@pytest.mark.slow
def test_the_event_is_predicted_on_the_same_draws_and_the_path_scored():
    figures = Figures(tuple(made_up()))
    effort = Effort(chains=2, warmup=100, draws=100, search=150)
    outcome = experiment(Job(CLOSURE, figures, seed=1, effort=effort))
    path = outcome.paths[0]
    low, middle, high = path["change"]
    assert outcome.last_fitted == "2022-12"
    assert low < middle < high
    assert middle == pytest.approx(-0.7, abs=0.25)
    came = {row.period: row.value for row in made_up() if row.series == "darien_transits"}
    assert path["observed"] == [came[month] for month in path["months"]]
    told, untold = path["crps_log"]
    assert told < untold
    assert "fewer than 3" in path["controls"]
    facts = {"quick": False, "seed": 1, "figures": "x.csv", "isthmus": "0"}
    page = render_experiment(CLOSURE, {**outcome.__dict__, "paths": list(outcome.paths)}, facts, "abc")
    assert "A closure, made up" in page


def test_experiments_without_figures_are_skipped_with_the_reason(tmp_path, capsys):
    assert main(["experiments", "--out", str(tmp_path), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert {one["name"] for one in facts["experiments"]} == {one.name for one in EXPERIMENTS}
    assert all("--figures FILE" in one["skipped"] for one in facts["experiments"])
    pages = {path.stem for path in Path(facts["folder"]).glob("*.html")}
    assert pages == {"experiments", *(one.name for one in EXPERIMENTS)}


def test_an_unknown_experiment_is_refused(tmp_path):
    with pytest.raises(InputError, match="--only: expected one of venezuela-october-2022"):
        experiments(out=tmp_path, figures=None, only=("moon-landing",))


def test_changes_are_said_in_words():
    assert change_words(np.log(0.37)) == "minus 63%"
    assert change_words(np.log(1.2)) == "plus 20%"


@pytest.mark.skipif(not SHARED.is_file(), reason="the shared monthly figures are not here")
def test_the_shared_figures_carry_all_experiments_but_those_held_back():
    figures = read_figures(SHARED)
    reasons = {}
    for one in EXPERIMENTS:
        try:
            compile_model(corridor_of(figures, one, one.known.strftime("%Y-%m")), "2024-08")
        except FiguresError as error:
            reasons[one.name] = str(error)
    assert set(reasons) == {"haiti-visa-ecuador"}
