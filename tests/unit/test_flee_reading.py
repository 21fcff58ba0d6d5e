"""What is wrong with a Flee instance is said with file and line, all at once; what Flee does otherwise is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flee_folder import LOCATIONS, ROUTES, SETTINGS, write

from isthmus.interop.flee import InstanceError, Mode, Quirk, read_instance
from isthmus.interop.flee.arrivals import arrivals
from isthmus.interop.flee.plain_yaml import plain_items
from isthmus.interop.flee.rows import Findings
from isthmus.interop.flee.series import _added_as_flee, _added_everywhere, interpolate
from isthmus.interop.flee.settings import Settings, _entries, _entries_of_yaml, read_settings

FIXED, COMPAT = Mode.FIXED, Mode.COMPAT


def problems(folder, mode=FIXED):
    with pytest.raises(InstanceError) as error:
        read_instance(folder, mode=mode)
    return [str(problem) for problem in error.value.problems]


def warnings(folder):
    return [str(warning) for warning in read_instance(folder, mode=COMPAT).warnings]


def test_a_sound_instance_is_read_the_same_in_both_modes(tmp_path):
    folder = write(tmp_path)
    compat, fixed = read_instance(folder, mode=COMPAT), read_instance(folder, mode=FIXED)
    assert compat.warnings == fixed.warnings == ()
    assert compat.geography == fixed.geography
    assert compat.stocks == fixed.stocks
    assert compat.camp_names == ("Cliff", "Dale")
    assert (compat.days, len(compat.geography.roads)) == (20, 3)


def test_the_date_beside_a_day_is_late_by_one_as_in_flee(tmp_path):
    folder = write(tmp_path)
    assert str(read_instance(folder, mode=COMPAT).date(0)) == "2020-01-02"
    assert str(read_instance(folder, mode=FIXED).date(0)) == "2020-01-01"


def test_a_misspelt_setting_hides_nothing_that_is_wrong_elsewhere(tmp_path):
    folder = write(
        tmp_path,
        settings=SETTINGS.replace("max_move_speed", "max_move_spead"),
        routes=ROUTES + "Ashford,Dale,nan,0\n",
        closures="country,Arda,Borea,9,4\n",
        conflicts="#Day,Ashford,Brook\n0,1,0\n",
        layout="total,refugees.csv\nCliff,cliff.csv\nDale,dale.csv\nGorge,dale.csv\n",
    )
    said = problems(folder)
    for where, words in (
        ("simsetting.yml:2", "did you mean 'max_move_speed'?"),
        ("routes.csv:5", "found 'nan'"),
        ("closures.csv:2", "an end after day 9"),
        ("conflicts.csv:2", "20 rows, one per day; found 1"),
        ("data_layout.csv:4", "a name of locations.csv; found 'Gorge'"),
    ):
        assert any(where in one and words in one for one in said), (where, words, said)
    assert len(said) == 5


def test_a_camp_that_no_route_reaches_and_an_instance_without_camps_are_named(tmp_path):
    lonely = problems(write(tmp_path / "lonely", routes=ROUTES.replace("Brook,Dale,350,0\n", "")))
    assert len(lonely) == 1
    assert "locations.csv:5: expected a route to 'Dale'; found none" in lonely[0]
    none = problems(write(tmp_path / "none", locations=LOCATIONS.replace("camp", "town")))
    assert any("input_csv/locations.csv: expected at least one camp" in one for one in none)


def test_everything_wrong_is_said_at_once_with_file_and_line(tmp_path):
    folder = write(
        tmp_path,
        days=60,
        locations=LOCATIONS + "Eden,West,Borea,x,3.0,camp,,many\nBrook,North,Arda,1,1,town,,\nFalls,N,Arda\n",
        routes=ROUTES + "Ashford,Brok,10,0\nAshford,Dale,nan,0\nBrook,Cliff,-3,0\nBrook,Brook,3,0\n",
        conflicts="#Day,Ashford,Bruk\n0,1,0\n1,?,0\n",
        closures="country,Arda,Borealia,3,x\ncamp,Clif,,2,4\nlocatoin,Brook,,1,2\n",
        corrections="Cliff,2020-13-01\nGorge,2020-01-05\n",
        cliff="2020-01-01,0\n2020-01-xx,600\n2020-01-11,six\n",
    )
    said = problems(folder)
    for where, words in (
        ("locations.csv:6", "'latitude'"),
        ("locations.csv:6", "'population'"),
        ("locations.csv:7", "names that differ"),
        ("locations.csv:8", "expected 8 columns"),
        ("routes.csv:5", "did you mean 'Brook'?"),
        ("routes.csv:6", "finite number in 'distance'; found 'nan'"),
        ("routes.csv:7", "a distance from 0 km"),
        ("routes.csv:8", "'Brook' twice"),
        ("conflicts.csv:3", "60 rows, one per day; found 2"),
        ("conflicts.csv:1", "found 'Bruk'; did you mean 'Brook'?"),
        ("conflicts.csv:3", "a finite number in 'Ashford'"),
        ("closures.csv:2", "a whole number in 'closure_end'"),
        ("closures.csv:3", "'Clif'"),
        ("closures.csv:4", "did you mean 'location'?"),
        ("registration_corrections.csv:1", "a date such as"),
        ("registration_corrections.csv:2", "'Gorge'"),
        ("cliff.csv:2", "a date such as"),
        ("cliff.csv:3", "a whole number in 'count'"),
    ):
        assert any(where in line and words in line for line in said), (where, words, said)


def test_a_folder_that_is_no_instance(tmp_path):
    assert len(problems(tmp_path)) == 2


@pytest.mark.parametrize(
    ("texts", "where", "words", "flee"),
    [
        (
            {"routes": ROUTES.replace("Brook,Dale,350,0\n", "")},
            "locations.csv:5",
            "a route to 'Dale'; found none",
            "nobody comes",
        ),
        ({"closures": "camp,Cliff,,9,4\n"}, "closures.csv:2", "found day 4", "END_BEFORE_START"),
        ({"closures": "camp,Clif,,3,4\n"}, "closures.csv:2", "'Clif'", "UNKNOWN_CAMP_CLOSES_FIRST"),
        ({"closures": "country,Arda,Borelia,3,4\n"}, "closures.csv:2", "'Borelia'", "nothing closes"),
        ({"settings": "spawn_rules:\n  camps_are_sicks: true\n"}, "simsetting.yml:2", "camps_are_sicks", "CAMPS_ARE_SICKS"),
        (
            {"settings": "move_rules:\n  camp_wieght: 2\n"},
            "simsetting.yml:2",
            "did you mean 'camp_weight'",
            "UNKNOWN_KEYS_IGNORED",
        ),
        ({"locations": LOCATIONS.replace("population", "population,colour")}, "locations.csv:1", "'colour'", "no rule reads"),
        ({"corrections": "Cliff,2020-01-05\n"}, "corrections.csv:1", "2020-01-05", "no correction"),
    ],
)
def test_fixed_refuses_what_flee_runs_with_and_compat_names(tmp_path, texts, where, words, flee):
    folder = write(tmp_path, **texts)
    (said,) = problems(folder)
    assert where in said
    assert words in said
    (warned,) = warnings(folder)
    assert where in warned
    assert flee in warned


@pytest.mark.parametrize(
    ("texts", "quirk"),
    [
        ({"routes": ROUTES.replace("350,0", "350,1")}, Quirk.FORCED_REDIRECTION_DEAD),
        ({"closures": "link,Brook,Dale,2,4\n"}, Quirk.LINK_CLOSURE_BY_IDENTITY),
        ({"settings": "move_rules:\n  default_movechance: 0.001\n"}, Quirk.SLOW_TOWN_IS_CAMP),
        ({"files": {"input_csv/location_changes.csv": "Brook,camp,3\n"}}, Quirk.CHANGES_FROM_HERE),
    ],
)
def test_quirks_that_change_a_run_are_named(tmp_path, texts, quirk):
    folder = write(tmp_path, **texts)
    try:
        found = warnings(folder)
    except InstanceError:  # a town that turns into a camp has no data
        assert quirk is Quirk.SLOW_TOWN_IS_CAMP
        return
    assert any(quirk.name in line for line in found)
    assert read_instance(folder, mode=FIXED).warnings == ()


def test_a_second_name_of_a_closed_location_is_said_to_have_no_effect(tmp_path):
    (warned,) = warnings(write(tmp_path, closures="location,Brook,Dale,2,4\n"))
    assert "closures.csv:2" in warned
    assert "all links of 'Brook' close" in warned


def settings(text, tmp_path, mode=COMPAT):
    path = tmp_path / "simsetting.yml"
    path.write_text(text, encoding="utf-8")
    findings = Findings(mode)
    return read_settings(path, findings), findings


def test_settings_have_the_defaults_of_flees_code(tmp_path):
    read, findings = settings("log_levels: {agent: 1}\nmove_rules:\noptimisations: {hasten: 10}\n", tmp_path)
    assert read == replace(Settings(), hasten=10)
    assert (findings.problems, findings.warnings) == ([], [])
    assert read.conflict_weight == pytest.approx(10**-0.5)


def test_settings_are_read_as_pyyaml_would(tmp_path):
    text = (
        "spawn_rules:\n  insert_day0: no\n  conflict_spawn_decay: [1, 0.5]\n  conflict_driven_spawning: {spawn_mode: pop_ratio}\n"
    )
    read, _ = settings(text, tmp_path)
    assert read.insert_day0 is False
    assert read.conflict_spawn_decay == (1.0, 0.5)
    assert (read.spawn_mode, read.displaced_per_conflict_day) == ("pop_ratio", 0.01)


BLOCKS = """\
log_levels:
  agent: 0  # of agents
