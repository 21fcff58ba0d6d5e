"""Agents and expectations are the same corridor: on corridors at random, on the shipped one, and person by person."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from agents_slow import Slow
from corridors import documents
from hypothesis import HealthCheck, Phase, given, settings
from test_engines import built_from, stocks_of

import crowds
import toy
from isthmus.engines.agents import ENDINGS, Costs, Crowd, Hazards, Outlook, live
from isthmus.engines.agents.threads import Threads
from isthmus.engines.gates import gates
from isthmus.forecast.lives import costs, names_needed, outlook, people_of
from isthmus.model.network import compile_model
from isthmus.spec.load import load
from isthmus.streams import stream_seed

TWENTY = settings(
    max_examples=20, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
AGENTS = 20_000
COMPARED = ("departures", "arrivals", "leg_flow", "leg_arrivals", "settled")


def prices(built):
    return Costs(np.array([leg.price_usd for leg in built.legs]), 0.0, own=False)


def free(built, departures, leg, settle, crowd):
    """Agents on a corridor without blocks."""
    return live(built, departures, Outlook(leg, settle), gates(built, None, {}, None), crowd=crowd, costs=prices(built))


def deviation(built, simulated, crowd, leg):
    out, settle = simulated.trajectories, np.asarray(simulated.choices.settle)
    left = np.asarray(out.departures)
    found = free(built, left, leg, settle, crowd).trajectories
    counts = np.concatenate([np.ravel(getattr(found, name)) for name in COMPARED]) * crowd.per_person
    means = np.concatenate([np.ravel(np.asarray(getattr(out, name))) for name in COMPARED]) * crowd.per_person
    came, stands = stocks_of(built, found)
    assert np.allclose(came, stands, atol=1e-9)
    return crowds.largest_z(np.round(counts), np.maximum(means, 0))


@pytest.mark.slow
@given(documents())
@TWENTY
def test_agents_agree_with_expectations_on_twenty_corridors(document):
    """Departures are Poisson and people independent, so every sum is Poisson about the mean-field number."""
    built = built_from(document)
    simulated = toy.at_centre(built)
    scale = AGENTS / max(float(np.asarray(simulated.trajectories.departures).sum()), 1e-9)
    leg = np.asarray(simulated.choices.leg)
    assert deviation(built, simulated, Crowd(1, per_person=scale), leg) < 4


def test_shares_that_are_a_little_off_are_noticed():
    built = toy.model("2022-12")
    simulated = toy.at_centre(built)
    leg, settle = np.array(simulated.choices.leg), np.asarray(simulated.choices.settle)
    crowd = Crowd(1, per_person=50)
    assert deviation(built, simulated, crowd, leg) < 4
    out = [k for k, one in enumerate(built.legs) if one.tail == built.origins[0]]
    moved = 0.1 * leg[out[0]] * leg[out[1]]
    leg[out[0]] += moved
    leg[out[1]] -= moved
    assert deviation(built, simulated, crowd, leg) > 4
    assert settle.shape == (3, 1, built.grid.n_steps)


def small(**patch):
    """The tiny corridor by dekads over fifteen months with few people."""
    few = {"departures": {"level": 100, "persistence": 0.8, "feedback": 0.5}}
    time = {"step": "dekad", "start": "2022-01", "fit_from": "2022-02", "reference": "2022-06", "horizon_months": 1}
    return toy.model("2023-03", time=time, groups={"CHN": few}, **patch)


HAZARDS = Hazards(("robbery", "injury"), np.array([[0, 0], [0, 0], [0.9, 0.2], [0, 0]]))


@pytest.mark.slow
@pytest.mark.parametrize("own", [False, True], ids=["purse of the class", "own purse"])
def test_the_kernel_agrees_exactly_with_the_slow_reference(own):
    """Queues, money, beliefs and harm on, both ways of paying: every count and every history is the same."""
    built = small(**crowds.BLOCKS, **crowds.WORD)
    simulated, values, mechanisms = crowds.simulated(built)
    crowd = Crowd(3, ("slow",), per_person=2.0)
    unable = None if own else mechanisms.unable
    fast = people_of(
        built, simulated.choices, simulated.trajectories, built.knowledge, values, crowd=crowd, unable=unable, hazards=HAZARDS
    )  # fmt: skip
    numbers = {name: float(values[name]) for name in names_needed(built)}
    slow = Slow(
        built, gates(built, built.knowledge, numbers, mechanisms.unable),
        outlook(built, simulated.choices, simulated.trajectories, built.knowledge, numbers), costs(built, numbers, own=own),
        HAZARDS, stream_seed(3, "agents", "slow"), per_person=2.0, bin_usd=fast.journeys.bin_usd,
    ).run(fast.departed)  # fmt: skip
    total = built.strata.total
    found = fast.trajectories
    for name, people in (
        ("leg_flow", slow.flow), ("leg_arrivals", slow.came), ("settled", slow.settled), ("turned_back", slow.turned_back),
        ("short", slow.short), ("queued", slow.queued[:, :-1]),
    ):  # fmt: skip
        assert np.array_equal(np.asarray(getattr(found, name)) * 2, total(people)), name
        assert people.sum() > 0, name
    assert np.allclose(found.queued_others * 2, slow.queued[:, -1])
    assert np.allclose(found.believed, slow.believed, rtol=1e-12)
    assert np.array_equal(np.asarray(found.working) * 2, total(np.cumsum(slow.to_work - slow.from_work, axis=-1)))
    for table, histories in ((fast.journeys.steps, slow.ended), (fast.journeys.usd, slow.usd)):
        again = np.zeros_like(table)
        for (g, ending, at), people in histories.items():
            again[g, ENDINGS.index(ending), at] += people
        assert np.array_equal(table, again)
    assert listed(fast.journeys.met) == {key: people for key, people in slow.met.items() if key[1] < 2}
    assert listed(fast.journeys.waited) == dict(slow.waited)


def listed(table):
    return {tuple(map(int, at)): int(table[tuple(at)]) for at in np.argwhere(table)}


@pytest.mark.parametrize(("per_person", "several"), [(40, False), (300, True)])
def test_the_result_does_not_depend_on_the_number_of_threads(monkeypatch, per_person, several):
    """Few people are moved by the thread that calls, many by all of them."""
    used, move = set(), Threads._move

    def noted(self, own, others, until):
        used.add(threading.get_ident())
        move(self, own, others, until)

    monkeypatch.setattr(Threads, "_move", noted)
    built = small(**crowds.BLOCKS, **crowds.WORD)
    one, three = (crowds.lives(built, Crowd(5, per_person=per_person, workers=n), own=True, hazards=HAZARDS) for n in (1, 3))
    assert (len(used) > 1) is several
    for name, part in one.trajectories._asdict().items():
        assert part is None or np.array_equal(part, getattr(three.trajectories, name)), name
    for name in ("steps", "usd", "met", "waited"):
        assert np.array_equal(getattr(one.journeys, name), getattr(three.journeys, name)), name


def test_one_person_more_changes_nobody_elses_journey():
    """Two worlds differ by one person: so do the counts, at the places and steps of that person's journey only."""
    built = small()
    simulated = toy.at_centre(built)
    leg, settle = (np.asarray(part) for part in (simulated.choices.leg, simulated.choices.settle))
    people = np.zeros((1, built.grid.n_steps), int)
    people[0, 2:9] = 300
    more = people.copy()
    more[0, 4] += 1
    crowd = Crowd(7, exact=True)
    a, b = (free(built, n, leg, settle, crowd).trajectories for n in (people, more))
    for name in COMPARED:
        extra = np.asarray(getattr(b, name)) - np.asarray(getattr(a, name))
        assert extra.min() >= 0, name
        assert extra.max() <= 1, name
    assert (b.settled - a.settled).sum() + (b.leg_arrivals - a.leg_arrivals)[3].sum() == 1
    assert (b.leg_flow - a.leg_flow).sum() <= 2


