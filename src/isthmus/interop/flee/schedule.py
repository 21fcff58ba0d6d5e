"""What every day looks like before anybody moves: which places are zones, camps or towns, which links are open.

Nothing here depends on people, so it is worked out once per instance. The order within a day is Flee's: changes of
type, conflict zones, (people spawn), closures, (people move).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from isthmus.interop.flee.conflicts import NOTHING
from isthmus.interop.flee.geography import Closure
from isthmus.interop.flee.instance import Instance
from isthmus.interop.flee.pressures import Pressures
from isthmus.interop.flee.pull import pull_of
from isthmus.interop.flee.quirks import Mode
from isthmus.interop.flee.settings import Settings


@dataclass(frozen=True)
class Link:
    """One direction of a road."""

    start: int
    end: int
    km: float
    speed: float
    walk: float
    forced: bool
    """Everyone at ``start`` must take it while it is on; only in `Mode.FIXED`."""


@dataclass
class PlaceNow:
    """A place on a day."""

    camp: bool = False
    idp: bool = False
    town: bool = False
    marker: bool = False
    conflict: float = -1.0
    """Intensity; 0 and below is peace."""
    since: int = -1
    """Day on which the zone began."""
    move: float = 1.0
    """Chance to leave."""


@dataclass(frozen=True)
class Day:
    """All places after the closures of a day, and what spawning saw before them."""

    camp: bytes
    town: bytes
    zone: bytes
    move: tuple[float, ...]
    score: tuple[float, ...]
    spawn: tuple[float, ...]
    """Weight per inhabitant; with conflict-driven spawning, intensity."""
    epoch: int


@dataclass(frozen=True)
class Epoch:
    """The network while nothing opens or closes."""

    open: tuple[tuple[int, ...], ...]
    """Links that leave each place, in Flee's order."""
    generation: tuple[int, ...]
    """How often each link has closed."""
    markers: tuple[bool, ...]
    forced: tuple[bool, ...]
    """Links that are forced and on."""


@dataclass(frozen=True)
class Schedule:
    """All days of an instance."""

    links: tuple[Link, ...]
    days: tuple[Day, ...]
    epochs: tuple[Epoch, ...]


def schedule(instance: Instance) -> Schedule:
    """Work out every day."""
    return _Calendar(instance).run()


def links_of(instance: Instance) -> tuple[Link, ...]:
    """Return both directions of every road, in the order in which Flee adds them."""
    links: list[Link] = []
    compat = instance.mode is Mode.COMPAT
    for road in instance.geography.roads:
        speed = instance.settings.max_move_speed if road.speed is None else road.speed
        start, end = (road.end, road.start) if road.forced == 2 else (road.start, road.end)
        pair = (
            Link(start, end, road.km, speed, road.walk, forced=bool(road.forced) and not compat),
            Link(end, start, road.km, speed, road.walk, forced=False),
        )
        links += pair * (2 if road.forced == 1 and compat else 1)
    return tuple(links)


@dataclass
class _Network:
    """Links that come and go."""

    links: tuple[Link, ...]
    open: list[list[int]]
    closed: list[list[int]]
    generation: list[int]
    forced: list[bool]

    def close(self, start: int, end: int) -> None:
        """Close all links from one place to another."""
        going = [link for link in self.open[start] if self.links[link].end == end]
        self.open[start] = [link for link in self.open[start] if link not in going]
        self.closed[start] += going
        for link in going:
            self.generation[link] += 1

    def reopen(self, start: int, end: int) -> None:
        """Open what is closed from one place to another."""
        coming = [link for link in self.closed[start] if self.links[link].end == end]
        self.closed[start] = [link for link in self.closed[start] if link not in coming]
        self.open[start] += coming

    def change(self, start: int, end: int, *, reopen: bool) -> None:
        """Close or open."""
        (self.reopen if reopen else self.close)(start, end)

    def ends(self, start: int, *, reopen: bool) -> list[int]:
        """Return where the links of a place lead that are there to be closed, or to be opened."""
        return list(dict.fromkeys(self.links[link].end for link in (self.closed if reopen else self.open)[start]))


