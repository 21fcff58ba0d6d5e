"""Each fault in an otherwise sound corridor gets its own words: place, expected, found, what to do."""

import re

import pytest

from isthmus.errors import SpecError
from isthmus.spec.check import CHECKS, NETWORK_CHECKS, check
from isthmus.spec.countries import alpha2_codes, alpha3_codes, countries
from isthmus.spec.load import load, shipped

GOOD = shipped()["china-ecuador-us"].read_text(encoding="utf-8")
LEG = "mode: air, duration: {mean_days: 1, sd_days: 1}, price_usd: [1, 2]}\n"


def problems(folder, *changes):
    """Return what is said about the shipped corridor with each (old, new) replaced once."""
    text = GOOD
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / "corridor.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load(folder)
    return caught.value.problems


SINGLE = {
    "misspelt key": ("price_usd: [600", "price_us: [600", "legs.china_istanbul.price_us", "did you mean `price_usd`?"),
    "misspelt optional key": ('note: "round the', 'nota: "round the', "legs.china_mexico.nota", "did you mean `note`?"),
    "unknown enum": ("role: hub", "role: hubb", "places.istanbul.role", "did you mean `hub`?"),
    "unknown requirement": (
        "requirement: visa_free",
        "requirement: visafree",
        "entry_rules.0.requirement",
        "`visa_free`?",
    ),
    "unknown friction": ("    closed: 8.0\n", "    close: 8.0\n", "choice.friction.close", "did you mean `closed`?"),
    "unknown prior": ("level: {dist: lognormal", "level: {dist: lgnormal", "departures.level.dist", "`lognormal`?"),
    "prior without dist": ("level: {dist: lognormal,", "level: {", "departures.level", "add `dist`"),
    "prior of another kind": (
        "budget_usd: {dist: lognormal",
        "budget_usd: {dist: normal",
        "budget_usd.dist",
        'found "normal"',
    ),
    "missing key": (
        "    figures: ecuador_entries\n    group: CHN\n",
        "    figures: ecuador_entries\n",
        "series.ecuador_entries",
        "add `group`",
    ),
    "negative": (
        "mean_days: 1.5",
        "mean_days: -1.5",
        "places.istanbul.stay.mean_days",
        "a number above 0 and at most 3650",
    ),
    "not a number": (
        "mean_days: 1.5",
        "mean_days: .nan",
        "places.istanbul.stay.mean_days",
        "found .nan; write a finite",
    ),
    "infinite": ("mean_days: 1.5", "mean_days: -.inf", "places.istanbul.stay.mean_days", "found -.inf; write a finite"),
    "too large to hold": ("mean_days: 1.5", "mean_days: 1e999", "places.istanbul.stay.mean_days", "a finite number"),
    "probability above 1": (
        "risk: 0.3",
        "risk: 1.3",
        "legs.darien_panama.risk",
        "from 0 to 1 (a probability or share)",
    ),
    "truth value": ("risk: 0.3", "risk: true", "legs.darien_panama.risk", "found true"),
    "yes is text": ("risk: 0.3", "risk: yes", "legs.darien_panama.risk", 'found "yes"'),
    "thousands": ("median: 12000", 'median: "12,000"', "budget_usd.median", "without thousands separators: 12000"),
    "thousands by spaces": ("median: 12000", "median: 12 000", "budget_usd.median", "separators: 12000"),
    "thousands in braces": ("median: 12000", "median: 12,000", "budget_usd.000", "is this a number with a thousands"),
    "decimal comma": ("median: 12000", 'median: "1,5"', "budget_usd.median", "write a decimal point: 1.5"),
    "unit": ("mean_days: 1.5", "mean_days: 1.5 days", "stay.mean_days", "without currency or unit"),
    "quoted number": ("mean_days: 1.5", 'mean_days: "1.5"', "stay.mean_days", "take the quotes away: 1.5"),
    "number for text": ("label: Istanbul", "label: 5", "places.istanbul.label", 'put it in quotes: "5"'),
    "null": ("label: Istanbul", "label: ", "places.istanbul.label", "found nothing (null)"),
    "capital id": ("to: istanbul,", "to: Istanbul,", "legs.china_istanbul.to", "write `istanbul`"),
    "capital key": ("  title_42_ends:", "  Title 42 ends:", "policies.Title 42 ends", "write `title_42_ends`"),
    "one price": ("price_usd: [600, 1200]", "price_usd: [600]", "legs.china_istanbul.price_usd", "add what is missing"),
    "three prices": ("price_usd: [600, 1200]", "price_usd: [6, 7, 8]", "legs.china_istanbul.price_usd", "at most 2"),
    "price as text": ("price_usd: [600, 1200]", "price_usd: 600-1200", "china_istanbul.price_usd", "[600, 1200]"),
    "whole number": ("horizon_months: 6", "horizon_months: 6.5", "time.horizon_months", "a whole number from 1 to 36"),
    "file version": ("isthmus: 1", "isthmus: 2", "isthmus", "this version of Isthmus reads no other"),
    "no such day": ("from: 2016-08-18", "from: 2016-18-08", "entry_rules.0.from", "a date as YYYY-MM-DD"),
    "seconds for a day": ("from: 2016-08-18", 'from: "86400"', "entry_rules.0.from", "a date as YYYY-MM-DD"),
    "time of day": ("from: 2016-08-18", "from: 2016-08-18T00:00:00", "entry_rules.0.from", "a date as YYYY-MM-DD"),
    "no such month": ('start: "2021-07"', 'start: "2021-13"', "time.start", "a month as YYYY-MM"),
    "merge key": ("label: Istanbul", "<<: {a: 1}, label: Istanbul", "places.istanbul.<<", "no merge keys"),
    "duplicate key": (
        "  step: dekad",
        "  step: dekad\n  step: day",
        "time.step",
        "`step` a second time, first on line 11",
    ),
    "tag": ("label: Istanbul", "label: !!python/name:os.system Istanbul", "places.istanbul.label", "without a tag"),
    "unknown place in a leg": ("to: mexico\n", "to: mexicoo\n", "legs.china_mexico.to", "did you mean `mexico`?"),
    "unknown place in a rule": ("place: mexico, req", "place: mexicoo, req", "entry_rules.1.place", "`mexico`?"),
    "unknown group in a rule": (
        "{group: CHN, place: mexico",
        "{group: CHM, place: mexico",
        "entry_rules.1.group",
        "`CHN`?",
    ),
    "unknown place in a policy": ("place: necocli", "place: necocly", "policies.boats_stop.place", "`necocli`?"),
    "unknown leg watched": (
        "departures_on: [ecuador_return]",
        "departures_on: [ecuador_retrun]",
        "watches.departures_on.0",
        "`ecuador_return`?",
    ),
    "unknown place watched": ("arrivals_at: panama", "arrivals_at: panamaa", "watches.arrivals_at", "`panama`?"),
    "pull to nowhere": (
        "    origin: china\n",
        "    origin: china\n    pull: {us_bordr: 1}\n",
        "groups.CHN.pull.us_bordr",
        "`us_border`?",
    ),
    "pull without settling": (
        "    origin: china\n",
        "    origin: china\n    pull: {panama: 1}\n",
        "groups.CHN.pull.panama",
        "nobody settles",
    ),
    "effect without target": (
        "on: departures, group: CHN",
        "on: leg, group: CHN",
        "effects.0",
        "`id`: the leg that shifts",
    ),
    "effect on nothing": ("on: departures,", "on: settle, id: panam,", "effects.0.id", "did you mean `panama`?"),
    "departures with target": (
        "on: departures,",
        "on: departures, id: china,",
        "effects.0.id",
        "no `id` for an effect on",
    ),
    "country by name": ("country: ET", "country: Ethiopia", "places.addis_ababa.country", "did you mean `ET`?"),
    "country not of ISO": ("country: ET", "country: UK", "places.addis_ababa.country", "did you mean `GB`?"),
    "no country": ("country: ET", "country: QQ", "places.addis_ababa.country", "look the code up"),
    "fine coordinates": ("lat: 31.2,", "lat: 31.234,", "places.china.lat", "at most two decimals"),
    "rule ends before": (
        "from: 2016-08-18",
        "from: 2016-08-18, to: 2015-01-01",
        "entry_rules.0.to",
        "after `from` (2016-08-18)",
    ),
    "rule announced after": (
        "announced: 2016-08-18",
        "announced: 2016-08-19",
        "entry_rules.0.announced",
        "no later than `from`",
    ),
    "policy ends before": ("until: 2024-03-01", "until: 2024-02-23", "policies.boats_stop.until", "after `date`"),
    "policy announced after": (
        "announced: 2022-12-27",
        "announced: 2023-02-27",
        "china_reopens.announced",
        "no later than `date`",
    ),
    "fit before start": ('fit_from: "2022-01"', 'fit_from: "2021-06"', "time.fit_from", "from `start` (2021-07) on"),
    "fit ends before": (
        'fit_from: "2022-01"',
        'fit_from: "2023-01"\n  fit_to: "2022-12"',
        "time.fit_to",
        "from `fit_from`",
    ),
    "reference off the grid": ('reference: "2023-01"', 'reference: "2020-01"', "time.reference", "a month of the grid"),
    "year 0": ('start: "2021-07"', 'start: "0021-07"', "time.start", "from 1950 to 2100"),
    "period": (
        'period: ["2012", "2020"]',
        'period: ["2020", "2012"]',
        "asylum_600000.period",
        "the first period before",
    ),
    "period in words": ('period: ["2012", "2020"]', "period: [then, now]", "asylum_600000.period", "YYYY or YYYY-MM"),
    "ratio of one": ("[darien_transits, ecuador_entries]", "[darien_transits]", "half_went_on.series", "two series"),
    "spread": ("sd_days: 2.5", "sd_days: 250", "legs.darien_panama.duration.sd_days", "5 times mean_days (6)"),
    "prices swapped": (
        "price_usd: [270, 900]",
        "price_usd: [900, 270]",
        "legs.darien_panama.price_usd",
        "write [270, 900]",
    ),
    "prior below 0": (
        "cost: {dist: lognormal, median: 1.5, sd_log: 0.5",
        "cost: {dist: normal, mean: 1.5, sd: 0.5",
        "choice.cost.dist",
        "reaches below 0",
    ),
    "dispersion of 0": (
        "dispersion: {dist: lognormal, median: 80, sd_log: 0.5}",
        "dispersion: 0",
        "series.ecuador_entries.dispersion",
        "a number above 0",
    ),
    "persistence above 1": (
        "persistence: {dist: logitnormal, median: 0.99, sd_logit: 0.5",
        "persistence: 95 #",
        "departures.persistence",
        "write a share: 0.95, not 95",
    ),
    "more than all of a surprise goes on": (
        "trend: {gain: {dist: logitnormal, median: 0.1, sd_logit: 1.2,",
        "trend: {gain: {dist: lognormal, median: 0.1, sd_log: 1.2,",
        "departures.trend.gain.dist",
        "which leaves 0 to 1",
    ),
    "persons counted twice": (
        "watches: {arrivals_at: ecuador}",
        "watches: {arrivals_at: ecuador}\n    detection: 1.5",
        "ecuador_entries.detection",
        "at most 1 where persons",
    ),
    "watches nothing": (
        "{arrivals_at: ecuador}",
        "{}",
        "series.ecuador_entries.watches",
        "a series that watches nothing",
    ),
    "watches a leg twice": ("on: [ecuador_return]", "on: [ecuador_return, ecuador_return]", "departures_on.1", "each leg once"),
    "counts people twice": (
        "{arrivals_at: panama}",
        "{arrivals_at: panama, arrivals_on: [darien_panama]}",
        "arrivals_on.0",
        "counted twice",
    ),
    "figures twice": (
        "figures: ecuador_exits\n    group: CHN\n    watches",
        "figures: ecuador_entries\n    group: CHN\n    watches",
        "series.ecuador_exits.figures",
        "used by `ecuador_entries` already",
    ),
    "cycle": (
        "legs:\n",
        "legs:\n  back: {from: mexico, to: honduras, " + LEG,
        "legs.honduras_mexico",
        "mexico -> honduras -> mexico (legs back, honduras_mexico)",
    ),
    "leg to itself": (
        "legs:\n",
        "legs:\n  around: {from: mexico, to: mexico, " + LEG,
        "legs.around",
        "mexico -> mexico",
    ),
    "reverse not to an origin": (
        "legs:\n",
        "legs:\n  back: {kind: reverse, from: mexico, to: ecuador, " + LEG,
        "legs.back.to",
        "an origin, where a return ends",
    ),
    "place out of reach": (
        "legs:\n",
        "  island: {label: x, role: transit, country: EC, lat: 1, lon: 1, settle: 0}\nlegs:\n",
        "places.island",
        "no legs lead there",
    ),
    "dead end": (
        "legs:\n",
        "  hole: {label: x, role: transit, country: EC, lat: 1, lon: 1}\nlegs:\n  in: {from: mexico, to: hole, " + LEG,
        "places.hole",
        "a dead end",
    ),
    "ethnicity as label": (
        "label: Chinese nationals",
        "label: Chinese nationals (Uyghurs)",
        "groups.CHN.label",
        "by nationality only",
    ),
    "accents do not hide it": (
        "label: Istanbul",
        "label: Tibétan house",
        "places.istanbul.label",
        "by nationality only",
    ),
    "religion as key": ("  title_42_ends:", "  muslim_ban:", "policies.muslim_ban", "(religion)"),
    "a person": (
        "label: Chinese nationals",
        "label: x\n    birth_date: 1990-01-01",
        "groups.CHN.birth_date",
        "nothing about individuals",
    ),
}


