"""The registry of past changes of entry rules, the prior that it gives, and the rule that nothing informs before it was known."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pytest

import toy
from isthmus.errors import InputError, SpecError
from isthmus.forecast.backtest.origins import told_by, usual_origins, wanted_origins
from isthmus.model.network import compile_model
from isthmus.spec.load import load
from isthmus.spec.past_changes import informing, past_changes, strength
from isthmus.spec.schema import Corridor

CLOSED = ("visa_free", "visa_required")


def frictions(prior):
    document = toy.corridor().model_dump(by_alias=True, mode="json", exclude_none=True)
    document["choice"]["friction"]["visa_required"] = prior
    return Corridor.model_validate(document)


def test_every_size_has_an_interval_a_source_and_came_after_the_change():
    for one in past_changes():
        assert one.source
        assert one.known_by > one.date
        assert (one.size is None) == (one.interval is None)
        if one.size is not None and one.after == "visa_required" and one.before == "visa_free":
            assert one.interval[0] < one.size < one.interval[1]
            assert one.size < 0


def test_only_what_was_known_by_a_day_informs():
    early, late = (informing(*CLOSED, dt.date.fromisoformat(day)) for day in ("2022-01-31", "2022-06-30"))
    assert [one.group for one in early] == ["ECU"]
    assert [one.group for one in late] == ["ECU", "BRA", "VEN"]


def test_the_strength_lies_among_past_ones_and_is_wider_where_they_differ():
    one = past_changes()[0]
    alike = [replace(one, size=-2.0, sd=0.3) for _ in range(4)]
    apart = [replace(one, size=size, sd=0.3) for size in (-0.5, -1.5, -2.5, -3.5)]
    assert strength(alike)[0] == pytest.approx(2.0, abs=0.1)
    assert strength(apart)[1] > 2 * strength(alike)[1]
    assert strength([one])[1] > 0.1


def test_moments_of_two_changes_by_hand():
    one = past_changes()[0]
    median, sd = strength([replace(one, size=-3.0, sd=0.5), replace(one, size=-1.0, sd=0.5)])
    between = (4 * 1 + 4 * 1 - 1) / (8 - 32 / 8)
    spread = between + (0.25 + between) / 2
    assert median == pytest.approx(2 / math.sqrt(1 + spread / 4))
    assert sd == pytest.approx(math.sqrt(math.log(1 + spread / 4)))


def test_a_friction_takes_its_prior_from_the_registry_and_says_so():
    corridor = frictions({"dist": "past_changes", "before": "visa_free", "after": "visa_required", "known_by": "2022-05-31"})
    table = compile_model(corridor, "2022-12").table
    found = next(p for p in table.parameters if p.name == "choice.friction.visa_required")
    assert found.scale == "lognormal"
    assert math.exp(found.location) == pytest.approx(strength(informing(*CLOSED, dt.date(2022, 5, 31)))[0])
    assert "ECU to MX 2021-09 (95% fewer)" in found.source


def test_a_prior_from_changes_that_nobody_knew_is_refused():
    with pytest.raises(SpecError, match=r"measured by 2021-01-01; found none; the first was known by 2022-01-31"):
        load("darien", sets=["choice.friction.visa_required.known_by=2021-01-01"])


def test_no_origin_lies_before_what_priors_knew():
    told = told_by(load("darien").corridor)
    assert told == "2022-05"
    assert told_by(toy.corridor()) == ""
    assert usual_origins("2021-03", "2022-09", told) == ("2022-05", "2022-06", "2022-07", "2022-08")
    with pytest.raises(InputError, match="a month before 2022-05, when the last of the past changes was known"):
        wanted_origins("2021-03", "2022-09", months=("2022-03",), told=told)
