"""The section on journeys: said only where agents answered, its titles are its findings, small counts are withheld."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import report_fixture
import xarray as xr

from isthmus.engines.agents import ENDINGS
from isthmus.report.journeys import ENDED, journeys
from isthmus.report.view import RunView


def made_up(corridor):
    draws, quantiles = 6, 5
    days = np.broadcast_to(np.array([10.0, 30, 57, 80, 112]), (draws, 1, len(ENDED), quantiles)).copy()
    people = np.broadcast_to(np.array([5000.0, 400, 5000, 3, 100, 500]), (draws, 1, len(ENDINGS)))
    met = np.zeros((draws, 1, 2, 8))
    met[:, :, :, :4] = [0.5, 0.3, 0.15, 0.05]
    places, legs = list(corridor.places), list(corridor.legs)
    short = np.zeros((draws, 1, len(legs)))
    short[..., legs.index("mexico_us_border")] = 700
    short[..., legs.index("honduras_mexico")] = 3
    waited = np.zeros((draws, 1, 1, 12))
    waited[..., :3] = [1, 0.2, 0.05]
    return xr.Dataset(
        {
            "days": (("draw", "group", "ending", "quantile"), days),
            "usd": (("draw", "group", "ending", "quantile"), days * 100),
            "people": (("draw", "group", "stands"), people),
            "met": (("draw", "group", "harm", "times"), met),
            "short": (("draw", "group", "leg"), short),
            "turned_back": (("draw", "group", "place"), np.zeros((draws, 1, len(places)))),
            "waited": (("draw", "queue", "group", "steps"), waited),
        },
        coords={"group": ["CHN"], "ending": list(ENDED), "stands": list(ENDINGS), "harm": ["robbery", "injury"],
                "leg": legs, "place": places, "queue": ["necocli"]},
        attrs={"engine": "agents", "step_days": 10.1},
    )  # fmt: skip


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    return RunView.load(report_fixture.build(tmp_path_factory.mktemp("journeys")))


def test_titles_tell_the_finding_and_tables_the_numbers(view):
    section = journeys(replace(view, journeys=made_up(view.corridor)))
    titles = [chart.title for chart in section.charts]
    assert titles[0] == "Chinese nationals: half of those who arrived took less than 57 days, one in twenty more than 112"
    assert "one in twenty more than US$11,200" in titles[1]
    assert titles[2].replace("\N{NO-BREAK SPACE}", " ") == "Chinese nationals: 20 % were robbed more than once"
    drawn = [row[0] for row in section.charts[0].table.rows]
    assert "Gave up waiting or for want of money" not in drawn, "three people of eleven thousand have no distribution"
    cells = [cell for table, _ in section.tables for row in table.rows for cell in row]
    assert any("Mexico" in cell and "Could not pay" in cell for cell in cells)
    assert not any("Honduras" in cell and "Could not pay for Honduras" in cell for cell in cells), "under ten people"
    assert any("Necoclí: about 10 days or more" in cell for cell in cells)


def test_without_agents_there_is_no_section(view):
    assert journeys(view) is None
    assert journeys(replace(view, journeys=xr.Dataset(attrs={"engine": "cohort"}))) is None
