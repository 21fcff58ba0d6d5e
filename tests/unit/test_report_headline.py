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
