"""Places, links, closures and changes of an instance: ``locations.csv``, ``routes.csv``, ``closures.csv`` and others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from isthmus.interop.flee.quirks import Mode, Quirk
from isthmus.interop.flee.rows import Findings, Row, nearest, read_rows

KINDS = ("camp", "conflict", "forward", "marker", "flood_zone", "town", "default")
"""Looked for in ``location_type`` in this order, as Flee does."""
PLACE_COLUMNS = ("name", "region", "country", "latitude", "longitude", "location_type", "conflict_date", "population")
PLACE_ATTRIBUTES = (
    *("deactivation_probability", "conflict_intensity", "trade_volume", "hdi", "farmer_fraction", "capacity_per_day"),
    *("major", "fatalities", "osm_id", "capacity", "initial_idps"),
)
"""Extra columns that instances of Flee have. The first four and ``initial_idps`` act on counts."""
LINK_COLUMNS = ("name1", "name2", "distance", "forced_redirection")
LINK_ATTRIBUTES = ("max_move_speed", "walk_probability")
CLOSURES = ("country", "location", "link", "camp", "idpcamp", "remove_forced_redirection")


@dataclass(frozen=True)
class Place:
    """One row of ``locations.csv``."""

    name: str
    region: str
    country: str
    latitude: float
    longitude: float
    kind: str
    """One of `KINDS`, ``idpcamp``, or nothing where Flee knows none."""
    conflict_date: int
    size: int
    """Population, of camps the capacity; persons, divided by ``hasten``."""
    attributes: dict[str, str]
    where: str

    @property
    def is_camp(self) -> bool:
        """Whether the size is a capacity."""
        return self.kind in {"camp", "idpcamp"}


@dataclass(frozen=True)
class Road:
    """One row of ``routes.csv``: both directions."""

    start: int
    end: int
    km: float
    forced: int
    """1: all who leave ``start`` must take it; 2: all who leave ``end``."""
    speed: float | None
    """km a day."""
    walk: float
    """Chance to walk it."""
    where: str


@dataclass(frozen=True)
class MajorRoute:
    """One row of ``major_routes.csv``: places in order; used with ``fixed_routes``."""

    places: tuple[int, ...]
    where: str


@dataclass(frozen=True)
class Closure:
    """One row of ``closures.csv``."""

    kind: str
    first: str
    second: str
    start: int
    end: int
    where: str


@dataclass(frozen=True)
class Change:
    """One row of ``location_changes.csv``."""

    place: int
    kind: str
    day: int


@dataclass(frozen=True)
class Geography:
    """Everything that does not come from counts."""

    places: tuple[Place, ...]
    roads: tuple[Road, ...]
    closures: tuple[Closure, ...]
    changes: tuple[Change, ...]
    majors: tuple[MajorRoute, ...]
    index: dict[str, int] = field(repr=False)


def kind_of(text: str) -> str:
    """Return the kind of place that a ``location_type`` means, nothing if none."""
    lowered = text.lower()
    kind = next((kind for kind in KINDS if kind in lowered), "")
    return "idpcamp" if kind == "camp" and "idp" in lowered else "town" if kind == "default" else kind


def read_geography(folder: Path, findings: Findings, *, hasten: int, days: int) -> Geography:
    """Read the input folder of an instance."""
    places = _places(folder / "locations.csv", findings, hasten)
    index = {place.name: number for number, place in enumerate(places)}
    roads = _roads(folder / "routes.csv", findings, index)
    majors = _major_routes(folder / "major_routes.csv", findings, index, roads)
    closures = _closures(folder / "closures.csv", findings, index, {place.country for place in places}, days)
    return Geography(places, roads, closures, _changes(folder, findings, index), majors, index)


def _places(path: Path, findings: Findings, hasten: int) -> tuple[Place, ...]:
    rows, header = read_rows(path, findings)
    _known_columns(path, header, PLACE_COLUMNS, PLACE_ATTRIBUTES, findings)
    if not rows and path.is_file():
        findings.error(str(path), "at least one location", "none", "add one row per place; the first row's country is home")
    places: dict[str, Place] = {}
    for row in rows:
        place = _place(row, header, findings, hasten)
        if place is None:
            continue
        if place.name in places:
            findings.error(row.where, "names that differ", f"'{place.name}' again", f"rename it ({places[place.name].where})")
        places.setdefault(place.name, place)
    return tuple(places.values())


def _place(row: Row, header: list[str], findings: Findings, hasten: int) -> Place | None:
    if len(row.cells) < len(PLACE_COLUMNS):
        expected = f"{len(PLACE_COLUMNS)} columns: {', '.join(PLACE_COLUMNS)}"
        findings.error(row.where, expected, f"{len(row.cells)}", "add the columns that are missing, empty ones too")
        return None
    text = row.cell(5)
    kind = kind_of(text)
    if not kind:
        expected = "a location_type with camp, conflict, forward, marker or town in it"
        flee = "everyone who comes leaves the next day and nobody is counted as in a camp"
        findings.strict(row.where, expected, f"'{text}'", "give the place a type", flee=flee)
    if kind == "flood_zone":
        remedy = "floods displace nobody here: it is a town, whose chance and score follow flood_level.csv with flood_rules"
        findings.warn(row.where, "a type that people are displaced from", "'flood_zone'", remedy)
    date = 0
    if kind == "conflict":
        date = findings.integer(row, 6, "conflict_date") or 0
    size = findings.integer(row, 7, "population") if row.cell(7) else 0
    north, east = (findings.number(row, n, PLACE_COLUMNS[n]) if row.cell(n) else 0.0 for n in (3, 4))
    attributes = {name: row.cell(n) for n, name in enumerate(header) if n >= len(PLACE_COLUMNS) and row.cell(n)}
    return Place(
        name=row.cells[0],
        region=row.cells[1] or "unknown",
        country=row.cells[2] or "unknown",
        latitude=north or 0.0,
        longitude=east or 0.0,
        kind=kind,
        conflict_date=date,
        size=(size or 0) // max(hasten, 1),
        attributes=attributes,
        where=row.where,
    )


def _roads(path: Path, findings: Findings, index: dict[str, int]) -> tuple[Road, ...]:
    rows, header = read_rows(path, findings)
    _known_columns(path, header, LINK_COLUMNS, LINK_ATTRIBUTES, findings)
    return tuple(road for row in rows if (road := _road(row, header, findings, index)) is not None)


def _road(row: Row, header: list[str], findings: Findings, index: dict[str, int]) -> Road | None:
    if len(row.cells) < 3:
        findings.error(row.where, "name1, name2, distance", f"{len(row.cells)} columns", "add what is missing")
        return None
    known = [_known(row, column, index, findings) for column in (0, 1)]
    km = findings.number(row, 2, "distance")
    if km is not None and km < 0.0:
        findings.error(row.where, "a distance from 0 km", row.cell(2), "correct it")
    forced = findings.integer(row, 3, "forced_redirection") if row.cell(3).strip() else 0
    if forced not in {None, 0, 1, 2}:
        findings.strict(row.where, "forced_redirection 0, 1 or 2", str(forced), "correct it", flee="read as 0")
        forced = 0
    columns = {name: n for n, name in enumerate(header) if n >= len(LINK_COLUMNS) and row.cell(n).strip()}
    speed = findings.number(row, columns["max_move_speed"], "max_move_speed") if "max_move_speed" in columns else None
    walk = findings.number(row, columns["walk_probability"], "walk_probability") if "walk_probability" in columns else 0.0
    if forced:
        found = f"{forced} from '{row.cell(0)}' to '{row.cell(1)}'"
        findings.quirk(Quirk.FORCED_REDIRECTION_DEAD, row.where, "no forced redirection", found, refuse=False)
    if known[0] is None or known[1] is None or km is None:
        return None
    if known[0] == known[1]:
        flee = "people may set out and come back to the same place"
        findings.strict(row.where, "two places", f"'{row.cell(0)}' twice", "remove the row", flee=flee)
    return Road(known[0], known[1], km, forced or 0, speed, walk or 0.0, row.where)


def _major_routes(path: Path, findings: Findings, index: dict[str, int], roads: tuple[Road, ...]) -> tuple[MajorRoute, ...]:
    """Read rows of names, each linked to the next."""
    joined = {pair for road in roads for pair in ((road.start, road.end), (road.end, road.start))}
    majors = []
    for row in read_rows(path, findings, needed=False)[0]:
        known = [_known(row, column, index, findings) for column, cell in enumerate(row.cells) if cell]
        places = tuple(n for n in known if n is not None)
        if len(known) < 2:
            findings.error(
                row.where, "at least two names", ", ".join(row.cells) or "none", "name the places of the route in order"
            )
        elif len(places) == len(known) and not all(pair in joined for pair in pairwise(places)):
            start, end = next(pair for pair in pairwise(places) if pair not in joined)
            names = list(index)
            found = f"none from '{names[start]}' to '{names[end]}'"
            findings.error(row.where, "a route of routes.csv between neighbours", found, "add it; Flee stops here")
        else:
            majors.append(MajorRoute(places, row.where))
    return tuple(majors)


def _closures(path: Path, findings: Findings, index: dict[str, int], countries: set[str], days: int) -> tuple[Closure, ...]:
    closures = []
    for row in read_rows(path, findings)[0]:
        start, end = (findings.integer(row, n, name) for n, name in ((3, "closure_start"), (4, "closure_end")))
        if start is None or end is None:
            continue
        closure = Closure(row.cell(0), row.cell(1), row.cell(2), start, end, row.where)
        closures.append(closure)
        _check_dates(closure, findings, days)
        _check_names(closure, findings, index, countries)
    return tuple(closures)


def _check_dates(closure: Closure, findings: Findings, days: int) -> None:
    start, end = closure.start, closure.end
    if end < start and end != 0:
        expected = f"an end after day {start}, or 0 for none"
        findings.quirk(Quirk.END_BEFORE_START, closure.where, expected, f"day {end}")
    elif end < start and findings.mode is Mode.COMPAT and closure.kind in {"camp", "idpcamp"}:
        found = f"an end of 0, which opens the camp on day 0, before it closes on day {start}"
        findings.warn(closure.where, "an end after the start", found, "as in Flee")
    elif end == start:
        findings.warn(closure.where, "an end after the start", f"day {end} for both", "closed and opened on the same day")
    if start >= days:
        findings.warn(closure.where, f"a start within the {days} days", f"day {start}", "it never acts")


def _check_names(closure: Closure, findings: Findings, index: dict[str, int], countries: set[str]) -> None:
    kind, names = closure.kind, (closure.first, closure.second)
    if kind not in CLOSURES:
        remedy = nearest(kind, CLOSURES)
        findings.strict(closure.where, f"one of {', '.join(CLOSURES)}", f"'{kind}'", remedy, flee="passed over")
        return
    if kind == "country":
        for name in names:
            if name not in countries:
                remedy = nearest(name, countries)
                findings.strict(closure.where, "a country of locations.csv", f"'{name}'", remedy, flee="nothing closes")
        return
    number = 2 if kind in {"link", "remove_forced_redirection"} else 1
    for name in names[:number]:
        if name in index:
            continue
        expected = f"a name of locations.csv{'' if name.strip() in index else ', ' + nearest(name, index)}"
        if kind in {"camp", "idpcamp"}:
            findings.quirk(Quirk.UNKNOWN_CAMP_CLOSES_FIRST, closure.where, expected, f"'{name}'")
        else:
            findings.strict(closure.where, expected, f"'{name}'", "correct the name", flee="nothing closes")
    if kind == "location" and closure.second in index:
        found = f"'{closure.second}' too"
        findings.warn(
            closure.where, "one name: a location closes with all its links", found, f"all links of '{closure.first}' close"
        )
    if kind == "link" and all(name in index for name in names):
        findings.quirk(Quirk.LINK_CLOSURE_BY_IDENTITY, closure.where, "closures that act in Flee", "type link", refuse=False)


def _changes(folder: Path, findings: Findings, index: dict[str, int]) -> tuple[Change, ...]:
    inside, beside = folder / "location_changes.csv", folder.parent / "location_changes.csv"
    path = beside
    if inside.is_file() and not beside.is_file():
        findings.quirk(Quirk.CHANGES_FROM_HERE, str(inside), f"the file at {beside}", "it in input_csv", refuse=False)
        if findings.mode is Mode.FIXED:
            path = inside
    changes = []
    for row in read_rows(path, findings, needed=False)[0]:
        place, day, kind = _known(row, 0, index, findings), findings.integer(row, 2, "day"), kind_of(row.cell(1))
        if not kind:
            findings.error(row.where, f"a type with {', '.join(KINDS)} in it", f"'{row.cell(1)}'", "correct it")
        elif place is not None and day is not None:
            changes.append(Change(place, kind, day))
    return tuple(changes)


def _known(row: Row, column: int, index: dict[str, int], findings: Findings) -> int | None:
    name = row.cell(column)
    if name in index:
        return index[name]
    remedy = f"the spaces count: '{name.strip()}' is there" if name.strip() in index else nearest(name, index)
    findings.error(row.where, "a name of locations.csv", f"'{name}'", remedy)
    return None


def _known_columns(path: Path, header: list[str], fixed: tuple[str, ...], extra: tuple[str, ...], findings: Findings) -> None:
    accepted: Callable[[str], bool] = lambda name: not name or name in extra or name.startswith(("ethnic", "religion"))  # noqa: E731
    for name in header[len(fixed) :]:
        if not accepted(name):
            flee = f"'{name}' is kept as an attribute that no rule reads"
            findings.strict(f"{path}:1", f"columns {', '.join((*fixed, *extra))}", f"'{name}'", nearest(name, extra), flee=flee)
