"""Flee's rules for one person at a time, as plainly as they can be written: the kernel must agree with it.

It shares nothing with the package but the instance as read. Rules: the project's notes on Flee, mode ``flee-compat``.
"""

import math
import random
from itertools import pairwise

NEVER = -1


def on_day(table, column, day):
    """A number of a table on a day, on a straight line between the days of its rows."""
    days, numbers = [int(row) for row in table.rows], table.columns[column]
    for n in range(len(days) - 1):
        if days[n] <= day <= days[n + 1]:
            return numbers[n] + (numbers[n + 1] - numbers[n]) * (day - days[n]) / (days[n + 1] - days[n])
    return numbers[0]


def of_level(numbers, level):
    """The number of a flood level, on a straight line between whole levels."""
    below = math.floor(level)
    if below == level:
        return numbers[below]
    return numbers[below] * (below + 1 - level) + numbers[below + 1] * (level - below)


class Place:
    def __init__(self, row, settings, home):
        self.row, self.settings = row, settings
        self.level, self.hungry = 0.0, 0.0
        self.foreign = row.country != home
        self.people, self.since = 0, NEVER
        self.capacity = float(row.size) if row.is_camp else -1.0
        self.inhabitants = 0 if row.is_camp else row.size
        self.links, self.closed = [], []
        kind = "town" if row.kind == "conflict" and row.conflict_date > 0 else row.kind
        self.become(kind)

    def become(self, kind):
        rules = self.settings
        self.flood_zone = kind == "flood_zone"
        self.camp, self.idp = kind in ("camp", "idpcamp"), kind == "idpcamp"
        self.town, self.marker = kind == "town", kind == "marker"
        self.conflict = 1.0 if kind == "conflict" else -1.0
        self.chance = {
            "camp": rules.camp_movechance,
            "idpcamp": rules.idpcamp_movechance,
            "conflict": rules.conflict_movechance,
            "town": rules.default_movechance,
            "flood_zone": rules.default_movechance,
        }.get(kind, 1.0)

    def decay(self, day):
        steps = self.settings.conflict_spawn_decay
        if not steps:
            return 1.0
        return steps[min(int((day - self.since) / self.settings.conflict_spawn_decay_interval), len(steps) - 1)]

    def update(self, day):
        score = self.settings.foreign_weight if self.foreign else 1.0
        if self.foreign and self.settings.use_economic_pull:
            score *= 1.0 + float(self.row.attributes["trade_volume"]) + float(self.row.attributes["hdi"]) ** 2
        weights = self.settings.flood_loc_weights
        if weights and self.level > 0:
            score *= of_level(weights, self.level)
        if weights and self.flood_zone:
            score *= of_level(weights, self.level)
        if self.camp:
            score *= self.settings.camp_weight
        if self.conflict > 0:
            score *= self.settings.conflict_weight ** (self.decay(day) * self.conflict)
        if self.settings.use_pop_for_loc_weight and not self.camp:
            score *= max(1.0, self.inhabitants) ** self.settings.pop_power_for_loc_weight
        self.score = score

    def leave(self):
        if self.level > 0 and self.settings.flood_movechances:
            return of_level(self.settings.flood_movechances, self.level)
        if self.hungry:
            return 1.0 - (1.0 - self.hungry) * (1.0 - self.chance)
        size = max(self.inhabitants, self.capacity)
        scale = self.settings.movechance_pop_scale_factor
        return self.chance * (size / self.settings.movechance_pop_base) ** scale if scale else self.chance

    def far(self, other):
        """Flee's haversine, which takes the first coordinate for the longitude."""
        lon1, lat1, lon2, lat2 = (
            math.radians(x) for x in (self.row.latitude, self.row.longitude, other.row.latitude, other.row.longitude)
        )
        a = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
        return 6371.0 * 2 * math.atan2(math.sqrt(a), math.sqrt(1 - a))

    def room(self):
        full = self.capacity * self.settings.capacity_scaling
        if full < 1 or self.people <= self.settings.capacity_buffer * full:
            return 1.0
        if self.people >= full:
            return 0.0
        return 1.0 - (self.people - self.settings.capacity_buffer * full) / (full * (1.0 - self.settings.capacity_buffer))


class Link:
    def __init__(self, start, end, road, settings):
        self.start, self.end, self.km = start, end, road.km
        self.speed = settings.max_move_speed if road.speed is None else road.speed
        self.walk = road.walk
        self.is_closed = False


