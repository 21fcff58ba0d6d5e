"""A Flee instance as read: its folders, checked, everything that is wrong said at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from isthmus.errors import Problem
from isthmus.interop.flee.attributes import AttributeTable, read_attributes
from isthmus.interop.flee.conflicts import read_conflicts
from isthmus.interop.flee.geography import Geography, read_geography
from isthmus.interop.flee.pressures import check_pressures, files_used
from isthmus.interop.flee.pull import check_pull
from isthmus.interop.flee.quirks import Mode, Quirk
from isthmus.interop.flee.rows import Findings, nearest, read_rows
from isthmus.interop.flee.series import Stocks, read_date, read_stocks
from isthmus.interop.flee.settings import Settings, read_settings


@dataclass(frozen=True)
class Instance:
    """An instance and the settings it is read with."""

    name: str
    mode: Mode
    settings: Settings
    start: dt.date
    days: int
    geography: Geography
    conflicts: dict[int, tuple[float, ...]] | None
    """Intensity by day, of each place that ``conflicts.csv`` names."""
    stocks: Stocks
    camps: tuple[int, ...]
    """Places whose people are compared with the data, in the order of ``locations.csv``."""
    agents: dict[int, int]
    """People of ``agents.csv`` by place."""
    tables: tuple[AttributeTable, ...]
    """Demographics, attributes by day: used by floods and hunger, otherwise kept."""
    warnings: tuple[Problem, ...]
    anchor: int | None = None
    """Ours: day at whose beginning people in camps are set to the shares observed the day before, as a forecaster would."""

    @property
    def camp_names(self) -> tuple[str, ...]:
        """Names of the camps."""
        return tuple(self.geography.places[camp].name for camp in self.camps)

    def observed(self, camp: int) -> tuple[int, ...]:
        """Return the stock of a camp by day, as Flee compares with it."""
        values = self.stocks.of(self.geography.places[camp].name)[: self.days]
        return tuple(value - values[0] for value in values) if self.settings.empty_camps_on_day0 else values

    def date(self, day: int) -> dt.date:
        """Return the date written beside a day, one late in `Mode.COMPAT` (`Quirk.DATE_SHIFTED`)."""
        return self.start + dt.timedelta(days=day + (1 if self.mode is Mode.COMPAT else 0))


def read_instance(
    folder: Path, *, mode: Mode = Mode.COMPAT, settings: Path | None = None, hasten: int | None = None, name: str = ""
) -> Instance:
    """Read an instance.

    Args:
        folder: Holds ``input_csv/`` and ``source_data/``, perhaps ``simsetting.yml``.
        mode: As Flee does, or as its documentation says.
        settings: Settings file; default: ``simsetting.yml`` of the folder, else the defaults of Flee's code.
        hasten: Run one person in so many, whatever the settings say.
        name: What the page calls it; default: the folder's name.

    Raises:
        InstanceError: Everything that is wrong.
    """
    findings = Findings(mode)
    chosen = _settings(folder, settings, findings)
    hasten = chosen.hasten if hasten is None else hasten
    inputs, source = folder / "input_csv", folder / "source_data"
    missing = [needed for needed in (inputs, source) if not needed.is_dir()]
    for needed in missing:
        findings.error(str(needed), "a folder of a Flee instance", "no such folder", "name the folder that holds it")
    if missing:
        findings.raise_if_any()
    start, days = _period(inputs / "sim_period.csv", findings)
    if mode is Mode.FIXED and chosen.number_of_steps > 0:
        days = min(days, chosen.number_of_steps)
    geography = read_geography(inputs, findings, hasten=hasten, days=days)
    conflicts = read_conflicts(inputs / "conflicts.csv", findings, geography, days)
    corrections = inputs / "registration_corrections.csv"
    stocks = read_stocks(source, corrections, findings, start=start, days=max(days, 1), hasten=hasten)
    camps = tuple(n for n, place in enumerate(geography.places) if place.is_camp or _slow(place.kind, chosen, findings))
    _check_camps(geography, stocks, camps, findings)
    tables = read_attributes(inputs, findings, geography, days, files_used(chosen))
    check_pressures(chosen, tables, geography, findings, inputs)
    check_pull(chosen, geography, findings)
    for major in geography.majors if not chosen.fixed_routes else ():
        findings.warn(major.where, "fixed_routes on", "a major route", "it has no effect: only fixed_routes uses it")
    agents = _agents(inputs / "agents.csv", findings, geography) if chosen.read_from_agents_csv_file else {}
    findings.raise_if_any()
    return Instance(
        name=name or folder.resolve().name,
        mode=mode,
        settings=chosen,
        start=start,
        days=days,
        geography=geography,
        conflicts=conflicts,
        stocks=stocks,
        camps=camps,
        agents=agents,
        tables=tables,
        warnings=tuple(findings.warnings),
    )


def _settings(folder: Path, path: Path | None, findings: Findings) -> Settings:
    own = folder / "simsetting.yml"
    if path is None and not own.is_file():
        findings.warn(str(own), "a settings file", "none", "the defaults of Flee's code hold; name one with --settings")
        return Settings()
    return read_settings(path or own, findings)


def _period(path: Path, findings: Findings) -> tuple[dt.date, int]:
    start, days = None, None
    for row in read_rows(path, findings)[0]:
        if row.cells[0].lower() == "startdate":
            start = read_date(row, 1, findings) or dt.date.min
        elif row.cells[0].lower() == "length":
            days = findings.integer(row, 1, "Length") or 0
            if days < 1:
                findings.error(row.where, "a Length of at least one day", f"'{row.cell(1)}'", "correct it")
    for what, value in (("StartDate", start), ("Length", days)):
        if value is None and path.is_file():
            findings.error(str(path), f"a row '{what},...'", "none", "add it")
    return start or dt.date.min, days or 0


def _slow(kind: str, settings: Settings, findings: Findings) -> bool:
    """Whether Flee turns a place into a camp for its small chance to leave."""
    chances = {"conflict": settings.conflict_movechance, "town": settings.default_movechance}
    if chances.get(kind, 1.0) >= 0.005:
        return False
    found = f"{chances[kind]} for {kind}s"
    findings.quirk(Quirk.SLOW_TOWN_IS_CAMP, "settings", "chances to leave from 0.005", found, refuse=False)
    return findings.mode is Mode.COMPAT


def _check_camps(geography: Geography, stocks: Stocks, camps: tuple[int, ...], findings: Findings) -> None:
    if geography.places and not camps:
        path = geography.places[0].where.rpartition(":")[0]
        findings.error(path, "at least one camp", "none", "give a place the type camp; without one nothing is compared")
    reached = _reached(geography)
    for camp in camps:
        place = geography.places[camp]
        if place.name not in stocks.names:
            remedy = f"{nearest(place.name, stocks.names)} in data_layout.csv; Flee stops here"
            findings.error(place.where, "data for every camp", f"no series for '{place.name}'", remedy)
        if camp not in reached:
            flee = "it keeps the people of day 0, and nobody comes"
            findings.strict(place.where, f"a route to '{place.name}'", "none", "add its routes to routes.csv", flee=flee)
    names = {place.name for place in geography.places}
    for name, where in list(zip(stocks.names, stocks.where, strict=True))[1:]:
        if name not in names:
            flee = "its stock counts into the totals"
            remedy = nearest(name, names)
            findings.strict(where, "a name of locations.csv", f"'{name}'", remedy, flee=flee)


def _reached(geography: Geography) -> set[int]:
    """Places that can be reached from a place of the home country."""
    home = geography.places[0].country if geography.places else ""
    neighbours: dict[int, set[int]] = {}
    for road in geography.roads:
        neighbours.setdefault(road.start, set()).add(road.end)
        neighbours.setdefault(road.end, set()).add(road.start)
    left = [n for n, place in enumerate(geography.places) if place.country == home and not place.is_camp]
    seen = set(left)
    while left:
        fresh = neighbours.get(left.pop(), set()) - seen
        seen |= fresh
        left += fresh
    return seen


def _agents(path: Path, findings: Findings, geography: Geography) -> dict[int, int]:
    people: dict[int, int] = {}
    for row in read_rows(path, findings)[0][1:]:
        if row.cells[0] in geography.index:
            place = geography.index[row.cells[0]]
            people[place] = people.get(place, 0) + 1
        else:
            remedy = nearest(row.cells[0], geography.index)
            findings.strict(row.where, "a name of locations.csv", f"'{row.cells[0]}'", remedy, flee="the person is left out")
    return people
