"""Impacts: person-days by Little's law, needs by standard, people in need, economy, services, triggers."""

import numpy as np
import pytest

from isthmus.impacts.assess import assess
from isthmus.impacts.presence import Presence, presence
from isthmus.impacts.triggers import brier, triggers
from isthmus.scenarios.rows import BASELINE, select
from isthmus.spec.impacts import Impacts
from scenario_bench import QUEUE, comparison, corridor, scenario, shock

SHARE = {"dist": "logitnormal", "median": 0.5, "sd_logit": 0.5}
BLOCK = {
    "places": ["town"],
    "prices": {"water": {"amount": 0.01, "currency": "EUR", "per": "litres", "source": "made up"}},
    "rates": {"EUR": 1.1},
    "needs": {"wash": {"share": 0.4, "source": "made up"}, "food": {"share": 0.6, "source": "made up"}},
    "services": {
        "beds": {
            "label": "Beds", "place": "town", "kind": "beds", "basis": "present", "demand": 1, "capacity": 1, "unit": "beds",
            "source": "made up",
        },
        "many": {
            "label": "Beds", "place": "town", "kind": "beds", "basis": "present", "demand": 1, "capacity": 1e9, "unit": "beds",
            "source": "made up",
        },
    },
    "towns": {
        "town": {
            "spending_usd": 10, "sectors": {"food": 0.25, "lodging": 0.75}, "local": 0.5, "multiplier": 2.0, "income_usd": 100,
            "population": 1000, "worker_share": 0.5, "source": "made up",
        }
    },
    "cases": {"robbery": {"label": "Robbed", "place": "town", "share": SHARE, "reported": 0.1, "source": "made up"}},
    "triggers": {"high": {"label": "High", "place": "town", "above": 1, "weeks": 8, "source": "made up"}},
}  # fmt: skip


@pytest.fixture(scope="module")
def found():
    kinds = {"none": scenario(), "visa": scenario(a=shock("entry_rule", group="CHN", place="town", requirement="closed"))}
    made = corridor(impacts=BLOCK, scenarios=kinds, information=None, queues=QUEUE, drivers={})
    compared = comparison(made)
    return compared, assess(made, compared, seed=1)


def one(table, **where):
    rows = select(table, **where)
    assert len(rows) == 1, (where, len(rows))
    return rows[0]


def span(found):
    months = found[0].bench.months
    return f"{months[0]}/{months[-1]}"


def test_person_days_are_arrivals_times_the_mean_stay(found):
    """Little's law, draw by draw; what is under way at either end is small against the whole."""
    people = presence(corridor(impacts=BLOCK), found[0].bench, found[0].baseline.ahead)
    stay = people.person_days.sum(axis=(1, 2, 3)) / people.arrivals.sum(axis=(1, 2, 3))
    assert np.allclose(stay, 10.0, rtol=0.15)


def test_needs_are_what_is_counted_times_the_standard(found):
    table, when = found[1].table, span(found)
    days = one(table, scenario=BASELINE, measure="people_person_days", group="CHN", period=when)
    water = one(table, scenario=BASELINE, measure="need_water", group="CHN", period=when)
    assert water["median"] == pytest.approx(15 * days["median"])
    assert water["hi90"] == pytest.approx(15 * days["hi90"])
    assert "Sphere 2018" in water["edition"]
    month = found[0].bench.months[2]
    peak = one(table, scenario=BASELINE, measure="people_peak", group="CHN", period=month)
    latrines = one(table, scenario=BASELINE, measure="need_latrines", group="CHN", period=month)
    assert latrines["median"] == pytest.approx(peak["median"] / 20)
    assert not select(table, measure="need_latrines", period=when), "space is not added up over months"
    cost = one(table, scenario=BASELINE, measure="cost_water", place="town", period=when)
    assert cost["median"] == pytest.approx(water["median"] * 0.01 * 1.1)


def test_in_need_is_the_highest_sector_and_not_the_sum(found):
    table, when = found[1].table, span(found)
    came = one(table, scenario=BASELINE, measure="people_arrivals", group="CHN", period=when)
    overall = one(table, scenario=BASELINE, measure="in_need_overall", group="CHN", period=when)
    assert overall["median"] == pytest.approx(0.6 * came["median"])
    region = one(table, scenario=BASELINE, measure="in_need_region", period=when)
    assert region["median"] == pytest.approx(overall["median"])


def test_spending_makes_income_jobs_and_exposure(found):
    table, when = found[1].table, span(found)
    days = one(table, scenario=BASELINE, measure="people_person_days", group="CHN", period=when)["median"]
    assert one(table, scenario=BASELINE, measure="local_income", period=when)["median"] == pytest.approx(10 * days)
    assert one(table, scenario=BASELINE, measure="jobs", period=when)["median"] == pytest.approx(10 * days / 6 / 100)
    sectors = select(table, scenario=BASELINE, measure="spending", period=when)
    assert {row["sector"] for row in sectors} == {"", "food", "lodging"}
    lost = one(table, scenario=BASELINE, measure="exposure", period=when)
    assert lost["median"] == pytest.approx(0.9 * 10 * days / 6)
    less = one(table, scenario="visa", measure="local_income", period=when)
    assert less["median"] < 10 * days


def test_a_service_says_when_it_is_exceeded(found):
    compared, assessed = found
    beds, many = assessed.notes[BASELINE]["services"]
    assert beds["from"] == str(compared.bench.model.grid.starts[compared.bench.first_step])
    assert beds["ever"] == 1.0
    assert (many["from"], many["ever"]) == (None, 0.0)


def test_scenarios_share_their_rates_and_nothing_changes_where_nothing_does(found):
    table, when = found[1].table, span(found)
    for measure in {row["measure"] for row in table}:
        same = [select(table, scenario=name, measure=measure, period=when) for name in (BASELINE, "none")]
        assert next([row["median"] for row in rows] for rows in same) == [row["median"] for row in same[1]]
    cases = one(table, scenario=BASELINE, measure="cases_robbery", period=when)
    known = one(table, scenario=BASELINE, measure="cases_robbery_reported", period=when)
    assert known["median"] == pytest.approx(0.1 * cases["median"])
    assert cases["group"] == "all"


def test_a_trigger_is_the_share_of_draws_that_exceed():
    present = np.zeros((10, 1, 1, 6))
    present[:4, 0, 0, 1] = 200.0
    present[:, 0, 0, 5] = 1000.0
    people = Presence(("town",), ("CHN",), present, present, np.full(6, 10.0), np.array([0, 0, 0, 1, 1, 1]))
    block = Impacts.model_validate(
        {"triggers": {"a": {"label": "A", "place": "town", "above": 100, "weeks": 4, "probability": 0.3, "source": "made up"}}}
    )
    (said,) = triggers(block, people)
    assert (said["probability"], said["words"], said["met"]) == (0.4, "about as likely as not", True)


def test_the_brier_score_of_known_statements():
    happened = np.array([1.0, 0.0, 1.0, 0.0])
    sure = brier(happened, happened)
    assert (sure["brier"], sure["skill"]) == (0.0, 1.0)
    base = brier(np.full(4, 0.5), happened)
    assert (base["brier"], base["skill"]) == (0.25, 0.0)
    assert base["reliability"] == [{"said": [0.4, 0.6], "cases": 4, "mean_said": 0.5, "happened": 0.5}]
