"""Small instances whose answer is known: by arithmetic, or from the slow reference that follows people one by one."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace

import pytest
from flee_folder import LOCATIONS, ROUTES, SETTINGS, write
from reference.flee_slow import World

from isthmus.cli import main
from isthmus.interop.flee import Mode, read_instance, run_instance, score
from isthmus.interop.flee.arrivals import arrivals
from isthmus.interop.flee.native import load
from isthmus.interop.flee.touched import quirks_of


@pytest.fixture(scope="module")
def kernel():
    return load()


def counts(instance, kernel, seed=0, seeds=1):
    return [
        [list(run.counts[day * run.places : (day + 1) * run.places]) for day in range(instance.days)]
        for run in run_instance(instance, seed=seed, seeds=seeds, kernel=kernel)
    ]


def slow(instance, seed):
    coming = arrivals(instance)
    return World(instance, coming.new, coming.start, coming.day0, seed).run()


ONE_ROAD = {
    "routes": "#name1,name2,distance,forced_redirection\nAshford,Cliff,500,0\n",
    "locations": LOCATIONS.replace("Dale,West,Borea,1.0,3.0,camp,,0\n", ""),
    "layout": "total,refugees.csv\nCliff,cliff.csv\n",
}


def test_people_on_one_road_arrive_when_they_have_gone_further_than_its_length(tmp_path, kernel):
    """Rationale: 200 km a day on 500 km: under way at the end of two days, there at the end of the third.

    Expected behaviour: those who spawn on day t are counted in the camp from day t + 2 on, exactly.
    """
    texts = {**ONE_ROAD, "settings": SETTINGS}
    instance = read_instance(write(tmp_path, **texts))
    (found,) = counts(instance, kernel)
    cliff = instance.observed(2)
    assert [day[2] for day in found] == [0, 0, *cliff[: instance.days - 2]]
    assert found == slow(instance, 1)


def test_a_distance_that_is_just_reached_is_not_passed(tmp_path, kernel):
    instance = read_instance(write(tmp_path, **{**ONE_ROAD, "routes": "#h\nAshford,Cliff,400,0\n", "settings": SETTINGS}))
    (found,) = counts(instance, kernel)
    assert found[2][2] == 0
    assert found[3][2] == instance.observed(2)[1]


def test_the_split_at_a_fork_is_that_of_the_weights(tmp_path, kernel):
    """Rationale: with distance power 1 and softening 50 the camps 150 and 350 km away weigh as 1/200 to 1/400.

    Expected behaviour: two thirds of those who arrive, binomially, end in the nearer camp; Ashford is a zone of weight 0.
    """
    text = SETTINGS.replace("softening: 50", "softening: 50\n  conflict_weight: 0.0")
    instance = read_instance(write(tmp_path, days=40, settings=text))
    last = [run[-1] for run in counts(instance, kernel, seeds=20)]
    near, far = sum(day[2] for day in last), sum(day[3] for day in last)
    assert near + far > 0.99 * 20 * 1000
    z = (near - (near + far) * 2 / 3) / math.sqrt((near + far) * 2 / 9)
    assert abs(z) < 4


@pytest.mark.parametrize(("mode", "odds"), [(Mode.COMPAT, 18.0), (Mode.FIXED, 6.0)])
def test_fixed_routes_weigh_scores_twice_in_flee(tmp_path, kernel, mode, odds):
    """Rationale: camps 150 and 350 km away, scores 3 and 1, softening 50: 3/200 to 1/400, in Flee times 3 to 1 once more.

    Expected behaviour: those who arrive are shared out so, binomially.
    """
    text = SETTINGS.replace("softening: 50", "softening: 50\n  conflict_weight: 0.0\n  foreign_weight: 3\n  fixed_routes: true")
    home = LOCATIONS.replace("Dale,West,Borea", "Dale,West,Arda")
    instance = read_instance(write(tmp_path, days=40, settings=text, locations=home), mode=mode)
    last = [run[-1] for run in counts(instance, kernel, seeds=20)]
    near, far = sum(day[2] for day in last), sum(day[3] for day in last)
    share = odds / (1 + odds)
    assert near + far > 0.99 * 20 * 1000
    assert abs(near - (near + far) * share) < 4 * math.sqrt((near + far) * share * (1 - share))


def test_everybody_leaves_a_region_without_food_and_passes_through_a_flood(tmp_path, kernel):
    """Rationale: a chance to leave of 1 in place of 0.5 in a town on the way; a camp of chance 0 empties when it is flooded."""
    text = SETTINGS.replace("softening: 50", "softening: 50\n  flee_when_starving: true")
    food = {"input_csv/region_attributes_IPC.csv": "#Day,North,East,West\n0,100,0,0\n40,100,0,0\n"}
    hungry = read_instance(write(tmp_path / "hungry", days=20, settings=text, files=food))
    plain = read_instance(write(tmp_path / "plain", days=20))
    (stay,), (go,) = counts(plain, kernel), counts(hungry, kernel)
    assert sum(day[1] for day in go) < 0.7 * sum(day[1] for day in stay)
    flood = {"input_csv/flood_level.csv": "#Day,Cliff\n0,0\n14,0\n15,1\n20,1\n"}
    rules = "softening: 50\n  flood_rules: {flood_movechances: [0, 1], flood_loc_weights: [1, 0]}"
    flooded = read_instance(write(tmp_path / "flooded", days=20, settings=SETTINGS.replace("softening: 50", rules), files=flood))
    (found,) = counts(flooded, kernel)
    assert found[14][2] > 100
    assert found[15][2] == 0, "all leave on the day of the flood"


RICH = {
    "locations": """\
