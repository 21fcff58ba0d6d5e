"""Attacks with words: people in columns, values, errors and logs; the safest way asked for in every interface."""

from __future__ import annotations

import io
import json
import logging
import pkgutil
from importlib import import_module

import pytest
from random_tables import table_with_margins

import isthmus
from isthmus.cli import main
from isthmus.disclosure import (
    Ledger,
    LogFilter,
    Table,
    Vocabulary,
    clean,
    default_policy,
    is_public,
    load_policy,
    refuse_request,
    release,
)
from isthmus.disclosure.places import INTERNAL, PUBLIC
from isthmus.errors import DisclosureError, InputError, PolicyError

PEOPLE = {
    "phone": ["+86 138 0013 8000", "+593 99 123 4567", "13800138000"],
    "mail": ["li.wei@example.org", "wang@example.com", "zhao@example.net"],
    "passport": ["E12345678", "G87654321", "EA1234567"],
    "identity number": ["11010519491231002X", "440524188001010014", "110101199003074578"],
    "device": ["490154203237518", "356938035643809", "352099001761481"],
    "account": ["@wang_in_necocli", "@walk_the_line", "@zouxian2023"],
    "position": ["8.12345, -77.12345", "8.42611; -76.78944", "7.98123, -77.41021"],
    "born": ["born 1990-01-02", "born 1988-11-30", "DOB: 12/05/1991"],
    "name": ["Li Wei", "Wang Fang", "Zhang Min"],
    "birth dates": ["1990-01-02", "1988-11-30", "2001-07-15"],
}


def rows(**extra):
    base = [row for row in table_with_margins(5) if row["median"] >= 10][:3]
    return [{**row, **{name: values[k] for name, values in extra.items()}} for k, row in enumerate(base)]


def refused(table):
    with pytest.raises(DisclosureError) as error:
        release(Table.of(table), default_policy(), Ledger(), scope="test", edition="one")
    return str(error.value)


@pytest.mark.parametrize("name", ["passport_no", "PhoneNumber", "fecha_nacimiento", "handle", "exact_age", "lat", "full name"])
def test_a_column_named_after_a_person_is_refused(name):
    assert name in refused(rows(**{name: ["a", "b", "c"]}))


@pytest.mark.parametrize("kind", sorted(PEOPLE))
def test_a_person_like_column_under_another_header_is_refused_and_not_repeated(kind):
    """The header says ``note``, ``item`` or ``sector``: the values are what counts."""
    for header in ("item", "sector"):
        said = refused(rows(**{header: PEOPLE[kind]}))
        assert f"column '{header}'" in said
        assert not any(value in said for value in PEOPLE[kind])


@pytest.mark.parametrize("kind", sorted(set(PEOPLE) - {"name", "birth dates"}))
def test_a_person_inside_a_sentence_is_refused(kind):
    said = refused(rows(note=[f"seen with {PEOPLE[kind][0]} in the north", "", ""]))
    assert PEOPLE[kind][0] not in said


def test_a_column_that_the_gate_does_not_know_is_refused_whatever_is_in_it():
    assert "a column 'x17' that the gate does not know" in refused(rows(x17=["1", "2", "3"]))


def test_a_json_field_with_people_is_refused():
    table = rows(note=[json.dumps({"contact": {"tel": "+86 138 0013 8000"}}), "", ""])
    assert "a phone number" in refused(table)


@pytest.mark.parametrize("term", ["Uyghur", "Tibetan Buddhists", "Falun Gong", "dissidents", "hiv", "Christians"])
def test_groups_by_ethnicity_religion_politics_or_health_are_refused(term):
    assert "groups of people by nationality only" in refused(rows(group=[term, "CHN", "CHN"]))


