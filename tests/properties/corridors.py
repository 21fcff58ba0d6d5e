"""Strategies that make valid corridors: a random DAG of places, groups, legs, rules, policies, drivers, series.

``documents()`` gives plain data as in a corridor file, ``corridors()`` the same as a frozen ``Corridor``.
"""

from __future__ import annotations

import datetime as dt
import json

from hypothesis import strategies as st

from isthmus.spec.schema import Corridor

NATIONALITIES = {"CHN": "CN", "VEN": "VE", "NOR": "NO"}
REQUIREMENTS = ["visa_free", "visa_on_arrival", "e_visa", "visa_required", "transit_visa", "closed"]

text = st.text(alphabet="abcxyz 0179É漢😀:#'\"-{}[],&*!|>%@`\\\n~.+", min_size=1, max_size=12)
positive = st.floats(0.01, 1000)


def lognormals(low=0.01, high=10.0):
    return st.builds(
        lambda median, sd: {"dist": "lognormal", "median": median, "sd_log": sd},
        st.floats(low, high),
        st.floats(0.05, 1.0),
    )


def normals():
    return st.builds(lambda mean, sd: {"dist": "normal", "mean": mean, "sd": sd}, st.floats(-2, 2), st.floats(0.05, 2))


def shares():
    return st.builds(
        lambda median, sd: {"dist": "logitnormal", "median": median, "sd_logit": sd},
        st.floats(0.1, 0.98),
        st.floats(0.05, 1),
    )


def durations():
    return st.builds(lambda mean, ratio: {"mean_days": mean, "sd_days": mean * ratio}, st.floats(0.2, 30), st.floats(0.1, 2))


def months(first=2021 * 12, last=2024 * 12 + 11):
    return st.integers(first, last).map(month_name)


def month_name(index: int) -> str:
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


days = st.dates(dt.date(2015, 1, 1), dt.date(2025, 12, 31))


@st.composite
def times(draw):
    start = draw(st.integers(2020 * 12, 2022 * 12))
    fit_from = start + draw(st.integers(0, 12))
    fit_to = fit_from + draw(st.integers(3, 24))
    time = {
        "step": draw(st.sampled_from(["day", "dekad", "month"])),
        "start": month_name(start),
        "fit_from": month_name(fit_from),
        "reference": month_name(draw(st.integers(start, fit_to))),
        "horizon_months": draw(st.integers(1, 12)),
    }
    if draw(st.booleans()):
        time["fit_to"] = month_name(fit_to)
    return time


@st.composite
def networks(draw):
    """Places and legs: origins, then places in order, then one destination; every place is reached and leads on."""
    groups = draw(st.lists(st.sampled_from(sorted(NATIONALITIES)), min_size=1, max_size=3, unique=True))
    origins = [f"home{n}" for n in range(draw(st.integers(1, len(groups))))]
    between = [f"place{n}" for n in range(draw(st.integers(max(0, 2 - len(origins)), 7 - len(origins))))]
    order = [*between, "end"]
    edges = set()
    for index, place in enumerate(order):
        before = [*origins, *order[:index]]
        edges.add((draw(st.sampled_from(before)), place))
    for place in [*origins, *between]:
        if not any(tail == place for tail, _ in edges):
            after = order[order.index(place) + 1 :] if place in order else order
            edges.add((place, draw(st.sampled_from(after))))
    for _ in range(draw(st.integers(0, 4))):
        head = draw(st.integers(0, len(order) - 1))
        edges.add((draw(st.sampled_from([*origins, *order[:head]])), order[head]))
    returns = draw(st.lists(st.sampled_from(between), max_size=2, unique=True)) if between else []
    legs = {f"{tail}_{head}": draw(legs_between(tail, head)) for tail, head in sorted(edges)}
    for place in returns:
        legs[f"{place}_back"] = {**draw(legs_between(place, draw(st.sampled_from(origins)))), "kind": "reverse"}
    # Every origin has a group, or nobody could be there.
    starts = {code: origins[n] if n < len(origins) else draw(st.sampled_from(origins)) for n, code in enumerate(groups)}
    return groups, starts, origins, order, legs


@st.composite
def legs_between(draw, tail, head):
    low = draw(st.floats(0, 2000))
    leg = {
        "from": tail,
        "to": head,
        "mode": draw(st.sampled_from(["air", "road", "sea", "walk", "mixed"])),
        "duration": draw(durations()),
        "price_usd": [low, low + draw(st.floats(0, 2000))],
    }
    if draw(st.booleans()):
        leg["risk"] = draw(st.floats(0, 1))
        leg["constant"] = draw(st.one_of(st.floats(-2, 2), normals()))
        leg["drift"] = draw(st.one_of(st.just(0), lognormals(0.05, 0.5)))
    return leg