#name,region,country,latitude,longitude,location_type,conflict_date,population
Ashford,North,Arda,1.0,1.0,conflict_zone,0,1000
Brook,North,Arda,1.5,1.0,town,,500
Cross,North,Arda,1.5,1.5,marker,,
Ford,North,Arda,1.5,1.5,forwarding_hub,,
Mill,South,Arda,0.5,1.0,conflict_zone,6,700
Cliff,East,Borea,2.0,1.0,camp,,300
Dale,West,Borea,1.0,3.0,camp,,0
Elm,South,Arda,1.0,2.0,idpcamp,,0
""",
    "routes": """\
#name1,name2,distance,forced_redirection,max_move_speed,walk_probability
Ashford,Brook,90,0,,
Ashford,Cross,60,1,,
Cross,Cliff,210,0,120,0.3
Cross,Ford,40,0,,
Ford,Dale,350,0,,
Brook,Mill,120,0,,0.5
Brook,Elm,30,2,,
Mill,Cliff,400,0,,
Elm,Dale,260,0,,
""",
    "conflicts": "#Day,Ashford,Mill,Brook\n"
    + "".join(f"{d},{int(d < 12)},{0.5 * (5 < d < 20)},{0.3 * (d > 14)}\n" for d in range(40)),
    "closures": "country,Arda,Borea,4,9\nlocation,Brook,,13,16\ncamp,Cliff,,0,7\n",
    "layout": "total,refugees.csv\nCliff,cliff.csv\nDale,dale.csv\nElm,elm.csv\n",
    "cliff": "2020-01-01,40\n2020-01-25,420\n",
    "dale": "2020-01-01,60\n2020-01-20,300\n2020-01-22,280\n2020-01-26,400\n",
    "files": {"source_data/elm.csv": "2020-01-01,0\n2020-01-26,200\n"},
}
RULES = """\
spawn_rules:
  conflict_spawn_decay: [1.0, 0.5, 0.2]
  conflict_spawn_decay_interval: 5
move_rules:
  max_move_speed: 200
  max_walk_speed: 35
  default_movechance: 0.4
  camp_movechance: 0.02
  idpcamp_movechance: 0.2
  conflict_weight: 0.3
  camp_weight: 1.5
  capacity_scaling: 1.2
  distance_power: 0.75
  awareness_level: {level}
  avoid_short_stints: {avoid}
  start_on_foot: {foot}