@pytest.mark.parametrize("name", SINGLE)
def test_a_single_fault_is_the_only_thing_said_and_is_placed(tmp_path, name):
    old, new, field, words = SINGLE[name]
    found = [problem for problem in problems(tmp_path, (old, new)) if "(in scenario" not in problem.where]
    assert len(found) == 1, "\n".join(map(str, found))
    where, _, path = found[0].where.partition(": ")
    assert path.endswith(field)
    assert words in str(found[0])
    line = int(re.fullmatch(r"corridor\.yaml:(\d+)", where)[1])
    text = (tmp_path / "corridor.yaml").read_text(encoding="utf-8").split("\n")
    named = [part for part in field.split(".") if not part.isdigit()]
    assert named[-1] in text[line - 1] or text[line - 1].lstrip().startswith("- "), text[line - 1]


ECHOES = {
    "unknown place": (
        ("to: istanbul,", "to: istanbull,"),
        ["did you mean `istanbul`?", "places.istanbul: expected a place that someone"],
    ),
    "destination out of reach": (
        ("{from: mexico, to: us_border, mode", "{from: mexico, to: central_america, mode"),
        [
            "none of us_border can be reached from `china`",
            "places.us_border",
            "us_encounters.watches.arrivals_at: expected a place that CHN can reach",
        ],
    ),
    "origin of a group": (
        ("role: origin", "role: transit"),
        [
            "groups.CHN.origin: expected a place of role origin",
            "set the role of `china` to origin",
            "where a return ends",
        ],
    ),
    "no destination": (("role: destination", "role: transit"), ["at least one destination"]),
    "forward leg into an origin": (
        ("legs:\n", "legs:\n  home: {from: mexico, to: china, " + LEG),
        ["the origin `china`", "without a cycle"],
    ),
    "no friction": (("    visa_free: 0.0\n", ""), ["add `choice.friction.visa_free`", "entry_rules.0.requirement"]),
    "overlapping rules": (
        (
            "entry_rules:\n",
            "entry_rules:\n  - {group: CHN, place: ecuador, requirement: closed, from: 2020-01-01, source: x}\n",
        ),
        ["one rule at a time for CHN at `ecuador`", "when entry_rules.1 still holds"],
    ),
    "not a nationality": (
        ("  CHN:\n", "  CHI:\n"),
        ["groups.CHI: expected a nationality as ISO 3166-1", "did you mean `CHN`?"],
    ),
    "ethnicity as group": (("  CHN:\n", "  uyghur:\n"), ["groups.uyghur", "can be used against those they describe"]),
    "block of another kind": (
        ("scenarios:\n", "scenarios: [1]\nother:\n"),
        ["scenarios: expected a mapping", "other: expected a key"],
    ),
}


