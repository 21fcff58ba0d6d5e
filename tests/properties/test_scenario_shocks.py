"""Shocks in time: profiles stay within 0 and 1, whatever the dates; closures and capacities act in one direction."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.scenarios.gathered import gathered, in_force
from isthmus.spec.scenarios import CloseShock, Scenario
from isthmus.timegrid import TimeGrid

days = st.dates(dt.date(2023, 1, 1), dt.date(2024, 12, 31))
lengths = st.floats(0, 400)


@st.composite
def shocks(draw):
    begin = draw(days)
    end = draw(st.none() | st.integers(1, 500).map(lambda n: begin + dt.timedelta(days=n)))
    fade = draw(lengths) if end is not None else 0
    return CloseShock.model_validate(
        {"kind": "close", "legs": ("a",), "from": begin, "to": end, "ramp_days": draw(lengths), "fade_days": fade, "source": "x"}
    )


@given(shocks(), st.sampled_from(["dekad", "month"]))
@settings(max_examples=60, deadline=None)
def test_a_shock_is_in_force_by_a_share_and_never_before_it_begins(one, step):
    grid = TimeGrid(step, "2022-10", "2025-06")
    share = in_force(one, grid)
    assert share.min() >= 0
    assert share.max() <= 1 + 1e-12
    assert np.all(share[grid.share_since(one.from_) == 0] == 0)
    if one.to is not None and one.fade_days == 0:
        over = grid.share_since(one.to) == 1
        assert np.all(share[over] == 0)


@given(shocks(), st.floats(1, 200))
@settings(max_examples=40, deadline=None)
def test_a_slower_ramp_is_never_further(one, more):
    grid = TimeGrid("dekad", "2022-10", "2025-06")
    slower = one.model_copy(update={"ramp_days": one.ramp_days + more})
    assert np.all(in_force(slower, grid) <= in_force(one, grid) + 1e-12)


@given(shocks())
@settings(max_examples=40, deadline=None)
def test_without_ramp_and_fade_days_in_force_are_counted_exactly(one):
    plain = one.model_copy(update={"ramp_days": 0.0, "fade_days": 0.0})
    grid = TimeGrid("dekad", "2022-10", "2026-12")
    end = one.to or grid.dates[-1].astype(dt.date) + dt.timedelta(days=1)
    assert np.isclose((in_force(plain, grid) * grid.days).sum(), (end - one.from_).days)


@given(st.permutations(["a", "b", "c", "d"]))
def test_included_shocks_are_gathered_in_one_order_and_once(order):
    def one(name):
        shock = {"kind": "close", "legs": ("x",), "from": dt.date(2024, 1, 1), "source": "x"}
        return Scenario.model_validate({"label": name, "shocks": {"s": shock}, "includes": ("a",) if name != "a" else ()})

    scenarios = {name: one(name) for name in order}
    scenarios["all"] = Scenario.model_validate({"label": "all", "includes": tuple(order)})
    assert [named.name for named in gathered(scenarios, "all")] == ["a.s", "b.s", "c.s", "d.s"]
