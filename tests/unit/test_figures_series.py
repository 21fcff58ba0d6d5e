"""Flows add up, stocks refuse to; nothing missing is filled."""

import textwrap

import numpy as np
import pytest
from mypy import api

from isthmus.data.figures import Figures
from isthmus.data.series import Figure, FlowSeries, StockSeries
from isthmus.errors import FiguresError, StockSumError


def figure(period, value, *, series="entries", group="CHN", place="ecuador", kind="flow"):
    return Figure(series, place, group, period, kind, "persons", value, "INEC", "2024-05-31", "S")


def monthly(**values):
    return Figures(tuple(figure(period.replace("m", "").replace("_", "-"), v) for period, v in values.items()))


@pytest.fixture
def flow():
    return monthly(m2023_01=10.0, m2023_02=20.0, m2023_04=40.0, m2023_05=None, m2023_06=60.0).series("entries")


@pytest.fixture
def stock():
    rows = [figure(str(2018 + n), v, series="pending", kind="stock") for n, v in enumerate((94351.0, 104248.0, 108071.0))]
    return Figures(tuple(rows)).series("pending")


def test_flows_and_stocks_have_their_own_types(flow, stock):
    assert type(flow) is FlowSeries
    assert type(stock) is StockSeries
    assert (flow.kind, stock.kind) == ("flow", "stock")
    assert (flow.resolution, stock.resolution) == ("month", "year")


def test_a_flow_adds_up(flow):
    assert flow.total("2023-01", "2023-02") == 30
    assert flow.total("2023-04", "2023-04") == 40


def test_a_total_with_a_hole_is_refused_and_the_hole_named(flow):
    with pytest.raises(FiguresError, match=r"each of 6 periods; found 4; none for 2023-03, 2023-05; use tally"):
        flow.total("2023-01", "2023-06")


def test_a_tally_says_how_complete_it_is(flow):
    tally = flow.tally("2023", "2023")
    assert (tally.value, tally.present, tally.expected, tally.complete) == (130, 4, 12, False)
    assert tally.missing[:2] == ("2023-03", "2023-05")
    assert flow.tally("2023-01", "2023-02").complete


def test_gaps_are_findings_and_are_not_filled(flow):
    assert [(g.period, g.reason) for g in flow.gaps()] == [("2023-03", "no row"), ("2023-05", "blank")]
    assert flow.get("2023-03") is None
    assert flow.periods == ("2023-01", "2023-02", "2023-04", "2023-06")


def test_all_gaps_of_a_table_are_listed():
    rows = (
        figure("2023-01", 1.0),
        figure("2023-03", 1.0),
        figure("2023", 1.0, series="a"),
        figure("2025", 1.0, series="a"),
    )
    assert [(g.series, g.period) for g in Figures(rows).gaps()] == [("entries", "2023-02"), ("a", "2024")]


def test_a_value_that_was_not_reported_is_not_zero(flow):
    with pytest.raises(FiguresError, match=r"entries \(CHN\): 2023-03: .*runs from 2023-01 to 2023-06"):
        flow.at("2023-03")


def test_a_stock_has_dates_and_changes(stock):
    assert stock.at("2019") == 104248
    assert stock.change("2018", "2020") == 13720


@pytest.mark.parametrize(
    "attempt",
    [sum, np.sum, np.array, list, lambda s: s.total("2018", "2020")],
    ids=["sum", "np.sum", "array", "list", "total"],
)
def test_adding_up_a_stock_raises_and_teaches_why(stock, attempt):
    with pytest.raises(StockSumError) as error:
        attempt(stock)
    said = str(error.value)
    for words in ("pending (CHN)", "613,532", "309,666", "once for every period they wait", "use at()", "change()"):
        assert words in said


def test_what_a_false_claim_added_up_is_named_for_what_it_is(stock):
    tally = stock.repeated_counts("2018", "2020")
    assert tally.value == 306670
    assert tally.unit == "persons counted again at each year's end"


def test_months_of_a_yearly_series_are_refused(stock):
    with pytest.raises(FiguresError, match="because the series is yearly"):
        stock.repeated_counts("2018-01", "2020-12")


def test_an_unknown_series_is_answered_with_the_nearest(flow):
    with pytest.raises(FiguresError, match=r"no series 'entris'; did you mean 'entries'\?"):
        Figures(flow.figures).series("entris")


def test_several_groups_or_places_must_be_told_apart():
    rows = (figure("2023-01", 1.0), figure("2023-01", 2.0, group="VEN"), figure("2023-01", 3.0, place="quito"))
    table = Figures(rows)
    assert table.groups("entries") == ("CHN", "VEN")
    assert table.series("entries", group="VEN").at("2023-01") == 2
    with pytest.raises(FiguresError, match=r"one group and place; found 3: CHN at ecuador, CHN at quito, VEN at ecuador"):
        table.series("entries")
    with pytest.raises(FiguresError, match="figures only for CHN at ecuador, CHN at quito, VEN at ecuador"):
        table.series("entries", group="COL")


def test_type_checkers_reject_sums_of_stocks_and_accept_those_of_flows(tmp_path):
    source = tmp_path / "snippet.py"
    source.write_text(
        textwrap.dedent("""
            from isthmus.data.series import FlowSeries, StockSeries

            def flows(flow: FlowSeries) -> float:
                return flow.total("2012", "2020")

            def stocks(stock: StockSeries) -> None:
                stock.total("2012", "2020")
                sum(stock)

            def either(series: FlowSeries | StockSeries) -> float:
                return series.total("2012", "2020")
        """)
    )
    out, err, _ = api.run(["--strict", "--follow-imports=silent", "--cache-dir", str(tmp_path / "cache"), str(source)])
    said = [line.split("snippet.py:")[1] for line in out.splitlines() if ": error: " in line]
    assert len(said) == 3, out + err
    assert said[0].startswith('8: error: "StockSeries" has no attribute "total"')
    assert said[1].startswith('9: error: No overload variant of "sum" matches argument type "StockSeries"')
    assert said[2].startswith('12: error: Item "StockSeries" of "FlowSeries | StockSeries" has no attribute "total"')
