"""What each kind of shock does, against the baseline on the same draws."""

import jax.numpy as jnp
import numpy as np
import pytest

from isthmus.forecast.predict import Predictor
from isthmus.scenarios.account import ACCOUNT
from isthmus.scenarios.outcomes import total
from isthmus.scenarios.rows import BASELINE, COLUMNS, select
from scenario_bench import KINDS, benched, corridor, scenario, shock, tried


@pytest.fixture(scope="module")
def found():
    return tried()


def moved(found, name, measure, item=None):
    """Paired change over the months ahead, ``(sample,)``."""
    measures, base = found.outcomes[name].found, found.outcomes[BASELINE].found
    at = 0 if item is None else measures[measure].items.index(item)
    return (total(measures[measure]) - total(base[measure]))[:, at]


def test_a_scenario_equal_to_the_baseline_differs_by_exactly_nothing(found):
    for measure in found.outcomes["none"].found:
        assert np.all(found.change("none", measure) == 0.0)


@pytest.mark.parametrize("name", [name for name in KINDS if name != "none"])
def test_every_kind_changes_something_and_loses_nobody(found, name):
    """Departures gained or lost are found again in what became of people, draw by draw."""
    assert any(np.abs(found.change(name, measure)).max() > 1e-6 for measure in found.outcomes[name].found)
    ends = sum(found.change(name, part) for part in ACCOUNT)
    left = np.cumsum(found.change(name, "departures"), axis=-1)
    assert np.allclose(ends, left, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in KINDS if name != "early"])
def test_nothing_changes_before_it_begins(found, name):
    for measure in ("departures", "arrivals", "leg_flow", "queued"):
        assert np.all(found.change(name, measure)[..., 0] == 0.0), measure


def test_a_rule_diverts_and_keeps_at_home(found):
    assert (moved(found, "visa", "leg_flow", "home_town") < 0).all()
    assert (moved(found, "visa", "leg_flow", "home_end") > 0).all()
    assert (moved(found, "visa", "departures") < 0).all()


def test_an_announcement_brings_departures_forward(found):
    early, plain = found.change("early", "departures"), found.change("visa", "departures")
    assert (early[:, 0, 0, 0] > 0).all()
    assert np.all(plain[:, 0, 0, 0] == 0)
    assert (early[:, 0, 0, 1] < plain[:, 0, 0, 1]).all()


def test_more_is_closed_the_fewer_go(found):
    less, more = (moved(found, name, "leg_flow", "home_town") for name in ("shut", "shut_more"))
    assert (more < less).all()
    assert (less < 0).all()


def test_a_cap_and_a_stop_make_people_wait_turn_back_and_find_another_way(found):
    for name in ("capped", "stopped"):
        waiting = found.change(name, "queued")[:, 0, 0]
        assert (waiting[:, 1] > 0).all()
        assert (moved(found, name, "turned_back", "town") > 0).all()
    after = found.change("stopped", "queued")[:, 0, 0, -1]
    assert np.allclose(after, 0, atol=1e-6), "the boats carry all who waited when they go again"


def test_removals_take_their_share_of_those_who_set_out_again(found):
    flows = found.outcomes["removed"].found["leg_flow"]
    sent = flows.values[:, flows.items.index("removed_from_town"), 0, 1:]
    on = sum(flows.values[:, flows.items.index(leg), 0, 1:] for leg in ("town_end", "town_home"))
    assert np.all(sent > 0)
    assert np.median(sent / (sent + on)) == pytest.approx(0.3, abs=0.05)
    assert (moved(found, "removed", "leg_flow", "home_town") < 0).all()


def test_asylum_narrowed_lowers_departures_and_arrivals(found):
    assert (moved(found, "narrowed", "departures") < 0).all()
    assert (moved(found, "narrowed", "arrivals", "end") < 0).all()


def test_whoever_cannot_claim_asylum_does_not(found):
    came, claimed = (
        {name: found.outcomes[name].found[measure].values[:, -1, 0] for name in (BASELINE, "narrowed")}
        for measure in ("arrivals", "claims")
    )
    assert found.outcomes[BASELINE].found["arrivals"].items[-1] == "end"
    assert np.allclose(claimed[BASELINE], 0.6 * came[BASELINE])
    assert np.allclose(claimed["narrowed"][:, 1:], 0.5 * 0.6 * came["narrowed"][:, 1:])
    rows = [row for row in found.table if row["measure"] == "claims_change" and row["scenario"] == "narrowed"]
    assert {row["group"] for row in rows} == {"CHN"}
    assert all(row["median"] < 0 for row in rows if row["period"] > "2023-06")


