"""The policy's area: what is of a smaller one does not leave, and the corridor file says how large a place is."""

from __future__ import annotations

import pytest
import toy

from isthmus.disclosure import Ledger, Policy, Table, Vocabulary, load_policy, release
from isthmus.disclosure.policy import Finest
from isthmus.errors import PolicyError
from isthmus.report.gated import vocabulary_of

AREAS = {"town": "second_level_area", "post": "checkpoint", "province": "first_level_area", "land": "country"}
AREAS |= dict.fromkeys(("road", "counts"), "checkpoint")
GROUPS = frozenset({"CHN", "ECU"})


def row(**of):
    about = {"place": "all", "leg": "all", "group": "CHN", "period": "2024", "kind": "flow", "unit": "persons", "source": "us"}
    return {**about, "measure": "arrivals", "lo90": 90, "lo50": 95, "median": 100, "hi50": 105, "hi90": 110, **of}


def held(policy, *rows):
    places, legs = frozenset(AREAS) - {"road", "counts"}, frozenset({"road"})
    known = Vocabulary(places, legs, GROUPS, AREAS)
    return list(release(Table.of(rows), policy, Ledger(), scope="test", edition="one", vocabulary=known).held["too fine"])


def places(group="CHN"):
    return [row(place=name, group=group) for name in ("town", "post", "province", "land", "all")]


def test_the_floor_lets_a_nationality_out_by_checkpoint_and_all_together_by_second_level_area():
    assert held(Policy(), *places()) == [True, False, False, False, False]
    assert held(Policy(), *places(group="all")) == [False] * 5


@pytest.mark.parametrize(
    ("area", "expected"),
    [("first_level_area", [True, True, False, False, False]), ("country", [True, True, True, False, False])],
)
def test_a_coarser_area_of_the_policy_holds_smaller_ones_back(area, expected):
    policy = Policy(nationality=Finest(period="month", area=area))
    assert held(policy, *places()) == expected


def test_legs_series_and_flows_between_two_places_are_held_to_the_area_too():
    policy = Policy(nationality=Finest(period="month", area="country"))
    rows = [row(leg="road"), row(series="counts"), row(place="land+post"), row()]
    assert held(policy, *rows) == [True, True, True, False]


def test_what_is_too_fine_has_no_number_in_any_form():
    policy = Policy(nationality=Finest(period="month", area="country"))
    known = Vocabulary(frozenset({"post"}), frozenset(), GROUPS, AREAS)
    found = release(Table.of([row(place="post")]), policy, Ledger(), scope="test", edition="one", vocabulary=known)
    assert [found.rows()[0][name] for name in ("lo90", "lo50", "median", "hi50", "hi90")] == [None] * 5
    assert "100" not in str(found.rows())


def test_a_corridor_file_says_how_large_its_places_are_and_legs_take_the_smaller_end():
    made = toy.corridor()
    assert set(vocabulary_of(made).areas.values()) == {"checkpoint"}
    first = next(iter(made.legs.values()))
    whole = {name: place.model_copy(update={"area": "country"}) for name, place in made.places.items()}
    assert set(vocabulary_of(made.model_copy(update={"places": whole})).areas.values()) == {"country"}
    mixed = {**whole, first.to: whole[first.to].model_copy(update={"area": "first_level_area"})}
    areas = vocabulary_of(made.model_copy(update={"places": mixed})).areas
    assert areas[next(iter(made.legs))] == "first_level_area"


def test_a_policy_cannot_ask_for_points(tmp_path):
    (tmp_path / "policy.yaml").write_text("nationality: {period: month, area: second_level_area}\n")
    with pytest.raises(PolicyError, match="a floor"):
        load_policy(tmp_path / "policy.yaml")