class Person:
    def __init__(self, place):
        self.place, self.link, self.route = place, None, []
        self.recent, self.today, self.done, self.moved_before = 0.0, 0.0, 0.0, False
        place.people += 1


class World:
    def __init__(self, instance, new, start, day0, seed):
        self.instance, self.rules, self.draw = instance, instance.settings, random.Random(seed)
        rows = instance.geography.places
        self.places = [Place(row, self.rules, rows[0].country) for row in rows]
        for road in instance.geography.roads:
            for _ in range(2 if road.forced == 1 else 1):
                first, second = (self.places[n] for n in (road.start, road.end))
                first.links.append(Link(first, second, road, self.rules))
                second.links.append(Link(second, first, road, self.rules))
        self.people = [Person(place) for place, number in zip(self.places, start, strict=True) for _ in range(number)]
        self.new = new
        for place, lost in zip(self.places, day0, strict=True):
            if place.capacity > 0:
                place.capacity -= lost
        self.weights = self.spawn_weights(0)

    def run(self):
        return [self.day(day) for day in range(self.instance.days)]

    def change(self, day):
        for change in self.instance.geography.changes:
            if change.day == day:
                place = self.places[change.place]
                place.become(change.kind)
                if change.kind == "conflict":
                    place.conflict = self.rules.default_conflict_intensity

    def spawn(self, day):
        if self.zones(day):
            self.weights = self.spawn_weights(day)
        for place in self.spawning_places(day):
            self.people.append(Person(place))
            if self.rules.take_from_population and place.inhabitants > 0:
                place.inhabitants -= 1

    def day(self, day):
        self.change(day)
        self.spawn(day)
        for closure in self.instance.geography.closures:
            for when, reopen in ((closure.start, False), (closure.end, True)):
                if when == day:
                    self.close(closure, reopen)
        self.weights = self.spawn_weights(day)
        for place in self.places:
            self.press(place, day)
            place.update(day)
        for person in self.people:
            self.decide(person, forced=False)
        for person in self.people:
            self.travel(person)
        for person in self.people:
            person.recent = (person.recent + person.today / self.rules.max_move_speed) / 2
            person.today = 0.0
        return [place.people for place in self.places]

    def press(self, place, day):
        """Flood and hunger of a day."""
        for table in self.instance.tables:
            if table.name == "flood_level" and place.row.name in table.columns:
                place.level = on_day(table, place.row.name, day)
            if table.name == "region_attributes_IPC" and self.rules.flee_when_starving:
                place.hungry = on_day(table, place.row.region, day) / 100

    def spawning_places(self, day):
        if not self.rules.spawn_mode:
            return self.draw.choices(self.places, self.weights, k=self.new[day]) if self.new[day] else []
        found = []
        for place in self.places:
            if place.conflict > 0:
                number = self.rules.displaced_per_conflict_day * place.conflict
                if self.rules.spawn_mode == "pop_ratio":
                    number *= place.inhabitants
                found += [place] * int(number)
        return found

    def zones(self, day):
        changed = False
        for number, values in (self.instance.conflicts or {}).items():
            place, now, before = self.places[number], values[day], values[day - 1] if day else 0.0
            if now > 1e-6 and before < 1e-6:
                place.chance, place.conflict, place.town = self.rules.conflict_movechance, now, False
                place.since, changed = day, True
            elif now < 1e-6 and day and before >= 1e-6:
                place.chance, place.conflict, place.town, changed = self.rules.default_movechance, -1.0, True, True
        return changed

    def spawn_weights(self, day):
        return [p.inhabitants * p.conflict * p.decay(day) if p.conflict > 0 else 0.0 for p in self.places]

    def close(self, closure, reopen):
        by_name = {place.row.name: place for place in self.places}
        first = by_name.get(closure.first, self.places[0])
        if closure.kind in ("camp", "idpcamp"):
            first.become(closure.kind if reopen else "town")
        elif closure.kind == "location":
            for link in list(first.closed if reopen else first.links):
                self.shift(link.end, first, reopen)
                self.shift(first, link.end, reopen)
        elif closure.kind == "country":
            for here, there in ((closure.first, closure.second), (closure.second, closure.first)):
                for place in self.places:
                    for link in list(place.closed if reopen else place.links):
                        if place.row.country == here and link.end.row.country == there:
                            self.shift(place, link.end, reopen)

    @staticmethod
    def shift(start, end, reopen):
        source, target = (start.closed, start.links) if reopen else (start.links, start.closed)
        for link in [link for link in source if link.end is end]:
            source.remove(link)
            moved = link
            if not reopen:  # whoever is on it stays on the closed one; the copy is what opens again
                moved = Link.__new__(Link)
                moved.__dict__ = dict(link.__dict__)
                link.is_closed = True
            target.append(moved)

    def decide(self, person, forced):
        if person.link is not None:
            return
        place = person.place
        certain = person.route or (place.town and forced)
        if not certain and self.draw.random() >= place.leave():
            return
        if not person.route:
            person.route = self.choose(place)
        link = next((link for link in place.links if person.route and link.end is person.route[0]), None)
        if link is None or (person.route[-1].camp and person.route[-1].room() < 0.5):
            person.route = []
            return
        person.route = person.route[1:]
        place.people -= 1
        person.link, person.place, person.done = link, None, 0.0

    def choose(self, place):
        if self.rules.fixed_routes:
            return self.choose_fixed(place)
        routes = [route for link in place.links for route in self.routes(link, 0.0, [place], 1)]
        if not routes:
            return []
        weights = []
        for path, km in routes:
            score = path[-1].score
            if self.rules.stay_close_to_home:
                score /= max(1.0, path[-1].far(place)) ** self.rules.home_distance_power
            score += self.rules.weight_softening
            weight = score / (self.rules.softening + km) ** self.rules.distance_power * path[-1].room()
            weights.append(weight**self.rules.weight_power)
        if self.rules.pruning_threshold >= 1.001:
            kept = [n for n, weight in enumerate(weights) if weight >= max(weights) / self.rules.pruning_threshold]
            routes, weights = [routes[n] for n in kept], [weights[n] for n in kept]
        if not sum(weights) > 0:
            weights = [1.0] * len(routes)
        return self.draw.choices(routes, weights)[0][0][1:]

    def choose_fixed(self, place):
        """Flee's fixed routes: the shortest to each place, the score counted twice and room not at all."""
        shortest = {} if place.marker else self.shortest(place)
        if not shortest:
            return []
        ends = list(shortest)
        weights = []
        for end in ends:
            once = (self.rules.weight_softening + end.score) / (
                self.rules.softening + shortest[end][1]
            ) ** self.rules.distance_power
            weights.append(once**self.rules.weight_power * end.score)
        if not sum(weights) > 0:
            weights = [1.0] * len(ends)
        return shortest[self.draw.choices(ends, weights)[0]][0][1:]

    def shortest(self, place):
        """The shortest route to each place within awareness, and along major routes to ends beyond it, at a quarter."""
        found = {}
        for link in place.links:
            for path, km in self.routes(link, 0.0, [place], 1, markers_count=True):
                if path[-1] not in found or km < found[path[-1]][1]:
                    found[path[-1]] = (path, km)
        near = {place: ([place], 0.0), **found}
        for path, km in near.values():
            for major in self.instance.geography.majors:
                stops = [self.places[n] for n in major.places]
                if stops[0] is path[-1] and stops[-1] not in near:
                    lengths = [[link.km for link in a.links if link.end is b] for a, b in pairwise(stops)]
                    if all(lengths):
                        whole = (km + sum(min(each) for each in lengths)) / 4
                        if stops[-1] not in found or whole < found[stops[-1]][1]:
                            found[stops[-1]] = (path + stops[1:], whole)
        return found

    def routes(self, link, km, visited, step, markers_count=False):
        km, here = km + link.km, link.end
        if here.marker:
            step -= 0 if markers_count else 1
        else:
            yield [*visited, here], km
        if self.rules.awareness_level > step:
            for following in here.links:
                if following.end not in visited:
                    yield from self.routes(following, km, [*visited, here], step + 1, markers_count)

    def travel(self, person):
        while person.link is not None:
            link = person.link
            speed = link.speed
            if self.rules.start_on_foot and not person.moved_before:
                speed = self.rules.max_walk_speed
            if self.draw.random() < link.walk:
                speed = self.rules.max_walk_speed
            person.done += speed
            person.today += speed
            if not person.done > link.km:
                return
            person.moved_before = True
            person.today += link.km - person.done
            person.link, person.place = None, link.start if link.is_closed else link.end
            person.place.people += 1
            if link.is_closed or not person.today < speed:
                return
            tired = (person.recent + person.today / self.rules.max_move_speed) / 2 >= 0.5
            self.decide(person, forced=self.rules.avoid_short_stints and not tired)
