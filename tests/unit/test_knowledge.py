"""What was known when: entry rules and policies on a day."""

import datetime as dt

import numpy as np
import pytest

import toy
from isthmus.model.network import knowledge_of
from isthmus.timegrid import TimeGrid

GRID = TimeGrid("dekad", "2022-08", "2023-03")
PLACES = ("home", "town", "end")


def rule(requirement, begin, end=None, announced=None, **more):
    optional = {"to": end, "announced": announced}
    made = {"group": "CHN", "place": "town", "requirement": requirement, "from": begin, "source": "made up", **more}
    return made | {key: value for key, value in optional.items() if value}


def table(rules, as_of=None, **patch):
    """Share of each step under each requirement in Town, by name."""
    corridor = toy.corridor(entry_rules=rules, **patch)
    known = knowledge_of(corridor, PLACES, GRID, as_of).requirement
    assert known[0, 0].max() == known[0, 2].max() == 0
    assert known.min() >= 0
    return dict(zip(corridor.choice.friction, known[0, 1], strict=True))


def share_of_days(begin, end="2100-01-01"):
    first, last = dt.date.fromisoformat(begin), dt.date.fromisoformat(end)
    days = (GRID.dates >= np.datetime64(first)) & (GRID.dates < np.datetime64(last))
    return GRID.sum_days(days.astype(float)) / GRID.days


def test_a_rule_covers_its_days_and_no_other():
    found = table([rule("e_visa", "2022-09-05", "2022-12-27")])
    assert np.allclose(found["e_visa"], share_of_days("2022-09-05", "2022-12-27"))
    assert all(found[name].max() == 0 for name in found if name != "e_visa")


@pytest.mark.parametrize("day", ["2022-10-11", "2022-10-14", "2022-10-20", "2022-10-31"])
@pytest.mark.parametrize("closed", [True, False])
def test_a_change_within_a_step_splits_it(day, closed):
    """Whether or not the old rule says when it ends, the shares of a step are those of its days and add up to 1."""
    old = rule("visa_free", "2016-08-18", day if closed else None)
    found = table([rule("visa_required", day), old])
    assert np.allclose(found["visa_free"], share_of_days("2016-08-18", day), atol=1e-12)
    assert np.allclose(found["visa_required"], share_of_days(day), atol=1e-12)


def test_three_rules_in_one_step():
    rules = [
        rule("visa_free", "2016-08-18", "2022-10-13"),
        rule("e_visa", "2022-10-13", "2022-10-17"),
        rule("closed", "2022-10-17"),
    ]
    found = table(rules)
    assert np.allclose(sum(found.values()), 1, atol=1e-12)
    assert np.allclose(found["e_visa"], share_of_days("2022-10-13", "2022-10-17"), atol=1e-12)


CHANGE = [
    rule("visa_free", "2016-08-18", "2022-12-01"),
    rule("visa_required", "2022-12-01", announced="2022-11-18"),
]


def test_a_rule_announced_later_is_not_known_and_the_one_before_stays():
    found = table(CHANGE, dt.date(2022, 11, 17))
    assert np.allclose(found["visa_free"], 1)
    assert found["visa_required"].max() == 0


@pytest.mark.parametrize("day", [dt.date(2022, 11, 18), dt.date(2022, 11, 30), dt.date(2023, 2, 1), None])
def test_an_announced_rule_is_known_before_it_begins(day):
    found = table(CHANGE, day)
    assert np.allclose(found["visa_required"], share_of_days("2022-12-01"))
    assert np.allclose(found["visa_free"], share_of_days("2016-08-18", "2022-12-01"))


def test_without_an_announcement_a_rule_is_known_from_its_first_day():
    rules = [rule("visa_free", "2016-08-18"), rule("closed", "2022-12-01")]
    assert table(rules, dt.date(2022, 11, 30))["closed"].max() == 0
    assert table(rules, dt.date(2022, 12, 1))["closed"].max() == 1


def test_rules_of_other_places_do_not_end_one():
    rules = [rule("visa_free", "2016-08-18", "2022-12-01"), rule("closed", "2022-12-01", place="end")]
    corridor = toy.corridor(entry_rules=rules)
    known = knowledge_of(corridor, PLACES, GRID, dt.date(2022, 11, 1)).requirement[0]
    free = list(corridor.choice.friction).index("visa_free")
    assert np.allclose(known[1, free], 1)


def policy(*, effect=None, **more):
    effects = [{"on": "departures", "size": 1.0, **(effect or {})}]
    return {"label": "Made up", "date": "2022-09-06", "source": "made up", "effects": effects, **more}


def profile(**more):
    return toy.model(policies={"made_up": policy(**more)}, time={"step": "dekad"}).shifts[0].profile


def steps():
    return toy.model(time={"step": "dekad"}).grid


def test_a_policy_is_in_force_between_its_dates():
    grid = steps()
    found = profile(until="2022-11-03")
    assert np.allclose(found, grid.share_since(dt.date(2022, 9, 6)) - grid.share_since(dt.date(2022, 11, 3)))
    assert found.sum() > 5


def test_a_ramp_builds_up_linearly():
    grid, found = steps(), profile(effect={"ramp_days": 60})
    age = grid.days_since(dt.date(2022, 9, 6))
    whole = grid.starts >= np.datetime64("2022-09-11")
    assert np.allclose(found[whole], np.clip(age[whole] / 60, 0, 1))
    assert np.all(np.diff(found) >= 0)
    assert found[-1] == 1


def test_a_half_life_halves():
    grid, found = steps(), profile(effect={"half_life_days": 30})
    age = grid.days_since(dt.date(2022, 9, 6))
    whole = grid.starts >= np.datetime64("2022-09-11")
    assert np.allclose(found[whole], 0.5 ** (age[whole] / 30))


def test_policies_are_known_when_announced():
    corridor = toy.corridor(policies={"made_up": policy(announced="2022-08-20")})
    known = [knowledge_of(corridor, PLACES, GRID, day).shift for day in (dt.date(2022, 8, 19), dt.date(2022, 8, 20), None)]
    assert np.concatenate(known).tolist() == [0, 1, 1]
