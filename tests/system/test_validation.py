"""A whole validation of the tiny corridor, made small: every check is there, and nothing is done twice."""

from __future__ import annotations

import json

import pytest

import toy
from isthmus.pipeline import validate, validation
from isthmus.pipeline.validation import Size

pytestmark = pytest.mark.slow

SETS = 6


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The command twice: what a first call finished, the second finds."""
    out = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "QUICK", Size(ranked=SETS, covered=SETS, batch=SETS))
        folder = validate(toy.TINY, out=out, quick=True)
        before = {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")}
        (folder.path / "validation.html").unlink()
        told = []
        validate(toy.TINY, out=out, quick=True, report=told.append)
    return folder.path, before, {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")}, told


def facts_of(made):
    return json.loads((made[0] / "validation.json").read_text("utf-8"))


def test_every_check_is_made(made):
    facts = facts_of(made)
    assert facts["ranked"]["sets"] == SETS
    assert facts["ranked"]["quantities"] == len(facts["ranks"])
    assert set(facts["coverage"]) == {"model", "model, all ranked", "jumps", "recount"}
    assert {row["series"] for row in facts["left_out"]} == {"town_entries", "town_exits", "end_events"}
    for row in facts["left_out"]:
        assert row["below"] is not None
        assert row["course90"] is not None
        assert row["decisive"] in {rank["name"] for rank in facts["ranks"]}
    assert {row["statistic"] for row in facts["predictive"]} >= {"mean", "months of zero"}
    assert len(facts["sensitivity"]) == 3


def test_intervals_hold_most_of_what_is_known_on_data_of_the_model(made):
    model = facts_of(made)["coverage"]["model"]
    assert model["unknowns90"] > 0.7
    assert model["unknowns50"] < model["unknowns90"]
    assert model["ahead90"] > 0.6
    assert facts_of(made)["coverage"]["recount"]["unknowns90"] < model["unknowns90"]


def test_a_stopped_validation_goes_on_from_its_units(made):
    _, before, after, told = made
    assert before == after
    assert sum(path.parent.parent.name == "units" for path in before) == 5  # the fit, three variants, series left out
    stages = [event.stage for event in told]
    assert stages[-1] == "done"
    done = [event.done for event in told if event.stage == "validate"]
    assert done == sorted(done)
    assert done[0] == 0.15


def test_the_page_names_what_was_asked_and_found(made):
    page = (made[0] / "validation.html").read_text("utf-8")
    for words in ("Made with --quick", "What is known is found again", "heavy-tailed", "Each series left out", "Town"):
        assert words in page, words