def test_a_policy_adds_terms(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text("refused_terms: [veterans]\n")
    with pytest.raises(DisclosureError, match="a term that the policy refuses"):
        release(Table.of(rows(group=["veterans"] * 3)), load_policy(path), Ledger(), scope="test", edition="one")


def test_names_that_the_corridor_does_not_have_are_refused_and_not_repeated():
    known = Vocabulary(frozenset({"place-0"}), frozenset(), frozenset({"group-0", "group-1"}))
    with pytest.raises(DisclosureError) as error:
        release(Table.of(rows(group=["Li Wei"] * 3)), default_policy(), Ledger(), scope="t", edition="e", vocabulary=known)
    assert "Li Wei" not in str(error.value)


def test_everything_wrong_with_a_table_is_said_at_once():
    bare = [{name: value for name, value in row.items() if name not in {"kind", "unit", "hi90", "source"}} for row in rows()]
    said = refused(bare)
    for part in ("a column 'kind'", "a column 'unit'", "a column 'hi90'", "a column 'source' or 'publisher'", "bare points"):
        assert part in said


def test_bare_points_crossed_intervals_and_sums_of_stocks_are_refused():
    assert "bare points" in refused([{**row, "hi90": None} for row in rows()])
    assert "intervals with a width" in refused(
        [{**row, **dict.fromkeys(("lo90", "lo50", "hi50", "hi90"), row["median"])} for row in rows()]
    )
    assert "lo90 <= lo50" in refused([{**row, "lo90": row["hi90"] + 1} for row in rows()])
    stock = [{**row, "kind": "stock", "period": "2012/2020"} for row in rows()]
    assert "no sum of a stock over time" in refused(stock)


def test_nationalities_by_week_and_anything_by_day_are_held_back():
    known = Vocabulary(frozenset({"place-0", "place-1"}), frozenset(), frozenset({"group-0", "group-1"}))
    fine = [{**row, "period": period, "group": group} for row, period, group in zip(
        rows(place=["place-0"] * 3), ("2024-W23", "2024-06-05", "2024-W23"), ("group-0", "all", "all"), strict=True)]  # fmt: skip
    found = release(Table.of(fine), default_policy(), Ledger(), scope="t", edition="e", vocabulary=known)
    assert list(found.withheld) == [True, True, False]
    assert found.report()["reasons"]["too fine"] == 2


def test_deaths_are_called_minimums():
    found = release(Table.of(rows(measure=["deaths"] * 3)), default_policy(), Ledger(), scope="t", edition="e")
    assert all("minimum" in row["note"] for row in found.rows())


@pytest.mark.parametrize("kind", sorted(set(PEOPLE) - {"name", "birth dates"}))
def test_an_error_message_does_not_say_who(kind, capsys, tmp_path, monkeypatch):
    value = PEOPLE[kind][0]
    error = InputError.one(where=f"figures.csv:7: {value}", expected="a month", found=f"'{value}'", remedy=f"not {value}")

    def fail(*_args, **_more):
        raise error

    monkeypatch.setattr("isthmus.pipeline.run", fail)
    for options in ([], ["--json"]):
        assert main(["run", "toy", "--out", str(tmp_path), *options]) == 2
        said = capsys.readouterr()
        assert value not in said.out + said.err
        assert "withheld]" in said.out + said.err


def test_a_traceback_does_not_say_who(capsys, tmp_path, monkeypatch):
    def fail(*_args, **_more):
        message = "no row for li.wei@example.org"
        raise RuntimeError(message)

    monkeypatch.setattr("isthmus.pipeline.run", fail)
    assert main(["run", "toy", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "li.wei" not in said


def test_a_log_does_not_say_who():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(LogFilter())
    logger = logging.getLogger("test of the gate")
    logger.propagate = False
    logger.addHandler(handler)
    logger.warning("asked by %s", "li.wei@example.org")
    try:
        int("E12345678")
    except ValueError:
        logger.exception("could not read")
    assert "li.wei" not in stream.getvalue()
    assert "E12345678" not in stream.getvalue()
    assert "an e-mail address, withheld" in stream.getvalue()


def test_ordinary_messages_are_left_as_they_are():
    for text in (
        "corridor.yaml:12: legs.a_b.to: expected one of ecuador, panama; found 'panma'; did you mean 'panama'?",
        "hash 52f967beac63a6c9643837df43b43bf3207b96761026269b12f7e6036d42ef00, 2024-06-01T12:00:00+00:00",
        "1,234 of 5,678 rows; 0.001,0.002; R-hat 1.006; runs/china-ecuador-us-0123456789ab",
    ):
        assert clean(text) == text


ASKED = [
    "which is the safest route",
    "cheapest way to the United States",
    "shortest_path",
    "fastest crossing of the Darien",
    "a trail that avoids checkpoints",
    "route with the least risk",
    "la ruta más segura",
    "el camino más barato",
    "menos vigilada, qué ruta",
    "where to intercept people",
    "patrol placement",
    "maximise removals",
    "detection probability by leg",
    "which coyote has the best price",
]


@pytest.mark.parametrize("asked", ASKED)
def test_route_advice_and_interdiction_are_refused_with_the_reason(asked):
    with pytest.raises(DisclosureError, match=r"no route advice of any kind|find or stop people") as error:
        refuse_request(asked)
    assert error.value.exit_code == 9


@pytest.mark.parametrize(
    "asked",
    [
        "Ecuador ends visa-free entry", "boats stopped for ten days", "most likely, best and worst case",
        "how many people wait at Necoclí", "Panama closes trails and funds removals", "information campaign",
        "share of arrivals who claim asylum", "beds needed in August",
    ],
)  # fmt: skip
def test_questions_of_planners_pass(asked):
    assert refuse_request(asked) is None


@pytest.mark.parametrize(
    "arguments",
    [["safest-route"], ["claim", "the cheapest path costs 5,000"], ["run", "toy", "--set", "objective=shortest_path"],
     ["stress", "china-ecuador-us", "patrol-placement"], ["export", "--safest-way"]],
)  # fmt: skip
def test_the_command_line_gives_no_route_advice(arguments, capsys):
    assert main(arguments) == 9
    assert "Isthmus" in capsys.readouterr().err


def test_a_table_cannot_smuggle_route_advice_as_a_measure():
    assert "route advice" in refused(rows(measure=["safest_route"] * 3))
    assert "interdiction" in refused(rows(measure=["detection_probability"] * 3))


ROUTES = ("shortest", "cheapest", "safest", "interdict", "patrol", "itinerary")


def test_no_function_of_the_package_offers_a_way():
    """The Python interface: nothing public is named after a best way, a patrol or a detection to be maximised."""
    offered = []
    for module in pkgutil.walk_packages(isthmus.__path__, "isthmus."):
        if module.name.startswith("isthmus.serve") or module.name.endswith("__main__"):
            continue
        for name in vars(import_module(module.name)):
            offered += [name] if any(word in name.lower() for word in ROUTES) else []
    assert offered == []


def test_draws_and_raw_tables_are_no_files_to_hand_out():
    assert not any(is_public(name) for name in INTERNAL)
    assert {"posterior.nc", "forecast.nc", "outcomes.nc", "scenarios.parquet", "impacts.parquet"} <= set(INTERNAL)
    assert all(is_public(name) for name in PUBLIC)
    assert not is_public("anything-new.parquet")


def test_a_policy_file_is_refused_with_all_its_faults(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(
        "smallest_count: 9\nrounding: ten\nprotection_width: 1\nunknown: 1\nsmallest_change: 2\n"
        "total: {period: week, area: second_level_area}\nnationality: {period: dekad, area: second_level_area}\n"
        "noise: {epsilon_a_release: 3.0, epsilon_in_all: 100.0}\n"
    )
    with pytest.raises(PolicyError) as error:
        load_policy(path)
    said = str(error.value)
    for part in ("smallest_count", "rounding", "protection_width", "unknown", "smallest_change", "nationality.period",
                 "nationality.area", "noise.epsilon_a_release", "noise.epsilon_in_all"):  # fmt: skip
        assert part in said, part
    assert "a floor, which a policy may raise but not loosen" in said


def test_noise_is_counted_and_the_budget_ends(tmp_path):
    pytest.importorskip("opendp")
    path = tmp_path / "policy.yaml"
    path.write_text("noise: {epsilon_a_release: 1.0, epsilon_in_all: 2.0}\n")
    policy, ledger = load_policy(path), Ledger(tmp_path / "ledger.jsonl")
    table = Table.of(rows())
    for edition in ("one", "two"):
        found = release(table, policy, ledger, scope="test", edition=edition)
        assert (found.table.numbers[~found.withheld] % 5 == 0).all()
    assert ledger.spent("test") == 2.0
    with pytest.raises(PolicyError, match="2 spent, 1 more asked for"):
        release(table, policy, ledger, scope="test", edition="three")
