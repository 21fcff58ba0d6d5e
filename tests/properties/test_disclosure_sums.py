"""Attacks through sums that no label of a total shows: measures that add up to others, and places counted together."""

from __future__ import annotations

import numpy as np
import report_fixture
from scipy import sparse
from scipy.optimize import linprog

from isthmus.disclosure import Ledger, Table, Vocabulary, default_policy, release
from isthmus.disclosure.leaves import Leaves
from isthmus.disclosure.relations import relations
from isthmus.disclosure.table import Sum
from isthmus.report.gated import vocabulary_of

SPAN, END = "2024-06/2024-11", "2024-11"
PLACES, LEGS = ("town", "river", "city"), ("back",)
KNOWN = Vocabulary(
    frozenset(PLACES), frozenset(LEGS), frozenset({"CHN"}),
    sums=(
        Sum("departures", tuple((part, "all", "all") for part in ("arrived", "settled_on_the_way", "returned", "under_way"))),
        Sum("arrived", (("settled", "city", "all"),)),
        Sum("settled_on_the_way", (("settled", "town", "all"), ("settled", "river", "all"))),
        Sum("returned", (("leg_flow", "all", "back"),)),
    ),
)  # fmt: skip


def row(measure, count, *, place="all", leg="all", period=SPAN, kind="flow", scenario="visa"):
    return {
        "scenario": scenario, "measure": measure, "place": place, "leg": leg, "group": "CHN", "period": period, "kind": kind,
        "unit": "persons", "lo90": 0.6 * count, "lo50": 0.8 * count, "median": count, "hi50": 1.2 * count, "hi90": 1.5 * count,
        "source": "made up",
    }  # fmt: skip


def account(town, river, city, back, way, scenario="visa"):
    """An account of people with its parts by place and leg; nobody was on the way before."""
    stock = {"period": END, "kind": "stock", "scenario": scenario}
    return [
        row("departures", town + river + city + back + way, scenario=scenario),
        row("arrived", city, **stock),
        row("settled_on_the_way", town + river, **stock),
        row("returned", back, **stock),
        row("under_way", way, **stock),
        *(row("settled", n, place=place, scenario=scenario) for place, n in zip(PLACES, (town, river, city), strict=True)),
        row("leg_flow", back, leg="back", scenario=scenario),
    ]


def sums_of(rows):
    """The account's sums, written down here by hand: total minus parts, ``(sum, row)``."""
    names = [(r["measure"], r["place"]) for r in rows]
    at = {name: k for k, name in enumerate(names)}
    wanted = [
        (("departures", "all"), [(part, "all") for part in ("arrived", "settled_on_the_way", "returned", "under_way")]),
        (("arrived", "all"), [("settled", "city")]),
        (("settled_on_the_way", "all"), [("settled", "town"), ("settled", "river")]),
        (("returned", "all"), [("leg_flow", "all")]),
    ]
    matrix = np.zeros((len(wanted), len(rows)))
    for k, (total, parts) in enumerate(wanted):
        matrix[k, at[total]] = 1.0
        matrix[k, [at[part] for part in parts]] = -1.0
    return matrix


def width(sums, counts, withheld, cell):
    """How far apart the least and the greatest count of a cell are for whoever knows all others that are released exactly."""
    unknown = np.flatnonzero(withheld)
    known = sums[:, ~withheld] @ counts[~withheld]
    ends = []
    for sign in (1.0, -1.0):
        cost = sign * (unknown == cell)
        found = linprog(cost, A_eq=sparse.csr_matrix(sums[:, unknown]), b_eq=-known, bounds=(0, None))
        ends.append(found.fun if found.status == 0 else -np.inf)
    return -ends[1] - ends[0]


def cases():
    generator = np.random.default_rng(11)
    yield account(4.0, 300.0, 900.0, 120.0, 80.0)
    yield account(40.0, 300.0, 900.0, 6.0, 80.0)
    yield account(40.0, 300.0, 3.0, 60.0, 80.0)
    for _ in range(60):
        yield account(*np.round(generator.lognormal(3.0, 1.6, 5) + 1))


def test_an_account_of_people_does_not_give_its_small_parts_away():
    attacked, without = 0, 0
    for rows in cases():
        counts, sums = np.array([r["median"] for r in rows]), sums_of(rows)
        found = release(Table.of(rows), default_policy(), Ledger(), scope="test", edition="one", vocabulary=KNOWN)
        for cell in np.flatnonzero(counts < 10):
            attacked += 1
            assert width(sums, counts, found.withheld, cell) >= 10 - 1e-6
            without += width(sums, counts, counts < 10, cell) <= 4
    assert attacked > 50
    assert without > 20, "where only the small ones are withheld the attack succeeds, else it would prove nothing"


