"""The group of all nationalities: named as such, in no sum over groups, and only where nobody is counted twice."""

from __future__ import annotations

import numpy as np
import pytest

import mini
from isthmus.engines.result import Trajectories
from isthmus.errors import SpecError
from isthmus.scenarios.bench import summed
from isthmus.scenarios.passes import Ahead
from isthmus.spec.load import load

GROUPS = ("ECU", "VEN", "ALL")


def test_sums_over_groups_leave_out_the_group_of_all():
    model = mini.model("2021-10", groups=GROUPS)
    legs, places, steps = len(model.legs), len(model.places), 4
    flow = np.arange(legs * 3 * steps, dtype=float).reshape(1, legs, 3, steps)
    stock = np.arange(places * 3 * steps, dtype=float).reshape(1, places, 3, steps)
    flows = Trajectories(np.ones((1, 3, steps)), stock, flow, flow, stock, stock, flow, queued_others=np.ones((1, 2, steps)))
    found = summed(model, Ahead(flows, np.ones((1, 2, 6)))).flows
    assert model.groups[model.totals[0]] == "ALL"
    np.testing.assert_array_equal(found.leg_flow.sum(axis=2), flow[:, :, :2].sum(axis=2))
    np.testing.assert_array_equal(found.waiting, stock[:, :, :2])
    assert found.departures.shape == (1, 2, steps)
    assert found.queued_others.shape == (1, 2, steps)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("groups.ALL.total=false", "ALL for people of all nationalities, and for them alone"),
        ("groups.ECU.total=true", "name the group ALL"),
        (
            "facilitators={fees: {bus: {label: Bus, kind: fare, collector: carriers, legs: [honduras_mexico], source: assumed}}}",
            "groups of whom nobody is in two",
        ),
    ],
)
def test_a_group_of_all_is_named_so_and_is_no_one_beside_its_members(change, words):
    with pytest.raises(SpecError, match=words):
        load("darien", sets=[change])
