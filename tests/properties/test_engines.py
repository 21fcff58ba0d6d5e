"""What must hold for any valid corridor: nobody lost or made, order of the file irrelevant, both ways of solving equal."""

from __future__ import annotations

import random

import numpy as np
from corridors import documents
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

import toy
from isthmus.engines.cohort import expected, replicate
from isthmus.model.network import compile_model
from isthmus.spec.schema import Corridor

FEW = settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], print_blob=True)


def shortened(document, months=9):
    """The same corridor over few months, which compiles and runs faster; rules and policies keep their dates."""
    time = {
        "start": "2021-07",
        "fit_from": "2021-08",
        "reference": "2021-10",
        "step": document["time"]["step"],
        "horizon_months": 1,
    }
    return {**document, "time": time}, f"2021-{6 + months:02d}" if months < 7 else f"2022-{months - 6:02d}"


def built_from(document):
    short, last = shortened(document)
    return compile_model(Corridor.model_validate(short), last)


def stocks_of(built, out):
    """People in = under way + at places + settled + returned, by group and step; returns the two sides."""
    came = np.cumsum(np.asarray(out.departures), axis=-1)
    returning = np.array([leg.head < 0 for leg in built.legs])
    moving, settled = np.asarray(out.moving), np.cumsum(np.asarray(out.settled), axis=-1)
    home = np.cumsum(np.asarray(out.leg_arrivals)[returning], axis=-1).sum(axis=0)
    return came, np.asarray(out.waiting).sum(axis=0) + moving.sum(axis=0) + settled.sum(axis=0) + home


def recounted(built, out):
    """Stocks counted place by place and leg by leg from flows alone."""
    came = np.array(out.arrivals)
    for g, origin in enumerate(built.origins):
        came[origin, g] += np.asarray(out.departures)[g]
    gone = np.array(out.settled)
    for k, leg in enumerate(built.legs):
        gone[leg.tail] += np.asarray(out.leg_flow)[k]
    arrived = np.zeros_like(gone)
    for k, leg in enumerate(built.legs):
        if leg.head >= 0:
            arrived[leg.head] += np.asarray(out.leg_arrivals)[k]
    return np.cumsum(came - gone, axis=-1), arrived


@given(documents(), st.integers(0, 1 << 32))
@FEW
def test_nobody_is_lost_or_made(document, seed):
    built = built_from(document)
    simulated = toy.at_centre(built)
    out, chosen = simulated.trajectories, simulated.choices
    scale = max(float(np.asarray(out.departures).max()), 1e-300)
    note(f"{len(built.places)} places, {len(built.legs)} legs, {built.grid.step}")

    shares = np.array(chosen.settle)
    for k, leg in enumerate(built.legs):
        shares[leg.tail] += np.asarray(chosen.leg)[k]
    assert np.allclose(shares, 1, atol=1e-12)

    came, found = stocks_of(built, out)
    assert np.allclose(came, found, rtol=1e-9, atol=1e-12 * scale)
    waiting, arrived = recounted(built, out)
    assert np.allclose(out.waiting, waiting, rtol=1e-9, atol=1e-9 * scale)
    assert np.allclose(out.arrivals, arrived, rtol=1e-9, atol=1e-12 * scale)
    for part in (out.arrivals, out.leg_flow, out.leg_arrivals, out.settled):
        assert np.asarray(part).min() >= 0
    assert min(np.asarray(out.waiting).min(), np.asarray(out.moving).min()) >= -1e-9 * scale

    # the slow order of events, with expectations and with whole people
    left, by_leg, settle = (np.asarray(x) for x in (out.departures, chosen.leg, chosen.settle))
    slow = expected(built, left, by_leg, settle)
    for name in ("arrivals", "leg_flow", "leg_arrivals", "settled"):
        assert np.allclose(getattr(out, name), getattr(slow, name), rtol=1e-9, atol=1e-12 * scale), name
    for name in ("waiting", "moving"):
        assert np.allclose(getattr(out, name), getattr(slow, name), rtol=1e-9, atol=1e-9 * scale), name

    people = 1000 * left / scale
    whole = replicate(built, people, by_leg, settle, generator=np.random.default_rng(seed))
    assert all(np.issubdtype(part.dtype, np.integer) for part in whole if part is not None)
    assert min(part.min() for part in whole if part is not None) >= 0
    came, found = stocks_of(built, whole)
    assert np.array_equal(came, found)
    waiting, arrived = recounted(built, whole)
    assert np.array_equal(whole.arrivals, arrived)
    assert np.array_equal(whole.waiting, waiting)
    again = replicate(built, people, by_leg, settle, generator=np.random.default_rng(seed))
    assert all(np.array_equal(a, b) for a, b in zip(whole, again, strict=True) if a is not None)


