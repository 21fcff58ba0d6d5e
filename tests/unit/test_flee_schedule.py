"""Which links are open, who is a zone, a camp or a town, day by day; and which routes people weigh."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flee_folder import CONFLICTS, LOCATIONS, ROUTES, write

from isthmus.interop.flee import Mode, read_instance
from isthmus.interop.flee.compiled import compile_instance
from isthmus.interop.flee.pressures import between
from isthmus.interop.flee.routes import distance_km, route_tables, routes_from
from isthmus.interop.flee.schedule import schedule

ASHFORD, BROOK, CLIFF, DALE = range(4)


def plan(tmp_path, mode=Mode.COMPAT, **texts):
    return schedule(read_instance(write(tmp_path, **texts), mode=mode))


def open_pairs(found, day):
    return sorted(
        (found.links[link].start, found.links[link].end) for links in found.epochs[found.days[day].epoch].open for link in links
    )


ALL = [(0, 1), (1, 0), (1, 2), (1, 3), (2, 1), (3, 1)]


def test_closures_act_on_their_days_and_both_ways(tmp_path):
    found = plan(tmp_path, closures="country,Arda,Borea,3,6\nlocation,Brook,,8,10\n")
    assert open_pairs(found, 2) == open_pairs(found, 6) == open_pairs(found, 10) == ALL
    assert open_pairs(found, 3) == open_pairs(found, 5) == [(0, 1), (1, 0)]
    assert open_pairs(found, 8) == []


def test_a_closed_link_grows_a_generation(tmp_path):
    found = plan(tmp_path, closures="country,Arda,Borea,3,6\ncountry,Borea,Arda,7,9\n")
    generations = [found.epochs[found.days[day].epoch].generation[2] for day in (0, 3, 6, 7, 9)]
    assert generations == [0, 1, 1, 2, 2]


def test_link_closures_do_nothing_in_flee_but_with_names_of_one_letter(tmp_path):
    text = "link,Brook,Dale,2,4\n"
    assert open_pairs(plan(tmp_path, closures=text), 2) == ALL
    assert open_pairs(plan(tmp_path, mode=Mode.FIXED, closures=text), 2) == [(0, 1), (1, 0), (1, 2), (2, 1)]
    short = {"locations": LOCATIONS.replace("Brook", "B").replace("Ashford", "A"), "closures": "link,A,B,2,4\n"}
    short |= {
        "routes": ROUTES.replace("Brook", "B").replace("Ashford", "A"),
        "conflicts": CONFLICTS.replace("Ashford,Brook", "A,B"),
    }
    assert (1, 0) not in open_pairs(plan(tmp_path, **short), 2)
    assert (0, 1) in open_pairs(plan(tmp_path, **short), 2)


def test_an_end_of_zero_never_closes_again(tmp_path):
    found = plan(tmp_path, mode=Mode.FIXED, closures="country,Arda,Borea,3,0\n")
    assert open_pairs(found, 2) == ALL
    assert open_pairs(found, 19) == [(0, 1), (1, 0)]


def test_camps_close_and_open(tmp_path):
    found = plan(tmp_path, closures="camp,Cliff,,0,5\nidpcamp,Dale,,2,4\n")
    assert [day.camp[CLIFF] for day in found.days[:7]] == [0, 0, 0, 0, 0, 1, 1]
    assert [day.town[CLIFF] for day in found.days[:7]] == [1, 1, 1, 1, 1, 0, 0]
    assert [day.move[DALE] for day in found.days[1:5]] == [0.0, 0.5, 0.5, 0.1]


def test_an_unknown_camp_closes_the_first_location_in_flee(tmp_path):
    found = plan(tmp_path, closures="camp,Clif,,3,5\n")
    assert [day.zone[ASHFORD] for day in found.days[2:6]] == [1, 0, 0, 0]
    assert found.days[5].camp[ASHFORD] == 1


ZONES = "#Day,Ashford,Brook\n" + "".join(
    f"{day},{a},{b}\n" for day, (a, b) in enumerate([(0.2, 0), (1, 0), (1, 0.5), (0, 0.5)] + [(0, 0)] * 20)
)


def test_zones_begin_and_end_and_keep_their_first_intensity_in_flee(tmp_path):
    found = plan(tmp_path, conflicts=ZONES)
    assert [day.zone[:2] for day in found.days[:5]] == [b"\1\0", b"\1\0", b"\1\1", b"\0\1", b"\0\0"]
    assert [day.spawn[0] for day in found.days[:4]] == [0.2, 0.2, 0.2, 0.0]
    assert [day.spawn[0] for day in plan(tmp_path, mode=Mode.FIXED, conflicts=ZONES).days[:4]] == [0.2, 1.0, 1.0, 0.0]
    assert [day.town[ASHFORD] for day in found.days[2:4]] == [0, 1]


def test_decay_lowers_spawning_a_day_late_in_flee_and_raises_attractiveness(tmp_path):
    text = (
        "spawn_rules: {conflict_spawn_decay: [1, 0.5], conflict_spawn_decay_interval: 3}\nmove_rules: {conflict_weight: 0.25}\n"
    )
    found, fixed = (plan(tmp_path, mode=mode, settings=text) for mode in (Mode.COMPAT, Mode.FIXED))
    assert [day.spawn[ASHFORD] for day in found.days[2:6]] == [1.0, 1.0, 0.5, 0.5]
    assert [day.spawn[ASHFORD] for day in fixed.days[2:6]] == [1.0, 0.5, 0.5, 0.5]
    assert [day.score[ASHFORD] for day in found.days[2:5]] == [0.25, 0.5, 0.5]


def test_scores_multiply(tmp_path):
    text = "move_rules: {foreign_weight: 2, camp_weight: 3, conflict_weight: 0.5}\n"
    assert plan(tmp_path, settings=text).days[0].score == (0.5, 1.0, 6.0, 6.0)


def test_locations_change_their_type_on_a_day(tmp_path):
    found = plan(tmp_path, mode=Mode.FIXED, files={"input_csv/location_changes.csv": "Brook,marker,4\n"})
    assert [found.days[day].town[BROOK] for day in (3, 4)] == [1, 0]
    assert found.epochs[found.days[4].epoch].markers[BROOK]


def hops(found, start, level):
    return sorted(route.hops for route in routes_from(start, found.epochs[0], found.links, level))


def test_awareness_looks_so_many_places_ahead_and_markers_do_not_count(tmp_path):
    found = plan(tmp_path)
    assert hops(found, ASHFORD, 1) == [(BROOK,)]
    assert hops(found, ASHFORD, 2) == [(BROOK,), (BROOK, CLIFF), (BROOK, DALE)]
    assert hops(found, CLIFF, 3) == [(BROOK,), (BROOK, ASHFORD), (BROOK, DALE)]
    marked = plan(tmp_path, locations=LOCATIONS.replace("Brook,North,Arda,1.5,1.0,town", "Brook,North,Arda,1.5,1.0,marker"))
    assert hops(marked, ASHFORD, 1) == [(BROOK, CLIFF), (BROOK, DALE)]
    assert {route.km for route in routes_from(ASHFORD, marked.epochs[0], marked.links, 1)} == {250.0, 450.0}


def test_a_forced_link_is_dead_and_doubled_in_flee_and_the_only_choice_when_fixed(tmp_path):
    text = {"routes": ROUTES.replace("350,0", "350,1"), "closures": "remove_forced_redirection,Brook,Dale,4,0\n"}
    flee, fixed = plan(tmp_path, **text), plan(tmp_path, mode=Mode.FIXED, **text)
    assert hops(flee, BROOK, 1) == [(ASHFORD,), (CLIFF,), (DALE,), (DALE,)]
    assert hops(fixed, BROOK, 1) == [(DALE,)]
    assert len(list(routes_from(BROOK, fixed.epochs[fixed.days[4].epoch], fixed.links, 1))) == 3


@pytest.mark.parametrize(("level", "mode", "expected"), [(0, Mode.COMPAT, 0), (-1, Mode.COMPAT, 6), (0, Mode.FIXED, 6)])
def test_awareness_of_zero_lets_nobody_move_in_flee(tmp_path, level, mode, expected):
    instance = read_instance(write(tmp_path), mode=mode)
    instance = replace(instance, settings=replace(instance.settings, awareness_level=level))
    assert compile_instance(instance).routes == expected


def test_capacity_loses_the_people_of_day_0(tmp_path):
    folder = write(tmp_path, locations=LOCATIONS.replace("camp,,0\nDale", "camp,,100\nDale"), cliff="2020-01-01,100\n")
    assert compile_instance(read_instance(folder)).world.full[CLIFF] == 0.0
    assert compile_instance(read_instance(folder, mode=Mode.FIXED)).world.full[CLIFF] == 1.0


def test_distances_are_on_the_sphere_and_swapped_in_flee(tmp_path):
    places = read_instance(write(tmp_path)).geography.places
    north, east = places[ASHFORD], places[DALE]
    assert distance_km(north, east) == pytest.approx(222.4, rel=2e-3)
    pole = replace(north, latitude=89.0, longitude=0.0), replace(north, latitude=89.0, longitude=90.0)
    assert distance_km(*pole) == pytest.approx(157.0, rel=1e-2)
    assert distance_km(*pole, swapped=True) > 9000.0


def test_a_place_that_becomes_a_zone_counts_its_age_from_before_in_flee(tmp_path):
    texts = {
        "files": {"location_changes.csv": "Brook,conflict_zone,12\n"},
        "settings": "default_conflict_intensity: 0.5\n"
        "spawn_rules: {conflict_spawn_decay: [1.0, 0.5, 0.2], conflict_spawn_decay_interval: 10}\n",
    }
    late, prompt = (plan(tmp_path, mode=mode, **texts).days for mode in (Mode.COMPAT, Mode.FIXED))
    assert [bool(day.zone[BROOK]) for day in prompt[11:13]] == [False, True]
    assert [day.spawn[BROOK] for day in late[11:15]] == pytest.approx([0.0, 0.0, 0.25, 0.25])
    assert [day.spawn[BROOK] for day in prompt[11:15]] == pytest.approx([0.0, 0.5, 0.5, 0.5])


def test_populous_towns_attract_more_when_population_counts(tmp_path):
    settings = "move_rules: {use_pop_for_loc_weight: true, pop_power_for_loc_weight: 0.5}\n"
    locations = LOCATIONS.replace("town,,", "town,,400").replace("camp,,0", "camp,,900")
    first = plan(tmp_path, locations=locations, settings=settings).days[0]
    assert first.score[BROOK:] == pytest.approx((20.0, 1.0, 1.0))


def test_only_what_locations_csv_says_turns_slow_towns_into_camps(tmp_path):
    settings = "move_rules: {default_movechance: 0.001}\n"
    layout = "total,refugees.csv\nCliff,cliff.csv\nDale,dale.csv\nBrook,dale.csv\n"
    days = plan(tmp_path, settings=settings, layout=layout, closures="camp,Cliff,,3,6\n").days
    assert [day.camp[BROOK] for day in days[:2]] == [1, 1]
    assert [day.camp[CLIFF] for day in days[2:5]] == [1, 0, 0]


def test_hunger_makes_a_share_leave_and_of_the_rest_those_who_would_have(tmp_path):
    files = {"input_csv/region_attributes_IPC.csv": "#Day,North,East,West\n0,0,0,10\n10,50,0,10\n20,100,0,10\n"}
    text = "move_rules: {flee_when_starving: true, default_movechance: 0.4, camp_movechance: 0.0, conflict_movechance: 0.9}\n"
    for mode in Mode:
        days = plan(tmp_path, mode=mode, settings=text, files=files).days
        assert [day.move[BROOK] for day in (days[0], days[5], days[10], days[15])] == pytest.approx([0.4, 0.55, 0.7, 0.85])
        assert days[10].move[ASHFORD] == pytest.approx(0.95)
        assert (days[10].move[CLIFF], days[10].move[DALE]) == pytest.approx((0.0, 0.1))


FLOODED = {
    "settings": "move_rules: {default_movechance: 0.3, foreign_weight: 2, flood_rules: "
    "{flood_movechances: [0.1, 0.5, 1], flood_loc_weights: [0.8, 0.5, 0.2]}}\n",
    "files": {"input_csv/flood_level.csv": "#Day,Brook,Dale\n0,0,2\n4,2,2\n5,0,0\n19,0,0\n"},
}


def test_floods_put_their_chance_in_place_of_others_and_lower_the_score(tmp_path):
    for mode in Mode:
        days = plan(tmp_path, mode=mode, **FLOODED).days
        assert [days[day].move[BROOK] for day in (0, 1, 2, 3, 4, 5)] == pytest.approx([0.3, 0.3, 0.5, 0.75, 1.0, 0.3])
        assert [days[day].score[BROOK] for day in (0, 2, 3, 4, 5)] == pytest.approx([1.0, 0.5, 0.35, 0.2, 1.0])
        assert (days[0].score[DALE], days[6].score[DALE]) == pytest.approx((0.4, 2.0))


def test_floods_between_levels_lie_on_a_straight_line():
    assert [between((0.0, 1.0, 4.0), level) for level in (0.0, 0.5, 1.0, 1.5, 2.0)] == [0.0, 0.5, 1.0, 2.5, 4.0]


def test_a_flood_level_below_one_begins_from_the_first_number_of_the_list(tmp_path):
    days = plan(tmp_path, **FLOODED).days
    half = {"input_csv/flood_level.csv": "#Day,Brook\n0,0.5\n19,0.5\n"}
    assert plan(tmp_path, settings=FLOODED["settings"], files=half).days[0].move[BROOK] == pytest.approx(0.3)
    assert plan(tmp_path, settings=FLOODED["settings"], files=half).days[0].score[BROOK] == pytest.approx(0.65)
    assert days[0].score[BROOK] == 1.0, "level 0 has no effect"


def test_a_flood_zone_is_weighed_twice_in_flee(tmp_path):
    zone = LOCATIONS.replace("Brook,North,Arda,1.5,1.0,town", "Brook,North,Arda,1.5,1.0,flood_zone")
    compat, fixed = (plan(tmp_path, mode=mode, locations=zone, **FLOODED).days for mode in (Mode.COMPAT, Mode.FIXED))
    assert [compat[day].score[BROOK] for day in (0, 4)] == pytest.approx([0.8, 0.04])
    assert [fixed[day].score[BROOK] for day in (0, 4)] == pytest.approx([1.0, 0.2])


def test_foreign_places_attract_by_trade_and_development(tmp_path):
    rows = LOCATIONS.replace("population\n", "population,trade_volume,hdi\n").replace("camp,,0\n", "camp,,0,0.5,0.8\n")
    text = "move_rules: {use_economic_pull: true, foreign_weight: 2, conflict_weight: 0.5}\n"
    assert plan(tmp_path, settings=text, locations=rows).days[0].score == pytest.approx((0.5, 1.0, 4.28, 4.28))


def fixed_routes(tmp_path, mode, **texts):
    text = "move_rules: {fixed_routes: true, awareness_level: 1}\n"
    instance = read_instance(write(tmp_path, settings=text, **texts), mode=mode)
    return [{route.hops: route.km for route in place} for place in route_tables(instance, schedule(instance))[0]]


def test_fixed_routes_keep_the_shortest_to_each_place(tmp_path):
    for mode in Mode:
        both = fixed_routes(tmp_path, mode, routes=ROUTES + "Ashford,Brook,90,0\n")
        assert both[ASHFORD] == {(BROOK,): 90.0}
        assert both[BROOK] == {(ASHFORD,): 90.0, (CLIFF,): 150.0, (DALE,): 350.0}


def test_major_routes_lead_beyond_awareness_at_a_quarter_of_their_distance(tmp_path):
    files = {"input_csv/major_routes.csv": "Ashford,Brook,Dale\nBrook,Cliff\n"}
    for mode in Mode:
        found = fixed_routes(tmp_path, mode, files=files)
        assert found[ASHFORD] == {(BROOK,): 100.0, (BROOK, DALE): 112.5, (BROOK, CLIFF): 62.5}
        assert found[BROOK] == {(ASHFORD,): 100.0, (CLIFF,): 150.0, (DALE,): 350.0}, "within awareness they add nothing"
        assert found[CLIFF] == {(BROOK,): 150.0}, "nobody is led on from a place where no major route begins"


def test_a_closed_link_takes_its_major_route_with_it(tmp_path):
    files = {"input_csv/major_routes.csv": "Ashford,Brook,Dale\n"}
    found = fixed_routes(tmp_path, Mode.FIXED, files=files, closures="link,Brook,Dale,0,5\n")
    assert found[ASHFORD] == {(BROOK,): 100.0}


def test_markers_count_towards_awareness_in_flees_fixed_routes(tmp_path):
    marked = LOCATIONS.replace("Brook,North,Arda,1.5,1.0,town", "Brook,North,Arda,1.5,1.0,marker")
    assert fixed_routes(tmp_path, Mode.COMPAT, locations=marked)[ASHFORD] == {}
    assert set(fixed_routes(tmp_path, Mode.FIXED, locations=marked)[ASHFORD]) == {(BROOK, CLIFF), (BROOK, DALE)}
