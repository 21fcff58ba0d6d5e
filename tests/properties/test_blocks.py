"""Corridors with queues, money and beliefs: nobody lost, both orders of events equal, and nothing left of a block left out."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import toy
from isthmus.engines.cohort import Mechanisms, expected, replicate
from isthmus.inference.standin import without_blocks

QUEUE = {"queues": {"town": {"capacity": [{"from": "2022-02-01", "per_day": 12.0, "source": "made up"}], "give_up": 0.02,
                             "other_way": 0.4, "others": {"2021-10": 100.0}, "others_source": "made up"}}}  # fmt: skip
MONEY = {"money": {"classes": 3, "living_usd": 20.0, "short": {"borrow": 0.2, "work": 0.3, "turn_back": 0.3,
                                                              "work_days": {"mean_days": 40, "sd_days": 20}}}}  # fmt: skip
BELIEFS = {"information": {"legs": {"town_end": {"truth": 0.6, "start": 0.2, "source": "made up"}}, "contact": 0.5,
                           "contact_half": 500.0, "advertising": 0.3, "forgetting": 0.1}}  # fmt: skip
BLOCKS = {
    "queue": QUEUE,
    "money": MONEY,
    "beliefs": BELIEFS,
    "all": {**QUEUE, **MONEY, **BELIEFS},
}


@pytest.fixture(scope="module", params=BLOCKS)
def carried(request):
    built = toy.model("2022-09", time={"step": "dekad"}, **BLOCKS[request.param])
    return built, toy.at_centre(built)


def sides(built, out):
    """People who set out, and where they are: at places, under way, at work, settled, back home, turned back or stranded."""
    came = np.cumsum(np.asarray(out.departures), axis=-1)
    home = np.array([leg.head < 0 for leg in built.legs])
    found = np.asarray(out.waiting).sum(axis=0) + np.asarray(out.moving).sum(axis=0)
    found = found + np.cumsum(np.asarray(out.settled), axis=-1).sum(axis=0)
    found = found + np.cumsum(np.asarray(out.leg_arrivals)[home], axis=-1).sum(axis=0)
    if out.turned_back is not None:
        found = found + np.cumsum(np.asarray(out.turned_back), axis=-1).sum(axis=0)
    for stock in (out.stranded, out.working):
        if stock is not None:
            found = found + np.asarray(stock).sum(axis=0)
    return came, found


def test_nobody_is_lost_or_made(carried):
    built, simulated = carried
    came, found = sides(built, simulated.trajectories)
    assert np.allclose(came, found, rtol=1e-9, atol=1e-9 * came.max())


def test_the_order_of_events_with_expectations_is_the_mean_field(carried):
    built, simulated = carried
    out, chosen, values = simulated.trajectories, simulated.choices, toy.centre(built)
    parts = Mechanisms.of(built, values, built.knowledge, chosen, out)
    slow = expected(built, np.asarray(out.departures), np.asarray(chosen.leg), np.asarray(chosen.settle), mechanisms=parts)
    scale = float(np.asarray(out.departures).max())
    for name in ("arrivals", "leg_flow", "settled", "turned_back", "queued", "stranded", "working"):
        mine, theirs = getattr(out, name), getattr(slow, name)
        if mine is not None and theirs is not None:
            assert np.allclose(mine, theirs, rtol=1e-6, atol=1e-6 * scale), name


def test_whole_people_are_all_there(carried):
    built, simulated = carried
    out, chosen, values = simulated.trajectories, simulated.choices, toy.centre(built)
    parts = Mechanisms.of(built, values, built.knowledge, chosen, out)
    drawn = replicate(
        built, np.asarray(out.departures), np.asarray(chosen.leg), np.asarray(chosen.settle),
        generator=np.random.default_rng(5), mechanisms=parts,
    )  # fmt: skip
    came, found = sides(built, drawn)
    assert np.array_equal(came, found)
    assert min(part.min() for part in drawn if part is not None) >= 0


def test_blocks_left_out_leave_nothing():
    """The corridor without its blocks is the corridor that never had them, to the bit."""
    never = toy.model("2022-09", time={"step": "dekad"})
    had = without_blocks(toy.model("2022-09", time={"step": "dekad"}, **BLOCKS["all"]))
    one, other = toy.at_centre(never), toy.at_centre(had)
    for name in ("departures", "arrivals", "leg_flow", "settled", "waiting", "moving"):
        assert np.array_equal(getattr(one.trajectories, name), getattr(other.trajectories, name)), name
    assert np.array_equal(one.mean, other.mean)


def test_a_queue_with_room_and_enough_money_change_nothing():
    rich = toy.merged(MONEY, {"money": {"living_usd": 0.0}})
    roomy = toy.merged(QUEUE, {"queues": {"town": {"capacity": [{"from": "2021-01-01", "per_day": 1e6, "source": "made up"}]}}})
    budget = {"groups": {"CHN": {"budget_usd": {"dist": "lognormal", "median": 5e8, "sd_log": 0.01}}}}
    one = toy.at_centre(toy.model("2022-09", **toy.merged({"time": {"step": "dekad"}}, budget)))
    other = toy.at_centre(toy.model("2022-09", **toy.merged({"time": {"step": "dekad"}, **rich, **roomy}, budget)))
    assert np.allclose(one.trajectories.leg_flow, other.trajectories.leg_flow, rtol=1e-6)
    assert float(jnp.asarray(other.trajectories.stranded).max()) == pytest.approx(0.0, abs=1e-6)
    assert float(jnp.asarray(other.trajectories.queued).max()) == pytest.approx(0.0, abs=1e-6)


def test_shorter_steps_change_monthly_flows_by_less_than_one_percent():
    """With all blocks, days against dekads."""
    found = []
    for step in ("dekad", "day"):
        built = toy.model("2022-06", time={"step": step}, **BLOCKS["all"])
        out = toy.at_centre(built)
        found.append(np.asarray(out.trajectories.leg_flow)[:, 0] @ built.grid.month_sum.T)
    steady = slice(3, None)
    total = [one[:, steady].sum(axis=1) for one in found]
    assert np.allclose(total[0], total[1], rtol=0.01, atol=0.01 * total[1].max())