"""


@pytest.mark.slow
@pytest.mark.parametrize(("level", "avoid", "foot"), [(1, "true", "false"), (2, "false", "true"), (3, "true", "true")])
def test_the_kernel_agrees_with_the_slow_reference(tmp_path, kernel, level, avoid, foot):
    """Rationale: an instance with every kind of place, link and closure, against people moved one by one.

    Expected behaviour: every mean by place and day is within z < 4.5 (208 of them, three settings).
    """
    text = RULES.format(level=level, avoid=avoid, foot=foot)
    instance = read_instance(write(tmp_path, days=26, settings=text, **RICH))
    fast = agree(instance, kernel)
    assert sum(fast[0][-1]) <= 100 + sum(arrivals(instance).new)


def agree(instance, kernel, places=8):
    fast, plain = counts(instance, kernel, seeds=400), [slow(instance, seed) for seed in range(30)]
    for day in range(instance.days):
        for place in range(places):
            mine, theirs = ([run[day][place] for run in runs] for runs in (fast, plain))
            means = [sum(values) / len(values) for values in (mine, theirs)]
            variance = sum((value - means[0]) ** 2 for value in mine) / (len(mine) - 1)
            z = (means[0] - means[1]) / math.sqrt(variance * (1 / len(mine) + 1 / len(plain)) + 1e-3)
            assert abs(z) < 4.5, (day, place, means, z)
    return fast


SELDOM = {
    "people in and out of populations": "spawn_rules: {take_from_population: true}\n"
    "move_rules: {use_pop_for_loc_weight: true, pop_power_for_loc_weight: 0.3, movechance_pop_scale_factor: 0.4, "
    "movechance_pop_base: 900, foreign_weight: 1.6, default_movechance: 0.4, softening: 20}\n",
    "routes weighed otherwise": "move_rules: {pruning_threshold: 3.0, stay_close_to_home: true, home_distance_power: 0.7, "
    "weight_softening: 0.02, weight_power: 1.4, awareness_level: 2, capacity_buffer: 0.5}\n",
    "driven by conflict, share of population": "default_conflict_intensity: 0.4\nspawn_rules: {take_from_population: true, "
    "conflict_driven_spawning: {spawn_mode: pop_ratio, displaced_per_conflict_day: 0.02}}\n",
    "driven by conflict, constant": "spawn_rules: {insert_day0: false, "
    "conflict_driven_spawning: {displaced_per_conflict_day: 9}}\nmove_rules: {use_v1_rules: true}\n",
    "from the total, camps empty": "spawn_rules: {sum_from_camps: false, empty_camps_on_day0: true, "
    "conflict_spawn_decay: [1.0, 0.2], conflict_spawn_decay_interval: 3}\nmove_rules: {idpcamp_movechance: 0.3}\n",
}
PRESSED = {
    "floods, a flood zone too": (
        (
            "move_rules: {default_movechance: 0.4, camp_movechance: 0.05, awareness_level: 2, softening: 20, "
            "flood_rules: {flood_movechances: [0.0, 0.5, 0.9], flood_loc_weights: [1.0, 0.5, 0.1]}}\n"
        ),
        {"input_csv/flood_level.csv": "#Day,Brook,Cliff,Ford\n0,0,0,1\n6,1,0,1\n12,2,1.5,0\n25,0,2,2\n"},
        ("Ford,North,Arda,1.5,1.5,forwarding_hub,,", "Ford,North,Arda,1.5,1.5,flood_zone,,"),
    ),
    "hunger and economic pull": (
        (
            "move_rules: {default_movechance: 0.3, conflict_movechance: 0.6, idpcamp_movechance: 0.1, foreign_weight: 1.3, "
            "flee_when_starving: true, use_economic_pull: true}\n"
        ),
        {"input_csv/region_attributes_IPC.csv": "#Day,North,South,East,West\n0,20,0,0,5\n10,70,10,0,0\n30,40,30,2,0\n"},
        ("population\n", "population,trade_volume,hdi\n"),
    ),
    "fixed routes with major ones": (
        (
            "move_rules: {default_movechance: 0.5, fixed_routes: true, awareness_level: 2, softening: 30, weight_power: 1.2, "
            "weight_softening: 0.05, foreign_weight: 1.5}\n"
        ),
        {"input_csv/major_routes.csv": "Brook,Elm,Dale\nAshford,Cross,Ford,Dale\nMill,Cliff\n"},
        ("", ""),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("rules", PRESSED)
def test_floods_hunger_pull_and_fixed_routes_agree_with_the_slow_reference(tmp_path, kernel, rules):
    """Rationale: rules that no instance at hand uses, so that only the plain reference can tell."""
    settings, tables, (was, becomes) = PRESSED[rules]
    locations = RICH["locations"].replace(was, becomes)
    if "hdi" in becomes:
        locations = locations.replace("camp,,300\n", "camp,,300,0.8,0.4\n").replace("camp,,0\nElm", "camp,,0,0.1,2.5\nElm")
    texts = {**RICH, "locations": locations, "files": {**RICH["files"], **tables}, "settings": settings}
    agree(read_instance(write(tmp_path, days=22, **texts)), kernel)


CHANGES = "Brook,conflict_zone,9\nFord,idpcamp,11\nMill,forwarding_hub,12\nDale,town,14\nDale,camp,18\nCross,town,20\n"


@pytest.mark.slow
@pytest.mark.parametrize("rules", SELDOM)
def test_rules_that_are_seldom_used_agree_with_the_slow_reference(tmp_path, kernel, rules):
    files = {**RICH["files"], "location_changes.csv": CHANGES}
    conflicts = "#Day,Ashford,Mill\n" + "".join(f"{d},{0.5 + (d > 6)},{0.5 * (5 < d < 20)}\n" for d in range(40))
    texts = {**RICH, "files": files, "conflicts": conflicts, "settings": SELDOM[rules]}
    instance = read_instance(write(tmp_path, days=22, **texts))
    assert len(instance.geography.changes) == 6
    agree(instance, kernel)


def test_people_in_a_sink_stay(tmp_path, kernel):
    locations = LOCATIONS.replace("population", "population,deactivation_probability").replace("camp,,0", "camp,,0,1.0")
    text = SETTINGS.replace("camp_movechance: 0.0", "camp_movechance: 0.5")
    folder = write(tmp_path, days=40, locations=locations, settings=text + "spawn_rules: {camps_are_sinks: true}\n")
    loose = counts(read_instance(folder, mode=Mode.COMPAT), kernel)[0][-1]
    kept = counts(read_instance(folder, mode=Mode.FIXED), kernel)[0][-1]
    assert sum(kept[2:]) == 1000 or sum(kept) == 1000
    assert sum(loose[2:]) < sum(kept[2:])


@pytest.mark.parametrize(("mode", "number", "expected"), [("constant", 7, 140), ("pop_ratio", 0.01, None), ("poisson", 7, None)])
def test_conflicts_can_drive_spawning(tmp_path, kernel, mode, number, expected):
    rules = f"conflict_driven_spawning: {{spawn_mode: {mode}, displaced_per_conflict_day: {number}}}"
    text = SETTINGS + f"spawn_rules:\n  take_from_population: true\n  {rules}\n"
    instance = read_instance(write(tmp_path, settings=text))
    runs = run_instance(instance, seeds=40, kernel=kernel)
    people = sum(run.people for run in runs) / 40
    if mode == "pop_ratio":
        left, spawned = 1000, 0
        for _ in range(20):
            now = int(0.01 * left)
            left, spawned = left - now, spawned + now
        expected = spawned
    if mode == "poisson":
        assert abs(people - 140) < 4 * math.sqrt(140 / 40)
    else:
        assert people == expected


def test_staying_close_to_home_differs_between_modes(tmp_path, kernel):
    text = SETTINGS + "  stay_close_to_home: true\n  home_distance_power: 2\n"
    folder = write(tmp_path, days=40, settings=text, routes=ROUTES.replace("350", "150"))
    for mode in Mode:
        last = [run[-1] for run in counts(read_instance(folder, mode=mode), kernel, seeds=5)]
        assert sum(day[2] for day in last) > sum(day[3] for day in last)


def test_the_same_seed_gives_the_same_and_seeds_do_not_touch_each_other(tmp_path, kernel):
    instance = read_instance(write(tmp_path))
    three = counts(instance, kernel, seed=5, seeds=3)
    assert three[1:] == counts(instance, kernel, seed=6, seeds=2)
    assert three[0] != three[1]


def test_scores_of_a_part_are_those_of_the_days_in_it(tmp_path, kernel):
    instance = read_instance(write(tmp_path))
    (run,) = run_instance(instance, kernel=kernel)
    coming = arrivals(instance)
    whole, first, second = (score(instance, coming, run, **part) for part in ({}, {"last": 10}, {"first": 10}))
    assert whole.by_day == first.by_day + second.by_day


def test_camps_are_set_to_the_shares_observed_the_day_before_an_anchor(tmp_path, kernel):
    instance = read_instance(write(tmp_path, days=40))
    (free,) = counts(instance, kernel)
    (held,) = counts(replace(instance, anchor=20), kernel)
    assert held[:20] == free[:20]
    there, elsewhere = sum(held[19][2:]), 1000 - sum(held[19][2:])
    assert abs(free[20][2] - 0.6 * there) > 40 + elsewhere
    assert 0 <= held[20][2] - int(0.6 * there + 0.5) <= elsewhere
    assert 0 <= held[20][3] - (there - int(0.6 * there + 0.5)) <= elsewhere


def test_every_quirk_that_an_instance_touches_is_named(tmp_path):
    texts = {
        "conflicts": "#Day,Ashford,Brook\n" + "".join(f"{day},{0.2 + day % 2},0\n" for day in range(40)),
        "settings": "move_rules: {pruning_threshold: 2.0, stay_close_to_home: true, awareness_level: -1}\n"
        "spawn_rules: {conflict_spawn_decay: [1.0, 0.5]}\n",
        "locations": LOCATIONS.replace("Cliff,East,Borea,2.0,1.0,camp,,0", "Cliff,East,Borea,2.0,1.0,camp,,90"),
        "cliff": "2020-01-01,90\n2020-01-11,95\n",
        "refugees": "2020-01-01,90\n",
    }
    for mode in Mode:
        instance = read_instance(write(tmp_path, **texts), mode=mode)
        found = {quirk.name for quirk in quirks_of(instance, arrivals(instance))}
        assert found == (
            {
                *("INTENSITY_FROZEN", "COORDINATES_SWAPPED", "PRUNING_INVERTED", "DATE_SHIFTED", "DAY0_TOTAL_TWICE"),
                *("FULL_CAMP_UNLIMITED", "SPAWN_WEIGHTS_LATE", "AWARENESS_ZERO_STAYS"),
            }
            if mode is Mode.COMPAT
            else set()
        )
    assert any("conflicts.csv:3" in w.where and "0.2 to 1.2" in w.found for w in read_instance(write(tmp_path, **texts)).warnings)


def test_a_damaged_cache_is_made_anew(tmp_path, monkeypatch, kernel):
    from isthmus.interop.flee import native

    monkeypatch.setenv("ISTHMUS_CACHE", str(tmp_path / "cache"))
    native.cache_file().parent.mkdir()
    kept = b"wrong digest" * 9
    native.cache_file().write_bytes(kept)
    monkeypatch.setattr(native, "_compile", lambda: (_ for _ in ()).throw(RuntimeError("compiled")))
    with pytest.raises(RuntimeError, match="compiled"):
        native.load()


def test_the_command_writes_flees_own_table_and_prints_what_it_means(tmp_path, capsys):
    folder = write(tmp_path / "tiny", days=40)
    assert main(["flee", str(folder), "--seeds", "2", "--out", str(tmp_path / "runs")]) == 0
    printed = capsys.readouterr().out
    assert "tiny: 1,000 people, 40 days from 2020-01-01, flee-compat, 2 seeds" in printed
    assert "not those of a forecast" in printed
    run = tmp_path / "runs" / "flee-tiny-flee-compat"
    rows = list(csv.DictReader((run / "seed-1" / "out.csv").read_text().splitlines()))
    assert (rows[0]["Day"], rows[0]["Date"], len(rows)) == ("0", "2020-01-02", 40)
    assert rows[12]["Cliff data"] == "600"
    there = int(rows[12]["Cliff sim"]) + int(rows[12]["Dale sim"])
    assert int(rows[12]["refugees in camps (simulation)"]) == there
    assert int(rows[12]["total refugees (simulation)"]) == 1000
    page = (run / "report.html").read_text()
    assert page.count("<svg") == 2
    assert page.count("<title") == page.count("<desc") + 1 == 3
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert {path.name for path in run.iterdir()} == {"seed-0", "seed-1", "camps.csv", "scores.json", "report.html"}


def test_the_command_calibrates_and_reports_both_halves(tmp_path, capsys, monkeypatch):
    import isthmus.interop.flee.calibrate as calibration

    monkeypatch.setattr(calibration.calibrate, "__kwdefaults__", {**calibration.calibrate.__kwdefaults__, "generations": 6})
    dale = {"cliff": "2020-01-01,0\n2020-02-20,100\n", "dale": "2020-01-01,0\n2020-02-20,900\n"}
    folder = write(tmp_path / "tiny", days=40, **dale)
    assert main(["flee", str(folder), "--calibrate", "--json", "--out", str(tmp_path / "runs")]) == 0
    found = json.loads(capsys.readouterr().out)
    learned = found["calibrated"]
    assert learned["split"] == 20
    assert learned["found"]["relative_difference"] < learned["given"]["relative_difference"]
    assert learned["attraction"]["Dale"] > learned["attraction"]["Cliff"]
    assert learned["found"]["relative_difference"] <= learned["parameters_alone"]["relative_difference"]
    assert "observed counts of the learned days" in learned["note"]
    assert "calibrated/seed-0/out.csv" in found["files"]
    assert "Calibrated on the first half" in (tmp_path / "runs/flee-tiny-flee-compat/report.html").read_text()


def test_nothing_after_the_split_is_learned_from(tmp_path):
    from isthmus.interop.flee.calibrate import calibrate

    found = []
    for n, late in enumerate(("2020-02-20,900\n", "2020-02-20,90\n")):
        folder = write(tmp_path / str(n), days=40, dale="2020-01-01,0\n2020-01-21,400\n" + late)
        read = read_instance(folder)
        found.append(calibrate(lambda h, f=folder: read_instance(f, hasten=h), read.settings, generations=2).settings)
    assert found[0] == found[1]
    assert found[0] != replace(read.settings)


def test_problems_and_warnings_of_the_command(tmp_path, capsys):
    folder = write(tmp_path, routes=ROUTES.replace("Brook,Dale,350,0\n", ""))
    assert main(["flee", str(folder), "--mode", "fixed", "--out", str(tmp_path / "runs")]) == 3
    assert "locations.csv:5" in capsys.readouterr().err
    assert main(["flee", str(folder), "--out", str(tmp_path / "runs")]) == 0
    assert "warning: " in capsys.readouterr().err
    assert main(["flee", str(folder), "--out", str(tmp_path / "runs"), "--quiet", "--seeds", "0"]) == 2
    no_zone = "#Day,Ashford\n" + "".join(f"{day},{int(day > 5)}\n" for day in range(20))
    folder = write(tmp_path / "later", conflicts=no_zone, locations=LOCATIONS.replace("conflict_zone,0", "conflict_zone,6"))
    assert main(["flee", str(folder)]) == 4
    assert "a conflict zone with inhabitants" in capsys.readouterr().err
    assert main(["flee", str(write(tmp_path / "short", days=3)), "--calibrate", "--out", str(tmp_path / "runs")]) == 4
    assert "at least 4 days" in capsys.readouterr().err


def test_seeds_are_units_that_are_done_once_wherever_that_is(tmp_path, capsys):
    folder = write(tmp_path / "instance")
    alone, here, there = (tmp_path / name for name in ("alone", "here", "there"))
    for seed in range(3):
        assert main(["flee", str(folder), "--quiet", "--seed", str(seed), "--out", str(alone / str(seed))]) == 0
    assert main(["flee", str(folder), "--quiet", "--seeds", "3", "--out", str(here)]) == 0
    assert main(["flee", str(folder), "--seeds", "3", "--out", str(there), "--on", "processes:2"]) == 0
    tables = {path.relative_to(here).as_posix(): path.read_bytes() for path in here.rglob("seed-*/out.csv")}
    assert len(tables) == 3
    assert tables == {path.relative_to(there).as_posix(): path.read_bytes() for path in there.rglob("seed-*/out.csv")}
    single = [path.read_bytes() for path in sorted(alone.rglob("out.csv"))]
    assert single == [content for _, content in sorted(tables.items())]
    units = {path.name: path.stat().st_mtime_ns for path in (here / "units").rglob("*.parquet")}
    assert main(["flee", str(folder), "--quiet", "--seeds", "4", "--out", str(here)]) == 0
    after = {path.name: path.stat().st_mtime_ns for path in (here / "units").rglob("*.parquet")}
    assert len(after) == 4
    assert units.items() <= after.items()
    capsys.readouterr()
    assert main(["flee", str(folder), "--seeds", "9", "--out", str(here), "--on", "processes:2"]) == 0
    assert "done here, which is sooner than on processes:2" in capsys.readouterr().err