@dataclass
class _Calendar:
    instance: Instance
    places: list[PlaceNow] = field(init=False)
    network: _Network = field(init=False)

    def __post_init__(self) -> None:
        self.settings: Settings = self.instance.settings
        self.compat = self.instance.mode is Mode.COMPAT
        geography = self.instance.geography
        self.pressures = Pressures.of(self.settings, self.instance.tables, geography, self.instance.days)
        self.kinds = [place.kind for place in geography.places]
        if not self.compat and self.instance.conflicts is not None:
            named = self.instance.conflicts
            self.kinds = ["town" if kind == "conflict" and n in named else kind for n, kind in enumerate(self.kinds)]
        self.places = [PlaceNow() for _ in self.kinds]
        for n, place in enumerate(self.instance.geography.places):
            kind = "town" if place.kind == "conflict" and place.conflict_date > 0 else self.kinds[n]
            self.kinds[n] = kind
            self._become(n, kind)
            now = self.places[n]
            if self.compat and now.move < 0.005 and not now.camp and kind != "flood_zone":
                now.camp, now.town = True, False
        links = links_of(self.instance)
        leaving: list[list[int]] = [[] for _ in self.kinds]
        for number, link in enumerate(links):
            leaving[link.start].append(number)
        forced = [link.forced for link in links]
        self.network = _Network(links, leaving, [[] for _ in self.kinds], [0] * len(links), forced)

    def run(self) -> Schedule:
        """Go through the days."""
        days: list[Day] = []
        epochs: dict[Epoch, int] = {}
        spawn = after = self._spawn_weights(0)
        for day in range(self.instance.days):
            changed = self._change_types(day) | self._grow_older(day)
            zones = self._change_zones(day)
            if zones or self.settings.spawn_mode or (changed and not self.compat):
                spawn = self._spawn_weights(day)
            if self._enact_all(day) or zones or changed or not days or self.pressures:
                days.append(self._day(day, spawn, epochs.setdefault(self._epoch(), len(epochs))))
                after = self._spawn_weights(day)
            else:
                days.append(days[-1] if spawn == days[-1].spawn else replace(days[-1], spawn=spawn))
            spawn = after
        return Schedule(self.network.links, tuple(days), tuple(epochs))

    def _become(self, n: int, kind: str) -> None:
        """Make a place what a type says."""
        settings, attributes = self.settings, self.instance.geography.places[n].attributes
        chances = {
            "camp": settings.camp_movechance,
            "idpcamp": settings.idpcamp_movechance,
            "conflict": settings.conflict_movechance,
            "town": settings.default_movechance,
            "flood_zone": settings.default_movechance,
        }
        now = PlaceNow(move=chances.get(kind, 1.0), since=self.places[n].since)
        now.camp, now.idp = kind in {"camp", "idpcamp"}, kind == "idpcamp"
        now.town, now.marker = kind == "town", kind == "marker"
        if kind == "conflict":
            now.conflict = float(attributes.get("conflict_intensity", 1.0))
        self.places[n] = now

    def _grow_older(self, day: int) -> bool:
        """Whether the decay of a zone takes a step."""
        interval = self.settings.conflict_spawn_decay_interval
        return any(place.conflict > 0.0 and (day - place.since) % interval == 0 for place in self.places)

    def _change_types(self, day: int) -> bool:
        changes = [change for change in self.instance.geography.changes if change.day == day]
        for change in changes:
            self.kinds[change.place] = change.kind
            self._become(change.place, change.kind)
            if change.kind == "conflict":
                self.places[change.place].conflict = self.settings.default_conflict_intensity
                if not self.compat:
                    self.places[change.place].since = day
        return bool(changes)

    def _change_zones(self, day: int) -> bool:
        changed = False
        if self.instance.conflicts is None:
            for n, place in enumerate(self.instance.geography.places):
                if not self.compat and place.kind == "conflict" and place.conflict_date == day:
                    self._begin(n, day, 1.0)
                    changed = True
            return changed
        for n, intensities in self.instance.conflicts.items():
            now, before = intensities[day], intensities[day - 1] if day > 0 else 0.0
            if now > NOTHING and (day == 0 or before < NOTHING):
                self._begin(n, day, now)
                changed = True
            elif now < NOTHING and day > 0 and before >= NOTHING:
                self._end(n)
                changed = True
            elif not self.compat and now > NOTHING and now != before:
                self.places[n].conflict = now
                changed = True
        return changed

    def _begin(self, n: int, day: int, intensity: float) -> None:
        place = self.places[n]
        place.move, place.conflict, place.town, place.since = self.settings.conflict_movechance, intensity, False, day

    def _end(self, n: int) -> None:
        if self.compat:
            place = self.places[n]
            place.move, place.conflict, place.town = self.settings.default_movechance, -1.0, True
        else:
            self._become(n, "town" if self.kinds[n] == "conflict" else self.kinds[n])

    def _enact_all(self, day: int) -> bool:
        """Close and open what is due; return whether anything was."""
        acted = False
        for closure in self.instance.geography.closures:
            opens = closure.end == day and not (closure.end < closure.start and not self.compat)
            for due, reopen in ((closure.start == day, False), (opens, True)):
                if due:
                    self._enact(closure, reopen=reopen)
                    acted = True
        return acted

    def _enact(self, closure: Closure, *, reopen: bool) -> None:
        kind, index = closure.kind, self.instance.geography.index
        if kind == "country":
            for here, there in ((closure.first, closure.second), (closure.second, closure.first)):
                self._change_border(here, there, reopen=reopen)
        elif kind == "location" and self.settings.two_names_close_a_link and closure.second in index:
            self._change_both(index[closure.first], index[closure.second], reopen=reopen)
        elif kind == "location" and closure.first in index:
            n = index[closure.first]
            for other in self.network.ends(n, reopen=reopen):
                self.network.change(other, n, reopen=reopen)
                self.network.change(n, other, reopen=reopen)
        elif kind == "link" and closure.first in index and closure.second in index:
            self._change_link(closure, index[closure.first], index[closure.second], reopen=reopen)
        elif kind in {"camp", "idpcamp"}:
            self._become(index.get(closure.first, 0), kind if reopen else "town")
        elif kind == "remove_forced_redirection" and closure.first in index and closure.second in index:
            self._redirect(index[closure.first], index[closure.second], on=reopen)

    def _change_border(self, here: str, there: str, *, reopen: bool) -> None:
        places = self.instance.geography.places
        for n, place in enumerate(places):
            if place.country == here:
                for other in self.network.ends(n, reopen=reopen):
                    if places[other].country == there:
                        self.network.change(n, other, reopen=reopen)

    def _change_link(self, closure: Closure, first: int, second: int, *, reopen: bool) -> None:
        if not self.compat:
            self._change_both(first, second, reopen=reopen)
        elif len(closure.first) == 1 and ord(closure.first) < 256:  # CPython keeps one object per such letter
            self.network.change(second, first, reopen=reopen)

    def _change_both(self, first: int, second: int, *, reopen: bool) -> None:
        self.network.change(first, second, reopen=reopen)
        self.network.change(second, first, reopen=reopen)

    def _redirect(self, first: int, second: int, *, on: bool) -> None:
        for number, link in enumerate(self.network.links):
            if link.forced and {link.start, link.end} == {first, second}:
                self.network.forced[number] = on

    def _decay(self, place: PlaceNow, day: int) -> float:
        decay = self.settings.conflict_spawn_decay
        if not decay:
            return 1.0
        since = int((day - place.since) / self.settings.conflict_spawn_decay_interval)
        return decay[min(since, len(decay) - 1)]

    def _spawn_weights(self, day: int) -> tuple[float, ...]:
        if self.settings.spawn_mode:
            return tuple(max(place.conflict, 0.0) for place in self.places)
        return tuple(place.conflict * self._decay(place, day) if place.conflict > 0.0 else 0.0 for place in self.places)

    def _score(self, n: int, day: int) -> float:
        place, settings = self.places[n], self.settings
        geography = self.instance.geography
        foreign = geography.places[n].country != geography.places[0].country
        score = settings.foreign_weight if foreign else 1.0
        if foreign and settings.use_economic_pull:
            score *= pull_of(geography.places[n])
        score *= self.pressures.weight(n, day, zone_again=self.compat and self.kinds[n] == "flood_zone")
        if place.camp or place.idp:
            score *= settings.camp_weight
        if place.conflict > 0.0:
            score *= settings.conflict_weight ** (self._decay(place, day) * place.conflict)
        if settings.use_pop_for_loc_weight and not place.camp:
            row = geography.places[n]
            score *= max(1.0, 0.0 if row.is_camp else float(row.size)) ** settings.pop_power_for_loc_weight
        return score

    def _epoch(self) -> Epoch:
        network = self.network
        return Epoch(
            open=tuple(tuple(links) for links in network.open),
            generation=tuple(network.generation),
            markers=tuple(place.marker for place in self.places),
            forced=tuple(on and link.forced for on, link in zip(network.forced, network.links, strict=True)),
        )

    def _day(self, day: int, spawn: tuple[float, ...], epoch: int) -> Day:
        places = self.places
        return Day(
            camp=bytes(place.camp for place in places),
            town=bytes(place.town for place in places),
            zone=bytes(place.conflict > 0.0 for place in places),
            move=tuple(self.pressures.chance(n, day, place.move) for n, place in enumerate(places)),
            score=tuple(self._score(n, day) for n in range(len(places))),
            spawn=spawn,
            epoch=epoch,
        )
