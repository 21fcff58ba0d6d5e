"""Attacks on the gate with nothing but what it released: linear programming on all margins, and subtracting releases."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from random_tables import table_with_margins
from scipy import sparse
from scipy.optimize import linprog

from isthmus.disclosure import Ledger, Table, default_policy, release
from isthmus.disclosure.one_sum import one_sum
from isthmus.errors import DisclosureError

TABLES = 200
NEAR = 2.0
"""An attacker who knows a withheld count to within this many people has recovered it."""


def margins(rows):
    """Every sum that the rows' labels give away, worked out here and not by the gate: total minus parts, ``(sum, row)``."""
    matrix = []
    for key in ("place", "group", "period"):
        others = [name for name in ("place", "group", "period") if name != key]
        for total in [k for k, row in enumerate(rows) if row[key] == "all" or "/" in row[key]]:
            parts = [
                k
                for k, row in enumerate(rows)
                if k != total and row[key] != "all" and "/" not in row[key] and all(row[o] == rows[total][o] for o in others)
            ]
            line = np.zeros(len(rows))
            line[total], line[parts] = 1.0, -1.0
            matrix.append(line)
    return np.array(matrix)


def what_can_be_known(sums, counts, withheld, cell):
    """Least and greatest count of a withheld cell for whoever knows the released counts exactly, ahead of any rounding."""
    unknown = np.flatnonzero(withheld)
    known = sums[:, ~withheld] @ counts[~withheld]
    cost = (unknown == cell).astype(float)
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(sign * cost, A_eq=sparse.csr_matrix(sums[:, unknown]), b_eq=-known, bounds=(0, None))
        ends.append(sign * found.fun if found.status == 0 else sign * -np.inf)
    return ends


@pytest.mark.slow
def test_no_withheld_count_is_recovered_from_the_margins_of_200_tables():
    recovered, small_ones = [], 0
    for seed in range(TABLES):
        rows = table_with_margins(seed, most=3)
        counts = np.array([row["median"] for row in rows])
        found = release(Table.of(rows), default_policy(), Ledger(), scope="test", edition=str(seed))
        assert not found.withheld[counts >= 10].all()
        assert found.withheld[counts < 10].all()
        sums = margins(rows)
        for cell in np.flatnonzero(counts < 10):
            low, high = what_can_be_known(sums, counts, found.withheld, cell)
            small_ones += 1
            if high - low <= 2 * NEAR:
                recovered.append((seed, rows[cell], low, high))
    assert small_ones > 500
    assert recovered == []


def test_the_attack_does_recover_counts_where_only_the_small_ones_are_withheld():
    """The attack can succeed: without complementary cells it does, so that its failure above means something."""
    recovered = 0
    for seed in range(10):
        rows = table_with_margins(seed, most=3)
        counts = np.array([row["median"] for row in rows])
        withheld = counts < 10
        for cell in np.flatnonzero(withheld):
            low, high = what_can_be_known(margins(rows), counts, withheld, cell)
            recovered += high - low <= 2 * NEAR
    assert recovered > 10


def test_a_withheld_count_stays_at_least_as_wide_as_the_policy_asks():
    for seed in range(5):
        rows = table_with_margins(1000 + seed, most=3)
        counts = np.array([row["median"] for row in rows])
        found = release(Table.of(rows), default_policy(), Ledger(), scope="test", edition="one")
        for cell in np.flatnonzero(counts < 10):
            low, high = what_can_be_known(margins(rows), counts, found.withheld, cell)
            assert low <= 1e-6
            assert high >= 10 - 1e-6


def test_cells_that_one_sum_holds_together_are_as_wide_and_none_is_withheld_that_could_be_spared():
    """Protected without a program, attacked with one."""
    generator = np.random.default_rng(5)
    for _ in range(60):
        parts = np.round(generator.lognormal(3.0, 1.5, generator.integers(2, 9)))
        counts = np.append(parts, parts.sum())
        small = counts < 10
        signs = np.append(-np.ones(len(parts)), 1.0)
        withheld = one_sum(counts, signs, small, np.zeros(len(counts), dtype=bool), 10.0)
        for cell in np.flatnonzero(small):
            low, high = what_can_be_known(-signs[None], counts, withheld, cell)
            assert low <= 1e-6
            assert high >= 10 - 1e-6
        for cell in np.flatnonzero(withheld & ~small):
            fewer = withheld & (np.arange(len(counts)) != cell)
            ends = [what_can_be_known(-signs[None], counts, fewer, one) for one in np.flatnonzero(small)]
            assert any(low > 1e-6 or high < 10 - 1e-6 for low, high in ends)


