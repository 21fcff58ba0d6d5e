"""Results of scenarios through the server's gate: what one measure hides, the others must not give away."""

from __future__ import annotations

import numpy as np
import pytest
import report_fixture

from isthmus.disclosure import Ledger, Table, default_policy, release
from isthmus.report.gated import vocabulary_of
from isthmus.scenarios.account import ACCOUNT
from isthmus.serve.library import gate

FEW, END, SPAN = 4.0, "2024-11", "2024-06/2024-11"


@pytest.fixture(scope="module")
def known():
    return vocabulary_of(report_fixture.shipped_corridor())


def row(measure, count, scenario="visa", *, place="all", leg="all", period=SPAN, kind="flow"):
    low, high = sorted((0.6 * count, 1.5 * count))
    numbers = {"lo90": low, "lo50": low, "median": count, "hi50": high, "hi90": high}
    about = {"scenario": scenario, "measure": measure, "place": place, "leg": leg, "group": "CHN", "period": period}
    return {**about, "kind": kind, "unit": "persons", **numbers, "source": "made up"}


def account(known, scenario, few):
    """Few ended the journey on the way, in one town; everybody else arrived, went back or is on the way."""
    stock = {"period": END, "kind": "stock"}
    parts = dict.fromkeys(ACCOUNT, 0.0) | {"arrived": 900.0, "settled_on_the_way": few, "returned": 120.0, "under_way": 80.0}
    town = next(place for _, place, _ in next(one.parts for one in known.sums if one.total == "settled_on_the_way"))
    rows = [row(part, count, scenario, **stock) for part, count in parts.items()]
    rows += [row("departures", sum(parts.values()), scenario)]
    rows += [row("settled", few, scenario, place=town), row("settled", 900.0, scenario, place="us_border")]
    return [*rows, row("leg_flow", 120.0, scenario, leg="ecuador_return")]


def table_of(known):
    base, other = account(known, "baseline", 60.0), account(known, "visa", FEW)
    changes = [
        row(f"{one['measure']}_change", two["median"] - one["median"], "visa", place=one["place"], leg=one["leg"],
            period=one["period"], kind=one["kind"])
        for one, two in zip(base, other, strict=True)
    ]  # fmt: skip
    return [*base, *other, *changes]


def subtracted(rows):
    """The few, as what is left of those who set out when all other parts are taken away; None where a part is missing."""
    told = {(r["measure"], r["place"], r["leg"]): r["median"] for r in rows if r["scenario"] == "visa"}
    parts = [told.get((part, "all", "all")) for part in ("departures", *ACCOUNT) if part != "settled_on_the_way"]
    return None if None in parts else parts[0] - sum(parts[1:])


def test_the_few_are_not_what_is_left_of_those_who_set_out(known):
    rows = table_of(known)
    found = gate._together(rows, default_policy(), Ledger(), known, scope="test", edition="one")
    assert len(found) == len(rows)
    assert subtracted(found) is None
    changes = {(r["measure"], r["place"]): r["median"] for r in found if r["measure"].endswith("_change")}
    assert changes["settled_on_the_way_change", "all"] is None
    assert sum(value is None for (name, place), value in changes.items() if place == "all" and name != "departures_change") >= 2


def test_measure_by_measure_they_are(known):
    """The attack succeeds against what was done before, so that its failure above means something."""
    rows, apart = table_of(known), []
    for measure in dict.fromkeys(r["measure"] for r in rows):
        part = Table.of([r for r in rows if r["measure"] == measure])
        apart += release(part, default_policy(), Ledger(), scope="test", edition="one", vocabulary=known).rows()
    assert abs(subtracted(apart) - FEW) <= 10


def test_a_measure_that_may_not_leave_takes_no_other_with_it(known):
    rows = table_of(known)
    bare = row("waiting", 50.0, place="necocli", period=END, kind="stock") | dict.fromkeys(("lo90", "lo50", "hi50", "hi90"), 50.0)
    found = gate._together([*rows, bare], default_policy(), Ledger(), known, scope="test", edition="one")
    assert {r["measure"] for r in found} == {r["measure"] for r in rows}


def test_what_was_asked_for_again_is_answered_the_same(known):
    ledger, rows = Ledger(), table_of(known)
    one = gate._together(rows, default_policy(), ledger, known, scope="test", edition="one")
    ends = ("lo90", "lo50", "median", "hi50", "hi90")
    more = [{**r, **{name: r[name] + 3 for name in ends}} if r["median"] else r for r in rows]
    two = gate._together(more, default_policy(), ledger, known, scope="test", edition="one")
    counts = [not r["measure"].endswith("_change") for r in one]
    medians = [np.array([r["median"] if r["median"] is not None else -1.0 for r in found])[counts] for found in (one, two)]
    kept = medians[0] >= 10
    assert (medians[1][kept] == medians[0][kept]).all()