def test_a_pathway_is_taken_as_often_as_it_replaces_the_corridor(found):
    flows = found.outcomes["permitted"].found["leg_flow"]
    taken = flows.values[:, flows.items.index("pathway_chn"), 0]
    assert np.all(taken[:, 0] == 0)
    base = found.outcomes[BASELINE].found["departures"].values[:, 0, 0]
    months = base[:, 1:] > 120
    assert np.allclose(taken[:, 1:][months], 50, rtol=0.35)
    assert (moved(found, "permitted", "arrivals", "end") < 0).all()


def test_information_and_advertising_pull_beliefs_apart(found):
    believed = {name: found.outcomes[name].ahead.flows.believed[:, 0, 0, -1] for name in (BASELINE, "told", "advertised")}
    assert (believed["told"] > believed[BASELINE]).all()
    assert (believed["advertised"] < believed[BASELINE]).all()


def test_a_driver_pushes_by_its_coefficient(found):
    ratio = found.outcomes["pushed"].found["departures"].values / found.outcomes[BASELINE].found["departures"].values
    assert np.allclose(np.log(ratio[:, 0, 0, -2]), 0.4, atol=0.02)


def test_flights_cut_send_people_by_other_ways(found):
    assert (moved(found, "grounded", "leg_flow", "home_town") < 0).all()
    assert (moved(found, "grounded", "leg_flow", "home_end") > 0).all()


def test_storms_hold_people_up_and_harm_more_of_those_who_go(found):
    died = found.outcomes["stormy"].found["death"].values[:, 0, 0]
    base = found.outcomes[BASELINE].found
    flows = base["leg_flow"]
    town_end = flows.items.index("town_end")
    went = found.outcomes["stormy"].found["leg_flow"].values[:, town_end, 0, 1:]
    rate = died[:, 1:] / went
    assert np.allclose(rate, 2 * base["death"].values[:, 0, 0, 1:] / flows.values[:, town_end, 0, 1:], rtol=0.01)
    assert (found.change("stormy", "queued")[:, 0, 0, 1] > 0).all()


def test_rows_have_an_interval_a_kind_a_unit_and_a_source(found):
    table = found.table
    assert set(table[0]) == set(COLUMNS)
    assert all(row["lo90"] <= row["lo50"] <= row["median"] <= row["hi50"] <= row["hi90"] for row in table)
    assert all(row["unit"] and row["source"] and row["kind"] in {"flow", "stock"} for row in table)
    stocks = [row for row in table if row["kind"] == "stock"]
    assert all("/" not in row["period"] for row in stocks), "a stock is not added up over months"
    same = select(table, scenario="none", measure="arrivals_change")
    assert same
    assert all(row["median"] == row["lo90"] == row["hi90"] == 0 for row in same)


def test_a_queue_that_only_a_scenario_brings_holds_nobody_back_before(found):
    without = tried(("none", "stopped"), queue=False)
    assert np.all(without.change("none", "leg_flow") == 0.0)
    assert np.all(without.outcomes[BASELINE].found["queued"].values == 0)
    assert (without.change("stopped", "queued")[:, 0, 0, 1] > 0).all()


def test_the_order_of_writing_does_not_matter():
    from scenario_bench import comparison, corridor

    parts = {
        "z": shock("close", legs=["home_town"], share={"dist": "logitnormal", "median": 0.4, "sd_logit": 0.5}),
        "b": shock("removals", place="town", share=0.1),
        "c": shock("cap", place="town", per_day=8),
        "d": shock("storms", legs=["town_end"], capacity=0.5),
    }
    forward = comparison(corridor(scenarios={"x": scenario(**parts)}))
    backward = comparison(corridor(scenarios={"x": scenario(**dict(reversed(parts.items())))}))
    for measure in forward.outcomes["x"].found:
        assert np.array_equal(forward.outcomes["x"].found[measure].values, backward.outcomes["x"].found[measure].values)


def test_paths_found_by_the_program_of_the_scenarios_are_those_of_the_forecast():
    made_bench, vectors, evidence, fitted = benched(corridor())
    _, wanted = Predictor(fitted).seen_paths(jnp.asarray(vectors), evidence)
    n = fitted.grid.n_months
    for name in ("departures", "legs", "detection"):
        assert np.allclose(getattr(made_bench.seen, name)[..., :n], getattr(wanted, name), atol=1e-9), name
