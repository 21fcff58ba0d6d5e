"""What `isthmus stress` prints and keeps beside its tables: only what the gate lets out of the tables themselves."""

from __future__ import annotations

import numpy as np
import pytest

import scenario_bench
from isthmus.cli.stress_commands import _changes
from isthmus.disclosure import Ledger, default_policy
from isthmus.pipeline.stress_told import told_notes, told_sweeps
from isthmus.report.gated import gate_row, let_out
from isthmus.scenarios.account import ACCOUNT
from isthmus.scenarios.rows import BASELINE
from isthmus.scenarios.sheets import burden, burden_rows, sheets
from isthmus.scenarios.summary import summary, told_changes

POLICY = default_policy()


@pytest.fixture(scope="module")
def tried():
    """A judged scenario beside the baseline, on the tiny corridor."""
    visa = {**scenario_bench.KINDS["visa"], "likelihood": 0.7, "likelihood_source": "made up"}
    corridor = scenario_bench.corridor(scenarios={"visa": visa})
    return corridor, scenario_bench.comparison(corridor)


def gated(corridor, comparison):
    table = (*comparison.table, *burden_rows(corridor, comparison))
    return let_out("scenarios", [gate_row(row) for row in table], corridor, POLICY, Ledger(), scope="test", edition="one").rows()


def test_changes_are_those_of_the_released_rows_and_no_others(tried):
    corridor, comparison = tried
    told = told_changes(gated(corridor, comparison))
    said = summary(corridor, comparison, told)
    lines = {(line["measure"], line["item"]): line for line in said["scenarios"][0]["changes"]}
    assert {"departures", *ACCOUNT} & {measure for measure, _ in lines}
    for (measure, item), line in lines.items():
        row = told.get(("visa", measure, item))
        sign = -1 if measure == "departures" else 1
        assert line["median"] == (None if row is None or row["median"] is None else sign * row["median"])
        if line["median"] is not None:
            assert line["median"] % POLICY.rounding == line["lo90"] % POLICY.rounding == line["hi90"] % POLICY.rounding == 0
            assert line["lo90"] <= line["median"] <= line["hi90"]


def test_without_the_gate_nothing_is_told(tried):
    corridor, comparison = tried
    said = summary(corridor, comparison, {})
    assert said["scenarios"][0]["changes"]
    assert all(line["median"] is line["lo90"] is line["hi90"] is None for line in said["scenarios"][0]["changes"])
    assert all(line.endswith("withheld") for line in _changes(said["scenarios"][0]["changes"]))
    assert all(sheet["range"] is None and sheet["statements"] == [] for sheet in sheets(corridor, comparison, {}))


def test_the_sum_behind_a_sheet_is_a_row_of_the_table(tried, monkeypatch):
    corridor, comparison = tried
    assert burden_rows(corridor, comparison) == [], "one place on the way has a row already"
    monkeypatch.setattr("isthmus.scenarios.sheets.on_the_way", lambda _, place: place in {"town", "end"})
    places, found = burden(corridor, comparison)
    rows = burden_rows(corridor, comparison)
    assert [(row["scenario"], row["place"]) for row in rows] == [(name, "town+end") for name in (BASELINE, "visa")]
    assert all(np.isclose(row["median"], np.median(found[row["scenario"]])) for row in rows)
    released = gated(corridor, comparison)
    came = {(row["scenario"], row["place"]): row["median"] for row in released if row["place"] == places}
    assert sheets(corridor, comparison, came)[0]["range"] is not None
    del came["visa", places]
    assert sheets(corridor, comparison, came)[0]["range"] is None


TORNADO = {
    "tornado": {
        "scenario": "visa", "place": "town",
        "rows": [{"quantity": "visa.rule.size", "values": [0, 1], "response": [0.02, 0.9876], "middle": 0.4321, "source": "s"}],
    },
    "surface": {"scenario": "visa", "place": "town", "axes": ["a", "b"], "values": [[0], [1]], "response": [[0.02, 0.4321]]},
}  # fmt: skip


def test_shares_of_few_people_are_not_told():
    """0.02 of 200 are four people; 0.99 of them are all but two."""
    came = {(BASELINE, "town"): 200.0, ("visa", "town"): 85.0}
    said = told_sweeps(TORNADO, came, POLICY)
    (row,) = said["tornado"]["rows"]
    assert row["response"] == [None, 1.0]
    assert row["middle"] == 0.43
    assert said["surface"]["response"] == [[None, 0.43]]
    for missing in came:
        left = {key: value for key, value in came.items() if key != missing}
        assert told_sweeps(TORNADO, left, POLICY) == {"tornado": None, "surface": None}


def test_chances_that_few_people_are_exceeded_would_write_down_a_small_count():
    trigger = {"trigger": "high", "above": 3, "probability": 0.42, "words": "likely", "met": True, "weeks": 8}
    service = {"service": "beds", "people": 4.0, "ever": 0.42, "from": "2024-07-01", "capacity": 1}
    many = told_notes({"x": {"services": [{**service, "people": 40.0}], "triggers": [{**trigger, "above": 30}]}}, POLICY)["x"]
    assert (many["services"][0]["ever"], many["triggers"][0]["probability"]) == (0.42, 0.42)
    assert "people" not in many["services"][0], "how many people a capacity serves is for the gate alone"
    few = told_notes({"x": {"services": [service], "triggers": [trigger]}}, POLICY)["x"]
    assert (few["services"][0]["ever"], few["services"][0]["from"]) == (None, None)
    assert (few["triggers"][0]["probability"], few["triggers"][0]["met"]) == (None, None)
