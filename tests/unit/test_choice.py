"""Route choice against closed forms."""

import numpy as np
import pytest

import toy
from isthmus.model.choice import leg_values


def at(built, place):
    return [p.id for p in built.places].index(place)


def leg(built, name):
    return [k.id for k in built.legs].index(name)


@pytest.fixture(scope="module")
def built():
    return toy.model(entry_rules=[], legs={"home_end": {"constant": 0.3}, "town_home": {"constant": -0.4}})


def test_a_small_logit_by_hand(built):
    """v = -cost price/budget - time days/30 - risk; the stay at the head counts as time of the leg."""
    to_town = -1.5 * 1000 / 5000 - 0.5 * (2 + 10) / 30
    to_end = -1.5 * 4000 / 5000 - 0.5 * 3 / 30 + 0.3
    onward = -1.5 * 600 / 5000 - 0.5 * 8 / 30 - 1.0 * 0.1
    back = -1.5 * 1000 / 5000 - 0.5 * 2 / 30 - 0.4
    town = np.log(np.exp(onward) + np.exp(back))
    home = np.log(np.exp(to_town + town) + np.exp(to_end))
    chosen = toy.choose(built)
    assert np.allclose(chosen.value[at(built, "town")], town, atol=1e-12)
    assert np.allclose(chosen.value[at(built, "home")], home, atol=1e-12)
    assert np.allclose(chosen.leg[leg(built, "home_end")], np.exp(to_end - home), atol=1e-12)
    assert np.allclose(chosen.leg[leg(built, "town_home")], np.exp(back - town), atol=1e-12)
    assert np.allclose(chosen.settle[at(built, "end")], 1)


@pytest.mark.parametrize("size", [-1000.0, 1000.0])
def test_extreme_values_neither_overflow_nor_divide_by_zero(size):
    built = toy.model(legs={"home_end": {"constant": size}})
    chosen = toy.choose(built)
    assert np.isfinite(chosen.value).all()
    assert np.allclose(chosen.leg[leg(built, "home_end")], float(size > 0), atol=1e-200)
    out = chosen.leg[leg(built, "home_end")] + chosen.leg[leg(built, "home_town")]
    assert np.allclose(out, 1, atol=1e-12)


def test_an_entry_rule_costs_its_friction_from_its_day():
    built, free = toy.model(), toy.model(entry_rules=[])
    gap = leg_values(free, toy.centre(free), free.knowledge) - leg_values(built, toy.centre(built), built.knowledge)
    into = np.asarray(gap[leg(built, "home_town"), 0])
    october = list(built.grid.months).index("2022-10")
    assert np.allclose(into[:october], 0, atol=1e-12)
    assert np.allclose(into[october + 1 :], 1.0, atol=1e-12)
    assert into[october] == pytest.approx(16 / 31, abs=1e-12)
    assert np.allclose(np.delete(np.asarray(gap), leg(built, "home_town"), axis=0), 0, atol=1e-12)


def test_a_policy_moves_the_value_of_its_leg_by_its_size():
    policy = {
        "label": "Made up", "date": "2022-09-01", "until": "2022-12-01", "source": "made up",
        "effects": [{"on": "leg", "id": "town_end", "size": -0.7}],
    }  # fmt: skip
    built, without = toy.model(policies={"stop": policy}), toy.model()
    gap = leg_values(built, toy.centre(built), built.knowledge) - leg_values(without, toy.centre(without), without.knowledge)
    stopped = [month in {"2022-09", "2022-10", "2022-11"} for month in built.grid.months]
    assert np.allclose(gap[leg(built, "town_end"), 0], -0.7 * np.array(stopped), atol=1e-12)


def test_a_destination_may_pull_one_group():
    pulled = toy.model(groups={"CHN": {"pull": {"end": 2.0}}})
    gap = toy.choose(pulled).value - toy.choose(toy.model()).value
    assert np.allclose(gap[at(pulled, "end")], 2.0, atol=1e-12)


def test_a_drifting_constant_is_measured_against_what_else_there_is():
    """The vector holds log odds: with a constant of minus the advantage, the drifting leg is taken by half."""
    from isthmus.model.choice import choices

    built = toy.model(legs={"home_end": {"drift": 0.1}})
    chosen = choices(built, toy.centre(built), built.knowledge, lambda _, advantage: -advantage)
    assert np.allclose(chosen.leg[leg(built, "home_end")], 0.5, atol=1e-12)