@pytest.mark.slow
def test_agents_agree_with_expectations_on_the_shipped_corridor():
    """With queue, money and information. Counts are not Poisson here: their spread is that of replicates."""
    built = compile_model(load("china-ecuador-us").corridor, "2023-12")
    simulated, values, mechanisms = crowds.simulated(built)
    per, runs = 4.0, 12
    found = [
        people_of(
            built, simulated.choices, simulated.trajectories, built.knowledge, values,
            crowd=Crowd(11, (run,), per_person=per), unable=mechanisms.unable,
        ).trajectories
        for run in range(runs)
    ]  # fmt: skip
    sums, means, excess = [], [], []
    for name in (*COMPARED, "short"):
        drawn = np.stack([np.ravel(getattr(one, name)) for one in found]) * per
        mean = np.ravel(np.asarray(getattr(simulated.trajectories, name))) * per
        sums.append(drawn.sum(axis=0))
        means.append(mean * runs)
        with np.errstate(invalid="ignore", divide="ignore"):
            excess.append(np.where(mean > 20, drawn.var(axis=0, ddof=1) / mean, 1.0))
    wide = np.maximum(np.concatenate(excess), 1.0)
    expected = np.maximum(np.concatenate(means), 0)
    off = (np.concatenate(sums) - expected) / np.sqrt(wide)
    assert crowds.largest_z(np.round(expected + off), expected) < 4
    assert wide.mean() < 1.5
