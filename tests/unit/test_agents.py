"""Parts of the agent engine: random words, thresholds, a queue's cut, pivoted shares, quantiles, the option of the file."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import chi2, kstest

import toy
from isthmus.engines.agents import Costs, Crowd, Outlook, live
from isthmus.engines.agents.departures import Leaving, Source, entropy, leave
from isthmus.engines.agents.draws import Events, high, key_of, low, name_of, step_of, stratum_of, word_at
from isthmus.engines.agents.journeys import _spread, quantiles
from isthmus.engines.agents.line import EVERYBODY, cut_at, sort
from isthmus.engines.agents.minds import pivot
from isthmus.engines.agents.people import BYTES, People
from isthmus.engines.agents.room import Room
from isthmus.engines.agents.tables import NEVER, Table, look, pick, thresholds
from isthmus.engines.agents.threads import pieces
from isthmus.engines.agents.walk import Job
from isthmus.engines.agents.windows import list_cohorts
from isthmus.engines.agents.world import patience
from isthmus.engines.gates import gates
from isthmus.errors import ModelError
from isthmus.spec.check import check
from isthmus.streams import stream


def test_a_person_takes_no_more_than_48_bytes():
    assert BYTES == 24


def test_numbers_of_people_and_events_are_uniform_and_unrelated():
    keys = [key_of(np.uint64(7), name_of(1, 30, n)) for n in range(4000)]
    words = [[np.uint64(word_at(np.uint64(key), event)) for event in (0, 1)] for key in keys]
    first, second, after = (np.array([f(w[e]) / 2**31 for w in words]) for f, e in ((high, 0), (low, 0), (high, 1)))
    for numbers in (first, second, after):
        assert kstest(numbers, "uniform").pvalue > 1e-3
    for a, b in ((first, second), (first, after), (first[:-1], first[1:])):
        table = np.histogram2d(a, b, bins=8, range=[[0, 1], [0, 1]])[0]
        assert chi2.sf(((table - len(a) / 64) ** 2 / (len(a) / 64)).sum(), 63) > 1e-3


def test_a_name_tells_stratum_and_step_apart():
    who = name_of(3, 700, 12_345_678)
    assert (stratum_of(who), step_of(who)) == (3, 700)
    assert len({name_of(s, t, n) for s in range(3) for t in range(3) for n in range(3)}) == 27


def test_events_of_different_things_never_share_a_number():
    events, sizes = Events.of(5, 7, 2), (7, 5, 7, 7, 2, 14, 1)
    used = [e + k for e, n in zip(events, sizes, strict=True) for k in range(n)]
    assert len(used) == len(set(used))


@pytest.mark.parametrize("shares", [[1.0], [0.2, 0.5, 0.3], [0.0, 1.0], [1.0, 0.0], np.full(19, 1 / 19), [1e-6, 1 - 1e-6, 0]])
def test_picks_follow_the_shares_exactly(shares):
    shares = np.array(shares)
    table = thresholds(shares)
    assert len(table) % 8 == 0
    edges = np.concatenate([[0], np.round(np.cumsum(shares) * 2**31)]).astype(np.int64)
    for n, (low_end, end) in enumerate(pairwise(edges)):
        if end > low_end:
            assert pick(table, 0, len(table), np.int32(low_end)) == n
            assert pick(table, 0, len(table), np.int32(end - 1)) == n
    assert pick(table, 0, len(table), NEVER) == np.flatnonzero(shares)[-1]


@pytest.mark.parametrize("concentration", [0.05, 1.0, 30.0])
def test_one_look_picks_what_going_through_the_thresholds_picks(concentration):
    """Also where small shares crowd into a cell, at every edge and beside it."""
    generator = np.random.default_rng(1)
    kinds = [generator.dirichlet(np.full(n, concentration), size=4) for n in (1, 2, 7, 19, 40)]
    table = Table.of(kinds)
    for kind, shares in enumerate(kinds):
        for row, cuts in enumerate(thresholds(shares)):
            edges = np.concatenate([cuts, cuts - 1, cuts + np.int64(1), generator.integers(0, 2**31, 400), [0, NEVER]])
            for number in np.unique(edges[(edges >= 0) & (edges <= NEVER)]):
                found = look(table, np.uint64(kind), np.uint64(row), np.uint64(number))
                assert found == pick(cuts, 0, len(cuts), np.int32(number)), (kind, row, number)


def test_a_table_of_delays_that_never_change_has_one_row():
    steady = np.broadcast_to(np.array([0.2, 0.5, 0.3]), (50, 3))
    assert Table.of([steady]).cuts.size == 3
    assert Table.of([np.concatenate([steady, [[0.3, 0.4, 0.3]]])]).cuts.size == 153
    assert look(Table.of([steady]), np.uint64(0), np.uint64(49), np.uint64(2**30)) == 1


@pytest.mark.parametrize("n", [1, 3, 8])
def test_pieces_have_everybody_once_and_as_many_each(n):
    departed = np.array([[0, 3, 2005], [997, 1, 0]])
    listed, kept = np.zeros((6, 4), np.uint64), People.room(100)
    kept.who[:] = np.arange(100)
    rows = list_cohorts(np.concatenate([np.full((2, 10), 9), departed], axis=1), 10, 13, listed)
    parts = pieces(Job(kept, listed[:rows], 13), n)
    assert rows == 4
    assert np.concatenate([part.people.who for part in parts]).tolist() == list(range(100))
    listed_people = [(s, t, first + m) for part in parts for s, t, first, size in part.cohorts.tolist() for m in range(size)]
    assert sorted(listed_people) == [(s, 10 + t, m) for (s, t), size in np.ndenumerate(departed) for m in range(size)]
    sizes = [part.people.size + int(part.cohorts[:, 3].sum()) for part in parts]
    assert len(parts) == n
    assert max(sizes) - min(sizes) <= rows + 1
    assert all(part.until == 13 for part in parts)


@pytest.mark.parametrize("seed", [0, 3, 2**32, 2**63 - 5])
def test_departures_are_the_numbers_of_the_stream_of_their_step(seed):
    """Small means and large ones, 0 and the border between two ways of drawing."""
    mean = np.exp(np.random.default_rng(1).uniform(-6, 16, (5, 60)))
    mean[:, 0], mean[:, 1], mean[:, 2] = 0, 10, np.nextafter(10, 0)
    departed = np.zeros(mean.shape, np.int64)
    words = entropy(seed, ("leaving", "draw", 4), 60)
    total = leave(Leaving(mean, words, 1.0, 1, False), Source.room(), np.ones(mean.shape), 0, 60, departed)
    drawn = [stream(seed, "leaving", "draw", 4, t).poisson(mean[:, t]) for t in range(60)]
    assert np.array_equal(departed, np.stack(drawn, axis=1))
    assert total == departed.sum()


@pytest.mark.parametrize("mean", [-1.0, np.nan, np.inf, 1e10])
def test_departures_that_are_no_number_are_said_and_not_drawn(mean):
    built = toy.model("2022-06")
    simulated = toy.at_centre(built)
    departures = np.array(simulated.trajectories.departures)
    departures[0, 4] = mean
    outlook = Outlook(np.asarray(simulated.choices.leg), np.asarray(simulated.choices.settle))
    costs = Costs(np.zeros(len(built.legs)), 0.0, own=False)
    with pytest.raises(ModelError, match="departures from step 0 on"):
        live(built, departures, outlook, gates(built, None, {}, None), crowd=Crowd(1), costs=costs)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 64, 1001])
def test_positions_are_sorted_in_place_and_no_others(n):
    numbers = np.random.default_rng(n).integers(0, 50, n + 3)
    expected = np.concatenate([np.sort(numbers[:n]), numbers[n:]])
    sort(numbers, n)
    assert np.array_equal(numbers, expected)


def test_room_that_grows_holds_the_same_people():
    room = Room.of(4, 2, 3)
    room.at[:] = 2, 3, 1, 1
    room.kept[1].who[:3], room.passing.joined.who[:1] = [5, 6, 7], 8
    room.lines.size[:] = 0, 2
    room.lines.people.who[4:6], room.lines.waiting.order[4:6], room.lines.others[1] = [1, 2], [3, 4], [0, 1, 2]
    more = room.grown(100)
    assert (more.kept[0].size, more.lines.people.size, more.at.tolist()) == (100, 200, [2, 3, 1, 1])
    assert (more.kept[1].who[:3].tolist(), more.passing.joined.who[:1].tolist()) == ([5, 6, 7], [8])
    assert (more.lines.people.who[100:102].tolist(), more.lines.waiting.order[100:102].tolist()) == ([1, 2], [3, 4])
    assert more.lines.others[1].tolist() == [0, 1, 2]


def test_a_queue_serves_those_who_came_first_among_others_who_come_evenly():
    orders = np.array([0.1, 0.2, 0.6, 0.9]) * EVERYBODY
    served, others, gone = cut_at(orders.astype(np.int64), 4, 100.0, 0, 30.0)
    assert served == 2
    assert others == pytest.approx(72)
    assert 0.27 * EVERYBODY < gone < 0.29 * EVERYBODY
    again, left, further = cut_at(orders[2:].astype(np.int64), 2, others, gone, 50.0)
    assert (again, further > gone) == (1, True)
    assert left == pytest.approx(23)
    assert cut_at(orders.astype(np.int64), 4, 0.0, 0, 3.0)[0] == 3


def test_patience_is_what_is_left_of_those_who_keep_waiting():
    shares = patience(np.full(6, 0.8), 3)
    assert np.allclose(shares.sum(axis=1), 1)
    assert np.allclose(shares[0], [0.2, 0.16, 0.128, 0.512])
    assert np.allclose(shares[5], [0, 0, 0, 1]), "nothing is known of what follows the last step"


def test_pivoted_shares_are_those_of_choosing_anew():
    built = toy.model("2022-06")
    k = [leg.id for leg in built.legs].index("town_end")
    believed = np.broadcast_to(np.array([leg.risk for leg in built.legs])[:, None, None], (4, 1, built.grid.n_steps)).copy()
    from isthmus.model.choice import choices

    def choose(risk):
        drift = lambda _, advantage: np.zeros(advantage.shape)  # noqa: E731
        return choices(built, toy.centre(built), built.knowledge, drift, risk)

    before = choose(believed)
    believed[k] += np.linspace(0, 0.9, built.grid.n_steps)
    after = choose(believed)
    shift = np.zeros(before.leg.shape)
    shift[k] = -1.0 * np.linspace(0, 0.9, built.grid.n_steps)
    worth = pivot(built, np.asarray(before.leg), np.asarray(before.settle), shift)
    assert np.allclose(worth, np.asarray(after.value - before.value), atol=1e-12)


def test_quantiles_lie_on_straight_lines_within_bins():
    counts = np.array([[0, 10, 0, 10, 0], [0, 0, 0, 0, 0]], float)
    found = quantiles(counts, np.array([0.25, 0.5, 1.0]), 2.0)
    assert np.allclose(found[0], [3.0, 4.0, 8.0])
    assert np.isnan(found[1]).all()


def test_a_length_in_steps_is_spread_without_changing_how_many_or_how_long():
    steps = np.array([[0, 0, 5, 2, 0]], float)
    half = _spread(steps)
    assert half.sum() == pytest.approx(7)
    middle = (np.arange(half.shape[1]) + 0.5) / 2
    assert (half * middle).sum() == pytest.approx(5 * 2 + 2 * 3)


def test_too_many_agents_are_refused_with_a_number_that_would_do():
    found = check(toy.corridor(engines={"agents_per_person": 1000, "draws": 400}))
    assert len(found) == 1
    assert found[0].where == "engines.agents_per_person"
    assert found[0].remedy == "write agents_per_person: 4e+01, or fewer draws"
    assert not check(toy.corridor(engines={"agents_per_person": 1000, "draws": 400, "journeys": "cohort"}))
