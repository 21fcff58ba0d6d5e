"""The shipped figures against the public statistics that the project's developers share."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import isthmus
from isthmus.data.align import align
from isthmus.data.figures import read_figures
from isthmus.data.series import FlowSeries, StockSeries
from isthmus.spec.schema import Corridor
from isthmus.timegrid import month_range

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
TABLE = Path(isthmus.__file__).parent / "corridors" / "china-ecuador-us" / "figures.csv"
MONTHLY = ("ecuador_entries", "ecuador_exits", "darien_transits", "honduras_entries", "mexico_events", "us_encounters")

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared statistics are not at ../shared/data")


@pytest.fixture(scope="module")
def figures():
    return read_figures(TABLE)


@pytest.fixture(scope="module")
def shared():
    return read_figures(SHARED / "corridor_monthly.csv")


def unhcr(name, *, column, **wanted):
    sums = Counter()
    with (SHARED / name).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if all(row[key] == value for key, value in wanted.items()):
                sums[row["year"]] += float(row[column])
    return sums


@needs_shared
@pytest.mark.parametrize("name", MONTHLY)
def test_every_monthly_figure_is_the_shared_one_and_none_is_left_out(figures, shared, name):
    ours, theirs = figures.series(name), shared.series(name, group="CHN")
    assert dict(ours.points()) == {p: v for p, v in theirs.points() if "2022-01" <= p <= "2024-05"}
    assert (ours.kind, ours.unit, ours.place) == (theirs.kind, theirs.unit, theirs.place)


@needs_shared
def test_totals_of_all_nationalities_are_the_sums_of_the_shared_months(figures, shared):
    for year, total in figures.series("darien_transits_all").points():
        assert total == shared.series("darien_transits", group="ALL").total(year, year)


@needs_shared
def test_unhcr_years_are_the_sums_over_countries_of_asylum(figures):
    new = unhcr("unhcr_asylum_applications_chn.csv", column="applied", app_type="N")
    pending = unhcr("unhcr_stocks_chn.csv", column="asylum_seekers")
    years = [str(year) for year in range(2012, 2024)]
    assert dict(figures.series("unhcr_new_applications").points()) == {year: new[year] for year in years}
    assert dict(figures.series("unhcr_pending").points()) == {year: pending[year] for year in years}


@needs_shared
def test_the_whole_shared_table_is_read(shared):
    assert len(shared.rows) == 5646
    assert len(shared.names) == 8


def test_the_figures_of_the_article(figures):
    assert figures.series("ecuador_entries").total("2023", "2023") == 48381
    assert figures.series("ecuador_exits").total("2023", "2023") == 24240
    assert figures.series("darien_transits").total("2023", "2023") == 25565
    assert figures.series("us_encounters").total("2023", "2023") == 37439
    new, pending = figures.series("unhcr_new_applications"), figures.series("unhcr_pending")
    assert isinstance(new, FlowSeries)
    assert isinstance(pending, StockSeries)
    assert new.total("2012", "2023") == 309666
    assert pending.repeated_counts("2012", "2020").value == 613532
    assert pending.repeated_counts("2012", "2021").value == 732008


def test_yearly_totals_agree_with_the_months_except_where_the_note_says_so(figures):
    apart = {}
    for name in MONTHLY:
        if f"{name}_yearly" in figures.names:
            year = figures.series(f"{name}_yearly").at("2023")
            if year != (months := figures.series(name).total("2023", "2023")):
                apart[name] = (year, months)
    assert apart == {"honduras_entries": (12184, 12188)}
    assert "12188" in figures.series("honduras_entries_yearly").figures[0].note


def test_every_month_has_a_row_and_only_honduras_lacks_numbers(figures):
    for name in MONTHLY:
        assert tuple(f.period for f in figures.series(name).figures) == month_range("2022-01", "2024-05")
    assert [(g.series, g.period) for g in figures.gaps()] == [
        ("honduras_entries", "2022-01"),
        ("honduras_entries", "2022-02"),
    ]


def test_nothing_that_is_fitted_is_dated_after_the_end_of_may_2024(figures):
    """The yearly count of removals came later; it stands beside the results and is never fitted."""
    later = {f.series for f in figures.rows if f.published_or_seen != "2024-05-31" or f.period > "2024-05"}
    assert later == {"panama_removals"}
    assert "panama_removals" not in MONTHLY


def test_the_shipped_corridor_sees_all_172_monthly_figures(figures):
    document = YAML(typ="safe").load(TABLE.with_name("corridor.yaml"))
    seen = align(figures, Corridor.model_validate(document), month_range("2022-01", "2024-05"))
    assert seen.series == MONTHLY
    assert seen.mask.sum() == 6 * 29 - 2
    assert seen.gaps() == ()
    assert {"unhcr_new_applications", "unhcr_pending"} <= set(seen.unwatched)
    assert not set(seen.unwatched) & set(MONTHLY)
