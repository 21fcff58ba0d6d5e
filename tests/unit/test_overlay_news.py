"""The store's figures laid over a corridor's own, and what they say about the last forecast."""

from __future__ import annotations

import datetime as dt

import pytest
from stores import fill

from isthmus.data.figures import Figures
from isthmus.data.news import Expected, news
from isthmus.data.overlay import with_store
from isthmus.data.series import Figure
from isthmus.data.store import Store
from isthmus.errors import FiguresError

NEW = dt.date(2024, 6, 14)


def own(period, value, seen="2024-05-31"):
    return Figure("transits", "darien", "CHN", period, "flow", "persons", value, "Made up", seen, "S")


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store")
    fill(made, ("CHN", "2024-04", 95.0), ("CHN", "2024-05", 70.0), ("VEN", "2024-05", 9.0), known=NEW)
    return made


BASE = Figures((own("2024-03", 110.0), own("2024-04", 90.0)))


def test_later_figures_win_and_other_groups_stay_out(store):
    with store.read() as reader:
        laid = with_store(BASE, reader)
        assert laid.series("transits").points() == (("2024-03", 110.0), ("2024-04", 95.0), ("2024-05", 70.0))
        assert laid.groups("transits") == ("CHN",)
        assert with_store(BASE, reader, as_of=dt.date(2024, 6, 1)) == BASE
        assert laid.hash != BASE.hash


@pytest.mark.parametrize("change", [{"unit": "events"}, {"kind": "stock"}])
def test_another_kind_or_unit_is_refused(tmp_path, change):
    other = Store(tmp_path / "other")
    fill(other, ("CHN", "2024-05", 70.0), known=NEW, **change)
    with other.read() as reader, pytest.raises(FiguresError, match="rename the series"):
        with_store(BASE, reader)


def test_news_are_what_came_against_what_was_expected(store):
    with store.read() as reader:
        after = with_store(BASE, reader)
    said = [Expected("transits", "CHN", month, 80, 90, 100, 110, 120) for month in ("2024-05", "2024-06")]
    came, revised = news(said, BASE, after)
    assert (came.place, came.month) == ("below", "2024-05")
    assert str(came) == (
        "transits (CHN), 2024-05: 70 persons came, below the 90 % interval (100 expected, 90 % between 80 and 120)"
    )
    assert str(revised) == "transits (CHN), 2024-04: revised from 90 to 95 persons"
    assert news(said, after, after) == ()


@pytest.mark.parametrize(("value", "place"), [(70, "below"), (85, "low"), (100, "as expected"), (115, "high"), (130, "above")])
def test_where_a_figure_fell(value, place):
    after = Figures((*BASE.rows, own("2024-05", value, "2024-06-14")))
    assert news([Expected("transits", "CHN", "2024-05", 80, 90, 100, 110, 120)], BASE, after)[0].place == place