@given(documents(), st.randoms(use_true_random=False))
@settings(FEW, max_examples=3)
def test_the_order_of_the_file_does_not_matter(document, shuffle: random.Random):
    mixed = dict(document)
    for block in ("groups", "places", "legs", "series"):
        names = list(document[block])
        shuffle.shuffle(names)
        mixed[block] = {name: document[block][name] for name in names}
    one, other = built_from(document), built_from(mixed)
    a, b = toy.at_centre(one), toy.at_centre(other)

    def order(names_of):
        return [[x.id for x in names_of(other)].index(x.id) for x in names_of(one)]

    groups = [other.groups.index(g) for g in one.groups]
    places, legs, sights = order(lambda m: m.places), order(lambda m: m.legs), order(lambda m: m.sights)
    for name, rows in (("arrivals", places), ("waiting", places), ("settled", places), ("leg_flow", legs), ("moving", legs)):
        left, right = getattr(a.trajectories, name), np.asarray(getattr(b.trajectories, name))[rows][:, groups]
        assert np.allclose(left, right, rtol=1e-9, atol=1e-9), name
    assert np.allclose(a.mean, np.asarray(b.mean)[sights], rtol=1e-9, atol=1e-9)


@given(documents())
@settings(FEW, max_examples=2)
def test_a_scenario_that_changes_nothing_differs_by_exactly_nothing(document):
    base = built_from(document)
    same = built_from(
        {**document, "scenarios": {"same": {"label": "Same", "set": {"title": "Another title"}}}, "title": "Another"}
    )
    a, b = toy.at_centre(base), toy.at_centre(same)
    for name, left in a.trajectories._asdict().items():
        if left is not None:
            assert np.array_equal(left, getattr(b.trajectories, name)), name
    assert np.array_equal(a.mean, b.mean)


@given(documents(), st.data())
@settings(FEW, max_examples=3)
def test_closing_a_leg_diverts_and_makes_nobody_leave(document, data):
    """With feedback of at least 0 a worse leg never raises departures, and what the others are worth is untouched."""
    forks = [k for k, leg in document["legs"].items() if sum(o["from"] == leg["from"] for o in document["legs"].values()) > 1]
    if not forks:
        forks = list(document["legs"])
    name = data.draw(st.sampled_from(sorted(forks)))
    rules = [rule for rule in document["entry_rules"] if rule["from"] < "2021"]
    steady = {**document, "entry_rules": rules, "policies": {}}
    closed = {
        "label": "Closed", "date": "2021-12-01", "source": "made up",
        "effects": [{"on": "leg", "id": name, "size": -30.0}],
    }  # fmt: skip
    before, after = built_from(steady), built_from({**steady, "policies": {"closed": closed}})
    a, b = toy.at_centre(before), toy.at_centre(after)
    left, still = np.asarray(a.trajectories.departures), np.asarray(b.trajectories.departures)
    assert np.all(still <= left * (1 + 1e-9))
    assert np.all(np.asarray(b.choices.value) <= np.asarray(a.choices.value) + 1e-9)
    k = [leg.id for leg in before.legs].index(name)
    since = before.grid.starts >= np.datetime64("2021-12-01")
    others = [n for n in before.places[before.legs[k].tail].legs_out if n != k]
    was, now = np.asarray(a.choices.leg)[..., since], np.asarray(b.choices.leg)[..., since]
    alone = not others and before.places[before.legs[k].tail].settle is None
    if alone:
        assert np.allclose(now[k], 1)
    else:
        assert np.all(now[k] <= was[k] * (1 + 1e-9))
        assert np.all(now[others] >= was[others] * (1 - 1e-9))
    assert np.array_equal(np.asarray(a.choices.leg)[..., ~since], np.asarray(b.choices.leg)[..., ~since])