def test_a_small_cell_that_known_ones_give_away_is_refused():
    with pytest.raises(DisclosureError, match="stays known"):
        one_sum(np.array([4.0, 96.0, 100.0]), np.array([-1.0, -1.0, 1.0]), *np.array([[1, 0, 0], [0, 1, 1]], dtype=bool), 10.0)


def released_by_key(found):
    return dict(zip(found.table.keys, found.table.numbers[:, 2], strict=True))


@pytest.mark.parametrize("few", [1, 3, 7, 9])
def test_two_releases_that_differ_by_a_few_people_show_the_same_numbers(few):
    ledger = Ledger()
    before = [row for row in table_with_margins(3) if row["median"] >= 10]
    after = [{**row, **{name: row[name] + few for name in ("lo90", "lo50", "median", "hi50", "hi90")}} for row in before]
    one, two = (
        released_by_key(release(Table.of(rows), default_policy(), ledger, scope="test", edition=name))
        for name, rows in (("first", before), ("second", after))
    )
    both = [key for key in one if not np.isnan(one[key]) and not np.isnan(two[key])]
    assert len(both) > 20
    differences = {abs(one[key] - two[key]) for key in both}
    assert all(d == 0 or d >= 10 for d in differences), sorted(differences)
    assert all(one[key] == two[key] for key in both if few < 5)


def test_a_cell_withheld_once_stays_withheld_when_the_rest_is_asked_for_in_pieces():
    """The second query asks only for what hid the small cell, and would leave it alone against its total."""
    rows = table_with_margins(7, most=3)
    ledger = Ledger()
    first = release(Table.of(rows), default_policy(), ledger, scope="test", edition="one")
    assert first.withheld.any()
    hiding = [row for row, held in zip(rows, first.withheld, strict=True) if held]
    second = release(Table.of(hiding), default_policy(), ledger, scope="test", edition="one")
    assert second.withheld.all()


def test_overlapping_pieces_do_not_add_up_to_a_withheld_cell():
    """A total is released first and its parts one at a time: no sequence of queries isolates the small part."""
    rows = [r for r in table_with_margins(4, most=4) if r["period"] == "2024-01"]
    counts = np.array([row["median"] for row in rows])
    ledger = Ledger()
    known = np.zeros(len(rows), dtype=bool)
    order = np.argsort(-counts)
    for cell in order:
        found = release(Table.of([rows[cell]]), default_policy(), ledger, scope="test", edition="one")
        known[cell] = not found.withheld[0]
    sums = margins(rows)
    assert (counts < 10).any()
    for cell in np.flatnonzero(counts < 10):
        low, high = what_can_be_known(sums, counts, ~known, cell)
        assert high - low > 2 * NEAR, rows[cell]


def test_a_small_nationality_cannot_be_singled_out():
    """One group of three people in a place of thousands: neither its cell nor any difference of totals shows it."""
    base = {"measure": "arrivals", "period": "2024-01", "kind": "flow", "unit": "persons", "source": "made up for a test"}
    counts = {("a", "big"): 4000.0, ("a", "tiny"): 3.0, ("b", "big"): 2500.0, ("b", "tiny"): 40.0}
    for place in ("a", "b"):
        counts[place, "all"] = counts[place, "big"] + counts[place, "tiny"]
    for group in ("big", "tiny", "all"):
        counts["all", group] = counts["a", group] + counts["b", group]
    rows = [
        {**base, "place": p, "group": g, "lo90": 0.7 * n, "lo50": 0.9 * n, "median": n, "hi50": 1.1 * n, "hi90": 1.3 * n}
        for (p, g), n in counts.items()
    ]
    found = release(Table.of(rows), default_policy(), Ledger(), scope="test", edition="one")
    exact = np.array(list(counts.values()))
    at = list(counts).index(("a", "tiny"))
    assert found.withheld[at]
    low, high = what_can_be_known(margins(rows), exact, found.withheld, at)
    assert high - low >= 10


def test_released_counts_are_multiples_of_five_in_ordered_intervals_that_hold_the_exact_ones():
    for seed in range(5):
        rows = table_with_margins(seed)
        table = Table.of(rows)
        found = release(table, default_policy(), Ledger(), scope="test", edition="one")
        shown, exact = found.table.numbers[~found.withheld], table.numbers[~found.withheld]
        assert (np.mod(shown, 5) == 0).all()
        assert all((shown[:, a] <= shown[:, b]).all() for a, b in pairwise(range(5)))
        assert (shown[:, 0] <= exact[:, 0]).all()
        assert (shown[:, 4] >= exact[:, 4]).all()
        assert np.isnan(found.table.numbers[found.withheld]).all()
