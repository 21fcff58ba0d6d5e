"""Whom and what the first sentences of a page name."""

import datetime as dt
from types import SimpleNamespace

import pytest

from isthmus.report import fans, headline
from isthmus.report.language import speaking
from isthmus.spec.load import load


@pytest.fixture(scope="module")
def darien():
    corridor = load("darien").corridor
    return SimpleNamespace(corridor=corridor, series=tuple(corridor.series))


def test_a_page_of_many_groups_begins_with_all_people_where_they_are_counted(darien):
    assert headline._ends(darien) == ("all_darien",)
    some = SimpleNamespace(corridor=darien.corridor, series=tuple(s for s in darien.series if not s.startswith("all_")))
    assert headline._ends(some) == (some.series[0], some.series[-1])


def test_a_series_is_named_before_the_people_it_counts(darien):
    assert headline._noun(darien, "afg_ecuador") == "entries to Ecuador (Afghans)"
    assert headline._noun(darien, "all_darien") == "Darién transits, Panama (All nationalities)"
    china = SimpleNamespace(corridor=load("china-ecuador-us").corridor)
    assert headline._noun(china, "ecuador_entries").startswith("entries")
    assert headline._noun(china, "darien_transits") == "Darién transits"
    with speaking("es", {"Darién transits": "Tránsitos por el Darién"}):
        assert headline._noun(china, "darien_transits") == "tránsitos por el Darién"


def test_what_was_counted_of_the_month_under_way_says_how_much_of_it_is_in():
    row = {"series": "us_encounters", "month": "2024-06", "share_of_days": 0.667, "share_reported": 0.8}
    whole = {"series": "darien_transits", "month": "2024-06", "share_of_days": 0.333, "share_reported": 1.0}
    view = SimpleNamespace(corridor=load("china-ecuador-us").corridor, under_way=(row, whole))
    said = headline._under_way(view).replace("\N{NO-BREAK SPACE}", " ")
    assert "encounters at the US southwest border, 67 % of the days of Jun 2024 (count about 80 % complete)" in said
    assert "Darién transits, 33 % of the days of Jun 2024." in said


def test_in_spanish_too(darien):
    label = darien.corridor.series["all_darien"].label
    own = {"All nationalities": "Todas las nacionalidades", label: "Todas las nacionalidades: tránsitos por el Darién, Panamá"}
    with speaking("es", own):
        assert headline._noun(darien, "all_darien") == "tránsitos por el Darién, Panamá (Todas las nacionalidades)"


def test_a_chart_marks_what_is_about_the_people_it_counts(darien):
    def event(groups):
        return fans.Event(1, "a rule", dt.date(2023, 1, 1), None, None, "made up", groups)

    venezuelan = event(frozenset({"VEN"}))
    assert [venezuelan.moves(darien, name) for name in ("ven_darien", "afg_darien", "all_darien")] == [True, False, True]
    assert event(None).moves(darien, "afg_darien")
    about = {name: fans._about(policy) for name, policy in darien.corridor.policies.items()}
    assert None in about.values()
    assert any(groups and groups < set(darien.corridor.groups) for groups in about.values())