def test_measure_by_measure_the_same_account_gives_them_away():
    """What the server did: each measure a table of its own."""
    rows = account(4.0, 300.0, 900.0, 120.0, 80.0)
    counts = np.array([r["median"] for r in rows])
    withheld = np.zeros(len(rows), dtype=bool)
    for measure in {r["measure"] for r in rows}:
        mine = np.array([r["measure"] == measure for r in rows])
        part = [r for r in rows if r["measure"] == measure]
        withheld[mine] = release(Table.of(part), default_policy(), Ledger(), scope="test", edition="one").withheld
    small = int(np.flatnonzero(counts == 4)[0])
    assert width(sums_of(rows), counts, withheld, small) <= 1e-6


def test_places_counted_together_are_the_sum_of_each():
    rows = [
        row("arrivals", n, place=place) for place, n in zip((*PLACES, "town+river+city"), (4.0, 300.0, 96.0, 400.0), strict=True)
    ]
    found = release(Table.of(rows), default_policy(), Ledger(), scope="test", edition="one", vocabulary=KNOWN)
    assert found.withheld.sum() == 2
    assert found.withheld[0]
    rows.append(row("arrivals", 400.0, place="all"))
    keys = Table.of(rows).keys
    sizes = np.diff(relations(keys, ["flow"] * len(keys)).indptr)
    assert list(sizes) == [4, 4], "neither sum has the other in it"


def test_months_of_a_flow_are_not_taken_for_its_account():
    rows = [row("departures", n, period=month) for month, n in (("2024-10", 50.0), (END, 60.0))]
    rows += [row("under_way", 70.0, period=END, kind="stock")]
    assert relations(Table.of(rows).keys, ["flow", "flow", "stock"], KNOWN.sums).shape[0] == 0


def test_nobody_by_the_file_is_nothing_to_hide_and_hides_nothing():
    """A place that nobody can be at in any draw: shown as 0, and no alibi for the few somewhere else."""
    rows = account(0.0, 4.0, 900.0, 120.0, 80.0)
    counts = np.array([r["median"] for r in rows])
    found = release(Table.of(rows), default_policy(), Ledger(), scope="test", edition="one", vocabulary=KNOWN)
    nobody = counts == 0
    assert not found.withheld[nobody].any()
    assert (found.table.numbers[nobody] == 0).all()
    few = [k for k, n in enumerate(counts) if n == 4]
    assert found.withheld[few].all()
    for cell in few:
        assert width(sums_of(rows), counts, found.withheld, cell) >= 10 - 1e-6
    drawn = [{**r, "scenario": ""} for r in rows] + [row("figures", 0.0) | {"unit": "figures"}]
    held = release(Table.of(drawn), default_policy(), Ledger(), scope="test", edition="one", vocabulary=KNOWN).withheld
    assert held[:-1][nobody].all(), "counts that are drawn, and none by chance, are small"
    assert held[-1]


def test_the_shipped_corridor_says_how_its_account_adds_up():
    corridor = report_fixture.shipped_corridor()
    sums = {one.total: one.parts for one in vocabulary_of(corridor).sums}
    settled = [place for _, place, _ in (*sums["arrived"], *sums["settled_on_the_way"])]
    assert sorted(settled) == sorted(corridor.places)
    assert ("settled", "us_border", "all") in sums["arrived"]
    assert ("leg_flow", "all", "ecuador_return") in sums["returned"]
    assert ("leg_flow", "all", "ecuador_return") not in sums["removed"]


def test_moves_without_a_program_change_no_sum_and_lower_nothing_below_zero():
    generator = np.random.default_rng(3)
    made = 0
    for _ in range(200):
        n = int(generator.integers(4, 9))
        values = np.round(generator.lognormal(1.5, 1.2, n + 2))
        # two sums that share the last cell: its parts in the one, itself a part of the other
        matrix = np.zeros((2, n + 2))
        matrix[0, :n], matrix[0, n] = -1.0, 1.0
        matrix[1, n], matrix[1, n + 1] = -1.0, 1.0
        held = generator.random(n + 2) < 0.6
        small = held & (values < 10)
        leaves = Leaves.of(values, sparse.csr_matrix(matrix))
        for cell in np.flatnonzero(small):
            for change in (max(10 - values[cell], 1.0), -values[cell]):
                move = leaves.alibi(held, small, int(cell), float(change)) if change else None
                if move is not None:
                    made += 1
                    assert abs(move[cell] - change) < 1e-9
                    assert np.abs(matrix @ move).max() < 1e-9
                    assert (values + move >= -1e-9).all()
                    assert not move[~held].any()
    assert made > 200