@pytest.mark.parametrize("name", ECHOES)
def test_a_fault_with_consequences_says_both(tmp_path, name):
    change, words = ECHOES[name]
    said = "\n".join(map(str, problems(tmp_path, change)))
    for word in words:
        assert word in said


def test_faults_of_all_kinds_are_said_at_once(tmp_path):
    found = problems(
        tmp_path,
        ("price_usd: [600", "price_us: [600"),
        ("to: istanbul,", "to: istanbull,"),
        ("mean_days: 1.5", "mean_days: -1.5"),
        ("  step: dekad", "  step: dekad\n  step: day"),
        ("country: ET", "country: XX"),
        ("{arrivals_at: ecuador}", "{}"),
        ("price_usd: [150, 500]", "price_usd: [1500, 500]"),
        ("legs:\n", "legs:\n  back: {from: mexico, to: honduras, " + LEG),
        ("until: 2024-03-01", "until: 2023-03-01"),
        ("label: Istanbul", "label: Tibetan house"),
    )
    fields = [problem.where.rpartition(": ")[2] for problem in found]
    assert sorted(fields) == [
        "legs.china_istanbul.price_us",
        "legs.china_istanbul.to",
        "legs.honduras_mexico",
        "legs.honduras_mexico.price_usd",
        "places.addis_ababa.country",
        "places.istanbul",
        "places.istanbul.label",
        "places.istanbul.stay.mean_days",
        "policies.boats_stop.until",
        "series.ecuador_entries.watches",
        "time.step",
    ]


def test_norway_stays_norway(tmp_path):
    (tmp_path / "corridor.yaml").write_text(GOOD.replace("country: ET", "country: NO"), encoding="utf-8")
    assert load(tmp_path).corridor.places["addis_ababa"].country == "NO"


def test_each_check_is_listed_once():
    names = [one.__name__ for one in (*CHECKS, *NETWORK_CHECKS)]
    assert len(names) == len(set(names)) > 20


def test_check_of_a_corridor_without_a_file_names_fields():
    corridor = load("china-ecuador-us").corridor
    assert check(corridor) == []
    leg = corridor.legs["china_mexico"].model_copy(update={"price_usd": (2.0, 1.0)})
    broken = corridor.model_copy(update={"legs": {**corridor.legs, "china_mexico": leg}})
    assert [problem.where for problem in check(broken)] == ["legs.china_mexico.price_usd"]


def test_country_codes_are_complete_and_unique():
    assert len(countries()) == len(alpha2_codes()) == len(alpha3_codes()) == 250
    assert alpha2_codes()["NO"].alpha3 == "NOR"
    assert all(len(country.alpha2) == 2 and len(country.alpha3) == 3 and country.name for country in countries())
