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

from isthmus.disclosure import Ledger, Table, default_policy, release
from isthmus.report.asylum import asylum
from isthmus.report.beliefs import beliefs
from isthmus.report.block_counts import KEPT, cell, whole
from isthmus.report.gated import through
from isthmus.report.harm import harm
from isthmus.report.held import held
from isthmus.report.impacts import impacts
from isthmus.report.journeys import journeys, told_apart
from isthmus.report.ledger import ledger
from isthmus.report.reverse import reverse
from isthmus.report.scenarios import scenarios
from isthmus.report.view import RunView
from isthmus.report.words import period_name

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


def everywhere(data, view, **names):
    """A data set with the same number of people in every draw."""
    made = {}
    for name, (dims, values) in data.items():
        one = np.asarray(values, dtype=float)
        made[name] = (("sample", *dims), np.broadcast_to(one, (20, *one.shape)).copy())
    return replace(view, outcomes=xr.Dataset(made, coords={"month": list(view.months), "group": ["CHN"], **names}))


def words_of(section):
    parts = [*section.paragraphs, *(chart.title for chart in section.charts), *(chart.about for chart in section.charts)]
    return " ".join([*parts, *(cell for row in texts(section) for cell in row), *(str(c.pictures) for c in section.charts)])


def unguarded(view, section):
    """What the section says of the same run without the gate: the attack must succeed there, or it proves nothing."""
    return words_of(section(view))


def harmed(bare, few):
    """Robberies on the leg with hazards by year, one year of ``few``; deaths by the same years."""
    leg, years = next(iter(bare.corridor.harm.legs)), [*sorted({m[:4] for m in bare.fitted}), "ahead"]
    shape = (1, 2, 1, len(years))
    groups = np.full(shape, 400.0)
    groups[0, 0, 0, 1] = few
    recorded = np.full((1, 1, len(years)), 60.0)
    recorded[0, 0, 1] = few
    met = [*dict.fromkeys(survey.about for survey in bare.corridor.harm.surveys.values())]
    return everywhere(
        {
            "harm_everyone": (("harm_leg", "harm", "harm_year"), np.full((1, 2, 2), 5000.0)),
            "harm_people": (("harm_year",), np.full(2, 50000.0)),
            "harm_groups": (("harm_leg", "harm_open", "group", "period"), groups),
            "harm_recorded": (("death_record", "group", "period"), recorded),
            "harm_parameters": (("harm_parameter",), np.zeros(0)),
            "harm_met": (("harm_leg", "met"), np.full((1, len(met)), 0.3)),
        },
        bare,
        harm_leg=[leg], harm=["robbery", "death"], harm_open=["robbery", "death"], harm_year=["2022", "2023"], period=years,
        death_record=[next(iter(bare.corridor.harm.records))], met=met, harm_parameter=[],
    )  # fmt: skip


def harm_data(view):
    """``harm_people`` has no draws."""
    people = view.outcomes["harm_people"].isel(sample=0, drop=True)
    return replace(view, outcomes=view.outcomes.assign(harm_people=people))


def test_harm_to_a_few_of_a_nationality_is_withheld_and_no_other_number_counts_them(bare):
    attacked = harm_data(harmed(bare, FEW))
    rows = {row[0]: row for row in texts(harm(gated(attacked)))}
    robbed = next(row for name, row in rows.items() if name.endswith("robbed at least once"))
    recorded = next(row for name, row in rows.items() if "would record" in name)
    assert robbed[2] == recorded[2] == "withheld"
    assert all(cell != "withheld" for row in (robbed, recorded) for cell in (row[1], *row[3:]))
    many = harm_data(harmed(bare, 40.0))
    assert not any("withheld" in row for row in texts(harm(gated(many)))), "nothing is withheld that need not be"
    open_ = next(row for row in texts(harm(attacked)) if row[0].endswith("robbed at least once"))
    assert open_[2] != "withheld", "without the gate the section tells that they were under ten"


def test_harm_by_year_is_not_what_is_left_of_the_span_that_holds_the_years(bare):
    """Years that a longer period beside them tiles: were the period ahead given with its year, the few would be the rest."""
    attacked = harm_data(harmed(bare, FEW))
    years = [*(str(p) for p in attacked.outcomes["period"].values if p != "ahead")]
    named = [cell("harm_robbery", year, leg=str(attacked.outcomes["harm_leg"].values[0]), group="CHN") for year in years]
    rows = [dict(zip(KEPT, one, strict=True)) for one in named]
    counts = [400.0 if year != years[1] else float(FEW) for year in years]
    rows.append({**rows[0], "period": f"{years[0]}-01/{years[-1]}-12"})
    counts.append(sum(counts))
    table = Table.of(
        {
            **row, "lo90": 0.5 * n, "lo50": 0.8 * n, "median": n, "hi50": 1.2 * n, "hi90": 1.5 * n, "kind": "flow",
            "unit": "persons", "source": "made up",
        }
        for row, n in zip(rows, counts, strict=True)
    )  # fmt: skip
    held = release(table, default_policy(), Ledger(), scope="test", edition="one").withheld
    assert held[1]
    assert held.sum() >= 2


