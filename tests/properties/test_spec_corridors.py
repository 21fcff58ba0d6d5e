"""Any valid corridor survives writing and reading; any broken one is refused with place and line."""

import json
import re

import pytest
from corridors import corridors, documents
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from isthmus.errors import IsthmusError, SpecError
from isthmus.spec.check import check
from isthmus.spec.dump import document_hash, dump_document
from isthmus.spec.load import dump, load, shipped
from isthmus.spec.yaml_text import parse


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("made") / "corridor.yaml"


@settings(max_examples=20)
@given(document=documents())
def test_a_written_corridor_reads_back_the_same(file, document):
    file.write_text(dump_document(document), encoding="utf-8")
    first = load(file)
    assert first.document == document
    file.write_text(first.dump(), encoding="utf-8")
    second = load(file)
    assert second.corridor == first.corridor
    assert second.hash == first.hash


@settings(max_examples=10)
@given(corridor=corridors())
def test_a_corridor_dumped_from_the_models_reads_back_equal(file, corridor):
    assert check(corridor) == []
    file.write_text(dump(corridor), encoding="utf-8")
    assert load(file).corridor == corridor


@given(document=documents(), seed=st.randoms(use_true_random=False))
@settings(max_examples=6)
def test_the_hash_does_not_see_the_order_of_keys_but_sees_a_change(document, seed):
    keys = list(document)
    seed.shuffle(keys)
    assert document_hash({key: document[key] for key in keys}) == document_hash(document)
    assert document_hash({**document, "title": document["title"] + "x"}) != document_hash(document)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    st.sampled_from(["NO", "yes", "null", "~", "1_000", "0o17", "1e3", ".inf", "2024-07-01", "a: b", "- a", "#", ""]),
)
trees = st.recursive(
    scalars,
    lambda below: st.one_of(st.lists(below, max_size=4), st.dictionaries(st.text("aé: -", min_size=1), below, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=80)
@given(tree=st.dictionaries(st.text("ab-: #", min_size=1, max_size=5), trees, max_size=5))
@example(tree={"a": "NO", "b": "\u2028", "c": "\ufeff", "d": [[{"x": []}], {}], "e": 1e-300, "f": -0.0})
def test_any_plain_data_survives_yaml(tree):
    problems = []
    back = parse(dump_document(tree), "x.yaml", problems).plain() if tree else {}
    assert problems == []
    assert back == tree
    assert json.dumps(back) == json.dumps(tree)


def misspell(draw, document):
    name = draw(st.sampled_from(sorted(document["legs"])))
    leg = document["legs"][name]
    key = draw(st.sampled_from(["price_usd", "duration", "mode"]))
    leg[key[:-1] + "q"] = leg.pop(key)
    return ("legs", name, key[:-1] + "q"), f"did you mean `{key}`?"


def lose_a_place(draw, document):
    name = draw(st.sampled_from(sorted(document["legs"])))
    document["legs"][name]["to"] = "nowhere_at_all"
    return ("legs", name, "to"), "nowhere_at_all"


def close_a_cycle(draw, document):
    name = draw(st.sampled_from([name for name, leg in document["legs"].items() if leg.get("kind") != "reverse"]))
    leg = document["legs"][name]
    document["legs"]["zz_backwards"] = {**leg, "from": leg["to"], "to": leg["from"]}
    return ("legs", "zz_backwards"), "zz_backwards); take one of these legs out"


def make_negative(draw, document):
    name = draw(st.sampled_from(sorted(document["legs"])))
    value = draw(st.sampled_from([-1.0, 0, float("nan"), float("inf"), "1,000", True, None, [], {}]))
    document["legs"][name]["duration"]["mean_days"] = value
    return ("legs", name, "duration", "mean_days"), "a number above 0"


def exceed_certainty(draw, document):
    name = draw(st.sampled_from(sorted(document["legs"])))
    document["legs"][name]["risk"] = draw(st.floats(1.001, 1e6))
    return ("legs", name, "risk"), "from 0 to 1"


def turn_dates_round(draw, document):
    document["entry_rules"].append(
        {
            "group": min(document["groups"]),
            "place": "end",
            "requirement": "closed",
            "from": "2031-01-01",
            "to": draw(st.sampled_from(["2030-12-31", "2031-01-01"])),
            "source": "x",
        }
    )
    return ("entry_rules", len(document["entry_rules"]) - 1, "to"), "after `from` (2031-01-01)"


def swap_prices(draw, document):
    name = draw(st.sampled_from(sorted(document["legs"])))
    document["legs"][name]["price_usd"] = [2.0, 1.0]
    return ("legs", name, "price_usd"), "write [1, 2]"


def strand_a_place(draw, document):
    document["places"]["island"] = {**document["places"]["end"], "role": "transit"}
    return ("places", "island"), "no legs lead there"


def end_dead(draw, document):
    tail = draw(st.sampled_from([n for n in document["places"] if n != "end"]))
    leg = next(iter(document["legs"].values()))
    document["places"]["hole"] = {"label": "x", "role": "transit", "country": "NO", "lat": 1.0, "lon": 1.0}
    document["legs"]["to_hole"] = {**leg, "from": tail, "to": "hole", "kind": "forward"}
    return ("places", "hole"), "dead end"


def watch_nothing(draw, document):
    name = draw(st.sampled_from(sorted(document["series"])))
    document["series"][name]["watches"] = {}
    return ("series", name, "watches"), "watches nothing"


def invent_a_nationality(draw, document):
    code = draw(st.sampled_from(sorted(document["groups"])))
    document["groups"]["QQQ"] = document["groups"][code]
    return ("groups", "QQQ"), "ISO 3166-1 alpha-3"


def name_a_people(draw, document):
    code = draw(st.sampled_from(sorted(document["groups"])))
    document["groups"][code]["label"] = draw(st.sampled_from(["Uyghurs", "Tibetan people", "Muslims", "HIV positive"]))
    return ("groups", code, "label"), "nationality"


def point_at_a_house(draw, document):
    name = draw(st.sampled_from(sorted(document["places"])))
    document["places"][name]["lat"] = 12.3456
    return ("places", name, "lat"), "two decimals"


def break_a_scenario(draw, document):
    document["scenarios"] = {"bad": {"label": "x", "set": {"time": {"horizon_months": 99}}}}
    return ("scenarios", "bad", "set", "time", "horizon_months"), "in scenario bad"


BREAKS = [
    misspell,
    lose_a_place,
    close_a_cycle,
    make_negative,
    exceed_certainty,
    turn_dates_round,
    swap_prices,
    strand_a_place,
    end_dead,
    watch_nothing,
    invent_a_nationality,
    name_a_people,
    point_at_a_house,
    break_a_scenario,
]


def refusal(file, document):
    file.write_text(dump_document(document), encoding="utf-8")
    with pytest.raises(SpecError) as refused:
        load(file)
    return refused.value.problems


@pytest.mark.parametrize("breaking", BREAKS, ids=lambda breaking: breaking.__name__)
@settings(max_examples=5)
@given(data=st.data())
def test_a_broken_corridor_is_refused_with_place_and_line(file, breaking, data):
    document = data.draw(documents())
    path, words = breaking(data.draw, document)
    problems = refusal(file, document)
    assert words in "\n".join(map(str, problems))
    told = next(problem for problem in problems if words in str(problem))
    line = int(re.match(r"corridor\.yaml:(\d+): ", told.where)[1])
    written = file.read_text(encoding="utf-8").split("\n")
    # A long leg or list runs over several lines; the one named holds the field or opens what holds it.
    named = "\n".join(written[max(0, line - 1) : line])
    assert any(str(part) in named for part in path[-2:] if isinstance(part, str)) or "- " in named, (named, path)
    assert told.expected
    assert told.found
    assert told.remedy


@settings(max_examples=6)
@given(data=st.data())
def test_all_that_is_wrong_is_said_at_once(file, data):
    document = data.draw(documents())
    assume(len(document["legs"]) >= 2)
    chosen = [exceed_certainty, watch_nothing, point_at_a_house, turn_dates_round]
    expected = [breaking(data.draw, document)[1] for breaking in chosen]
    said = "\n".join(map(str, refusal(file, document)))
    for words in expected:
        assert words in said


@settings(max_examples=40)
@given(data=st.data())
def test_damaged_text_gives_a_corridor_or_an_error_of_ours(file, data):
    """Whatever happens to the bytes of a file, nothing but IsthmusError comes out."""
    text = shipped()["china-ecuador-us"].read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    text = text[start : start + 1500] if data.draw(st.booleans()) else text[:1200] + text[start:]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.integers(0, 30))
        new = data.draw(st.one_of(st.text(max_size=6), st.sampled_from(["&a ", "*a", "!!x ", "[", "{", "\t", "? ", "|"])))
        text = text[:at] + new + text[at + gone :]
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load(file)
    except IsthmusError as error:
        problems = error.problems
    else:
        return
    assert problems
    assert all(problem.where and problem.expected for problem in problems)


@settings(max_examples=40)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_refused_in_words(file, content):
    file.write_bytes(content)
    with pytest.raises(SpecError) as refused:
        load(file)
    assert str(refused.value).startswith(("corridor.yaml", "1. corridor.yaml"))