spawn_rules:
    take_from_population: False

    conflict_spawn_decay: [1.0, 1.0, .5, 0.1]
    conflict_driven_spawning:
      spawn_mode: pop_ratio
      displaced_per_conflict_day: 0.01
move_rules:
  max_move_speed: 200
  softening: 010
  flood_rules:
    flood_movechances: [0.0, 0.5]
    flood_loc_weights: [1, -0.5]
  max_moove_speed: 3
optimisations:
number_of_steps: -1
"""
SPOILS = (
    *("softening: 1e1", "softening: yes", "softening: ", "softening: {a: 1}", "  softening: 2", "softening: '7'", "softening: -"),
    *("a: &b 1", "softening: 3\n  softening: 4", "softening:3", "softening: 1:30", "softening: 1_0", "softening: no # no", "- 3"),
    *("softening : 2", "ü: 3", "softening: ~", "softening: 7.", "softening: 2020-01-01", "softening: constant", "\tsoftening: 3"),
    *("optimisations: {hasten: 2}", "softening: 1 2", "max_walk_speed: 010"),
)


@pytest.mark.parametrize("spoil", ["", "softening: 10", *SPOILS])
@pytest.mark.parametrize("decay", ["[1.0, 1.0, .5, 0.1]", "[1.0, 0.5]", "[]"])
def test_settings_of_the_simplest_form_are_read_as_by_the_library(tmp_path, spoil, decay):
    text = BLOCKS.replace("softening: 010", spoil).replace("[1.0, 1.0, .5, 0.1]", decay)
    path = tmp_path / "simsetting.yml"
    path.write_text(text, encoding="utf-8")
    here, library = Findings(COMPAT), Findings(COMPAT)
    assert list(_entries(path, here)) == list(_entries_of_yaml(text, path, library))
    assert here == library


def test_settings_of_the_simplest_form_need_no_library():
    assert plain_items(BLOCKS.replace("010", "10").replace(".5, 0.1", "0.5")) is not None
    assert plain_items(BLOCKS) is None


def test_old_rules_override(tmp_path):
    read, _ = settings("move_rules: {use_v1_rules: true, start_on_foot: true}\n", tmp_path)
    assert (read.max_move_speed, read.camp_weight, read.start_on_foot) == (200.0, 2.0, False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("move_rules: {camp_weight: heavy}", "a number for 'camp_weight'"),
        ("move_rules: {avoid_food_deprived_locations: true}", "'avoid_food_deprived_locations' off"),
        ("spawn_rules: {starvation_driven_spawning: true}", "'starvation_driven_spawning' off"),
        ("spawn_rules: {flood_driven_spawning: {spawn_mode: constant}}", "'flood_driven_spawning' off"),
        ("move_rules: {flood_rules: {flood_forecaster: true}}", "'flood_forecaster' off"),
        ("move_rules: {flood_rules: {flood_movechances: [0, 1]}}", "of one length; found 2 and 0"),
        ("move_rules: {flood_rules: {flood_movechances: [0, 2], flood_loc_weights: [1, 1]}}", "flood_movechances from 0 to 1"),
        ("move_rules: {flood_rules: {flood_movechances: high}}", "a list of numbers for 'flood_movechances'"),
        ("move_rules: {flee_when_starving: true, movechance_pop_scale_factor: 0.1}", "no scaling by population"),
        ("move_rules: {softening: .inf}", "a finite number for 'softening'"),
        ("optimisations: {hasten: 0}", "hasten from 1"),
        ("move_rules: [1, 2", "in YAML"),
        ("move_rules: 7", "keys and values in 'move_rules'"),
        ("spawn_rules: {conflict_driven_spawning: {spawn_mode: sometimes}}", "spawn_mode constant"),
    ],
)
def test_settings_that_cannot_be_run_are_refused(tmp_path, text, words):
    _, findings = settings(text, tmp_path)
    assert any(words in str(problem) for problem in findings.problems), findings.problems


def test_stocks_are_interpolated_held_and_truncated():
    table = [(2, 10.0), (5, 20.0), (6, 0.0)]
    assert [interpolate(table, day) for day in range(8)] == [10, 10, 10, 13, 16, 20, 0, 0]


def test_files_of_one_camp_are_added_as_flee_does_or_properly():
    first, second = [(0, 10.0), (10, 20.0)], [(0, 1.0), (5, 3.0), (20, 5.0)]
    assert _added_as_flee(first, second) == [(0, 11.0), (5, 23.0), (10, 23.0)]
    assert _added_everywhere(first, second) == [(0, 11.0), (5, 18.0), (10, 20.0 + 3.0 + 2.0 / 3.0), (20, 25.0)]


def test_a_correction_scales_what_was_registered_before(tmp_path):
    folder = write(tmp_path, cliff="2020-01-01,100\n2020-01-05,200\n2020-01-11,150\n", corrections="Cliff,2020-01-11,normalize\n")
    assert read_instance(folder).stocks.of("Cliff")[:5] == (75, 93, 112, 131, 150)


def test_people_come_as_the_camps_grow_and_decreases_are_made_up_for(tmp_path):
    folder = write(tmp_path, days=5, cliff="2020-01-01,10\n2020-01-02,30\n2020-01-03,25\n2020-01-04,40\n", dale="2020-01-01,5\n")
    coming = arrivals(read_instance(folder))
    assert coming.start == (0, 0, 10, 5)
    assert coming.new == (0, 20, 0, 10, 0)
    assert coming.debt == (0, 0, 5, 0, 0)
    assert coming.raw == (15, 35, 30, 45, 45)
    assert coming.day0 == (0, 0, 10, 5)


def test_without_day0_flee_counts_the_total_twice(tmp_path):
    folder = write(tmp_path, cliff="2020-01-01,10\n", dale="2020-01-01,5\n", refugees="2020-01-01,15\n")
    (folder / "simsetting.yml").write_text("spawn_rules: {insert_day0: false}\n", encoding="utf-8")
    assert arrivals(read_instance(folder, mode=COMPAT)).new[0] == 30
    assert arrivals(read_instance(folder, mode=FIXED)).new[0] == 15


def test_camps_may_start_empty_or_with_displaced_people_of_their_own(tmp_path):
    texts = {
        "cliff": "2020-01-01,10\n2020-01-02,30\n",
        "dale": "2020-01-01,0\n",
        "locations": LOCATIONS.replace("population", "population,initial_idps").replace("camp,,0\nDale", "camp,,0,7\nDale"),
    }
    assert arrivals(read_instance(write(tmp_path, **texts))).start == (0, 0, 17, 0)
    empty = read_instance(write(tmp_path, settings="spawn_rules: {empty_camps_on_day0: true}\n", **texts))
    coming = arrivals(empty)
    assert coming.start == (0, 0, 0, 0)
    assert (coming.new[:3], coming.raw[:3]) == ((0, 20, 0), (0, 20, 20))
    assert empty.observed(2)[:3] == (0, 20, 20)


def test_hasten_divides_people_and_data(tmp_path):
    instance = read_instance(write(tmp_path), hasten=10)
    assert instance.geography.places[0].size == 100
    assert instance.stocks.of("Cliff")[10] == 60
    assert read_instance(write(tmp_path, settings=SETTINGS + "optimisations: {hasten: 10}\n")).stocks == instance.stocks


def test_agents_are_read_when_the_settings_say_so(tmp_path):
    files = {"input_csv/agents.csv": "#comment\nlocation,age\nAshford,3\nAshford,4\nCliff,5\n"}
    folder = write(tmp_path, settings="spawn_rules: {read_from_agents_csv_file: true}\n", files=files)
    assert read_instance(folder).agents == {0: 2, 2: 1}


def test_the_first_line_of_conflicts_needs_no_hash_but_each_place_once(tmp_path):
    plain = "Day,Ashford,Brook\n" + "".join(f"{day},1,0\n" for day in range(40))
    assert read_instance(write(tmp_path, conflicts=plain)).conflicts == read_instance(write(tmp_path)).conflicts
    (said,) = problems(write(tmp_path, conflicts=plain.replace("Brook", "Ashford")))
    assert "'Ashford' more than once" in said


def test_no_conflict_file_starts_no_zone_in_flee(tmp_path):
    folder = write(tmp_path, locations=LOCATIONS + "Ember,North,Arda,1,1,conflict_zone,4,10\n")
    (folder / "input_csv" / "conflicts.csv").unlink()
    assert any("CONFLICT_DATE_IGNORED" in line for line in warnings(folder))


def test_tables_of_attributes_are_read_checked_and_kept(tmp_path):
    files = {
        "input_csv/demographics_age.csv": "age,Default,Ashford\n10,0.25,0.5\n40,0.75,0.5\n",
        "input_csv/region_attributes_IPC.csv": "#Day,North,East,West\n0,5.0,1,2\n30,9.0,1,2\n",
        "input_csv/flood_level.csv": "#Day,Brook\n0,0\n19,2\n",
    }
    read = read_instance(write(tmp_path, files=files))
    assert [table.name for table in read.tables] == ["demographics_age", "region_attributes_IPC", "flood_level"]
    assert read.tables[0].columns == {"Default": (0.25, 0.75), "Ashford": (0.5, 0.5)}
    assert read.tables[1].rows == ("0", "30")
    assert len(read.warnings) == 3


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("demographics_age.csv", "age,Default,Ashfort\n1,1,1\n", "did you mean 'Ashford'?"),
        ("region_attributes_IPC.csv", "#Day,North\n0,1\n10,2\n", "rows from day 0 to day 19 or later; found days 0 to 10"),
        ("flood_level.csv", "#Day,Brook\n0,1\n0,2\n", "days in order"),
        ("location_attributes_gdp.csv", "#Day,Brook\n0,many\n19,2\n", "'many'"),
    ],
)
def test_tables_of_attributes_that_are_wrong(tmp_path, name, text, words):
    (said,) = problems(write(tmp_path, files={f"input_csv/{name}": text}))
    assert name in said
    assert words in said


HUNGER = "move_rules: {flee_when_starving: true}\n"
FLOODS = "move_rules: {flood_rules: {flood_movechances: [0.3, 0.5, 1], flood_loc_weights: [1, 0.5, 0]}}\n"
PULL = "move_rules: {use_economic_pull: true}\n"
FIXED_ROUTES = "move_rules: {fixed_routes: true}\n"


@pytest.mark.parametrize(
    ("settings", "files", "words"),
    [
        (HUNGER, {}, ("region_attributes_IPC.csv: expected the table that a rule of the settings goes by; found no such file",)),
        (HUNGER, {"region_attributes_IPC": "#Day,North,East\n0,1,200\n30,2,1\n"},
         ("a column for the region 'West'", "percentages from 0 to 100; found 1 to 200 for 'East'")),
        (FLOODS, {}, ("flood_level.csv: expected the table",)),
        (FLOODS, {"flood_level": "#Day,Brook\n0,0\n30,3\n"}, ("levels from 0 to 2; found 0 to 3 for 'Brook'",)),
        (PULL, {},
         ("locations.csv:4: expected a number from 0 in 'trade_volume'", "locations.csv:5: expected a number from 0 in 'hdi'")),
        (FIXED_ROUTES, {"major_routes": "Ashford,Brook,Dale\nAshford,Cliff\nBrook\nBrook,Dael\n"},
         ("major_routes.csv:2: expected a route of routes.csv between neighbours; found none from 'Ashford' to 'Cliff'",
          "major_routes.csv:3: expected at least two names; found Brook", "major_routes.csv:4", "did you mean 'Dale'?")),
    ],
)  # fmt: skip
def test_rules_say_at_once_what_they_lack_in_either_mode(tmp_path, settings, files, words):
    folder = write(tmp_path, settings=settings, files={f"input_csv/{name}.csv": text for name, text in files.items()})
    for mode in (FIXED, COMPAT):
        said = "\n".join(problems(folder, mode))
        assert all(word in said for word in words), said


def test_a_major_route_without_fixed_routes_is_said_to_have_no_effect(tmp_path):
    found = warnings(write(tmp_path, files={"input_csv/major_routes.csv": "Ashford,Brook,Dale\n"}))
    assert any("major_routes.csv:1" in line and "no effect" in line for line in found)


def test_the_manual_names_every_quirk_in_the_same_words():
    manual = (Path(__file__).parents[2] / "docs" / "coming-from-flee.md").read_text(encoding="utf-8")
    for quirk in Quirk:
        assert f"| `{quirk.name}` | {quirk.value.flee} | {quirk.value.fixed} |" in manual


WILD = {
    "locations": "#name,region,country,lat,lon,location_type,conflict_date,pop/cap,trade_volume\n# a note\n\n"
    "Ashford,North,Arda,1.0,1.0,Conflict_Zone,0,20000,\nBrook,,Arda,,,town,,,\nCliff,East,Borea,2.0,1.0,camp,,-1,0.5\n"
    "Dale,West,Borea,1.0,3.0,IDPcamp,,800,\nElm,,Arda,1,1,marker,,,\nFord,North,Arda,1,2,forwarding_hub,,,\n",
    "routes": "#name1,name2,distance,forced_redirection\nAshford,Brook,100\nBrook,Cliff,150.5,\n# by river\nBrook,Dale,350,0\n\n"
    "Brook,Elm,10,2\nElm,Ford,20,1\n",
    "conflicts": "#Day, Ashford, Brook\n" + "".join(f"{day}, 1, 0\n" for day in range(40)),
    "closures": "country,Arda,Borea,0,2,\n\n# none\nidpcamp,Dale,,3,0\n",
    "layout": "# files\ntotal,refugees.csv\nCliff,cliff.csv,east.csv\nDale,dale.csv,\n",
    "refugees": "Date,total,a,b,c\n2020-01-01,0,1,2,3\n2020-1-11,1000,1,2,3\n",
    "cliff": "DateTime,count\n#x,y\n2020-01-01,0\n2020-01-06,\n2020-01-11,500\n",
    "files": {"source_data/east.csv": "2020-01-01,0\n2020-01-11,100\n"},
}


@pytest.mark.parametrize("mode", [COMPAT, FIXED])
@pytest.mark.parametrize(
    "as_written", [lambda text: text, lambda text: "\ufeff" + text.replace("\n", "\r\n")], ids=["unix", "windows"]
)
def test_files_as_they_are_found_on_disk(tmp_path, mode, as_written):
    """Rationale: comments, blank lines, marks of other systems, empty cells, short rows, spaces in headers, capitals in types."""
    folder = write(tmp_path, **WILD)
    (folder / "input_csv" / "registration_corrections.csv").unlink()
    for path in folder.rglob("*.csv"):
        path.write_bytes(as_written(path.read_text(encoding="utf-8")).encode())
    read = read_instance(folder, mode=mode)
    assert [place.kind for place in read.geography.places] == ["conflict", "town", "camp", "idpcamp", "marker", "forward"]
    assert [(place.region, place.size) for place in read.geography.places][1:4] == [("unknown", 0), ("East", -1), ("West", 800)]
    assert [(road.km, road.forced) for road in read.geography.roads] == [(100, 0), (150.5, 0), (350, 0), (10, 2), (20, 1)]
    assert [(closure.kind, closure.start, closure.end) for closure in read.geography.closures] == [
        ("country", 0, 2),
        ("idpcamp", 3, 0),
    ]
    assert read.conflicts == {0: (1.0,) * 40, 1: (0.0,) * 40}
    assert read.camp_names == ("Cliff", "Dale")
    assert [read.observed(camp)[5] for camp in read.camps] == [300, 200]
    assert read.stocks.of("total")[10] == 1000