def waiting(bare, few):
    """A queue with ``few`` people in one month, and places where people are out of money."""
    months = list(bare.months)
    queue = np.full((1, 1, len(months)), 500.0)
    queue[..., months.index(bare.fitted[-2])] = few
    stuck = np.zeros((1, 2, len(months)))
    stuck[:, 0], stuck[:, 1] = 200.0, few
    return everywhere(
        {
            "queued": (("queue", "group", "month"), queue),
            "queued_others": (("queue", "month"), np.zeros((1, len(months)))),
            "wait_days": (("queue", "month"), np.where(queue[0, 0] == few, 12.3, 4.0)[None]),
            "stranded": (("group", "place", "month"), stuck),
            "short": (("group", "short_leg", "month"), np.full((1, 1, len(months)), few / 12)),
        },
        bare, queue=["necocli"], place=["necocli", "panama"], short_leg=["necocli_darien"],
    )  # fmt: skip


def test_a_month_in_which_few_wait_is_told_neither_by_their_number_nor_by_how_long_they_waited(bare):
    attacked = waiting(bare, FEW)
    section = held(gated(attacked))
    when = period_name(attacked.fitted[-2]).replace(NBSP, " ")
    rows = [row for row in texts(section) if row[0] == when]
    assert [row[1] for row in rows] == ["withheld", "withheld"]
    said = words_of(section)
    assert "12.3" not in said
    assert "Panama" not in said, "where few are out of money"
    assert "could not pay" not in said
    open_ = unguarded(attacked, held)
    assert "12.3" in open_
    assert "could not pay" in open_


def test_dollars_do_not_count_the_few_who_paid_and_no_total_gives_them_away(bare):
    corridor = bare.corridor
    fees, year = list(corridor.facilitators.fees), bare.fitted[-6][:4]
    year = next(y for y in sorted({m[:4] for m in bare.fitted}) if sum(m.startswith(y) for m in bare.fitted) == 12)
    few = next(name for name, fee in corridor.facilitators.fees.items() if fee.within is None)
    legs = list(corridor.facilitators.fees[few].legs)
    posterior = bare.posterior.copy(deep=True)
    at = {"leg": legs, "month": [m for m in bare.months if m.startswith(year)]}
    posterior["leg_flow"].loc[at] = FEW / 12 / len(legs)
    paid = np.full((len(fees), 1, 1), 5e6)
    paid[fees.index(few)] = 1234.0
    attacked = everywhere(
        {
            "ledger_groups": (("fee", "group", "ledger_year"), paid),
            "ledger_everyone": (("fee", "ledger_year"), np.full((len(fees), 1), 9e6)),
            "ledger_total": (("total",), np.full(sum(t.fee is not None for t in corridor.facilitators.totals.values()), 9e6)),
        },
        replace(bare, posterior=posterior),
        fee=fees, ledger_year=[year], total=[n for n, t in corridor.facilitators.totals.items() if t.fee is not None],
    )  # fmt: skip
    section = ledger(gated(attacked))
    rows = {row[0]: row for row in texts(section)}
    assert rows[corridor.facilitators.fees[few].label][4] == "withheld"
    assert rows[corridor.facilitators.fees[few].label][6] == "", "their share of what all paid"
    assert "paid about" not in section.charts[0].title
    open_ = ledger(attacked)
    assert "paid about" in open_.charts[0].title
    assert {row[0]: row for row in texts(open_)}[corridor.facilitators.fees[few].label][4] != "withheld"


def test_the_few_who_went_back_are_not_told(bare):
    flows = [name for name, flow in bare.corridor.reverse.flows.items() if flow.legs or flow.share is not None][:1]
    periods = [*sorted({m[:4] for m in bare.fitted}), "ahead"]
    people = np.full((1, 1, len(periods)), 700.0)
    people[0, 0, 1] = FEW
    attacked = everywhere(
        {"reverse": (("reverse_flow", "group", "reverse_period"), people)}, bare, reverse_flow=flows, reverse_period=periods
    )
    (chart,) = reverse(gated(attacked)).charts
    assert [row[2] == "withheld" for row in chart.table.rows] == [period == periods[1] for period in periods]
    (open_,) = reverse(attacked).charts
    assert "withheld" not in [row[2] for row in open_.table.rows]


@pytest.mark.parametrize(("believed", "informed", "told"), [(5000.0, FEW, "withheld"), (FEW, 5000.0, "withheld"),
                                                            (5000.0, 4996.0, "about none"), (5000.0, 2500.0, None)])  # fmt: skip
def test_a_change_in_per_cent_does_not_count_the_few_who_would_pass(bare, believed, informed, told):
    legs, months = list(bare.corridor.information.legs)[:1], list(bare.months)
    flows = {"belief_flow": believed, "informed_flow": informed}
    attacked = everywhere(
        {
            "believed": (("belief_leg", "group", "month"), np.full((1, 1, len(months)), 0.2)),
            "truth": (("belief_leg",), np.full(1, 0.6)),
            **{
                name: (("belief_leg", "group", "month"), np.full((1, 1, len(months)), n / len(bare.fitted)))
                for name, n in flows.items()
            },
        },
        bare, belief_leg=legs,
    )  # fmt: skip
    table, _ = beliefs(gated(attacked)).tables[0]
    assert (table.rows[0][3] == told) if told else ("50" in table.rows[0][3])
    open_, _ = beliefs(attacked).tables[0]
    assert open_.rows[0][3] != "withheld"
