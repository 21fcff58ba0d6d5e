"""Claims against the shipped figures: the numbers, and the verdicts that follow from them."""

from __future__ import annotations

import dataclasses

import pytest
from report_fixture import build

from isthmus.data.series import StockSeries
from isthmus.errors import StockSumError
from isthmus.report.claims import checks, what_summing_a_stock_would_give
from isthmus.report.view import RunView


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    return RunView.load(build(tmp_path_factory.mktemp("run")))


@pytest.fixture(scope="module")
def found(view):
    return {check.key: check for check in checks(view)}


def with_claim(view, key, **changes):
    claim = view.corridor.claims[key].model_copy(update=changes)
    corridor = view.corridor.model_copy(update={"claims": {key: claim}})
    return checks(dataclasses.replace(view, corridor=corridor))[0]


def test_all_claims_of_the_file_are_checked(found):
    assert list(found) == ["entries_2023", "half_went_on", "journey", "asylum_600000"]


def test_entries_of_2023(found):
    check = found["entries_2023"]
    assert check.verdict == "holds"
    assert check.lines[0].value == "48,381"
    assert "12 published figures" in check.lines[0].what
    assert "INEC" in check.lines[0].source
    assert "90" in check.lines[1].value


@pytest.mark.parametrize(("claimed", "verdict"), [(48000, "holds"), (60000, "holds roughly"), (90000, "does not hold")])
def test_verdict_follows_the_distance(view, claimed, verdict):
    assert with_claim(view, "entries_2023", value=claimed).verdict == verdict


def test_half_went_on(found):
    check = found["half_went_on"]
    assert check.verdict == "holds"
    assert [line.value for line in check.lines[:3]] == ["25,565", "48,381", "0.528"]
    assert "different people" in check.reason


def test_journey_takes_weeks_and_thousands(found):
    check = found["journey"]
    assert check.verdict == "holds in part"
    assert "weeks rather than several months" in check.reason
    assert {line.unit for line in check.lines} == {"days", "US$ a person"}


def test_sum_of_stocks_is_shown_as_what_it_is(found):
    check = found["asylum_600000"]
    assert check.verdict == "misleading"
    by_value = {line.value: line for line in check.lines}
    assert by_value["613,532"].kind == "sum of stocks, not valid"
    assert by_value["309,666"].kind == "flow"
    assert by_value["309,666"].what == "New applications, 2012 to 2023"
    assert "613,532" in check.reason
    assert check.chart is not None
    assert "613,532" in check.chart.title


def test_numbers_are_computed_not_written_down(view):
    check = with_claim(view, "asylum_600000", period=("2012", "2021"), value=730000.0)
    assert "732,008" in check.reason
    assert check.verdict == "misleading"


def test_stock_has_no_total_but_can_be_shown_summed(view):
    stock = view.figures.series("unhcr_pending")
    assert isinstance(stock, StockSeries)
    with pytest.raises(StockSumError):
        stock.total("2012", "2020")
    assert what_summing_a_stock_would_give(stock, "2012", "2020").value == 613_532


def test_stock_offered_as_a_flow_is_not_summed(view):
    check = with_claim(view, "entries_2023", series=("unhcr_pending",), period=("2012", "2020"))
    assert check.verdict == "cannot be checked"


def test_claim_about_unknown_series_cannot_be_checked(view):
    assert with_claim(view, "half_went_on", series=("darien_transits", "nowhere")).verdict == "cannot be checked"
