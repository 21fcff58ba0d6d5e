"""Queues against what is known of Necoclí, against closed forms, and for any arrivals and capacity."""

from __future__ import annotations

import datetime as dt

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.model.blocks import block_knowledge
from isthmus.model.queues import serve
from isthmus.spec.load import load
from isthmus.timegrid import TimeGrid

PATIENCE_DAYS = 60  # longer than anybody waits in these months


def necocli(first, last):
    """The queue of the shipped corridor day by day, from its capacity and arrivals alone: nothing is fitted."""
    corridor = load("china-ecuador-us").corridor
    grid = TimeGrid("day", first, last)
    known = block_knowledge(corridor, grid, None)
    others, places = jnp.asarray(known.others)[0], jnp.asarray(known.places)[0]
    give_up = corridor.queues["necocli"].give_up.median
    nobody = jnp.zeros((1, grid.n_steps))
    return grid, serve(nobody, others, places, give_up, days=jnp.asarray(grid.days), longest=PATIENCE_DAYS), others, places


def on(grid, values, day):
    return float(np.asarray(values)[(np.datetime64(day) - grid.starts[0]).astype(int)])


def test_the_queue_of_2021_grows_as_reported():
    """850 places a day on five boat days against 1,000 a day and more: 10,000 waiting in late July, 19,000 on 22 September."""
    grid, queue, _, _ = necocli("2021-07", "2021-10")
    assert on(grid, queue.others, "2021-07-31") == pytest.approx(10_000, rel=0.3)
    assert on(grid, queue.others, "2021-09-22") == pytest.approx(19_000, rel=0.1)


def test_the_stoppage_of_february_2024_strands_people_and_shows_downstream_a_dekad_later():
    """Boats stop for seven days: thousands wait at its end, nobody is carried, and those who come after fill the boats."""
    grid, queue, others, places = necocli("2024-01", "2024-03")
    assert on(grid, queue.others, "2024-02-22") < 1_500
    assert on(grid, queue.others, "2024-02-29") > 3_000
    going = np.asarray(others) - np.diff(np.asarray(queue.others), prepend=0.0)

    def carried(first, days):
        return sum(on(grid, going, np.datetime64(first) + np.timedelta64(d, "D")) for d in range(days))

    # six days' walk puts the dip in Panama's counts a dekad later; those who gave up and went on all the same are in it
    before, stopped, after = carried("2024-02-13", 7), carried("2024-02-23", 7), carried("2024-03-01", 7)
    assert stopped < 0.1 * before
    assert after > 1.3 * before
    assert on(grid, places, "2024-02-26") == 0.0


def test_a_full_queue_is_a_fluid_line():
    """Constant arrivals above constant capacity, nobody gives up: waiting grows by the difference, wait = waiting / capacity."""
    days, arrive, serve_a_day = 60, 50.0, 40.0
    joined = jnp.full((1, days), arrive)
    out = serve(joined, jnp.zeros(days), jnp.full(days, serve_a_day), 0.0, days=jnp.ones(days), longest=days)
    assert np.allclose(out.waiting[0], (arrive - serve_a_day) * np.arange(1, days + 1))
    assert np.allclose(out.served[0], serve_a_day)
    late = slice(45, None)
    waited = np.asarray(out.waiting[0])[late] / arrive
    assert np.allclose(np.asarray(out.wait_days)[late], waited, atol=1.0)


flows = st.lists(st.floats(0, 1e4), min_size=30, max_size=30)


@given(flows, flows, st.lists(st.floats(0, 2e4), min_size=30, max_size=30), st.floats(0, 0.2))
@settings(max_examples=10, deadline=None)
def test_nobody_is_lost_in_a_queue_and_capacity_is_never_exceeded(ours, others, places, give_up):
    joined, beside, room = (jnp.asarray(x) for x in (ours, others, places))
    out = serve(joined[None], beside, room, give_up, days=jnp.ones(30), longest=60)
    came, gone = np.cumsum(joined), np.cumsum(np.asarray(out.served[0] + out.gave_up[0]))
    scale = float(came[-1]) + 1.0
    assert np.allclose(came, gone + np.asarray(out.waiting[0]), atol=1e-9 * scale)
    assert np.all(np.asarray(out.served[0]) <= np.asarray(room) + 1e-9 * scale)
    for part in (out.served, out.gave_up, out.waiting, out.others):
        assert np.asarray(part).min() >= -1e-9 * scale


@given(flows, st.floats(10, 2e4))
@settings(max_examples=10, deadline=None)
def test_littles_law_over_a_queue_that_empties(joined, room):
    """Person-days of waiting = sum over those served of their wait (Little 1961), once nobody is left."""
    n = 30 + 30
    came = jnp.concatenate([jnp.asarray(joined), jnp.zeros(30)])
    capacity = float(max(room, np.sum(joined) / 25 + 1.0))
    out = serve(came[None], jnp.zeros(n), jnp.full(n, capacity), 0.0, days=jnp.ones(n), longest=n)
    assert float(out.waiting[0, -1]) == pytest.approx(0.0, abs=1e-6)
    person_days = float(out.waiting[0].sum())
    waits = float((np.asarray(out.served[0]) * np.asarray(out.wait_days)).sum())
    assert waits == pytest.approx(person_days, rel=1e-6, abs=1e-3)


def test_first_come_first_served_splits_by_group():
    """A group that came first leaves first, whoever else comes later."""
    first, second = jnp.array([[100.0, 0, 0, 0, 0]]), jnp.array([[0, 100.0, 0, 0, 0]])
    out = serve(jnp.concatenate([first, second]), jnp.zeros(5), jnp.full(5, 50.0), 0.0, days=jnp.ones(5), longest=5)
    assert np.allclose(out.served[0], [50, 50, 0, 0, 0])
    assert np.allclose(out.served[1], [0, 0, 50, 50, 0])


def test_a_group_of_all_people_takes_no_place_and_is_served_as_they_are():
    rng = np.random.default_rng(4)
    groups, others, room = (
        rng.poisson(40, (2, 30)).astype(float),
        rng.poisson(10, 30).astype(float),
        rng.poisson(80, 30).astype(float),
    )
    alone = serve(jnp.asarray(groups), jnp.asarray(others), jnp.asarray(room), 0.02, days=jnp.ones(30), longest=60)
    everyone = (groups.sum(axis=0) + others)[None]
    both = np.concatenate([groups[:1], everyone, groups[1:]])
    out = serve(jnp.asarray(both), jnp.asarray(others), jnp.asarray(room), 0.02, days=jnp.ones(30), longest=60, totals=(1,))
    assert float(alone.waiting.sum()) > 100
    for name in ("served", "gave_up", "waiting"):
        np.testing.assert_allclose(np.asarray(getattr(out, name))[[0, 2]], getattr(alone, name), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(out.waiting[1], alone.waiting.sum(axis=0) + alone.others, rtol=1e-9)
    np.testing.assert_allclose(out.wait_days, alone.wait_days, rtol=1e-12)


def test_a_day_without_an_entry_has_no_limit_and_an_announced_stop_is_known_only_then():
    corridor = load("china-ecuador-us").corridor
    grid = TimeGrid("day", "2024-02", "2024-03")
    before = block_knowledge(corridor, grid, dt.date(2024, 2, 20)).places[0]
    after = block_knowledge(corridor, grid, dt.date(2024, 2, 23)).places[0]
    assert on(grid, before, "2024-02-26") > 0
    assert on(grid, after, "2024-02-26") == 0
