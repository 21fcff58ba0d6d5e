"""What must hold of any Flee instance: nobody is lost, seeds are reproducible, the order of rows does not matter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flee_folder import write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isthmus.interop.flee import Mode, read_instance, run_instance, score
from isthmus.interop.flee.arrivals import arrivals
from isthmus.interop.flee.native import load

KINDS = ("conflict_zone", "town", "town", "marker", "forwarding_hub", "camp", "camp", "idpcamp")


@pytest.fixture(scope="module")
def kernel():
    return load()


@st.composite
def instances(draw):
    """Texts of an instance whose first place is a zone from day 0 on, whose places all hang together."""
    kinds = ["conflict_zone", "camp", *draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))]
    names = [f"Place {n}" for n in range(len(kinds))]
    numbers = st.integers(0, 300)
    locations = "#name,region,country,latitude,longitude,location_type,conflict_date,population\n" + "".join(
        f"{name},R,{'Arda' if (n != 1 and draw(st.booleans())) or n == 0 else 'Borea'},0,{n},{kind},0,{100 + draw(numbers)}\n"
        for n, (name, kind) in enumerate(zip(names, kinds, strict=True))
    )
    roads = [(draw(st.integers(0, n - 1)), n) for n in range(1, len(names))]
    roads += draw(st.lists(st.tuples(st.integers(0, len(names) - 1), st.integers(0, len(names) - 1)), max_size=4))
    routes = "#name1,name2,distance,forced_redirection\n" + "".join(
        f"{names[a]},{names[b]},{draw(st.integers(0, 600))},{draw(st.sampled_from((0, 0, 1, 2)))}\n" for a, b in roads if a != b
    )
    zones = [n for n, kind in enumerate(kinds) if kind == "conflict_zone"]
    conflicts = f"#Day,{','.join(names[n] for n in zones)}\n" + "".join(
        f"{day},1{''.join(f',{draw(st.sampled_from((0, 0.5, 1)))}' for _ in zones[1:])}\n" for day in range(15)
    )
    day = st.integers(0, 14)
    closures = "".join(
        f"{draw(st.sampled_from(('location', 'link')))},{draw(st.sampled_from(names[1:]))},{names[0]},{draw(day)},{draw(day)}\n"
        for _ in range(draw(st.integers(0, 3)))
    )
    camps = [name for name, kind in zip(names, kinds, strict=True) if "camp" in kind]
    series = {f"source_data/{n}.csv": f"2020-01-01,{draw(numbers)}\n2020-01-15,{draw(numbers)}\n" for n in range(len(camps))}
    rules = f"awareness_level: {draw(st.integers(1, 3))}, avoid_short_stints: {str(draw(st.booleans())).lower()}"
    return {
        "locations": locations,
        "routes": routes,
        "conflicts": conflicts,
        "closures": closures,
        "layout": "total,refugees.csv\n" + "".join(f"{name},{n}.csv\n" for n, name in enumerate(camps)),
        "settings": f"move_rules: {{{rules}, capacity_scaling: {draw(st.sampled_from((0.5, 1.0, 2.0)))}}}\n",
        "files": series,
    }


@given(texts=instances(), seed=st.integers(0, 10**9), anchor=st.none() | st.integers(1, 14))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_everybody_is_in_a_place_or_under_way(kernel, texts, seed, anchor):
    with TemporaryDirectory() as folder:
        instance = replace(read_instance(write(Path(folder), days=15, **texts), mode=Mode.COMPAT), anchor=anchor)
    first, again = (run_instance(instance, seed=seed, kernel=kernel)[0] for _ in range(2))
    assert first == again
    coming = arrivals(instance)
    expected = sum(coming.start)
    for day in range(instance.days):
        expected += coming.new[day]
        there = first.counts[day * first.places : (day + 1) * first.places]
        assert min(there) >= 0
        assert sum(there) + first.under_way[day] == expected
    found = score(instance, coming, first)
    assert found.relative_difference >= 0.0
    assert all(error <= 2.0 + 1e-6 for error, raw in zip(found.by_day, coming.raw, strict=True) if raw > 0)
