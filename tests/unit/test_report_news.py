"""The page says what came since the last forecast."""

from __future__ import annotations

import json
from html import unescape

import pytest
from report_fixture import build

from isthmus.report import RunView, render


def item(series, month, came, place=None, *, expected=(100.0, 180.0, 200.0, 230.0, 300.0), before=None):
    names = ("low", "quarter", "median", "three_quarters", "high")
    told = dict(zip(names, expected, strict=True)) if place else None
    return {"checkpoint": series, "series": series, "group": "CHN", "month": month, "came": came, "unit": "persons",
            "expected": told, "before": before, "place": place, "sentence": ""}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = build(tmp_path_factory.mktemp("news") / "run")
    series = list(RunView.load(made).corridor.series)
    news = [
        item(series[0], "2024-05", 900.0, "above"),
        item(series[1], "2024-05", 205.0, "as expected"),
        item(series[0], "2024-04", 2345.0, before=2300.0),
    ]
    (made / "news.json").write_text(json.dumps({"earlier": "x", "last_fitted": "2024-04", "news": news}))
    return made


def test_each_figure_that_came_stands_beside_what_was_expected(folder):
    page = unescape(render(RunView.load(folder)))
    section = page[page.index('id="news"') :]
    section = section[: section.index("</section>")]
    assert "whose figures ended in Apr 2024. 2 figures have come that it had forecast; 1 earlier figure was revised." in section
    assert "1 of 2 figures fell within the 90\N{NO-BREAK SPACE}% intervals of the forecast from Apr 2024" in section
    assert "above the 90\N{NO-BREAK SPACE}% interval" in section
    assert all(number in section for number in ("900", "205", "2,300", "2,345"))


def test_it_is_there_in_spanish(folder):
    page = render(RunView.load(folder), "es")
    section = unescape(page[page.index('id="news"') :])
    section = section[: section.index("</section>")]
    assert "Lo que llegó desde la última previsión" in section
    assert "por encima del intervalo del 90\N{NO-BREAK SPACE}%" in section
    assert not any(word in section for word in (" came", "Figure", "expected", "Known"))


def test_a_run_from_nothing_has_no_such_section(tmp_path):
    assert 'id="news"' not in render(RunView.load(build(tmp_path / "run")))
