"""Sizes of past changes of entry rules, made anew from the figures that the project's developers share."""

import importlib.util
from pathlib import Path

import pytest

from isthmus.spec.past_changes import past_changes

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "corridor_monthly.csv"


@pytest.mark.skipif(not SHARED.is_file(), reason="the shared statistics are not at ../shared/data")
def test_the_registry_holds_the_sizes_that_the_figures_give():
    spec = importlib.util.spec_from_file_location("past_changes_tool", ROOT / "tools" / "past_changes.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    found = tool.tables(SHARED)
    for change in past_changes():
        size = tool.measured(change, found[change.checkpoint, change.measure])
        assert (change.size, change.sd) == ((None, None) if size is None else tuple(round(part, 2) for part in size)), change
