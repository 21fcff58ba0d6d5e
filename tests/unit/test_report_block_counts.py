"""Attacks on the sections of a page: nobody works out a few people from totals, shares, spans or changes beside them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import report_fixture
import xarray as xr

from isthmus.disclosure import Ledger, default_policy
from isthmus.report.asylum import asylum
from isthmus.report.block_counts import cell, whole
from isthmus.report.gated import through
from isthmus.report.impacts import impacts
from isthmus.report.journeys import journeys, told_apart
from isthmus.report.scenarios import scenarios
from isthmus.report.view import RunView

NBSP = "\N{NO-BREAK SPACE}"
FEW = 4
"""People whom the attacks are after."""


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    return RunView.load(report_fixture.build(tmp_path_factory.mktemp("attacked")))


def gated(view):
    return through(view, default_policy(), Ledger())


def texts(section):
    """Every table of a section, as rows of text."""
    tables = [table for table, _ in section.tables] + [chart.table for chart in section.charts]
    return [tuple(cell.replace(NBSP, " ") for cell in row) for table in tables for row in table.rows]


def lived(view, people, turned_back=None, met=(0.5, 0.3, 0.15, 0.05), passed=4000.0):
    draws, stands = 6, ["arrived", "settled", "returned", "turned back", "stranded", "under way"]
    places, legs = list(view.corridor.places), list(view.corridor.legs)
    gave_up = np.zeros((draws, 1, len(places)))
    for place, number in (turned_back or {}).items():
        gave_up[..., places.index(place)] = number
    often = np.zeros((draws, 1, 2, 8))
    often[:, :, :, :4] = met
    days = np.broadcast_to(np.array([10.0, 30, 57, 80, 112]), (draws, 1, 5, 5)).copy()
    return xr.Dataset(
        {
            "days": (("draw", "group", "ending", "quantile"), days),
            "usd": (("draw", "group", "ending", "quantile"), days * 100),
            "people": (("draw", "group", "stands"), np.broadcast_to(np.array(people, float), (draws, 1, 6)).copy()),
            "met": (("draw", "group", "harm", "times"), often),
            "met_people": (("draw", "group"), np.full((draws, 1), passed)),
            "short": (("draw", "group", "leg"), np.zeros((draws, 1, len(legs)))),
            "turned_back": (("draw", "group", "place"), gave_up),
        },
        coords={"group": ["CHN"], "ending": stands[:5], "stands": stands, "harm": ["robbery", "injury"], "leg": legs,
                "place": places},
        attrs={"engine": "agents", "step_days": 10.1},
    )  # fmt: skip


def test_an_ending_of_few_people_is_not_what_is_left_of_the_total(bare):
    shown = gated(replace(bare, journeys=lived(bare, [5000, 400, 300, 200, FEW, 500])))
    rows = {row[0]: row for row in texts(journeys(shown)) if len(row) == 3}
    held = [name for name, row in rows.items() if row[1] == "withheld"]
    assert "Stranded without money" in held
    assert len(held) >= 2, "alone it would be the total without the others"
    assert all(rows[name][2] == "withheld" for name in held), "its share of all gives it away"


def test_places_do_not_give_away_the_few_who_gave_up_at_one_of_them(bare):
    gave_up = {"necocli": 100.0, "panama": 96.0, "mexico": float(FEW)}
    shown = gated(replace(bare, journeys=lived(bare, [5000, 400, 300, 200, 150, 500], gave_up)))
    at = {row[0] for row in texts(journeys(shown)) if row[0].startswith("Gave up at")}
    ending = next(row for row in texts(journeys(shown)) if row[0].startswith("Gave up waiting"))
    assert not any("Mexico" in name for name in at)
    assert len(at) < 2 or ending[1] == "withheld", "200 less 100 less 96"


def test_shares_of_those_harmed_do_not_count_a_few(bare):
    share = FEW / 4000
    people = [5000, 400, 300, 200, 150, 500]
    shown = gated(replace(bare, journeys=lived(bare, people, met=(0.5, 0.35 - share, 0.15, share))))
    section = journeys(shown)
    rows = [row for row in texts(section) if row[0] == "Robbed"]
    assert len([row for row in rows if row[2] == "withheld"]) >= 2
    assert not any("were robbed more than once" in chart.title for chart in section.charts)


def test_waits_that_are_apart_by_a_few_people_are_not_told():
    assert told_apart(np.array([1000.0, 400.0, 396.0, 50.0, 3.0]), 10) == [2, 3]
    assert told_apart(np.array([1000.0, 995.0, 100.0, 0.0]), 10) == [2]
    assert told_apart(np.array([8.0, 4.0, 2.0]), 10) == []


def test_claims_of_a_year_do_not_give_away_those_of_its_last_months(bare):
    months = list(bare.months)
    last, ahead = bare.fitted[-1], bare.ahead
    made = dict.fromkeys(months, 100.0) | {month: FEW / len(ahead) for month in ahead}
    values = np.broadcast_to(np.array([made[m] for m in months]), (20, len(months)))
    data = xr.Dataset(
        dict.fromkeys(("claims_made", "claims_recognised", "claims_pending"), (("sample", "month"), values)),
        coords={"month": months},
    )
    assert last[:4] == ahead[0][:4], "else nothing can be subtracted"
    shown = gated(replace(bare, outcomes=data))
    first = next(month for month in months if month[:4] == last[:4])
    to_fit, to_end = (cell("claims_made", f"{first}/{month}") for month in (last, ahead[-1]))
    assert to_fit in shown.held or to_end in shown.held or ahead[-1][:4] != last[:4]


def scenario_row(measure, place, median, scenario="visa", period="2024-06/2024-11", **more):
    spread = {"lo90": median * 0.9, "lo50": median * 0.95, "hi50": median * 1.05, "hi90": median * 1.1}
    low, high = sorted((spread["lo90"], spread["hi90"]))
    low50, high50 = sorted((spread["lo50"], spread["hi50"]))
    numbers = {"lo90": low, "lo50": low50, "median": median, "hi50": high50, "hi90": high}
    about = {"scenario": scenario, "measure": measure, "place": "all", "leg": "all", "group": "all", "period": period}
    about |= {"kind": "flow", "unit": "persons", "source": "isthmus", "leg" if measure.startswith("leg_flow") else "place": place}
    return about | numbers | more


def with_rows(view, folder, name, rows, stress):
    pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    made = replace(view, folder=folder)
    made.__dict__["stress"] = stress
    return made


STRESS = {
    "draws": 100,
    "months": ["2024-06", "2024-11"],
    "scenarios": [{"id": "visa", "label": "A visa", "changes": [1], "strengths": []}],
}


def test_a_change_tells_nothing_of_a_leg_whose_few_people_are_withheld(bare, tmp_path):
    legs = list(bare.corridor.legs)[:3]
    rows = []
    for scenario, flows in (("baseline", (900.0, 300.0, 200.0)), ("visa", (850.0, 200.0, float(FEW)))):
        rows += [scenario_row("leg_flow", leg, n, scenario) for leg, n in zip(legs, flows, strict=True)]
        rows.append(scenario_row("leg_flow", "all", sum(flows), scenario))
        rows.append(scenario_row("departures", "all", sum(flows), scenario))
    rows += [
        scenario_row("leg_flow_change", leg, n) for leg, n in zip((*legs, "all"), (-50.0, -100.0, -196.0, -346.0), strict=True)
    ]
    rows.append(scenario_row("departures_change", "all", -346.0))
    made = with_rows(bare, tmp_path, "scenarios", rows, STRESS)
    assert scenarios(made) is None or not scenarios(made).charts, "before the gate there are no rows"
    shown = gated(made)
    section = scenarios(_stressed(shown))
    lines = [row for row in texts(section) if row[0].startswith("By ") and row[0] != "By all"]
    assert len(lines) <= 1, "the leg of few people and another, so that the total does not give it away"
    assert not any("196" in text or "195" in text for row in texts(section) for text in row)


def _stressed(view):
    view.__dict__["stress"] = STRESS | {"impacts": {"baseline": {"services": [], "triggers": []}}}
    return view


def test_needs_tell_nothing_of_a_place_whose_few_people_are_withheld(bare, tmp_path):
    if bare.corridor.impacts is None:
        pytest.skip("the corridor has no impacts")
    places = list(bare.corridor.places)[:3]
    rows = []
    more = {"sector": "", "item": "", "edition": ""}
    for place, people in zip(places, (900.0, 300.0, float(FEW)), strict=True):
        rows.append(scenario_row("people_arrivals", place, people, "baseline", "2024-07", **more))
        water = {"sector": "wash", "item": "water", "edition": "2018", "unit": "litres"}
        rows.append(scenario_row("need_water", place, 15 * people, "baseline", "2024-07", **water))
    rows.append(scenario_row("people_arrivals", "all", 1204.0, "baseline", "2024-07", **more))
    shown = _stressed(gated(with_rows(bare, tmp_path, "impacts", rows, {})))
    told = {row["place"] for row in shown.long_rows("impacts", ["need_water"])}
    assert places[2] not in told
    assert len(told) <= 1
    numbers = [int(n.replace(",", "")) for row in texts(impacts(shown)) for n in re.findall(r"\d[\d,]*", " ".join(row))]
    assert 15 * FEW not in numbers


def test_counts_of_sections_have_names_that_tell_them_apart(bare):
    assert cell("journeys", whole(bare), place="all", item="all") != cell("journeys", whole(bare), place="all", item="arrived")
    assert asylum(replace(bare, outcomes=None)) is None
