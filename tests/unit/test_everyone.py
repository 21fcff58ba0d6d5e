"""The group of all nationalities: named as such, in no sum over groups, and only where nobody is counted twice."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import mini
from isthmus.engines.agents import Crowd
from isthmus.engines.cohort import replicate
from isthmus.engines.result import Trajectories
from isthmus.errors import ModelError, SpecError
from isthmus.forecast.lives import people_of
from isthmus.forecast.predict import Predictor
from isthmus.forecast.prior import prior_worlds
from isthmus.model.network import compile_model
from isthmus.pipeline.lived import dataset
from isthmus.scenarios.bench import summed
from isthmus.scenarios.passes import Ahead
from isthmus.spec.load import load
from isthmus.spec.schema import Corridor

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


def followed(model):
    """Groups whose journeys are told, of one world drawn from the prior, and what they were drawn from."""
    predictor = Predictor(model)
    world = prior_worlds(predictor, model.knowledge, n_samples=1, seed=1)
    choices = jax.tree.map(lambda part: np.asarray(part)[0], world.simulated.choices)
    flows = jax.tree.map(lambda part: np.asarray(part)[0], world.simulated.trajectories)
    numbers = {name: float(value[0]) for name, value in predictor.natural(world.scalars).items()}
    crowd = Crowd(1, ("everyone",), per_person=min(1.0, 5e4 / float(np.sum(flows.departures))))
    found = dataset(model, [people_of(model, choices, flows, model.knowledge, numbers, crowd=crowd)], crowd.per_person)
    assert float(found["people"].sum()) > 0
    return list(found["group"].values), choices, flows


def test_without_a_queue_all_are_followed():
    model = mini.model("2021-10", groups=GROUPS)
    assert followed(model)[0] == list(model.groups)


def test_with_a_queue_only_members_are_followed_one_by_one():
    document = mini.corridor(groups=GROUPS).model_dump(by_alias=True, mode="json", exclude_none=True)
    document["queues"] = {"necocli": {"capacity": [{"from": "2021-05-01", "per_day": 20, "source": "made up"}], "give_up": 0.01}}
    model = compile_model(Corridor.model_validate(document), "2021-10")
    groups, choices, flows = followed(model)
    assert groups == [g for g in model.groups if g != "ALL"]
    with pytest.raises(ModelError, match="of whom nobody is in two"):
        replicate(model, flows.departures, choices.leg, choices.settle, generator=np.random.default_rng(1))
