"""What a corridor file may not say in its scenarios and impacts: everything wrong at once, with reasons."""

from pathlib import Path

import pytest

import toy
from isthmus.cli.arguments import parse
from isthmus.errors import InputError, ModelError, SpecError
from isthmus.impacts.standards import read as read_standards
from isthmus.impacts.standards import shipped
from isthmus.scenarios import predictions
from isthmus.scenarios.words import SCALE, words
from isthmus.spec.check import check
from isthmus.spec.load import load
from scenario_bench import corridor, scenario, shock

SHIPPED = Path("src/isthmus/corridors/china-ecuador-us/corridor.yaml")


def said(made):
    return "\n".join(str(problem) for problem in check(made))


def refused(**scenarios):
    return said(corridor(scenarios=scenarios))


def test_everything_wrong_with_shocks_is_said_at_once():
    found = refused(
        x=scenario(
            rule=shock("entry_rule", group="AFG", place="town", requirement="closed"),
            end=shock("close", legs=["home_town"], to="2023-05-01"),
            leg=shock("close", legs=["home_twon"]),
            much=shock("close", legs=["home_town"], share=40),
            late=shock("entry_rule", group="CHN", place="town", requirement="closed", announced="2024-01-01"),
            here=shock("asylum", place="town", direction="narrowed", size=1.0),
            air=shock("flights", place="home", share=0.5),
            back=shock("storms", legs=["town_home"]),
            prior=shock("removals", place="town", share={"dist": "normal", "mean": 0.1, "sd": 0.1}),
        )
    )
    for words_said in (
        'scenarios.x.shocks.rule.group: expected a group named under `groups`; found "AFG"',
        "scenarios.x.shocks.end.to: expected a date after `from` (2023-06-01)",
        'scenarios.x.shocks.leg.legs.0: expected a leg named under `legs`; found "home_twon"; did you mean `home_town`?',
        "scenarios.x.shocks.much.share: expected a share from 0 to 1, or a logitnormal prior; found 40",
        "scenarios.x.shocks.late.announced: expected a date no later than `from`",
        "scenarios.x.shocks.here.place: expected a place where journeys end; found `town`, where nobody settles",
        "scenarios.x.shocks.air.place: expected a place with air legs to it",
        "scenarios.x.shocks.back.legs.0: expected a forward leg; found the return `town_home`",
        "scenarios.x.shocks.prior.share.dist: expected a share from 0 to 1",
    ):
        assert words_said in found


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (
            shock("entry_rule", group="CHN", place="town", requirement="closed"),
            shock("entry_rule", group="CHN", place="town", requirement="e_visa"),
            "e_visa for CHN at `town` while closed is in force",
        ),
        (shock("cap", place="town", per_day=5), shock("cap", place="town", per_day=9), "another capacity at `town`"),
        (
            shock("asylum", place="end", direction="narrowed", size=1.0),
            shock("asylum", place="end", direction="widened", size=1.0),
            "asylum at `end` both narrowed and widened",
        ),
    ],
)
def test_shocks_that_contradict_each_other_are_refused_where_they_overlap(one, other, reason):
    assert reason in refused(x=scenario(a=one, b=other))
    assert refused(x=scenario(a={**one, "to": "2023-07-01"}, b={**other, "from": "2023-07-01"})) == ""
    both = refused(x=scenario(a=one), y=scenario(a=other), z={"label": "Both", "includes": ["x", "y"]})
    assert reason in both
    assert "scenarios.z.includes.1" in both


def test_scenarios_do_not_include_themselves_nor_what_is_not_there():
    found = refused(x={"label": "X", "includes": ["y"]}, y={"label": "Y", "includes": ["x", "zz"]})
    assert "a scenario that does not include this one" in found
    assert 'scenarios.y.includes.1: expected a scenario of the file; found "zz"' in found


def test_judged_probabilities_have_a_judge_and_exclude_each_other():
    found = refused(x={"label": "X", "likelihood": 0.7}, y={"label": "Y", "likelihood": 0.6, "likelihood_source": "made up"})
    assert "scenarios.x: expected `likelihood_source` beside `likelihood`" in found
    assert "found 1.3" in found


def test_a_standard_without_an_edition_and_a_price_without_a_currency_are_refused_together(tmp_path):
    text = (toy.TINY / "corridor.yaml").read_text("utf-8")
    (tmp_path / "corridor.yaml").write_text(
        text
        + """
impacts:
  standards:
    tea: {item: Tea, sector: food, basis: person_days, amount: 2, unit: cups, page: "1", source: made up}
  prices:
    water: {amount: 1, per: litres, source: made up}
    latrines: {amount: 1, currency: COP, per: pits, source: made up}
""",
        encoding="utf-8",
    )
    with pytest.raises(SpecError) as error:
        load(tmp_path / "corridor.yaml")
    found = str(error.value)
    assert "impacts.standards.tea" in found
    assert "edition" in found
    assert "impacts.prices.water" in found
    assert "`currency`: a currency as ISO 4217 code" in found
    assert "impacts.prices.latrines.currency: expected USD, or a currency with a rate" in found
    assert "impacts.prices.latrines.per: expected the unit of the standard, latrines" in found


def test_standards_that_come_with_isthmus_have_edition_page_and_source():
    for standard in shipped().values():
        assert standard.edition
        assert standard.page
        assert standard.source
    header = "id,item,sector,basis,amount,unit,edition,page,source,confidence\n"
    with pytest.raises(ModelError) as error:
        read_standards(header + "tea,Tea,food,person_days,2,cups,,,made up,B\n", "mine.csv")
    assert "mine.csv:2: tea.edition" in str(error.value)
    assert "mine.csv:2: tea.page" in str(error.value)


def test_the_eight_shipped_scenarios():
    shipped_corridor = load("china-ecuador-us").corridor
    assert list(shipped_corridor.scenarios) == [
        "none", "visa_required_in_ecuador", "panama_closes_trails", "us_rule", "all_three", "information_campaign",
        "boats_stopped_ten_days", "humanitarian_visa",
    ]  # fmt: skip
    visa = shipped_corridor.scenarios["visa_required_in_ecuador"].shocks["visa"]
    assert (str(visa.from_), str(visa.announced)) == ("2024-07-01", "2024-06-18")


def test_names_of_scenarios_may_stand_before_and_after_options():
    for typed in (["a", "b", "--draws", "50"], ["--draws", "50", "a", "b"], ["a", "--draws", "50", "b"]):
        options = parse(["stress", "file.yaml", *typed])
        assert (options.scenarios, options.draws) == (["a", "b"], 50)
    with pytest.raises(InputError, match="'5' is not a whole number from 10"):
        parse(["stress", "file.yaml", "--draws", "5"])


def test_words_are_tied_to_numbers():
    assert [words(p) for p in (1.0, 0.95, 0.7, 0.5, 0.2, 0.05, 0.0)] == [word for _, word in SCALE]
    assert words(0.66) == "likely"
    assert words(0.6599) == "about as likely as not"


def test_a_prediction_that_was_changed_is_noticed(tmp_path):
    text = predictions.text_of({"figures": {"a": 1}})
    path = tmp_path / f"{predictions.hash_of(text)}.json"
    path.write_text(text, encoding="utf-8")
    assert predictions.read(path) == {"figures": {"a": 1}}
    path.write_text(text.replace("1", "2"), encoding="utf-8")
    with pytest.raises(InputError, match="a prediction is never changed"):
        predictions.read(path)
