"""Checks on arrival: each trap of the publishers is found, and honest figures are left alone."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from isthmus.data.arrival import check
from isthmus.data.sources import About, Delivery, Reading, SeriesAbout, Stated
from isthmus.errors import SourceError

SHARED = Path(__file__).parents[3] / "shared" / "data"
TODAY = dt.date(2024, 6, 15)
SERIES = (
    SeriesAbout("entries", "flow", "persons", "entries", distinct_from=("exits", "regular")),
    SeriesAbout("exits", "flow", "persons", "exits"),
    SeriesAbout("regular", "flow", "persons", "regular entries"),
    SeriesAbout("closed", "flow", "persons", "a table that closes", closed=True),
    SeriesAbout("entries_yearly", "flow", "persons", "entries by year", total_of="entries"),
    SeriesAbout("growth", "stock", "percent", "growth"),
)
ABOUT = About("toy", "Toy", "Made up", "CC0", "https://example.org", SERIES)
MONTHS = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)][:16]


def readings(values, *, series="entries", group="CHN", months=MONTHS):
    return [Reading(series, "here", group, month, value) for month, value in zip(months, values, strict=False)]


def found(rows, *, stated=(), before=(), definitions=None, today=TODAY, published=None):
    known = {}
    for row in before:
        known.setdefault((row.series, row.place, row.group), {})[row.period] = row.value
    delivery = Delivery(rows, stated=tuple(stated), published=published)
    checked = check(ABOUT, delivery, before=known, definitions=definitions or {}, today=today)
    held = [(row["series"], row["grp"], row["period"]) for row in checked.table.to_pylist() if row["held"]]
    return {finding.check for finding in checked.findings}, held, " | ".join(finding.text for finding in checked.findings)


STEADY = [400, 420, 390, 410, 450, 430, 400, 380, 420, 440, 410, 400, 390, 420, 430, 410]


def test_honest_figures_are_left_alone():
    assert found(readings(STEADY)) == (set(), [], "")


def test_a_single_month_far_off_is_held():
    values = [*STEADY[:7], 4400, *STEADY[8:]]
    checks, held, text = found(readings(values))
    assert checks == {"jump"}
    assert held == [("entries", "CHN", "2023-08")]
    assert "4,400 in 2023-08, where its neighbours are about 415" in text


def test_a_new_level_is_news_and_not_an_error():
    assert found(readings([*STEADY[:8], *(4 * value for value in STEADY[8:])]))[1] == []


def test_a_newest_month_far_off_is_held_until_another_confirms_it():
    assert found(readings([*STEADY[:-1], 8000]))[1] == [("entries", "CHN", "2024-04")]
    before = readings([*STEADY[:-2], 8000])
    assert found(readings([*STEADY[:-2], 8000, 8200]), before=before)[1] == []


def test_small_counts_jump_by_themselves():
    assert found(readings([3, 5, 2, 4, 30, 4, 3, 2, 90, 5, 3, 2, 1, 1, 4, 60]))[1] == []


@pytest.mark.skipif(not SHARED.exists(), reason="the folder of public statistics is not here")
def test_of_the_real_series_few_are_held_and_the_known_bad_point_is():
    with (SHARED / "corridor_monthly.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["checkpoint"] != "colombia"]
    names = {f"{row['checkpoint']}_{row['measure']}": row for row in rows}
    series = tuple(SeriesAbout(name, row["kind"], row["unit"], "as published") for name, row in names.items())
    about = About("real", "Real", "Several", "as named", "https://example.org", series)
    given = [
        Reading(
            f"{row['checkpoint']}_{row['measure']}", row["checkpoint"], row["nationality"], row["period"], float(row["value"])
        )
        for row in rows
        if row["value"]
    ]
    checked = check(about, Delivery(given), before={}, definitions={}, today=TODAY)
    held = [row for row in checked.table.to_pylist() if row["held"]]
    assert len(held) / len(given) < 0.003
    assert ("ecuador_entries", "VEN", "2023-03") in {(row["series"], row["grp"], row["period"]) for row in held}


def test_a_months_table_that_repeats_the_month_before_is_held():
    rows = []
    for n, group in enumerate(("CHN", "VEN", "IND", "HTI", "ECU", "COL")):
        rows += readings([100 + n, 120 + n, 140 + n, 140 + n], group=group)
    checks, held, text = found(rows)
    assert "repeated" in checks
    assert {period for *_, period in held} == {"2023-04"}
    assert "6 nationalities have the same numbers in 2023-04 as in 2023-03" in text


def test_a_figure_that_comes_twice_is_held_where_the_two_differ():
    rows = readings(STEADY)
    assert found([*rows, rows[3]])[0] == {"repeated"}
    assert found([*rows, rows[3]])[1] == []
    held = found([*rows, Reading("entries", "here", "CHN", "2023-04", 999)])[1]
    assert set(held) == {("entries", "CHN", "2023-04")}


def test_regular_entries_given_once_more_as_irregular_are_held():
    checks, held, text = found([*readings(STEADY), *readings(STEADY, series="regular")])
    assert checks == {"twin"}
    assert {series for series, *_ in held} == {"entries"}
    assert "repeats regular in all of 16 periods" in text


def test_columns_that_changed_places_are_held():
    small = [value // 10 for value in STEADY]
    before = [*readings(STEADY[:-1]), *readings(small[:-1], series="exits")]
    rows = [*readings([*STEADY[:-1], small[-1]]), *readings([*small[:-1], STEADY[-1]], series="exits")]
    checks, held, _ = found(rows, before=before)
    assert "swapped" in checks
    assert {("entries", "CHN", "2024-04"), ("exits", "CHN", "2024-04")} <= set(held)


def test_a_history_that_moved_as_a_whole_is_held():
    checks, held, text = found(readings([2 * value for value in STEADY]), before=readings(STEADY))
    assert checks == {"definition"}
    assert len(held) == len(STEADY)
    assert "factor of 2.00" in text


def test_small_revisions_are_not_held():
    assert found(readings([value + 8 for value in STEADY]), before=readings(STEADY))[:2] == (set(), [])


def test_a_definition_that_changed_is_said():
    assert "was defined as 'persons'" in found(readings(STEADY), definitions={"entries": "persons"})[2]


def test_a_stated_total_is_held_against_the_same_months_only():
    """A total for part of a year is compared with those months, and not with a whole year."""
    rows = readings(STEADY)
    total = sum(STEADY[12:])
    assert found(rows, stated=[Stated("entries", "here", "CHN", "2024-01", "2024-04", total)])[0] == set()
    checks, held, text = found(rows, stated=[Stated("entries", "here", "CHN", "2024-01", "2024-04", total - 4)])
    assert (checks, held) == ({"sum"}, [])
    assert "(+4, 0.2%)" in text
    held = found(rows, stated=[Stated("entries", "here", "CHN", "2024-01", "2024-04", 2 * total)])[1]
    assert [period for *_, period in held] == ["2024-01", "2024-02", "2024-03", "2024-04"]


def test_nationalities_must_add_up_to_all_where_the_table_closes():
    rows = [*readings([100], series="closed"), *readings([50], series="closed", group="VEN")]
    assert found([*rows, *readings([150], series="closed", group="ALL")])[0] == set()
    assert found([*rows, *readings([151], series="closed", group="ALL")])[0] == {"sum"}
    assert found([*rows, *readings([1500], series="closed", group="ALL")])[1] == [("closed", "ALL", "2023-01")]


def test_nationalities_may_be_fewer_than_all_but_not_more():
    assert found([*readings([100]), *readings([900], group="ALL")])[0] == set()
    assert found([*readings([1000]), *readings([900], group="ALL")])[0] == {"sum"}


def test_a_year_is_held_against_its_months():
    year = sum(STEADY[:12])
    good, bad = (Reading("entries_yearly", "here", "CHN", "2023", value) for value in (year, year * 2))
    assert found([*readings(STEADY), good])[0] == set()
    assert found([*readings(STEADY), bad])[1] == [("entries_yearly", "CHN", "2023")]
    part = Reading("entries_yearly", "here", "CHN", "2024", 100.0)
    assert "4 months of 2024 add up to" in found([*readings(STEADY), part])[2]


def test_missing_months_are_listed_and_not_filled():
    checks, held, text = found([row for row in readings(STEADY) if row.period != "2023-02"])
    assert (checks, held) == ({"missing"}, [])
    assert "nothing for 2023-02; missing is not zero" in text


def test_figures_that_the_publisher_no_longer_gives_are_listed():
    checks, held, text = found(readings(STEADY[:-2]), before=readings(STEADY))
    assert (checks, held) == ({"withdrawn"}, [])
    assert "CHN 2024-03 to 2024-04" in text


def test_a_month_that_is_not_over_is_held():
    assert found(readings(STEADY), today=dt.date(2024, 4, 20))[1] == [("entries", "CHN", "2024-04")]
    assert found(readings(STEADY), today=dt.date(2024, 4, 30))[1] == []
    assert found(readings(STEADY), published=dt.date(2024, 4, 20))[1] == [("entries", "CHN", "2024-04")]


def test_what_is_no_count_is_held():
    assert found(readings([-5, 7.5, 3]))[1] == [("entries", "CHN", "2023-01"), ("entries", "CHN", "2023-02")]
    assert found([Reading("growth", "here", "CHN", "2023", -5.2)], today=TODAY)[1] == []


def test_rounding_to_five_is_said():
    rows = [row for n in range(5) for row in readings([5, 10, 15, 20, 25], group=f"AA{chr(65 + n)}")]
    assert "multiples of 5" in found(rows)[2]


def test_a_series_that_was_not_declared_is_refused():
    with pytest.raises(SourceError, match="declare it"):
        found([Reading("other", "here", "CHN", "2023-01", 1.0)])