@st.composite
def places_of(draw, origins, order):
    places = {}
    for name in [*origins, *order]:
        role = "origin" if name in origins else "destination" if name == "end" else "transit"
        if role == "transit":
            role = draw(st.sampled_from(["transit", "hub", "bottleneck"]))
        places[name] = {
            "label": draw(text),
            "role": role,
            "country": draw(st.sampled_from(["NO", "CN", "EC", "PA", "US"])),
            "lat": round(draw(st.floats(-90, 90)), 2),
            "lon": round(draw(st.floats(-180, 180)), 2),
        }
        if role == "destination":
            places[name]["settle"] = 0.0
        elif role != "origin" and draw(st.booleans()):
            places[name]["stay"] = draw(durations())
            places[name]["settle"] = draw(normals())
    return places


@st.composite
def rules_of(draw, groups, places):
    rules = []
    pairs = draw(st.lists(st.tuples(st.sampled_from(groups), st.sampled_from(places)), max_size=3, unique=True))
    for group, place in pairs:
        dates = sorted(draw(st.lists(days, min_size=1, max_size=3, unique=True)))
        for begin, end in zip(dates, [*dates[1:], None], strict=True):
            rule = {
                "group": group,
                "place": place,
                "requirement": draw(st.sampled_from(REQUIREMENTS)),
                "from": begin.isoformat(),
                "source": draw(text),
            }
            if end is not None:
                rule["to"] = end.isoformat()
            if draw(st.booleans()):
                rule["announced"] = (begin - dt.timedelta(days=draw(st.integers(0, 60)))).isoformat()
            rules.append(rule)
    return rules


@st.composite
def policies_of(draw, groups, order):
    policies = {}
    for n in range(draw(st.integers(0, 2))):
        begin = draw(days)
        policies[f"policy{n}"] = {
            "label": draw(text),
            "date": begin.isoformat(),
            "place": draw(st.sampled_from(order)),
            "effects": [{"on": "departures", "group": draw(st.sampled_from(groups)), "size": draw(normals())}],
            "source": draw(text),
        }
        if draw(st.booleans()):
            policies[f"policy{n}"]["until"] = (begin + dt.timedelta(days=draw(st.integers(1, 90)))).isoformat()
    return policies


def reached(start, legs):
    found = {start}
    while True:
        more = {leg["to"] for leg in legs.values() if leg["from"] in found and leg.get("kind") != "reverse"} - found
        if not more:
            return found
        found |= more


@st.composite
def series_of(draw, starts, legs):
    series = {}
    for n in range(draw(st.integers(1, 3))):
        group = draw(st.sampled_from(sorted(starts)))
        within = reached(starts[group], legs)
        if draw(st.booleans()):
            watches = {"arrivals_at": draw(st.sampled_from(sorted(within - {starts[group]})))}
        else:
            watches = {"departures_on": [draw(st.sampled_from(sorted(k for k in legs if legs[k]["from"] in within)))]}
        series[f"series{n}"] = {
            "label": draw(text),
            "figures": f"figures{n}",
            "group": group,
            "watches": watches,
            "counts": "events",
            "detection": draw(st.one_of(positive, lognormals())),
            "dispersion": draw(st.one_of(positive, lognormals(1, 100))),
        }
    return series


@st.composite
def documents(draw):
    """A valid corridor as plain data."""
    groups, starts, origins, order, legs = draw(networks())
    document = {
        "isthmus": 1,
        "name": "made-up",
        "title": draw(text),
        "summary": draw(text),
        "time": draw(times()),
        "groups": {
            code: {
                "label": draw(text),
                "origin": starts[code],
                "departures": {
                    "level": draw(st.one_of(positive, lognormals(1, 5000))),
                    "persistence": draw(st.one_of(st.floats(0, 0.99), shares())),
                    "feedback": draw(st.floats(0, 1)),
                },
            }
            for code in groups
        },
        "places": draw(places_of(origins, order)),
        "legs": legs,
        "choice": {
            "cost": draw(lognormals()),
            "time": draw(st.floats(0, 2)),
            "risk": draw(lognormals()),
            "friction": {name: draw(st.one_of(st.floats(0, 8), lognormals(0.1, 3))) for name in REQUIREMENTS},
        },
        "entry_rules": draw(rules_of(groups, order)),
        "policies": draw(policies_of(groups, order)),
        "series": draw(series_of(starts, legs)),
    }
    if draw(st.booleans()):
        values = draw(st.dictionaries(months(), st.floats(0.1, 100), min_size=2, max_size=5))
        document["drivers"] = {
            "driver0": {
                "label": draw(text),
                "values": values,
                "unit": "%",
                "transform": "none",
                "coefficient": draw(normals()),
                "after_end": draw(st.sampled_from(["hold", "zero", "path"])),
                "source": draw(text),
            }
        }
    if draw(st.booleans()):
        document["scenarios"] = {"longer": {"label": draw(text), "set": {"time": {"horizon_months": 12}}}}
    return document


def corridors():
    """A valid corridor, frozen."""
    return documents().map(lambda document: Corridor.model_validate_json(json.dumps(document), strict=True))
